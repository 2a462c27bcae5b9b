"""What the operator's surface works on, for a gateway under test: the real detector and policy, a trail in memory."""

from __future__ import annotations

from functools import cache

from tests.privacy.trail import MemoryTrail
from vestibule.core.ports import Erasable
from vestibule.erasure import Erasure
from vestibule.gateway.application import Operator
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.check import PrivacyCheck
from vestibule.privacy.detection import Detector
from vestibule.privacy.policy import PolicyStore


@cache
def detector() -> Detector:
    return Detector()


def operator(trail: Trail) -> Operator:
    parts: list[Erasable] = []
    return Operator(PrivacyCheck(detector(), PolicyStore()), Erasure(parts, MemoryTrail(), PolicyStore()), trail)
