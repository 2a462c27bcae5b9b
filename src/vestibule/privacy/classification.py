"""Give a text, a request or evidence its class. A detector that errors means restricted: the request stays home."""

from __future__ import annotations

from vestibule.core.chat import ChatRequest
from vestibule.core.evidence import Evidence
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.privacy.detection import Detector


class Classifier:
    """The default class of a question is internal; spans raise it, nothing lowers it."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def text(self, text: str, floor: PrivacyClass = PrivacyClass.INTERNAL) -> Classification:
        try:
            spans = self._detector.detect(text)
            level = max((self._detector.level(s) for s in spans), default=floor)
        except Exception as error:  # noqa: BLE001 - a detector may fail in any way, and then nothing may leave
            return Classification(PrivacyClass.RESTRICTED, (f"detector failed ({type(error).__name__})",))
        reasons = tuple(dict.fromkeys(f"{s.type} found ({s.rule})" for s in spans))
        return Classification(max(level, floor), reasons, spans)

    def request(self, request: ChatRequest) -> Classification:
        """Every message counts, not only the last; the caller may raise the class."""
        whole = Classification(PrivacyClass.INTERNAL)
        for message in request.messages:
            whole = self.text(message.content).joined(whole)
        asked = request.options.privacy.level
        if asked is not None and PrivacyClass.parse(asked) > whole.level:
            whole = Classification(PrivacyClass.parse(asked), (*whole.reasons, "raised by the caller"))
        return whole

    def evidence(self, evidence: Evidence) -> Classification:
        """Retrieved material can be more sensitive than the question."""
        if evidence.level <= PrivacyClass.INTERNAL:
            return Classification(evidence.level)
        kinds = []
        if any(p.level > PrivacyClass.INTERNAL for p in evidence.passages):
            kinds.append(f"retrieved passages are {max(p.level for p in evidence.passages).label}")
        if any(r.level > PrivacyClass.INTERNAL for r in evidence.results):
            kinds.append(f"one building's own data are {max(r.level for r in evidence.results).label}")
        return Classification(evidence.level, tuple(kinds))
