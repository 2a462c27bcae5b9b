"""The gate: every request to a model or embedder passes it with its final bytes, on every attempt, and refuses by
default.

What goes home is sealed without a scan. What would leave is read once more as it would leave, under the policy the
request began with and under the newest, and is sealed only when the audit trail holds that it was.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Protocol

import msgspec
from msgspec import UNSET, UnsetType

from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused, VestibuleError
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.privacy.audit.record import Action, Decision
from vestibule.privacy.classification import Detector
from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.images import ImageError, stripped
from vestibule.privacy.policy import Departure, Policy, PolicyStore
from vestibule.privacy.rereading import GAP
from vestibule.privacy.texts import read_body

CLEARANCE_S = 30.0
SCAN_S = 5.0
SMALL = 262_144  # bytes that are sealed in well under a millisecond; images are longer
_PLACEHOLDER = re.compile(rf"⟦({'|'.join(ENTITIES)}|TEXT)_[0-9]{{1,6}}(?:_FIRST|_LAST)?⟧")


class AuditTrail(Protocol):
    async def keep(self, decision: Decision) -> str:
        """Return the id of the record once it is durable; raise where it cannot be."""
        ...

    def note(self, decision: Decision) -> None:
        """Have it recorded soon. Never blocks and never raises."""
        ...


class Outgoing(msgspec.Struct, frozen=True):
    """What was found in the final bytes: spans that are still there, and the types behind placeholders. `images` that
    say more than their picture are `unstripped`, and so is what cannot be read."""

    spans: tuple[Span, ...]
    pseudonymised: frozenset[str]
    images: bool = False
    unstripped: bool = False


class EgressGate:
    def __init__(
        self,
        sealer: Sealer,
        detector: Detector,
        policies: PolicyStore,
        audit: AuditTrail,
        home_hosts: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
        scan_s: float = SCAN_S,
        closed: Callable[[], str] = lambda: "",
    ) -> None:
        """While `closed` gives a reason nothing leaves, for that reason."""
        self._sealer = sealer
        self._detector = detector
        self._policies = policies
        self._audit = audit
        self._home_hosts = frozenset(home_hosts)
        self._clock = clock
        self._scan_s = scan_s
        self.closed = closed

    async def clear(
        self,
        body: bytes,
        destination: Destination,
        *,
        model: str,
        provider: str,
        tenant: str,
        who: str,
        classification: Classification,
        request_id: str,
        region: str = "",
        attempt: int = 1,
        pseudonyms_count: int = 0,
        buildings: Collection[str] = (),
        consent: bool | None = None,
        began_with: Policy | None = None,
        configuration: int | UnsetType = UNSET,
    ) -> ClearedRequest:
        """Seal `body` for `destination`, for one use within `CLEARANCE_S`, or raise `EgressRefused`.

        `buildings` are those the request is about, `consent` what it says of the cloud itself, `began_with` the policy
        it began with and `configuration` the version. Either way the decision is recorded: home and refusals within a
        moment, what is cleared for the cloud before this returns.
        """
        newest = self._policies.current
        policies = self._in_force(began_with)
        decision = _decision(policies, destination, model, tenant, who, classification, request_id, attempt)
        decision = msgspec.structs.replace(decision, pseudonymised=pseudonyms_count, configuration=configuration)
        if destination.is_home(self._home_hosts):
            self._audit.note(decision)
            return await self._sealed(body, destination, model, newest, request_id)
        try:
            departure = Departure(tenant, provider, region, frozenset(buildings), consent)
            level, reason = await self._require_clear(body, classification, policies, departure)
            audit_id = await self._kept(_decided(decision, "cleared", level, reason, body))
        except _Stays as stays:
            self._audit.note(_decided(decision, "refused", stays.level or classification.level, stays.reason))
            raise EgressRefused(
                f"{model} is in the cloud and this request stays in the house: {stays.reason}.",
                next_step="Ask a model at home: use the model `auto`.",
                param="model",
            ) from None
        return await self._sealed(body, destination, model, newest, audit_id)

    def refuse(
        self,
        reason: str,
        destination: Destination,
        *,
        model: str,
        tenant: str,
        who: str,
        classification: Classification,
        request_id: str,
        attempt: int = 1,
        began_with: Policy | None = None,
        configuration: int | UnsetType = UNSET,
    ) -> None:
        """Record that a request was kept in before there were bytes to clear."""
        policies = self._in_force(began_with)
        decision = _decision(policies, destination, model, tenant, who, classification, request_id, attempt)
        decision = msgspec.structs.replace(decision, configuration=configuration)
        self._audit.note(_decided(decision, "refused", classification.level, reason))

    def _in_force(self, began_with: Policy | None) -> tuple[Policy, ...]:
        newest = self._policies.current
        return (newest,) if began_with is None or began_with == newest else (began_with, newest)

    async def _require_clear(
        self, body: bytes, classification: Classification, policies: tuple[Policy, ...], departure: Departure
    ) -> tuple[PrivacyClass, str]:
        """The class it leaves with and why it may. Raise `_Stays` where any of the policies is against it."""
        if reason := self.closed():
            raise _Stays(reason)
        # what needs no reading first: most requests that stay are refused in microseconds
        for policy in policies:
            verdict = policy.verdict(classification.level, departure)
            if not verdict.allowed:
                raise _Stays(verdict.reason)
        outgoing = await self._scan(body)
        departure = msgspec.structs.replace(departure, images=outgoing.images)
        for policy in policies:
            _require_nothing_left(outgoing, classification, policy)
            types = {span.type for span in (*outgoing.spans, *classification.spans)} | outgoing.pseudonymised
            level = max([classification.level, *map(policy.level, types)])
            verdict = policy.verdict(level, departure)
            if not verdict.allowed:
                raise _Stays(verdict.reason, level)
        return level, verdict.reason

    async def _scan(self, body: bytes) -> Outgoing:
        try:
            async with asyncio.timeout(self._scan_s):
                return await asyncio.to_thread(read_outgoing, body, self._detector)
        except Exception as error:  # noqa: BLE001 - a detector may fail in any way, and then nothing may leave
            raise _Stays(f"it could not be checked ({type(error).__name__})") from None

    async def _kept(self, decision: Decision) -> str:
        try:
            return await self._audit.keep(decision)
        except VestibuleError as error:
            raise _Stays(f"it cannot be recorded ({error.code})") from None

    async def _sealed(
        self, body: bytes, destination: Destination, model: str, policy: Policy, audit_id: str
    ) -> ClearedRequest:
        cleared = ClearedRequest(
            body=body,
            destination=destination,
            model=model,
            policy_version=policy.version,
            audit_id=audit_id,
            expires_at=self._clock() + CLEARANCE_S,
        )
        if len(body) <= SMALL:
            return self._sealer.seal(cleared)
        return await asyncio.to_thread(self._sealer.seal, cleared)


def _decision(
    policies: Iterable[Policy],
    destination: Destination,
    model: str,
    tenant: str,
    who: str,
    classification: Classification,
    request_id: str,
    attempt: int,
) -> Decision:
    return Decision(
        at=datetime.now(UTC),
        request_id=request_id,
        tenant=tenant,
        who=who,
        level=classification.level.label,
        reasons=classification.reasons,
        policy="+".join(policy.id for policy in policies),
        destination=str(destination),
        model=model,
        action="home",
        attempt=attempt,
    )


class _Stays(Exception):
    def __init__(self, reason: str, level: PrivacyClass | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.level = level


def _decided(decision: Decision, action: Action, level: PrivacyClass, reason: str, body: bytes = b"") -> Decision:
    reasons = (*decision.reasons, reason)
    return msgspec.structs.replace(decision, action=action, level=level.label, reasons=reasons, body=body)


def read_outgoing(body: bytes, detector: Detector) -> Outgoing:
    """Read encoded bytes as they would leave. Blocks.

    Each text is read by itself, and all of them once more in a row: a question for a code and the answer to it are two
    texts. A placeholder is read as a gap. An image is parsed anew: what leaves must be what stripping it leaves of it.
    """
    pseudonymised: set[str] = set()

    def gap(match: re.Match[str]) -> str:
        pseudonymised.add(match[1])
        return GAP

    read = read_body(body)
    spans = [
        span for placed in read.texts for span in detector.detect(_PLACEHOLDER.sub(gap, placed.text), full=placed.prose)
    ]
    together = detector.detect(_PLACEHOLDER.sub(gap, read.in_a_row), full=False)
    spans += [span for span in together if ENTITIES[span.type].level is PrivacyClass.RESTRICTED]
    return Outgoing(
        tuple(spans),
        frozenset(pseudonymised & ENTITIES.keys()),
        images=bool(read.images),
        unstripped=not all(map(_is_stripped, read.images)),
    )


def _is_stripped(image: bytes) -> bool:
    try:
        return stripped(image) == image
    except ImageError:
        return False


def _require_nothing_left(outgoing: Outgoing, classification: Classification, policy: Policy) -> None:
    if outgoing.unstripped:
        raise _Stays("an image in what would leave still holds more than its picture")
    for span in outgoing.spans:
        rule = policy.rule(span.type)
        if rule != "keep":
            raise _Stays(f"{span.type} is in what would leave ({rule})")
    for entity_type in (*(span.type for span in classification.spans), *sorted(outgoing.pseudonymised)):
        if policy.rule(entity_type) == "block":
            raise _Stays(f"{entity_type} was found (block)")
