"""Questions to Python's parse of a pattern: where it can be told apart, how it begins, how short it may be.

A sequence is a list of the parser's (operation, argument); knows nothing of what is written from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vestibule.privacy.detection.alphabet import OTHER
from vestibule.privacy.detection.character_sets import SINGLE, members

_TELLING = 3  # characters of a look-ahead that are worth looking for
_FURTHEST = 100  # characters that a look-ahead may look, to be worth it
_DIGITS = frozenset(b"0123456789")
EVERYWHERE = 1000
"""What letters, spaces and the signs of every sentence count in `rarity`; the others by how often they are met."""
_COMMON = (
    dict.fromkeys(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,", EVERYWHERE)
    | dict.fromkeys(range(0xC0, 0x100), EVERYWHERE)
    | {OTHER: EVERYWHERE}
    | dict.fromkeys(b"-'", 200)
    | dict.fromkeys(b'0123456789:()"/\n', 10)
)


def told_apart(items: list[Any]) -> list[list[Any]]:
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


def cut(items: Any, flags: int) -> tuple[list[Any], int] | None:
    """The beginning of a pattern up to a look-ahead that asks for more digits than what follows it does, and the most
    characters that follow: the gate cannot look twice, and looks for the digits. None without such a look-ahead."""
    for at, (op, argument) in enumerate(items):
        rest = items[at + 1 :]
        if str(op) == "SUBPATTERN":
            group, added, removed, inner = argument
            found = cut(inner, (flags | added) & ~removed)
            if found is not None:
                beginning, following = found
                return [*items[:at], (op, (group, added, removed, beginning))], following + rest.getwidth()[1]
        elif _asks_ahead(op, argument) and _digits(argument[1], flags) > _digits(_taken(rest), flags):
            return list(items[: at + 1]), rest.getwidth()[1]
    return None


def _asks_ahead(op: Any, argument: Any) -> bool:
    return str(op) == "ASSERT" and argument[0] > 0 and argument[1].getwidth()[1] <= _FURTHEST


def _taken(items: Any) -> list[Any]:
    return [item for item in items if str(item[0]) != "ASSERT"]


def needed(items: Sequence[Any], flags: int, *, ascii_text: bool) -> frozenset[int]:
    """Bytes of which every text with a match holds one, as rare as can be said; all bytes where nothing can be said."""
    best = frozenset(range(256))
    for op, argument in items:
        found = _needed(str(op), argument, flags, ascii_text=ascii_text)
        if found is not None and rarity(found) < rarity(best):
            best = found
    return best


def _needed(op: str, argument: Any, flags: int, *, ascii_text: bool) -> frozenset[int] | None:
    match op:
        case name if name in SINGLE:
            return members(name, argument, flags, ascii_text=ascii_text)
        case "BRANCH":
            return frozenset[int]().union(*(needed(branch, flags, ascii_text=ascii_text) for branch in argument[1]))
        case "SUBPATTERN":
            return needed(argument[3], (flags | argument[1]) & ~argument[2], ascii_text=ascii_text)
        case "ATOMIC_GROUP":
            return needed(argument, flags, ascii_text=ascii_text)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if argument[0] > 0:
            return needed(argument[2], flags, ascii_text=ascii_text)
        case "ASSERT":
            return needed(argument[1], flags, ascii_text=ascii_text)
    return None


def rarity(signs: frozenset[int]) -> int:
    """How much one may expect to meet one of them in a text: less is rarer. Letters and spaces are in every text."""
    return sum(_COMMON.get(sign, 2) for sign in signs)


def _digits(items: Sequence[Any], flags: int) -> int:
    """A count of digits that stand in or about a match at the least; not all, where several look at the same."""
    taken = seen = 0
    for op, argument in items:
        match str(op):
            case name if name in SINGLE:
                taken += members(name, argument, flags, ascii_text=False) <= _DIGITS
            case "BRANCH":
                taken += min(_digits(branch, flags) for branch in argument[1])
            case "SUBPATTERN":
                taken += _digits(argument[3], (flags | argument[1]) & ~argument[2])
            case "ATOMIC_GROUP":
                taken += _digits(argument, flags)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                taken += int(argument[0]) * _digits(argument[2], flags)
            case "ASSERT":
                seen = max(seen, _digits(argument[1], flags))
    return max(taken, seen)


def head(items: list[Any], needed: int) -> tuple[list[Any], bool]:
    """The beginning of a pattern, of at least `needed` characters where it has as many, and whether that left out
    anything."""
    kept: list[Any] = []
    for op, argument in items:
        if needed <= 0:
            return kept, True
        match str(op):
            case "BRANCH":
                heads = [head(list(branch), needed) for branch in argument[1]]
                kept.append((op, (None, [beginning for beginning, _ in heads])))
                if any(cut for _, cut in heads):
                    return kept, True
                needed -= min(_shortest(beginning) for beginning, _ in heads)
            case "SUBPATTERN":
                beginning, cut = head(list(argument[3]), needed)
                kept.append((op, (*argument[:3], beginning)))
                if cut:
                    return kept, True
                needed -= _shortest(beginning)
            case _:
                kept.append((op, argument))
                needed -= _shortest([(op, argument)])
    return kept, False


def _shortest(items: list[Any]) -> int:
    """A count of characters that `items` need at the least; no more than they do."""
    count = 0
    for op, argument in items:
        match str(op):
            case name if name in SINGLE:
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


def alternatives(inner: list[Any], negative: bool) -> list[Any]:
    """The single characters of a look-around: all of it if it is one character. Of a negative one any alternative that
    is a single character may be kept alone, which forbids less."""
    if len(inner) != 1:
        return []
    op, argument = inner[0]
    if str(op) == "SUBPATTERN":
        return alternatives(list(argument[3]), negative)
    if str(op) in SINGLE:
        return [inner[0]]
    if str(op) == "BRANCH" and negative:
        return [item for branch in argument[1] for item in alternatives(list(branch), negative)]
    return []
