"""The gate: every request to a model passes it with its final bytes, on every attempt, and refuses by default.

The policy in force clears no class for the cloud. The privacy room's full policy, pseudonymisation and the signed
audit chain come behind the same door; a caller of `clear` will not change.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

import msgspec

from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.privacy.classification import Classifier

CLEARANCE_S = 30.0


class EgressPolicy(msgspec.Struct, frozen=True):
    """Which classes may leave the house at all. Version 1 is the one shipped: none."""

    version: int = 1
    cloud_classes: frozenset[PrivacyClass] = frozenset()


class EgressGate:
    def __init__(
        self,
        sealer: Sealer,
        classifier: Classifier,
        policy: EgressPolicy,
        home_hosts: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sealer = sealer
        self._classifier = classifier
        self._policy = policy
        self._home_hosts = frozenset(home_hosts)
        self._clock = clock

    def clear(
        self, body: bytes, destination: Destination, *, model: str, classification: Classification, audit_id: str
    ) -> ClearedRequest:
        """Seal `body` for `destination`, or raise `EgressRefused`. What is home is sealed without a scan."""
        if not destination.is_home(self._home_hosts):
            self._refuse_unless_allowed(body, model, classification)
        return self._sealer.seal(
            ClearedRequest(
                body=body,
                destination=destination,
                model=model,
                policy_version=self._policy.version,
                audit_id=audit_id,
                expires_at=self._clock() + CLEARANCE_S,
            )
        )

    def _refuse_unless_allowed(self, body: bytes, model: str, classification: Classification) -> None:
        final = self._classifier.text(body.decode("utf-8", "replace")).joined(classification)
        blocked = any(span.rule == "block" for span in (*final.spans, *classification.spans))
        if blocked or final.level not in self._policy.cloud_classes:
            raise EgressRefused(
                f"{model} is in the cloud and this request is {final.level.label}: it stays in the house.",
                next_step="Ask a model at home: use the model `auto`.",
                param="model",
            )
