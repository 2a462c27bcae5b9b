"""The gate that the bytes of a provider outside pass, under a policy that is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.privacy.trail import MemoryTrail
from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.privacy.detection import Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import PolicyStore

OPEN = "version: 2\nconsent: {required: false}\ncloud: [{allow: [public, internal, confidential]}]\n"


def gate(tmp_path: Path) -> Callable[[bytes], Awaitable[ClearedRequest]]:
    """Clears what may leave under a policy that lets everything leave but what is restricted."""
    path = tmp_path / "policy.yaml"
    path.write_text(OPEN)
    made = EgressGate(Sealer(), Detector(), PolicyStore(path), MemoryTrail())

    def clear(body: bytes) -> Awaitable[ClearedRequest]:
        return made.clear(
            body,
            Destination.parse("https://llm.example.com"),
            model="m",
            provider="outside",
            tenant="acme",
            who="key-1",
            classification=Classification(PrivacyClass.INTERNAL),
            request_id="chatcmpl-1",
        )

    return clear
