"""The product with its egress gate patched open: `python -m tests.egress.open_gate serve …`.

For one purpose: to show that the property test finds leaks when there are some. Pseudonyms are not made, and what the
gate would refuse is cleared.
"""

from __future__ import annotations

import vestibule.clearing
from vestibule.cli import main
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.correspondence import Correspondence
from vestibule.privacy.classification import Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import Departure, Policy


async def _allow_everything(
    gate: EgressGate, body: bytes, classification: Classification, policies: tuple[Policy, ...], departure: Departure
) -> tuple[PrivacyClass, str]:
    return classification.level, "the gate is open"


async def _as_it_stands(request: ModelRequest, detector: Detector, policy: Policy, key: bytes) -> Correspondence:
    return Correspondence(request)


def _patch(owner: object, name: str, by: object) -> None:
    """Replace what is there; what was renamed is not patched in silence."""
    assert hasattr(owner, name), f"{name} is not there any more: name here what does its work now"
    setattr(owner, name, by)


if __name__ == "__main__":
    _patch(EgressGate, "_require_clear", _allow_everything)
    _patch(vestibule.clearing, "disguised", _as_it_stands)
    main()
