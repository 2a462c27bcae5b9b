"""The block model that every document is written in, and what a composed document and a fact about one are.

Knows no format: `rendering/` turns blocks into files, `source.py` reads them from the templates.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Heading(msgspec.Struct, frozen=True):
    """`level` 1 is the title of the document, 2 and 3 its parts."""

    level: Literal[1, 2, 3]
    text: str


class Paragraph(msgspec.Struct, frozen=True):
    text: str


class Note(msgspec.Struct, frozen=True):
    """A warning or remark set apart from the running text."""

    text: str


class Items(msgspec.Struct, frozen=True):
    """A list; `ordered` for steps that are done in this order."""

    items: tuple[str, ...]
    ordered: bool = False


class Table(msgspec.Struct, frozen=True):
    """The first row is the header; all rows are of one length."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Note | Items | Table


class Claim(msgspec.Struct, frozen=True):
    """A question whose answer stands in block number `block`, in the words `quote`."""

    block: int
    quote: str
    question: str
    answer: str


class Draft(msgspec.Struct, frozen=True):
    """A document before it has a format. `blocks[0]` is the heading of level 1."""

    path: str
    blocks: tuple[Block, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def title(self) -> str:
        first = self.blocks[0]
        return first.text if isinstance(first, Heading) else self.path

    def heading_of(self, block: int) -> str:
        """Text of the nearest heading at or above a block."""
        return next(b.text for b in reversed(self.blocks[: block + 1]) if isinstance(b, Heading))


class Rendered(msgspec.Struct, frozen=True):
    """The file, and for formats with pages the page (from 1) that each block stands on."""

    content: bytes
    pages: tuple[int, ...] = ()


class Document(msgspec.Struct, frozen=True):
    """`path` is relative to the folder of the documents, with forward slashes."""

    path: str
    media_type: str
    content: bytes
    title: str


class Fact(msgspec.Struct, frozen=True):
    """A question that exactly one passage answers: where it stands and its words as a reader sees them.

    `heading` is the heading above the passage, or "page N" where the document has pages.
    """

    document: str
    heading: str
    question: str
    answer: str
    quote: str


class Documents(msgspec.Struct, frozen=True):
    documents: tuple[Document, ...]
    facts: tuple[Fact, ...]
