"""Loosen a Python pattern into an expression for the gate: it matches wherever the pattern does, and maybe elsewhere.

Built from Python's own parse of the pattern, so that there is one definition of what is found. Look-arounds that are
one character at the pattern's edges are kept, others dropped; references to groups become anything. Where text is not
ASCII, word boundaries are dropped too: the gate's idea of a letter is not Python's.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from vestibule.privacy.detection.alphabet import OTHER, WORD, written
from vestibule.privacy.detection.character_sets import SINGLE, members
from vestibule.privacy.detection.trees import (
    EVERYWHERE,
    alternatives,
    cut,
    head,
    needed,
    rarity,
    told_apart,
)

# The standard library's parser: private by name, the same from 3.11 on, and the only one that agrees with `re`.
_parse: Callable[[str, int], Any] = importlib.import_module("re._parser").parse
# counting further makes the gate slow to build and to run, and lets hardly less through
_MAX_REPEATS, _MAX_GROUPS, _MOST_NEEDED = 8, 1, 32
_FAR = 2**40
_ATOM = re.compile(r"\[[^\]]*\]|\\x..|[A-Za-z0-9 ]")
_MOST_ATOMS = (400, 2000)  # for an expression as it is, and a coarse one
_HEAD = 5  # characters of a pattern that is still too large which are looked for
_SHORT = {(0, 1): "?", (1, 1): ""}
_ANYTHING = r"[\x00-\xff]"
ALL = bytes(range(256))


@dataclass(frozen=True)
class Expression:
    """`reach` is the most characters from where a match of the pattern begins to where the expression ends, `ahead`
    the most from there to where that match ends. Every text with a match holds one of the bytes that it `needs`, where
    it needs any, and between such an end and the ends of its match stands nothing but bytes of the `alphabet`."""

    source: bytes
    reach: int
    ahead: int = 0
    needs: bytes = b""
    alphabet: bytes = ALL


def loosened(
    pattern: re.Pattern[str], gate: re.Pattern[str] | None = None, needs: str = "", *, ascii_text: bool
) -> Expression:
    """The expression for `pattern`, or for a `gate` that matches within each of its matches, over the gate's alphabet;
    for texts that hold one of the characters in `needs`, where it says any. Raise `ValueError` for a pattern that
    matches nothing."""
    expression = outer = _loosened(pattern, ascii_text)
    if gate is not None:
        inner = _loosened(gate, ascii_text)
        alphabet = bytes({*inner.alphabet, *outer.alphabet})
        expression = Expression(inner.source, outer.reach, outer.reach, _rarest(inner.needs, outer.needs), alphabet)
    return replace(expression, needs=_rarest(expression.needs, needs.encode("ascii")))


def _rarest(*needs: bytes) -> bytes:
    return min(filter(None, needs), key=lambda each: rarity(frozenset(each)), default=b"")


def _loosened(pattern: re.Pattern[str], ascii_text: bool) -> Expression:
    tree = _parse(pattern.pattern, pattern.flags)
    shortest, longest = tree.getwidth()
    if shortest == 0:
        raise ValueError(f"{pattern.pattern!r} matches nothing: every recognizer must need a character")
    width = min(longest, _FAR)
    known = _known(tree, pattern.flags, ascii_text)
    beginning, following = cut(tree, pattern.flags) or (list(tree), 0)
    apart = told_apart(beginning)
    for coarse in (False, True):
        writer = _Writer(ascii_text, coarse=coarse)
        source = writer.whole(apart, pattern.flags)
        if len(_ATOM.findall(source)) <= _MOST_ATOMS[coarse]:
            break
    else:
        first, _ = head(list(tree), _HEAD)
        source = _Writer(ascii_text, coarse=True).sequence(first, pattern.flags, first=True)
        return Expression(source.encode("ascii"), width + 2, width, *known)
    ahead = min(following, width) if len(apart) == 1 else width
    return Expression(source.encode("ascii"), width + writer.looked_ahead + 2, ahead, *known)


def _known(tree: Any, flags: int, ascii_text: bool) -> tuple[bytes, bytes]:
    """What every text with a match needs, and what may stand in a match or be looked at behind or before it."""
    needs = needed(tree, flags, ascii_text=ascii_text)
    alphabet = _Writer(ascii_text).any_of(tree, flags)
    return bytes(sorted(needs)) if rarity(needs) < EVERYWHERE else b"", bytes(sorted(alphabet))


class _Writer:
    """`coarse` writes an optional group as any of its characters, which spares Hyperscan most of its states."""

    def __init__(self, ascii_text: bool, *, coarse: bool = False) -> None:
        self._ascii_text = ascii_text
        self._coarse = coarse
        self.looked_ahead = 0

    def whole(self, apart: list[list[Any]], flags: int) -> str:
        return "|".join(self.sequence(items, flags, first=True, last=True) for items in apart)

    def sequence(self, items: Iterable[Any], flags: int, *, first: bool = False, last: bool = False) -> str:
        """`first` and `last` say whether it stands at the edges of the whole pattern: there a look-around of one
        character can be kept, as that character or the edge of the text."""
        written_out, end = [], len(items := list(items)) - 1
        for at, (op, argument) in enumerate(items):
            edges = {"first": first and at == 0, "last": last and at == end}
            written_out.append(self._item(str(op), argument, flags, **edges))
        return "".join(written_out)

    def _item(self, op: str, argument: Any, flags: int, *, first: bool, last: bool) -> str:
        match op:
            case _ if op in SINGLE:
                return written(self._read_as(op, argument, flags))
            case "BRANCH":
                branches = [self.sequence(branch, flags, first=first, last=last) for branch in argument[1]]
                return "(?:" + "|".join(branches) + ")"
            case "SUBPATTERN":
                _, added, removed, inner = argument
                return f"(?:{self.sequence(inner, (flags | added) & ~removed, first=first, last=last)})"
            case "ATOMIC_GROUP":
                return f"(?:{self.sequence(argument, flags, first=first, last=last)})"
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                repeated = self.sequence(inner, flags)
                if len(inner) == 1 and str(inner[0][0]) in SINGLE:
                    return repeated + _times(int(least), int(most), _MAX_REPEATS)
                if self._coarse and least == 0:
                    return written(self.any_of(inner, flags)) + "*"
                return f"(?:{repeated})" + _times(int(least), int(most), _MAX_GROUPS)
            case "GROUPREF":
                return _ANYTHING + "*"
            case "GROUPREF_EXISTS":
                _, yes, no = argument
                return f"(?:{self.sequence(yes, flags)}|{self.sequence(no or (), flags)})"
            case "AT":
                return self._boundary(str(argument))
            case "ASSERT" | "ASSERT_NOT":
                kept = first if argument[0] < 0 else last
                return self._look_around(op == "ASSERT_NOT", argument[0], argument[1], flags) if kept else ""
        raise ValueError(f"the gate does not know {op}")

    def _boundary(self, where: str) -> str:
        return r"\b" if where == "AT_BOUNDARY" and self._ascii_text else ""

    def _look_around(self, negative: bool, side: int, inner: Any, flags: int) -> str:
        neighbour = self._neighbour(negative, side, inner, flags)
        if neighbour or negative or side < 0:
            return neighbour
        self.looked_ahead = max(self.looked_ahead, min(int(inner.getwidth()[1]), _FAR))
        return f"(?:{self.sequence(inner, flags)})"

    def any_of(self, items: Iterable[Any], flags: int) -> frozenset[int]:
        """The bytes of every character that may stand somewhere in `items`, or that they look for."""
        found: set[int] = set()
        for op, argument in items:
            match str(op):
                case name if name in SINGLE:
                    found |= self._read_as(name, argument, flags)
                case "BRANCH":
                    found |= frozenset().union(*(self.any_of(branch, flags) for branch in argument[1]))
                case "SUBPATTERN":
                    found |= self.any_of(argument[3], (flags | argument[1]) & ~argument[2])
                case "ATOMIC_GROUP":
                    found |= self.any_of(argument, flags)
                case "ASSERT":
                    found |= self.any_of(argument[1], flags)
                case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                    found |= self.any_of(argument[2], flags)
                case "GROUPREF" | "GROUPREF_EXISTS":
                    return frozenset(range(256))
        return frozenset(found)

    def _neighbour(self, negative: bool, side: int, inner: Any, flags: int) -> str:
        single = [self._read_as(str(op), argument, flags) for op, argument in alternatives(list(inner), negative)]
        if not single:
            return ""
        named = frozenset[int]().union(*single)
        if not negative:
            return written(named)
        # a letter read as `ÿ` may be one that is not forbidden
        allowed = frozenset(range(128 if self._ascii_text else 256)) - (named - {WORD, OTHER})
        return f"(?:{chr(92)}{'A' if side < 0 else 'z'}|{written(allowed)})"

    def _read_as(self, op: str, argument: Any, flags: int) -> frozenset[int]:
        return members(op, argument, flags, ascii_text=self._ascii_text)


def _times(least: int, most: int, counted: int) -> str:
    """How often, counted only to the least that is needed and, where that says more, to `counted`."""
    least = min(least, _MOST_NEEDED)
    if most > counted and most != least:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return _SHORT.get((least, most), f"{{{least},{most}}}")
