"""Cells of a column: in Markdown tables and in lists separated by commas, semicolons or tabs.

Knows no type: a recognizer of a column says how its head reads and what may stand below. A cell is found by its own
form, and its head looked up from there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_REACH = 16_000  # characters up to the head
_LONGEST_HEAD = 600
_MOST_HEADS = 3  # lines that might be the head: a greeting holds commas too
_BEFORE = 160  # characters before the table that may say whose it is
_QUOTED = re.compile(r"\"[^\"\n]*\"")


def cell(form: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A cell of this form between separators or at the edges of its line."""
    return re.compile(
        rf"(?<=[|,;\t\n])[ ]{{0,24}}[\"'`*]{{0,2}}(?P<value>{form})[\"'`*]{{0,2}}[ ]{{0,24}}(?![^|,;\t\r\n])", flags
    )


def below(names: str, belongs: Callable[[str], bool] | None = None) -> Callable[[re.Match[str]], bool]:
    """Whether a cell's column is called one of `names`. `belongs` is asked about what stands before the table, its head
    and the cell's row."""
    named = re.compile(rf"[\s\"'*`]*(?:{names})[\s\"'*`]*", re.IGNORECASE)

    def is_below(match: re.Match[str]) -> bool:
        text, start = match.string, match.start("value")
        row = text.rfind("\n", 0, start) + 1
        first = max(text.rfind("\n\n", max(0, row - _REACH), row) + 2, row - _REACH, 0)
        first = 0 if first == 1 else first
        stop = text.find("\n", start)
        line = text[row : stop if stop >= 0 else len(text)]
        mark = next((c for c in "|\t;," if c in line), "")
        if not mark or row == 0:
            return False
        blanked = _blanked(line)
        before, marks, heads = blanked.count(mark, 0, start - row), blanked.count(mark), 0
        while first < row and heads < _MOST_HEADS:
            last = text.find("\n", first, row)
            head = text[first:last]
            cells = _blanked(head).split(mark)
            if len(cells) == marks + 1:
                heads += 1
                if len(head) < _LONGEST_HEAD and named.fullmatch(cells[before]) is not None:
                    said = f"{text[max(0, first - _BEFORE) : first]}{head.replace(mark, ' ')}\n{line}"
                    return belongs is None or belongs(said)
            first = last + 1
        return False

    return is_below


def _blanked(line: str) -> str:
    """The line with the separators in its quoted cells taken out."""
    return _QUOTED.sub(lambda m: re.sub(r"[|,;\t]", " ", m[0]), line) if '"' in line else line
