"""Cuts a parsed document into chunks: one a section, more where a section is longer than the embedder sees.

Knows no format and no store. A chunk never reaches over a heading or a page, and chunks do not overlap: each word of
the document stands in exactly one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import PurePosixPath

import msgspec

from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.sentences import sentences
from vestibule.knowledge.dates import first_date, leading_date
from vestibule.knowledge.mentions import Mentions
from vestibule.knowledge.parsing.section import Parsed, Section

MAX_TOKENS = 220
_CONTEXT_TOKENS = 60
_TITLE_CHARACTERS = 200
_HEADING_CHARACTERS = 120
_BETWEEN_SECTIONS = 2

CountTokens = Callable[[str], int]
Classify = Callable[[str], PrivacyClass]


class Chunk(msgspec.Struct, frozen=True):
    """`text` is the slice [start, end) of the document's text, which is its sections' texts with an empty line between.

    `context`, the title and the headings, is embedded and indexed with the text, and is no part of what is quoted.
    """

    ordinal: int
    locator: str
    context: str
    text: str
    start: int
    end: int
    level: PrivacyClass
    buildings: tuple[str, ...]
    dated: date | None

    @property
    def searched(self) -> str:
        return f"{self.context}\n{self.text}"


class Chunked(msgspec.Struct, frozen=True):
    title: str
    chunks: tuple[Chunk, ...]


class Chunker:
    """Blocks while it works: call it on a thread."""

    def __init__(self, count_tokens: CountTokens, classify: Classify) -> None:
        self._count = count_tokens
        self._classify = classify

    def chunk(self, path: str, parsed: Parsed, mentions: Mentions) -> Chunked:
        """Cut `parsed`; without a title of its own the document is called after its file."""
        title = (parsed.title or _title_of(path))[:_TITLE_CHARACTERS]
        chunks: list[Chunk] = []
        offset = 0
        for section in parsed.sections:
            for start, end in self._cut(section, title):
                chunks.append(self._chunk(len(chunks), title, section, start, end, offset, mentions))
            offset += len(section.text) + _BETWEEN_SECTIONS
        return Chunked(title, tuple(_with_owner(chunks, mentions.of(f"{title}\n{path}"))))

    def _chunk(
        self, ordinal: int, title: str, section: Section, start: int, end: int, offset: int, mentions: Mentions
    ) -> Chunk:
        text = section.text[start:end]
        context = _context(title, section)
        dated = leading_date(text) or next((d for h in reversed(section.headings) if (d := first_date(h))), None)
        searched = f"{context}\n{text}"
        return Chunk(
            ordinal=ordinal,
            locator=_locator(title, section),
            context=context,
            text=text,
            start=offset + start,
            end=offset + end,
            level=self._classify(searched),
            buildings=mentions.of(searched),
            dated=dated,
        )

    def _cut(self, section: Section, title: str) -> Iterator[tuple[int, int]]:
        """Spans of the section that each fit: whole lines while they do, and a dated entry begins a span."""
        room = MAX_TOKENS - min(_CONTEXT_TOKENS, self._count(_context(title, section)))
        begin: int | None = None
        end = used = 0
        for start, stop, tokens in self._pieces(section.text, room):
            if begin is not None and (used + tokens > room or leading_date(section.text[start:stop])):
                yield begin, end
                begin, used = None, 0
            begin = start if begin is None else begin
            end, used = stop, used + tokens
        if begin is not None:
            yield begin, end

    def _pieces(self, text: str, room: int) -> Iterator[tuple[int, int, int]]:
        """Lines as (start, end, tokens); one that does not fit comes in sentences, and such a sentence in halves."""
        position = 0
        for line in text.split("\n"):
            for start, end in _spans(line, [line] if self._count(line) <= room else sentences(line)):
                yield from self._halves(text, position + start, position + end, room)
            position += len(line) + 1

    def _halves(self, text: str, start: int, end: int, room: int) -> Iterator[tuple[int, int, int]]:
        tokens = self._count(text[start:end])
        if tokens <= room or end - start < 2:
            yield start, end, tokens
            return
        middle = (start + end) // 2
        space = text.rfind(" ", start + 1, middle)
        cut = space if space > start else middle
        yield from self._halves(text, start, cut, room)
        follow = cut + 1 if text[cut] == " " else cut
        if follow < end:
            yield from self._halves(text, follow, end, room)


def _spans(line: str, parts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the parts stand in the line; what lies between them is left out."""
    position = 0
    for part in parts:
        if part.strip():
            start = line.index(part, position)
            position = start + len(part)
            yield start, position


def _context(title: str, section: Section) -> str:
    return "\n".join([title, " › ".join(h[:_HEADING_CHARACTERS] for h in section.headings)]).strip()


def _locator(title: str, section: Section) -> str:
    """How a reader finds it: "page 3, § Night setback › Weekends"; the title where there is neither."""
    place = [f"page {section.page}"] if section.page else []
    if section.headings:
        place.append("§ " + " › ".join(h[:_HEADING_CHARACTERS] for h in section.headings))
    return ", ".join(place) or f"§ {title}"


def _title_of(path: str) -> str:
    stem = PurePosixPath(path).stem.replace("_", " ").replace("-", " ").strip()
    return stem[:1].upper() + stem[1:] if stem else path


def _with_owner(chunks: Sequence[Chunk], titled: tuple[str, ...]) -> Sequence[Chunk]:
    """A document about one building is about it in every chunk: one whose title or path names it, or whose opening
    names it and that names no other."""
    named = {building for chunk in chunks for building in chunk.buildings}
    opening = chunks[0].buildings if chunks else ()
    owner = titled if len(titled) == 1 else opening if len(named) == 1 else ()
    if not owner:
        return chunks
    return [msgspec.structs.replace(c, buildings=tuple(sorted({*c.buildings, *owner}))) for c in chunks]
