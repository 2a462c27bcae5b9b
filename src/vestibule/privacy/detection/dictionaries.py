"""Names that a site knows its own: tenants, rooms, meters, devices, people. Found as they are written, in any case.

Knows no portfolio: whoever has one hands its names over as (type, surface).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from vestibule.core.sensitivity import Span
from vestibule.privacy.detection.normalisation import normalise
from vestibule.privacy.detection.vocabulary import is_ordinary
from vestibule.privacy.entities import ENTITIES

_VERSIONS = itertools.count(1)
_SPACES = "\t\n\r\v\f"


class Dictionaries:
    """Compiled entries. Immutable; building 100,000 takes a good part of a second and belongs on a thread."""

    def __init__(self, entries: Iterable[tuple[str, str]] = ()) -> None:
        """`entries` are (type, surface). Raise `ValueError` for a type that is none of ENTITIES."""
        types: dict[str, str] = {}
        for kind, surface in entries:
            if kind not in ENTITIES:
                raise ValueError(f"{kind} is no entity type; one of: {', '.join(ENTITIES)}")
            written = _canonical(" ".join(normalise(surface).text.split()))
            if not is_ordinary(written, kind):
                known = types.get(written)
                types[written] = kind if known is None or ENTITIES[kind].level > ENTITIES[known].level else known
        self.version = next(_VERSIONS)
        self._types = list(types.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(types)) if types else None

    def __len__(self) -> int:
        return len(self._types)

    def find(self, text: str) -> Iterator[Span]:
        """Yield every entry that stands in normalised `text` as words of its own, also where they overlap."""
        if self._automaton is None:
            return
        for index, start, end in self._automaton.find_matches_as_indexes(_canonical(text), overlapping=True):
            if _stands_alone(text, start, end):
                kind = self._types[index]
                yield Span(kind, start, end, 0.95, "dictionary", ENTITIES[kind].rule)


def dictionaries_from(rows: Iterable[tuple[str, str]]) -> Dictionaries:
    """Compile rows of (type, surface), such as ("TENANT", "Acme Analytics") or ("ROOM", "Room 4.12").

    The names of buildings are no entries: every question asks for them, and they are no secret by themselves.
    """
    return Dictionaries(rows)


def _canonical(text: str) -> str:
    """In lower case, as long as before."""
    for space in _SPACES:  # not `translate`, which is slow where text is not ASCII
        text = text.replace(space, " ")
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _stands_alone(text: str, start: int, end: int) -> bool:
    def joined(at: int) -> bool:
        return 0 < at < len(text) and _is_word(text[at - 1]) and _is_word(text[at])

    return not joined(start) and not joined(end)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
