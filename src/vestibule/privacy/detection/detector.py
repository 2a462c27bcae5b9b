"""Find what is private in a text: recognizers, the site's dictionaries and, for what may leave, the tagger.

Fails closed: whatever goes wrong is raised, and means "restricted" to who asked. Knows no class of a whole text and no
policy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol

import msgspec

from vestibule.core.errors import VestibuleError
from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.detection import overlaps
from vestibule.privacy.detection.dictionaries import Dictionaries
from vestibule.privacy.detection.disguises import DISGUISES, MAX_DEPTH, Disguise
from vestibule.privacy.detection.gate import Gate, OpenGate, gate_for
from vestibule.privacy.detection.memo import Memo
from vestibule.privacy.detection.normalisation import normalise
from vestibule.privacy.recognizers import BUILT_IN, Recognizer

WINDOW = 8192
OVERLAP = 512
CONTEXT = 64  # characters behind a match that its pattern may look ahead to
BUDGET_S = 10.0
MEMO_BYTES = 8 * 2**20


class DetectionTimeout(VestibuleError):
    """A text took longer to look through than it was given."""

    code = "deadline"


class EntityTagger(Protocol):
    """Finds people, addresses and organisations. Callable from any thread."""

    def tag(self, text: str) -> Sequence[Span]: ...


class Detector:
    """Safe to use from the event loop and from threads. Compile its gate with `warm` before serving: until then every
    pattern runs over every text, which finds the same and takes longer."""

    def __init__(
        self,
        recognizers: Sequence[Recognizer] = BUILT_IN,
        *,
        tagger: EntityTagger | None = None,
        dictionaries: Dictionaries | None = None,
        memo_bytes: int = MEMO_BYTES,
    ) -> None:
        self._recognizers = tuple(recognizers)
        self._patterns = (*((r.pattern, r.gate) for r in self._recognizers), *((d.pattern, None) for d in DISGUISES))
        self._gate: Gate = OpenGate(self._patterns)
        self._tagger = tagger
        self._dictionaries = dictionaries or Dictionaries()
        self._memo = Memo(memo_bytes)

    def warm(self) -> None:
        """Compile the gate: seconds of work without the interpreter's lock, once for a process."""
        self._gate = _compiled(self._patterns)

    def use(self, dictionaries: Dictionaries) -> None:
        """Look for these from the next text on."""
        self._dictionaries = dictionaries

    def level(self, span: Span) -> PrivacyClass:
        return overlaps.level(span)

    def detect(self, text: str, *, full: bool = True, budget_s: float = BUDGET_S) -> tuple[Span, ...]:
        """Spans in order and apart, in offsets of `text` as given. `full=False` leaves the tagger out.

        Raise `DetectionTimeout` when it takes longer than `budget_s` (asked between stretches of the text).
        """
        dictionaries = self._dictionaries
        digest = self._memo.digest(text, b"%x/%d" % (dictionaries.version, full))
        spans = self._memo.get(digest)
        if spans is None:
            scan = _Scan(self._recognizers, self._gate, dictionaries, time.monotonic() + budget_s)
            spans = overlaps.settle(set(scan.spans(text, self._tagger if full else None)), text)
            self._memo.put(digest, spans)
        return spans


class _Scan:
    """One look through one text, until a deadline."""

    def __init__(
        self, recognizers: tuple[Recognizer, ...], gate: Gate, dictionaries: Dictionaries, deadline: float
    ) -> None:
        self._recognizers = recognizers
        self._gate = gate
        self._dictionaries = dictionaries
        self._deadline = deadline

    def spans(self, text: str, tagger: EntityTagger | None, depth: int = 0) -> Iterator[Span]:
        """Every span of every kind, overlaps and all, in offsets of `text`."""
        reading = normalise(text)
        for span in self._found(reading.text, tagger, depth):
            start, end = reading.original(span.start, span.end)
            same = start == span.start and end == span.end
            yield span if same else msgspec.structs.replace(span, start=start, end=end)

    def _found(self, text: str, tagger: EntityTagger | None, depth: int) -> Iterator[Span]:
        yield from self._dictionaries.find(text)
        for start in range(0, max(len(text), 1), WINDOW):
            if time.monotonic() > self._deadline:
                raise DetectionTimeout(
                    "Looking through this text took too long.", next_step="Send it in smaller pieces."
                )
            yield from self._stretch(text, start, min(start + WINDOW + OVERLAP, len(text)), depth)
        if tagger is not None:
            yield from tagger.tag(text)

    def _stretch(self, text: str, start: int, end: int, depth: int) -> Iterator[Span]:
        """What begins in a stretch. The gate also sees the character before it, which a pattern may ask for. What is
        found far into the overlap is left to the next stretch, which sees all of it."""
        before = max(0, start - 1)
        for index, first, last in self._gate.regions(text[before:end]):
            first, last = max(start, before + first), before + last
            if index < len(self._recognizers):
                found = self._recognizers[index].find(text, first, last, CONTEXT)
            else:
                found = self._revealed(DISGUISES[index - len(self._recognizers)], text, first, last, depth)
            for span in found:
                if end == len(text) or span.start < end - OVERLAP // 2:
                    yield span

    def _revealed(self, disguise: Disguise, text: str, start: int, end: int, depth: int) -> Iterator[Span]:
        """The spans of what a disguise says, each as long as the disguise."""
        if depth == MAX_DEPTH:
            return
        for match in disguise.pattern.finditer(text, start, end + CONTEXT):
            said = disguise.reveal(match.group())
            if said is not None:
                for span in self.spans(said, None, depth + 1):
                    yield msgspec.structs.replace(span, start=match.start(), end=match.end())


@lru_cache(maxsize=2)
def _compiled(patterns: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...]) -> Gate:
    return gate_for(patterns)
