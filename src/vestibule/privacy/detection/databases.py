"""Hyperscan's databases for the expressions of one alphabet: compiled on several threads, stored as bytes, scanned.

Knows neither the patterns behind the expressions nor where the bytes are kept.
"""

from __future__ import annotations

import itertools
import os
import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vestibule.privacy.detection.expressions import Expression

if TYPE_CHECKING:
    import hyperscan

_TOGETHER = 20  # a scan is as fast with more in a database, and compiling can be shared between fewer threads
_REPORTS_BETWEEN = 1024
_MOST_THREADS = 4
_DIGITS = b"0123456789"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,."  # which no expression needs


class Region(NamedTuple):
    """Every match of one pattern in the text begins and ends in text[start:end] of one of its regions."""

    pattern: int
    start: int
    end: int


class Around(msgspec.Struct, frozen=True, array_like=True):
    """Of an expression: where a match may begin before an end that is reported, and where it may end behind it."""

    reach: int
    ahead: int
    alphabet: bytes


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """`open` holds the expressions that are too large to compile, `databases` Hyperscan's own form of the others, each
    with the bytes of which a text holds one where there is anything to be found."""

    around: tuple[Around, ...]
    open: tuple[int, ...]
    databases: tuple[tuple[bytes, bytes], ...]


class Databases:
    """Scans for all expressions. Safe to use from any thread.

    Reports the end of every match and not its start, which costs memory and time: how far back a match may begin, and
    of what it is made, is known of each pattern.
    """

    def __init__(self, compiled: Compiled) -> None:
        """Raise `ValueError` for databases of another version of Hyperscan or another processor."""
        self._around = [(each, _foreign(each.alphabet)) for each in compiled.around]
        self._open = compiled.open
        self._databases = [(frozenset(needs), _loaded(stored)) for needs, stored in compiled.databases]
        self._own = threading.local()

    def scan(self, data: bytes, between: Callable[[], None]) -> list[Region]:
        """`between` is called now and then, and ends the scan by raising."""
        own = self._own
        if not hasattr(own, "scans"):
            own.scans = [(needs, _scan(database)) for needs, database in self._databases]
        ends: defaultdict[int, array[int]] = defaultdict(partial(array, "Q"))
        reports = itertools.count(1)

        def report(index: int, _: int, end: int, flags: int, context: object) -> None:
            ends[index].append(end)
            if not next(reports) % _REPORTS_BETWEEN:
                between()

        signs = set(data.translate(None, _LETTERS))
        for needs, scan in own.scans:
            if not needs or not needs.isdisjoint(signs):
                scan(data, report)
        regions = [
            Region(index, *place) for index in ends for place in _places(data, ends[index], *self._around[index])
        ]
        return regions + [Region(index, 0, len(data)) for index in self._open] if self._open else regions


def _scan(database: hyperscan.Database) -> partial[None]:
    """With a scratch of one thread's own: a scan lets go of the interpreter's lock, and a scratch serves one scan."""
    import hyperscan

    return partial(database.scan, scratch=hyperscan.Scratch(database))


def _foreign(alphabet: bytes) -> bytes:
    """A table that makes zeros of all bytes but those, and nothing where there are no others."""
    own = set(alphabet)
    return bytes(sign in own for sign in range(256)) if len(own) < 256 else b""


def _places(data: bytes, ends: Sequence[int], around: Around, table: bytes) -> list[tuple[int, int]]:
    """Where matches may be that end about `ends`, which are in order: no further than their alphabet, and as one where
    they touch."""
    places: list[tuple[int, int]] = []
    reach, ahead = around.reach, around.ahead
    foreign = data.translate(table) if table else b""
    first, last = 0, 0  # of a run of the alphabet
    for end in ends:
        start, finish = max(0, end - reach), end + ahead
        if foreign:
            if end > last:  # what is reported may be one byte behind the match
                first, last = foreign.rfind(0, 0, max(end - 1, 0)) + 1, foreign.find(0, end)
                last = last if last >= 0 else len(data)
            start, finish = max(start, first), min(finish, max(last, end))
        if places and start <= places[-1][1]:
            before, behind = places.pop()
            start, finish = min(start, before), max(finish, behind)
        places.append((start, finish))
    return places


def compiled_databases(expressions: Sequence[Expression]) -> Compiled:
    """Compile without the interpreter's lock, a few expressions a database."""
    parts = _parts(expressions)
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), "gate") as pool:
        compiled = list(pool.map(_compiled, [sources for _, sources in parts]))
    return Compiled(
        around=tuple(Around(e.reach, e.ahead, e.alphabet) for e in expressions),
        open=tuple(index for _, too_large in compiled for index in too_large),
        databases=tuple(
            (needs, stored) for (needs, _), (databases, _) in zip(parts, compiled, strict=True) for stored in databases
        ),
    )


def _parts(expressions: Sequence[Expression]) -> list[tuple[bytes, list[tuple[int, bytes]]]]:
    """Together what is looked for under like conditions, and not more apart: each database that is scanned costs."""
    groups: defaultdict[str, list[tuple[int, Expression]]] = defaultdict(list)
    for index, expression in enumerate(expressions):
        kinds = {"digit" if sign in _DIGITS else "line" if sign in b"\n" else "sign" for sign in expression.needs}
        groups[" ".join(sorted(kinds))].append((index, expression))
    return [
        (bytes({sign for _, expression in group for sign in expression.needs}), [(i, e.source) for i, e in part])
        for _, group in sorted(groups.items())
        for part in (group[first : first + _TOGETHER] for first in range(0, len(group), _TOGETHER))
    ]


def _compiled(sources: Sequence[tuple[int, bytes]]) -> tuple[list[bytes], list[int]]:
    """The databases, and the expressions that are too large by themselves: what is too large together is divided."""
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    ids, expressions = zip(*sources, strict=True)
    try:
        database.compile(expressions=expressions, ids=ids, flags=hyperscan.HS_FLAG_DOTALL)
    except hyperscan.error:
        if len(sources) == 1:
            return [], list(ids)
        half = len(sources) // 2
        first, second = _compiled(sources[:half]), _compiled(sources[half:])
        return first[0] + second[0], first[1] + second[1]
    return [hyperscan.dumpb(database)], []


def _loaded(stored: bytes) -> hyperscan.Database:
    import hyperscan

    try:
        return hyperscan.loadb(stored, hyperscan.HS_MODE_BLOCK)
    except hyperscan.error as error:
        raise ValueError("this database is not for this machine") from error
