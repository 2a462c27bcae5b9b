"""Hyperscan's databases for the expressions of one alphabet: compiled on several threads, stored as bytes, scanned.

Knows neither the patterns behind the expressions nor where the bytes are kept.
"""

from __future__ import annotations

import itertools
import os
import re
import threading
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
_DIGIT = re.compile(rb"[0-9]")


class Region(NamedTuple):
    """Every match of one pattern in the text begins and ends in text[start:end] of one of its regions."""

    pattern: int
    start: int
    end: int


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """`around` holds reach and ahead of each expression, `open` the expressions that are too large to compile,
    `databases` Hyperscan's own form of the others, of those that need a digit apart."""

    around: tuple[tuple[int, int], ...]
    open: tuple[int, ...]
    databases: tuple[bytes, ...]
    with_digit: tuple[bytes, ...]


class Databases:
    """Scans for all expressions. Safe to use from any thread.

    Reports the end of every match and not its start, which costs memory and time: how far back a match may begin is
    known of each pattern.
    """

    def __init__(self, compiled: Compiled) -> None:
        """Raise `ValueError` for databases of another version of Hyperscan or another processor."""
        self._around = compiled.around
        self._open = compiled.open
        self._databases = [_loaded(stored) for stored in compiled.databases]
        self._with_digit = [_loaded(stored) for stored in compiled.with_digit]
        self._own = threading.local()

    def scan(self, data: bytes, between: Callable[[], None]) -> list[Region]:
        """`between` is called now and then, and ends the scan by raising."""
        own = self._own
        if not hasattr(own, "scans"):
            own.scans = [_scan(database) for database in self._databases]
            own.with_digit = [_scan(database) for database in self._with_digit]
        around = self._around
        found: dict[int, list[tuple[int, int]]] = {}
        reports = itertools.count(1)

        def report(index: int, _: int, end: int, flags: int, context: object) -> None:
            reach, ahead = around[index]
            _add(found, index, max(0, end - reach), end + ahead)
            if not next(reports) % _REPORTS_BETWEEN:
                between()

        for scan in (*own.scans, *own.with_digit) if _DIGIT.search(data) else own.scans:
            scan(data, report)
        regions = [Region(index, *place) for index, places in found.items() for place in places]
        return regions + [Region(index, 0, len(data)) for index in self._open] if self._open else regions


def _scan(database: hyperscan.Database) -> partial[None]:
    """With a scratch of one thread's own: a scan lets go of the interpreter's lock, and a scratch serves one scan."""
    import hyperscan

    return partial(database.scan, scratch=hyperscan.Scratch(database))


def _add(found: dict[int, list[tuple[int, int]]], index: int, start: int, end: int) -> None:
    """Add a place that ends behind those before it, as one with the last of them where they touch."""
    places = found.setdefault(index, [])
    if places and start <= places[-1][1]:
        start = min(start, places.pop()[0])
    places.append((start, end))


def compiled_databases(expressions: Sequence[Expression]) -> Compiled:
    """Compile without the interpreter's lock, a few expressions a database."""
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), "gate") as pool:
        plain = list(pool.map(_compiled, _parts(expressions, digit=False)))
        with_digit = list(pool.map(_compiled, _parts(expressions, digit=True)))
    return Compiled(
        around=tuple((expression.reach, expression.ahead) for expression in expressions),
        open=tuple(index for _, too_large in plain + with_digit for index in too_large),
        databases=tuple(stored for databases, _ in plain for stored in databases),
        with_digit=tuple(stored for databases, _ in with_digit for stored in databases),
    )


def _parts(expressions: Sequence[Expression], *, digit: bool) -> list[list[tuple[int, bytes]]]:
    chosen = [(i, expression.source) for i, expression in enumerate(expressions) if expression.digit == digit]
    return [chosen[first : first + _TOGETHER] for first in range(0, len(chosen), _TOGETHER)]


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
