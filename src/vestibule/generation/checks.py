"""Check an answer sentence by sentence before it is released: its citations exist, its numbers are in the evidence.

A sentence that fails is withheld. Scores are shares of sentences that passed, `None` where there was nothing to check.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import msgspec

from vestibule.core.answer import Citation
from vestibule.core.evidence import Passage, Quantity, ToolResult
from vestibule.core.generation import ModelRequest, Source
from vestibule.core.sentences import numbers, sentences

SAID_BY_CALLER = 4_000  # characters of a turn whose numbers an answer may repeat
TURNS = 8
MARKER = re.compile(r"\s?\[(\d{1,3})\]")
_SENTENCE_END = re.compile(r"[.!?](?:\s?\[\d{1,3}\])*\s+|\n+")


class Tally(msgspec.Struct):
    passed: int = 0
    failed: int = 0

    @property
    def share(self) -> float | None:
        checked = self.passed + self.failed
        return self.passed / checked if checked else None


class AnswerCheck:
    """Checks one answer against the evidence it was asked to rest on. `live` are the sources that still resolve.

    JSON is measured and not cut: half an object helps nobody. An answer that rests on no evidence has nothing to be
    checked against, and a number may have been read off an image.
    """

    def __init__(self, request: ModelRequest, live: Collection[int]) -> None:
        self._sources = {s.index: s for s in request.sources if s.index in live}
        self._request = request
        self._is_prose = request.response_format.kind == "text"
        self._rests = request.prompt != request.messages
        self._sees = any(message.images for message in request.messages)
        self._held = ""
        self._cited: dict[int, list[str]] = {}
        self.citations = Tally()
        self.numbers = Tally()

    @cached_property
    def _allowed(self) -> _Numbers:
        """Read once an answer has a number: most have none."""
        return _Numbers(self._request)

    def feed(self, text: str) -> str:
        """Take what a provider streams, return what may be released: whole sentences that pass, as laid out. What is
        not cut is not held."""
        if not self._rests:
            return text
        self._held += text
        cut = max((m.end() for m in _SENTENCE_END.finditer(self._held)), default=0)
        complete, self._held = self._held[:cut], self._held[cut:]
        checked = self._checked(complete)
        return checked if self._is_prose else text

    def finish(self) -> str:
        """Return what is left of the last, perhaps unfinished, sentence."""
        rest, self._held = self._held, ""
        checked = self._checked(rest)
        return checked if self._is_prose else ""

    def _checked(self, text: str) -> str:
        for sentence in sentences(text):
            if not self._passes(sentence) and self._is_prose:
                text = text.replace(sentence, "", 1)
        return text

    def _passes(self, sentence: str) -> bool:
        marks = [int(n) for n in MARKER.findall(sentence)]
        bare = MARKER.sub("", sentence)
        cited_well = all(n in self._sources for n in marks)
        found = numbers(bare)
        numbered_well = self._sees or not found or self._allowed.contain(found)
        if marks:
            self.citations.passed += cited_well
            self.citations.failed += not cited_well
        if found and not self._sees:
            self.numbers.passed += numbered_well
            self.numbers.failed += not numbered_well
        if cited_well and numbered_well:
            for n in dict.fromkeys(marks):
                self._cited.setdefault(n, []).append(bare)
        return cited_well and numbered_well

    def cited(self) -> tuple[Citation, ...]:
        """One citation for each source that a released sentence names, with the exact span it rests on."""
        return tuple(_citation(self._sources[n], said) for n, said in sorted(self._cited.items()))


class _Numbers:
    """Numbers an answer may say: those of the evidence and the question, and quantities rounded to any precision."""

    def __init__(self, request: ModelRequest) -> None:
        self._literal: set[float] = set()
        self._quantities: list[float] = []
        texts: list[str] = [m.content[:SAID_BY_CALLER] for m in request.messages[-TURNS:]] + list(request.gaps)
        for source in request.sources:
            texts.extend(_texts(source))
            if isinstance(source.origin, ToolResult):
                self._quantities.extend(abs(q.value) for q in _quantities(source.origin))
        for text in texts:
            self._literal.update(value for value, _ in numbers(text))

    def contain(self, found: Iterable[tuple[float, int]]) -> bool:
        return all(
            value in self._literal or any(round(q, decimals) == value for q in self._quantities)
            for value, decimals in found
        )


def _quantities(result: ToolResult) -> list[Quantity]:
    return [*result.quantities, *(q for finding in result.findings for q in finding.quantities)]


def _texts(source: Source) -> list[str]:
    """All that may be repeated."""
    origin = source.origin
    if isinstance(origin, Passage):
        return [origin.title, origin.locator, origin.text]
    found = [text for f in origin.findings for text in (f.period.label, f.summary, *f.signs)]
    return [origin.building, origin.period.label, origin.method, *origin.statements, *found]


def _citation(source: Source, said: Sequence[str]) -> Citation:
    origin = source.origin
    if isinstance(origin, ToolResult):
        return Citation(
            index=source.index,
            document_id=origin.id,
            title=f"{origin.building}: {(origin.utility or 'all meters').replace('_', ' ')}, {origin.tool}",
            locator=f"{origin.period.label}; {origin.coverage:.0%} of hours present; {origin.method}",
            quote=" ".join(origin.statements),
        )
    return Citation(source.index, origin.document_id, origin.title, origin.locator, _span(origin.text, said))


def _span(text: str, said: Sequence[str]) -> str:
    """The exact stretch of the passage that the sentences come from; the nearest sentence where none is verbatim."""
    pieces = sentences(text)
    starts = [(text.find(s), s) for s in _verbatim(pieces, said)]
    if starts:
        first = min(at for at, _ in starts)
        last = max(at + len(s) for at, s in starts)
        return text[first:last]
    words = set(re.findall(r"\w{3,}", " ".join(said).lower()))
    return max(pieces, key=lambda p: len(words & set(re.findall(r"\w{3,}", p.lower()))), default=text)


def _verbatim(pieces: Sequence[str], said: Sequence[str]) -> list[str]:
    return [p for p in pieces if any(p.rstrip(".!?:") in s for s in said)]
