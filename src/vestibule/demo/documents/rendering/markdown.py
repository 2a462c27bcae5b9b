"""Blocks as CommonMark with pipe tables."""

from __future__ import annotations

import re

from vestibule.demo.documents.blocks import Block, Draft, Heading, Items, Note, Rendered, Table

# Characters that would be read as markup. `#` inside a line (a keypad code such as 4711#) is not.
_MARKUP = re.compile(r"([\\`*_\[\]<>])")


def render(draft: Draft) -> Rendered:
    """One UTF-8 file that ends with a line break."""
    return Rendered(("\n\n".join(_block(block) for block in draft.blocks) + "\n").encode())


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_escape(text)}"
        case Items(items, ordered):
            return "\n".join(f"{f'{n}.' if ordered else '-'} {_escape(item)}" for n, item in enumerate(items, 1))
        case Table(rows):
            lines = [f"| {' | '.join(_escape(cell) for cell in row)} |" for row in rows]
            return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])
        case Note(text):
            return f"> {_escape(text)}"
    return _escape(block.text)


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
