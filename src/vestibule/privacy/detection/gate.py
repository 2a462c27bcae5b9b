"""The gate before the recognizers: one pass that says which patterns may match a text, and where.

Looser than the patterns and never tighter. Hyperscan where it is installed; where it has no wheel every pattern is let
through, which is slower and finds the same.
"""

from __future__ import annotations

import importlib.util
import re
import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from vestibule.privacy.detection.alphabet import encode
from vestibule.privacy.detection.expressions import Expression, loosened

if TYPE_CHECKING:
    import hyperscan

# A pattern, and a looser one to let it through where its author knows better than `loosened`.
Patterns = Sequence[tuple[re.Pattern[str], re.Pattern[str] | None]]
_TOGETHER = 8


class Region(NamedTuple):
    """Every match of one pattern in the text begins and ends in text[start:end] of one of its regions."""

    pattern: int
    start: int
    end: int


class Gate(Protocol):
    def regions(self, text: str) -> list[Region]:
        """Where the patterns may match; those of one pattern are in order and apart."""
        ...


class HyperscanGate:
    """Databases for ASCII, exact about word boundaries, and others for all else. Safe to use from any thread."""

    def __init__(self, patterns: Patterns) -> None:
        self._ascii = _Databases([loosened(*p, ascii_text=True) for p in patterns])
        self._wide = _Databases([loosened(*p, ascii_text=False) for p in patterns])

    def regions(self, text: str) -> list[Region]:
        if text.isascii():
            return self._ascii.scan(text.encode("ascii"))
        return self._wide.scan(encode(text))


class OpenGate:
    """Lets every pattern through."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = range(len(patterns))

    def regions(self, text: str) -> list[Region]:
        return [Region(index, 0, len(text)) for index in self._patterns]


def gate_for(patterns: Patterns) -> Gate:
    return HyperscanGate(patterns) if importlib.util.find_spec("hyperscan") else OpenGate(patterns)


class _Databases:
    """Hyperscan's databases for many expressions, and a scan of all of them.

    Reports the end of every match and not its start, which would cost memory and time: how far back a match may begin
    is known of each pattern. Few expressions a database, since the time to compile one grows faster than its size.
    """

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._around = [(expression.reach, expression.ahead) for expression in expressions]
        indexed = list(enumerate(expression.source for expression in expressions))
        self._open: list[int] = []
        self._databases = [
            database
            for first in range(0, len(indexed), _TOGETHER)
            for database in self._compiled(indexed[first : first + _TOGETHER])
        ]
        self._own = threading.local()

    def scan(self, data: bytes) -> list[Region]:
        """One scratch a thread: a scan lets go of the interpreter's lock, and a scratch serves one scan at a time."""
        try:
            scans = self._own.scans
        except AttributeError:
            scans = self._own.scans = [partial(d.scan, scratch=_scratch(d)) for d in self._databases]
        around = self._around
        starts: dict[int, list[int]] = {}
        ends: dict[int, list[int]] = {}

        def report(index: int, _: int, end: int, flags: int, context: object) -> None:
            reach, ahead = around[index]
            start, end = max(0, end - reach), end + ahead
            known = ends.get(index)
            if known is None:
                starts[index], ends[index] = [start], [end]
            elif start <= known[-1]:
                known[-1] = end
            else:
                starts[index].append(start)
                known.append(end)

        for scan in scans:
            scan(data, report)
        found = [Region(i, *region) for i in ends for region in zip(starts[i], ends[i], strict=True)]
        return found + [Region(i, 0, len(data)) for i in self._open] if self._open else found

    def _compiled(self, sources: Sequence[tuple[int, bytes]]) -> list[hyperscan.Database]:
        """What is too large for one database is divided; an expression that is too large by itself lets all through."""
        import hyperscan

        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        ids, expressions = zip(*sources, strict=True)
        try:
            database.compile(expressions=expressions, ids=ids, flags=hyperscan.HS_FLAG_DOTALL)
        except hyperscan.error:
            if len(sources) == 1:
                self._open.append(ids[0])
                return []
            half = len(sources) // 2
            return self._compiled(sources[:half]) + self._compiled(sources[half:])
        return [database]


def _scratch(database: hyperscan.Database) -> hyperscan.Scratch:
    import hyperscan

    return hyperscan.Scratch(database)
