"""What every parser returns: the title of a document and its sections in reading order.

`Outline` is how parsers build that; it knows headings and pages, and no format.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec

_SPACES = re.compile(r"[^\S\n]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u00ad\ufeff\ufffe\uffff]|[\ud800-\udfff]")


class Section(msgspec.Struct, frozen=True):
    """Text under one heading, on one page where the format has pages (from 1).

    `text` has one paragraph, list item or table row a line. `headings` is the path from the outermost one.
    """

    headings: tuple[str, ...]
    page: int | None
    text: str


class Parsed(msgspec.Struct, frozen=True, tag="parsed"):
    """`title` is "" where the document does not say it."""

    title: str
    sections: tuple[Section, ...]


class Outline:
    """Takes headings and lines in reading order and cuts them into sections."""

    def __init__(self) -> None:
        self.page: int | None = None
        self._path: dict[int, str] = {}
        self._sections: list[Section] = []
        self._lines: list[str] = []
        self._heads: list[tuple[int, str]] = []

    def heading(self, level: int, text: str) -> None:
        """Begin a section; `level` counts from 1."""
        name = one_line(text)
        if not name:
            return
        self._flush()
        self._path = {above: head for above, head in self._path.items() if above < level}
        self._path[level] = name
        self._heads.append((level, name))

    def turn_page(self, page: int) -> None:
        self._flush()
        self.page = page

    def line(self, text: str) -> None:
        """Add a paragraph, an item or a row."""
        cleaned = one_line(text)
        if cleaned:
            self._lines.append(cleaned)

    def verbatim(self, text: str) -> None:
        """Add lines as they are, as in a listing."""
        self._lines.extend(line for raw in clean(text).splitlines() if (line := raw.rstrip()))

    def rows(self, rows: Sequence[Sequence[str]], *, headed: bool) -> None:
        """Add a table, a row a line. With `headed` its first row names the columns and every other line repeats them,
        so that a row makes sense wherever it is quoted."""
        cells = [[one_line(cell) for cell in row] for row in rows]
        if not headed or len(cells) < 2:
            for row in cells:
                self.line(" | ".join(filter(None, row)))
            return
        names = cells[0]
        for row in cells[1:]:
            named = [f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell]
            self.line("; ".join([*named, *filter(None, row[len(names) :])]))

    def parsed(self, title: str = "") -> Parsed:
        """Everything so far. Without `title` an only outermost heading is the title; it is left out of the paths."""
        self._flush()
        name = one_line(title) or self._only_top()
        sections = tuple(
            msgspec.structs.replace(s, headings=s.headings[1:]) if s.headings[:1] == (name,) else s
            for s in self._sections
        )
        return Parsed(name, sections)

    def _only_top(self) -> str:
        if not self._heads:
            return ""
        top = min(level for level, _ in self._heads)
        names = [name for level, name in self._heads if level == top]
        return names[0] if len(names) == 1 and self._heads[0][0] == top else ""

    def _flush(self) -> None:
        if self._lines:
            path = tuple(self._path[level] for level in sorted(self._path))
            self._sections.append(Section(path, self.page, "\n".join(self._lines)))
            self._lines = []


def clean(text: str) -> str:
    """The text in Unicode's composed form, without control characters; every space is a plain one."""
    return _SPACES.sub(" ", _CONTROLS.sub("", unicodedata.normalize("NFC", text.expandtabs())))


def one_line(text: str) -> str:
    """The text cleaned, its line breaks made spaces."""
    return " ".join(clean(text.replace("\r", "\n")).split())
