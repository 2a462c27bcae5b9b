"""Find what is private in a text: recognizers, the site's dictionaries and, for what may leave, the tagger.

Fails closed: whatever goes wrong is raised, and means "restricted" to who asked. Knows no class of a whole text and no
policy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec

from vestibule.core.errors import VestibuleError
from vestibule.core.sensitivity import PrivacyClass, Span
from vestibule.privacy.detection import overlaps
from vestibule.privacy.detection.compiling import Sought
from vestibule.privacy.detection.dictionaries import Dictionaries
from vestibule.privacy.detection.disguises import DISGUISES, MAX_DEPTH, Disguise
from vestibule.privacy.detection.gate import Gate, OpenGate, gate_for
from vestibule.privacy.detection.memo import Memo
from vestibule.privacy.detection.normalisation import normalise
from vestibule.privacy.detection.reading import Reading
from vestibule.privacy.detection.stretches import stretches
from vestibule.privacy.recognizers import BUILT_IN, Recognizer

BUDGET_S = 10.0
MEMO_BYTES = 2 * 2**20
_LOCAL, _FULL, _UNSETTLED = b"l", b"f", b"u"  # what the memo holds of a text

_PARAGRAPH = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_ROW = re.compile(r"[\t|;]|,[^\s\d]")


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
        cache: Path | None = None,
    ) -> None:
        """`cache` is a folder in which the compiled gate is kept for the next start."""
        self._recognizers = tuple(recognizers)
        self._patterns = (
            *(Sought(r.pattern, r.gate, r.needs) for r in self._recognizers),
            *(Sought(d.pattern) for d in DISGUISES),
        )
        self._behind = _behind(self._recognizers)
        self._gate: Gate = OpenGate(self._patterns)
        self._tagger = tagger
        self._dictionaries = dictionaries or Dictionaries()
        self._memo = Memo(memo_bytes)
        self._cache = cache

    def warm(self) -> None:
        """Compile the gate: seconds of work, most of it without the interpreter's lock; milliseconds where it is kept
        in the cache's folder."""
        self._gate = _compiled(self._patterns, self._cache)

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
        digest = self._memo.digest(text, b"%x" % dictionaries.version)
        spans = self._memo.get(digest + (_FULL if full else _LOCAL))
        if spans is None:
            scan = _Scan(self._recognizers, self._behind, self._gate, dictionaries, time.monotonic() + budget_s)
            spans = overlaps.settle(self._found(scan, text, digest, self._tagger if full else None), text)
            self._memo.put(digest + (_FULL if full else _LOCAL), spans)
        return spans

    def _found(self, scan: _Scan, text: str, digest: bytes, tagger: EntityTagger | None) -> set[Span]:
        """What may leave was looked through before, as what stays at home is: then only the tagger's part is new."""
        known = self._memo.get(digest + _UNSETTLED) if tagger else None
        if tagger and known is not None:
            return {*known, *scan.tagged(text, tagger)}
        found = set(scan.spans(text, tagger))
        if tagger is None and not scan.revealed:
            self._memo.put(digest + _UNSETTLED, tuple(found))
        return found


class _Scan:
    """One look through one text, until a deadline."""

    def __init__(
        self,
        recognizers: tuple[Recognizer, ...],
        behind: tuple[int, ...],
        gate: Gate,
        dictionaries: Dictionaries,
        deadline: float,
    ) -> None:
        """`behind`: for each recognizer the one that the gate must let through too, or itself."""
        self._recognizers = recognizers
        self._behind = behind
        self._gate = gate
        self._dictionaries = dictionaries
        self._deadline = deadline
        self.revealed = False  # whether some disguise said another text, which the tagger reads too

    def spans(self, text: str, tagger: EntityTagger | None, depth: int = 0) -> Iterator[Span]:
        """Every span of every kind, overlaps and all, in offsets of `text`."""
        reading = normalise(text)
        return _in_original(reading, self._found(reading.text, tagger, depth))

    def tagged(self, text: str, tagger: EntityTagger) -> Iterator[Span]:
        """Those of them that the tagger finds in the text itself."""
        reading = normalise(text)
        return _in_original(reading, tagger.tag(reading.text))

    def _found(self, text: str, tagger: EntityTagger | None, depth: int) -> Iterator[Span]:
        """What stands in the text as laid out, and what does once wrapped lines are one: a cue may end a line and its
        value begin the next."""
        yield from self._dictionaries.find(text)
        yield from self._matches(text, tagger, depth)
        if "\n" in text and not (unwrapped := _unwrapped(text)).isspace():
            yield from self._matches(unwrapped, tagger, depth)
        if tagger is not None:
            yield from tagger.tag(text)

    def _matches(self, text: str, tagger: EntityTagger | None, depth: int) -> Iterator[Span]:
        regions = self._gate.regions(text, self._look_at_clock)
        let_through = {region.pattern for region in regions}
        for index, start, end in regions:
            disguise = index - len(self._recognizers)
            if disguise < 0 and self._behind[index] not in let_through:
                continue
            pattern = self._recognizers[index].pattern if disguise < 0 else DISGUISES[disguise].pattern
            for first, last, context in stretches(pattern, start, end):
                self._look_at_clock()
                if disguise < 0:
                    yield from self._recognizers[index].find(text, first, last, context)
                elif depth < MAX_DEPTH:
                    yield from self._revealed(DISGUISES[disguise], text, first, last, context, tagger, depth)

    def _revealed(
        self,
        disguise: Disguise,
        text: str,
        start: int,
        end: int,
        context: int,
        tagger: EntityTagger | None,
        depth: int,
    ) -> Iterator[Span]:
        """The spans of what a disguise says, each as long as the disguise."""
        for match in disguise.pattern.finditer(text, start, end + context):
            said = disguise.reveal(match.group()) if match.end() <= end else None
            if said is not None:
                self.revealed = True
                for span in self.spans(said, tagger, depth + 1):
                    yield msgspec.structs.replace(span, start=match.start(), end=match.end())

    def _look_at_clock(self) -> None:
        if time.monotonic() > self._deadline:
            raise DetectionTimeout("Looking through this text took too long.", next_step="Send it in smaller pieces.")


def _in_original(reading: Reading, spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        start, end = reading.original(span.start, span.end)
        same = start == span.start and end == span.end
        yield span if same else msgspec.structs.replace(span, start=start, end=end)


def _behind(recognizers: Sequence[Recognizer]) -> tuple[int, ...]:
    places = {id(recognizer): index for index, recognizer in enumerate(recognizers)}
    return tuple(places.get(id(r.behind), index) for index, r in enumerate(recognizers))


def _unwrapped(text: str) -> str:
    """The text with single line breaks as spaces, but for those between two rows of a table: what stands at the end of
    one has nothing to do with the head of the next. Paragraphs in which that changes nothing are left blank: they have
    been read."""
    return _PARAGRAPH.sub(lambda match: _one_line(match[0]), text)


def _one_line(paragraph: str) -> str:
    lines = paragraph.split("\n")
    rows = [_ROW.search(line) is not None for line in lines]
    joined = lines[0]
    for at in range(1, len(lines)):
        joined += ("\n" if rows[at - 1] and rows[at] else " ") + lines[at]
    return joined if joined != paragraph else "\n" * len(paragraph)


@lru_cache(maxsize=2)
def _compiled(patterns: tuple[Sought, ...], cache: Path | None) -> Gate:
    return gate_for(patterns, cache)
