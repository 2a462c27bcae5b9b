"""Give a text, a request or evidence its class, by the policy. A detector that errors means restricted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from vestibule.core.chat import ChatRequest
from vestibule.core.evidence import Evidence
from vestibule.core.sensitivity import Classification, PrivacyClass, Span
from vestibule.privacy.general import is_general
from vestibule.privacy.images import ImageError
from vestibule.privacy.policy import Policy, PolicyStore
from vestibule.privacy.texts import Placed, texts_of_evidence, texts_of_request


class Detector(Protocol):
    def detect(self, text: str, *, full: bool = True) -> tuple[Span, ...]:
        """Find spans; with `full` also people, addresses and organisations. May raise: then nothing may leave."""
        ...


class Classifier:
    """Spans raise the class, a caller may raise it, nothing lowers it. `full` is for what may go to the cloud: it looks
    for people, addresses and organisations too. `policy` is the one a request began with, by default the newest."""

    def __init__(self, detector: Detector, policies: PolicyStore | None = None) -> None:
        self._detector = detector
        self._policies = policies or PolicyStore()

    def text(
        self, text: str, floor: PrivacyClass | None = None, *, full: bool = False, policy: Policy | None = None
    ) -> Classification:
        """The class of one text, at least `floor` (by default that of a question), with the spans found in it."""
        policy = policy or self._policies.current
        return self._joint([Placed(text, "")], policy.default_level if floor is None else floor, full, policy)

    def request(self, request: ChatRequest, *, full: bool = False, policy: Policy | None = None) -> Classification:
        """All that comes with a request counts, not only the question. Spans are of their own texts, in order."""
        policy = policy or self._policies.current
        general = policy.default_level is PrivacyClass.INTERNAL and _is_general(request)
        try:
            texts = list(texts_of_request(request))
        except RecursionError:
            return Classification(PrivacyClass.RESTRICTED, ("nested too deeply to be read",))
        except ImageError as error:
            return Classification(PrivacyClass.RESTRICTED, (f"an image {error}",))
        found = self._joint(texts, PrivacyClass.PUBLIC if general else policy.default_level, full, policy)
        return _as_asked(found, request)

    def evidence(self, evidence: Evidence, *, full: bool = False, policy: Policy | None = None) -> Classification:
        """Retrieved material can be more sensitive than the question; with `full` it is read once more."""
        policy = policy or self._policies.current
        known = _level_of(evidence, policy)
        if not full:
            return known
        return self._joint(texts_of_evidence(evidence), PrivacyClass.PUBLIC, full, policy).joined(known)

    def _joint(self, texts: Iterable[Placed], floor: PrivacyClass, full: bool, policy: Policy) -> Classification:
        level, reasons, spans = floor, dict[str, None](), list[Span]()
        for placed in texts:
            if not placed.text:
                continue
            try:
                found = policy.ruled(self._detector.detect(placed.text, full=full and placed.prose))
            except Exception as error:  # noqa: BLE001 - a detector may fail in any way, and then nothing may leave
                return Classification(PrivacyClass.RESTRICTED, (f"detector failed ({type(error).__name__})",))
            for span in found:
                level = max(level, policy.level(span.type))
                where = f" in {placed.place}" if placed.place else ""
                reasons[f"{span.type} found{where} ({span.rule})"] = None
            spans += found
            if placed.floor > PrivacyClass.PUBLIC:
                level = max(level, placed.floor)
                reasons[f"{placed.place} is {placed.floor.label}"] = None
        return Classification(level, tuple(reasons), tuple(spans))


def _is_general(request: ChatRequest) -> bool:
    """Nothing but general questions, one or several, and nothing brought along."""
    if request.tools or request.metadata or request.response_format.schema or request.options.grammar:
        return False
    return all(m.role == "user" and not m.name and not m.images and is_general(m.content) for m in request.messages)


def _as_asked(found: Classification, request: ChatRequest) -> Classification:
    asked = request.options.privacy.level
    if asked is None or PrivacyClass.parse(asked) == found.level:
        return found
    if PrivacyClass.parse(asked) > found.level:
        return Classification(PrivacyClass.parse(asked), (*found.reasons, "raised by the caller"), found.spans)
    reason = "a lower class was asked for and not given"
    return Classification(found.level, (*found.reasons, reason), found.spans)


def _level_of(evidence: Evidence, policy: Policy) -> Classification:
    """The class that passages and results carry already. What several buildings did together is `confidential`."""
    passages = max((p.level for p in evidence.passages), default=PrivacyClass.PUBLIC)
    results = max((r.level for r in evidence.results), default=PrivacyClass.PUBLIC)
    reasons = []
    if passages > PrivacyClass.INTERNAL:
        reasons.append(f"retrieved passages are {passages.label}")
    if results is PrivacyClass.CONFIDENTIAL and policy.terms.aggregated_performance == "block":
        results = PrivacyClass.RESTRICTED
        reasons.append("figures of several buildings are restricted by the policy")
    elif results > PrivacyClass.INTERNAL:
        reasons.append(f"one building's own data are {results.label}")
    return Classification(max(passages, results), tuple(reasons))
