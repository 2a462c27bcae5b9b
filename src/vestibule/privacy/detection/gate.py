"""The gate before the recognizers: one pass that says which patterns may match a text, and where.

Looser than the patterns and never tighter. Hyperscan where it is installed, else RE2; without both every pattern is let
through. The slower ones find the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import importlib.metadata
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

import msgspec

from vestibule.privacy.detection import kept
from vestibule.privacy.detection.alphabet import encode
from vestibule.privacy.detection.compiling import Pair, Patterns, compiled, compiled_apart
from vestibule.privacy.detection.databases import Databases, Region
from vestibule.privacy.detection.expressions import Expression, loosened
from vestibule.storage.private import make_folder


class Gate(Protocol):
    def regions(self, text: str, between: Callable[[], None]) -> list[Region]:
        """Where the patterns may match; those of one pattern are in order and apart. `between` is called now and then,
        and ends the scan by raising."""
        ...


class HyperscanGate:
    """Databases for ASCII, exact about word boundaries, and others for all else. Safe to use from any thread."""

    def __init__(self, patterns: Patterns, cache: Path | None = None) -> None:
        """`cache` is a folder in which what was compiled is kept: to read it takes milliseconds, to compile seconds."""
        self._ascii, self._wide = (cache and _kept(patterns, cache)) or _compiled(patterns, cache)

    def regions(self, text: str, between: Callable[[], None]) -> list[Region]:
        if text.isascii():
            return self._ascii.scan(text.encode("ascii"), between)
        return self._wide.scan(encode(text), between)


class Re2Gate:
    """One search an expression: it says whether a pattern may match, not where. Safe to use from any thread."""

    def __init__(self, patterns: Patterns) -> None:
        self._ascii = [_searching(loosened(*p, ascii_text=True)) for p in patterns]
        self._wide = [_searching(loosened(*p, ascii_text=False)) for p in patterns]

    def regions(self, text: str, between: Callable[[], None]) -> list[Region]:
        data = encode(text)
        searches = self._ascii if text.isascii() else self._wide
        return [Region(index, 0, len(data)) for index, search in enumerate(searches) if search(data)]


def _searching(expression: Expression) -> Callable[[bytes], object]:
    """What is too large to compile lets all through."""
    re2 = importlib.import_module("re2")  # has no types
    options = re2.Options()
    options.encoding, options.dot_nl, options.log_errors = re2.Options.Encoding.LATIN1, True, False
    try:
        search: Callable[[bytes], object] = re2.compile(expression.source, options).search
    except re2.error:
        return lambda data: True
    return search


class OpenGate:
    """Lets every pattern through."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = range(len(patterns))

    def regions(self, text: str, between: Callable[[], None]) -> list[Region]:
        return [Region(index, 0, len(text)) for index in self._patterns]


def gate_for(patterns: Patterns, cache: Path | None = None) -> Gate:
    if importlib.util.find_spec("hyperscan"):
        return HyperscanGate(patterns, cache)
    return Re2Gate(patterns) if importlib.util.find_spec("re2") else OpenGate(patterns)


_Pair = tuple[Databases, Databases]


def _compiled(patterns: Patterns, cache: Path | None) -> _Pair:
    if cache is None:
        return _loaded(compiled(patterns))
    with _alone(cache):
        pair = _kept(patterns, cache)
        if pair:
            return pair
        content = compiled_apart(patterns)
        kept.write(cache, _key(patterns), content)
    return _loaded(content)


def _alone(cache: Path) -> AbstractContextManager[object]:
    """Of the workers that start together one compiles, and the others read what it wrote. Where no lock can be had each
    compiles for itself."""
    try:
        make_folder(cache)
        lock = (cache / ".lock").open("a")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        return nullcontext()
    return lock


def _kept(patterns: Patterns, cache: Path) -> _Pair | None:
    content = kept.read(cache, _key(patterns))
    if content is None:
        return None
    try:
        return _loaded(content)
    except (msgspec.MsgspecError, ValueError):
        return None


def _loaded(content: bytes) -> _Pair:
    ascii_text, wide = msgspec.msgpack.decode(content, type=Pair)
    return Databases(ascii_text), Databases(wide)


def _key(patterns: Patterns) -> str:
    """Stands for everything that what is compiled depends on."""
    digest = hashlib.sha256()
    for part in _ingredients(patterns):
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()[:32]


def _ingredients(patterns: Patterns) -> Iterator[bytes]:
    import hyperscan

    probe = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    probe.compile(expressions=[b"a"])
    # the processor, what compiles, and Python with its parser and its Unicode database
    yield f"{probe.info()!r} {importlib.metadata.version('hyperscan')} {sys.version}".encode()
    for module in ("alphabet", "character_sets", "compiling", "databases", "expressions", "trees"):
        yield Path(__file__).with_name(f"{module}.py").read_bytes()
    for pattern, gate, needs in patterns:
        yield f"{pattern.flags} {pattern.pattern}".encode()
        yield f"{gate.flags} {gate.pattern}".encode() if gate else b""
        yield needs.encode()
