"""From a type for each word to whole names: what stands together, and where one name ends and the next begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PERSON, ADDRESS, ORGANISATION = 1, 2, 3
Found = tuple[int, int, bool, float]
"""A word that is part of something: its number in the text, its type, whether a name begins with it, its score."""
Group = tuple[int, int, int, float]
"""Type, first and last word (both included), score of the least certain word."""

_ENDS_A_NAME = frozenset('\n\t;:|<>()[]{}=*"“”„•@/\\')
_ENDS_AN_ADDRESS = frozenset(";|<>[]{}=@")


def groups(found: Iterable[Found], pieces: Sequence[str]) -> list[Group]:
    """Join neighbours of one type. `pieces` alternate: what stands before word 0, word 0, what stands after it, …"""
    whole: list[Group] = []
    type_ = first = last = -1
    least = 0.0
    for word, kind, begins, score in found:
        if kind == type_ and word == last + 1 and not begins and _joins(pieces[2 * word], kind):
            least = min(least, score)
        else:
            if last >= 0:
                whole.append((type_, first, last, least))
            type_, first, least = kind, word, score
        last = word
    if last >= 0:
        whole.append((type_, first, last, least))
    return whole


def _joins(between: str, kind: int) -> bool:
    if between in (" ", ", "):
        return True
    if kind == ADDRESS:
        return _ENDS_AN_ADDRESS.isdisjoint(between) and between.count("\n") < 2 and ".\n" not in between
    return _ENDS_A_NAME.isdisjoint(between)
