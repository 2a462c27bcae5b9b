"""Cells of a column: in Markdown tables, in lists separated by commas, semicolons or tabs, and in columns of text that
wide gaps hold apart.

Knows no type: a recognizer of a column says how its head reads and what may stand below. A cell is found by its own
form, and its head looked up from there. A table that lies on its side has its heads at the beginning of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_REACH = 16_000  # characters up to the head
_LONGEST_HEAD = 600
_MOST_HEADS = 3  # lines that might be the head: a greeting holds commas too
_BEFORE = 160  # characters before the table that may say whose it is
_QUOTED = re.compile(r"\"[^\"\n]*\"")
_GAP = re.compile(r"[ ]{2,}")

DECIMAL = r"(?(comma)[.]|[.,])"
"""The decimal sign in a cell: no comma where commas hold the cells apart."""

Belongs = Callable[[str], bool]


def cell(form: str, flags: int = re.IGNORECASE, *, gaps: bool = False) -> re.Pattern[str]:
    """A cell of this form between separators or at the edges of its line; with `gaps` also between two wide gaps."""
    if gaps:
        return re.compile(
            rf"(?:(?P<comma>(?<=,))|(?<=[|;\t\n])|(?<=[ ])[ ])[ ]{{0,24}}[\"'`*]{{0,2}}(?P<value>{form})[\"'`*]{{0,2}}"
            r"(?:(?=[ ][ ])|[ ]{0,24}(?![^|,;\t\r\n]))",
            flags,
        )
    return re.compile(
        rf"(?<=[|,;\t\n])[ ]{{0,24}}[\"'`*]{{0,2}}(?P<value>{form})[\"'`*]{{0,2}}[ ]{{0,24}}(?![^|,;\t\r\n])", flags
    )


def below(
    names: str, belongs: Belongs | None = None, means: Belongs | None = None, *, sideways: bool = False
) -> Callable[[re.Match[str]], bool]:
    """Whether a cell's column is called one of `names`, or what `means` takes. `belongs` is asked about what stands
    before the table, its head and the cell's row, and once more without it where that is no caption; `sideways` takes
    tables whose rows are called so."""
    named = re.compile(rf"[\s\"'*`]*(?:{names})[\s\"'*`]*", re.IGNORECASE)

    def is_called(head: str) -> bool:
        return named.fullmatch(head) is not None or (means is not None and len(head) < 60 and means(head))

    def is_below(match: re.Match[str]) -> bool:
        text, start = match.string, match.start("value")
        row = text.rfind("\n", 0, start) + 1
        first = max(text.rfind("\n\n", max(0, row - _REACH), row) + 2, row - _REACH, 0)
        first = 0 if first == 1 else first
        stop = text.find("\n", start)
        line = text[row : stop if stop >= 0 else len(text)]
        mark = _mark(line)
        if not mark or row == 0:
            return False
        cells, before = _cells(line, mark), _column(line, mark, start - row)
        own = (
            sideways and means is not None and before > 0 and means(next((c for c in cells[:before] if c.strip()), ""))
        )
        heads = 0
        while first < row and heads < _MOST_HEADS:
            last = text.find("\n", first, row)
            head = text[first:last]
            called = _cells(head, mark)
            if len(called) == len(cells):
                heads += 1
                if len(head) < _LONGEST_HEAD and (is_called(called[before]) or own):
                    said, said_before = f"{head.replace(mark, ' ')}\n{line}", text[max(0, first - _BEFORE) : first]
                    return belongs is None or belongs(_caption(said_before) + said) or belongs(said_before + said)
            first = last + 1
        return False

    return is_below


def _caption(before: str) -> str:
    """The line above a table that speaks of it: a question or a paragraph that has ended may be about anything."""
    last = before.rstrip().rpartition("\n")[2]
    apart = before.endswith("\n\n")
    return "" if not last or last[-1] in "?!" or (apart and last[-1] == ".") else f"{last}\n"


def _mark(line: str) -> str:
    """What separates the cells of a line: the first of the usual signs that it holds, or wide gaps."""
    return next((c for c in "|\t;," if c in line), "  " if _GAP.search(line.strip()) is not None else "")


def _cells(line: str, mark: str) -> list[str]:
    return _GAP.split(line.rstrip()) if mark == "  " else _blanked(line).split(mark)


def _column(line: str, mark: str, at: int) -> int:
    """Number of the cell that position `at` of the line is in."""
    if mark == "  ":
        return sum(gap.end() <= at for gap in _GAP.finditer(line.rstrip()))
    return _blanked(line)[:at].count(mark)


def _blanked(line: str) -> str:
    """The line with the separators in its quoted cells taken out."""
    return _QUOTED.sub(lambda m: re.sub(r"[|,;\t]", " ", m[0]), line) if '"' in line else line
