"""Loosen a Python pattern into an expression for the gate: it matches wherever the pattern does, and maybe elsewhere.

Built from Python's own parse of the pattern, so that there is one definition of what is found. Look-arounds that are
one character at the pattern's edges are kept, others dropped; references to groups become anything. Where text is not
ASCII, word boundaries are dropped too: the gate's idea of a letter is not Python's.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from vestibule.privacy.detection.alphabet import OTHER, WORD, byte_of, is_word, written

# The standard library's parser: private by name, the same from 3.11 on, and the only one that agrees with `re`.
_parse: Callable[[str, int], Any] = importlib.import_module("re._parser").parse
# counting further makes the gate slow to build and to run, and lets hardly less through
_MAX_REPEATS, _MAX_GROUPS, _MOST_NEEDED = 8, 1, 32
_SINGLE = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
_FAR = 2**40
_MEMBERS: dict[bool, dict[tuple[str, str, int], frozenset[int]]] = {True: {}, False: {}}  # what patterns share
_TELLING = 3  # characters of a look-ahead that are worth looking for
_ATOM = re.compile(r"\[[^\]]*\]|\\x..|[A-Za-z0-9 ]")
_MOST_ATOMS = (400, 2000)  # for an expression as it is, and a coarse one
_HEAD = 5  # characters of a pattern that is still too large which are looked for
_SHORT = {(0, 1): "?", (1, 1): ""}
_ANYTHING = r"[\x00-\xff]"
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": is_word,
}
# normalised text has no digit and no space beyond ASCII
_CATEGORY_BEYOND: dict[str, set[int]] = {"CATEGORY_WORD": {WORD}, "CATEGORY_DIGIT": set(), "CATEGORY_SPACE": set()}


@dataclass(frozen=True)
class Expression:
    """`reach` is the most characters from where a match of the pattern begins to where the expression ends, `ahead`
    the most from there to where that match ends."""

    source: bytes
    reach: int
    ahead: int = 0


def loosened(pattern: re.Pattern[str], gate: re.Pattern[str] | None = None, *, ascii_text: bool) -> Expression:
    """The expression for `pattern`, or for a `gate` that matches within each of its matches, over the gate's alphabet.
    Raise `ValueError` for a pattern that matches nothing."""
    if gate is not None:
        inner, outer = loosened(gate, ascii_text=ascii_text), loosened(pattern, ascii_text=ascii_text)
        return Expression(inner.source, outer.reach, outer.reach)
    tree = _parse(pattern.pattern, pattern.flags)
    shortest, longest = tree.getwidth()
    if shortest == 0:
        raise ValueError(f"{pattern.pattern!r} matches nothing: every recognizer must need a character")
    width = min(longest, _FAR)
    whole = _told_apart(list(tree))
    for coarse in (False, True):
        writer = _Writer(ascii_text, coarse=coarse)
        source = writer.whole(whole, pattern.flags)
        if len(_ATOM.findall(source)) <= _MOST_ATOMS[coarse]:
            break
    else:
        head, _ = _head(list(tree), _HEAD)
        source = _Writer(ascii_text, coarse=True).sequence(head, pattern.flags, first=True)
        return Expression(source.encode("ascii"), width + 2, width)
    return Expression(source.encode("ascii"), width + writer.looked_ahead + 2, width if len(whole) > 1 else 0)


class _Writer:
    """`coarse` writes an optional group as any of its characters, which spares Hyperscan most of its states."""

    def __init__(self, ascii_text: bool, *, coarse: bool = False) -> None:
        self._ascii_text = ascii_text
        self._coarse = coarse
        self.looked_ahead = 0
        self._known = _MEMBERS[ascii_text]

    def whole(self, alternatives: list[list[Any]], flags: int) -> str:
        return "|".join(self.sequence(items, flags, first=True, last=True) for items in alternatives)

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
            case _ if op in _SINGLE:
                return written(self._members(op, argument, flags))
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
                if len(inner) == 1 and str(inner[0][0]) in _SINGLE:
                    return repeated + _times(int(least), int(most), _MAX_REPEATS)
                if self._coarse and least == 0:
                    return written(self._any_of(inner, flags)) + "*"
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

    def _any_of(self, items: Iterable[Any], flags: int) -> frozenset[int]:
        """The bytes of every character that may stand somewhere in `items`."""
        found: set[int] = set()
        for op, argument in items:
            match str(op):
                case name if name in _SINGLE:
                    found |= self._members(name, argument, flags)
                case "BRANCH":
                    found |= frozenset().union(*(self._any_of(branch, flags) for branch in argument[1]))
                case "SUBPATTERN":
                    found |= self._any_of(argument[3], (flags | argument[1]) & ~argument[2])
                case "ATOMIC_GROUP":
                    found |= self._any_of(argument, flags)
                case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                    found |= self._any_of(argument[2], flags)
                case "GROUPREF" | "GROUPREF_EXISTS":
                    return frozenset(range(256))
        return frozenset(found)

    def _neighbour(self, negative: bool, side: int, inner: Any, flags: int) -> str:
        single = [self._members(str(op), argument, flags) for op, argument in _alternatives(list(inner), negative)]
        if not single:
            return ""
        members = frozenset[int]().union(*single)
        if not negative:
            return written(members)
        # a letter read as `ÿ` may be one that is not forbidden
        allowed = frozenset(range(128 if self._ascii_text else 256)) - (members - {WORD, OTHER})
        return f"(?:{chr(92)}{'A' if side < 0 else 'z'}|{written(allowed)})"

    def _members(self, op: str, argument: Any, flags: int) -> frozenset[int]:
        """The bytes by which the characters of a class are read. `ÿ` and SUB stand for many characters: they belong
        to it as soon as one of these may."""
        key = (op, str(argument), flags & (re.IGNORECASE | re.DOTALL))
        members = self._known.get(key)
        if members is None:
            holds = partial(_holds, op, argument, flags)
            found = {code for code in range(128 if self._ascii_text else 256) if holds(chr(code))}
            members = self._known[key] = frozenset(found if self._ascii_text else found | _beyond(op, argument))
        return members


def _told_apart(items: list[Any]) -> list[list[Any]]:
    """The alternatives of a pattern, where some of them say what they want by looking ahead: of those, the looking is
    what the gate can use, and what follows it is left out."""
    for at, (op, argument) in enumerate(items[:-1]):
        if str(op) == "BRANCH":
            plain = [branch for branch in argument[1] if not _looks_ahead(list(branch))]
            looking = [items[:at] + list(branch) for branch in argument[1] if _looks_ahead(list(branch))]
            if looking:
                rest = [[*items[:at], (op, (None, plain)), *items[at + 1 :]]] if plain else []
                return rest + looking
    return [items]


def _head(items: list[Any], needed: int) -> tuple[list[Any], bool]:
    """The beginning of a pattern, of at least `needed` characters where it has as many, and whether that left out
    anything."""
    kept: list[Any] = []
    for op, argument in items:
        if needed <= 0:
            return kept, True
        match str(op):
            case "BRANCH":
                heads = [_head(list(branch), needed) for branch in argument[1]]
                kept.append((op, (None, [head for head, _ in heads])))
                if any(cut for _, cut in heads):
                    return kept, True
                needed -= min(_shortest(head) for head, _ in heads)
            case "SUBPATTERN":
                head, cut = _head(list(argument[3]), needed)
                kept.append((op, (*argument[:3], head)))
                if cut:
                    return kept, True
                needed -= _shortest(head)
            case _:
                kept.append((op, argument))
                needed -= _shortest([(op, argument)])
    return kept, False


def _shortest(items: list[Any]) -> int:
    """A count of characters that `items` need at the least; no more than they do."""
    count = 0
    for op, argument in items:
        match str(op):
            case name if name in _SINGLE:
                count += 1
            case "BRANCH":
                count += min(_shortest(list(branch)) for branch in argument[1])
            case "SUBPATTERN":
                count += _shortest(list(argument[3]))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                count += int(argument[0]) * _shortest(list(argument[2]))
    return count


def _looks_ahead(branch: list[Any]) -> bool:
    if not branch:
        return False
    op, argument = branch[-1]
    if str(op) == "SUBPATTERN":
        return _looks_ahead(list(argument[3]))
    return str(op) == "ASSERT" and argument[0] > 0 and argument[1].getwidth()[0] >= _TELLING


def _alternatives(inner: list[Any], negative: bool) -> list[Any]:
    """The single characters of a look-around: all of it if it is one character. Of a negative one any alternative that
    is a single character may be kept alone, which forbids less."""
    if len(inner) != 1:
        return []
    op, argument = inner[0]
    if str(op) == "SUBPATTERN":
        return _alternatives(list(argument[3]), negative)
    if str(op) in _SINGLE:
        return [inner[0]]
    if str(op) == "BRANCH" and negative:
        return [item for branch in argument[1] for item in _alternatives(list(branch), negative)]
    return []


def _holds(op: str, argument: Any, flags: int, character: str) -> bool:
    if op == "ANY":
        return bool(flags & re.DOTALL) or character != "\n"
    forms = {character, character.lower(), character.upper()} if flags & re.IGNORECASE else {character}
    if op in ("LITERAL", "NOT_LITERAL"):
        return (chr(argument) in forms) == (op == "LITERAL")
    negated = str(argument[0][0]) == "NEGATE"
    return any(_is_one(str(o), a, forms) for o, a in argument if str(o) != "NEGATE") != negated


def _is_one(op: str, argument: Any, forms: set[str]) -> bool:
    match op:
        case "LITERAL":
            return chr(argument) in forms
        case "RANGE":
            return any(argument[0] <= ord(form) <= argument[1] for form in forms if len(form) == 1)
        case "CATEGORY":
            name = str(argument)
            positive = _CATEGORIES[name.replace("_NOT_", "_")]
            return any(positive(form) for form in forms) != ("_NOT_" in name)
    raise ValueError(f"the gate does not know {op} in a class")


def _beyond(op: str, argument: Any) -> set[int]:
    """Of WORD and OTHER those that may stand for a character of the class."""
    if op == "LITERAL":
        return {byte_of(chr(argument))} if argument > 255 else set()
    if op != "IN" or str(argument[0][0]) == "NEGATE":
        return {WORD, OTHER}
    found: set[int] = set()
    for kind, value in argument:
        match str(kind):
            case "LITERAL" if value > 255:
                found.add(byte_of(chr(value)))
            case "RANGE" if value[1] > 255:
                found |= {WORD, OTHER}
            case "CATEGORY":
                found |= _CATEGORY_BEYOND.get(str(value), {WORD, OTHER})
    return found


def _times(least: int, most: int, counted: int) -> str:
    """How often, counted only to the least that is needed and, where that says more, to `counted`."""
    least = min(least, _MOST_NEEDED)
    if most > counted and most != least:
        return {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    return _SHORT.get((least, most), f"{{{least},{most}}}")
