"""Works out what became of records that do not bear the house's mark for the place they stand at. Pure.

The mark covers content, number and hash. A record that would bear it under another number was moved; one whose place
belongs to another was inserted; any other was changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from vestibule.privacy.audit.entry import Entry
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.verification.finding import Kind

_EVERY_PLACE = 100  # so many suspects are tried at each other's places; of more, only at the places beside their own

Named = tuple[Kind, int, int, str]


class _Suspect(msgspec.Struct, frozen=True):
    place: int
    entry: Entry
    hash: bytes
    mac: bytes
    fits: bool


class Suspects:
    def __init__(self, key: VerifyingKey) -> None:
        self._key = key
        self._moved: dict[int, int] = {}
        self._unexplained: list[_Suspect] = []
        self._unreadable: list[int] = []
        self._beside: set[int] = set()
        self._copies: set[int] = set()

    @property
    def origins(self) -> set[int]:
        """Numbers of records that are there, at another place."""
        return set(self._moved.values())

    def add(self, place: int, entry: Entry | None, linked: bytes, mac: bytes, *, fits: bool) -> None:
        """Take a record without a mark; `fits` if its hash follows from the one before. Records moved by one place are
        recognised at once and not held."""
        if entry is None:
            self._unreadable.append(place)
            return
        suspect = _Suspect(place, entry, linked, mac, fits)
        for number in (place - 1, place + 1):
            if self._was(suspect, number, suspect):
                self._moved[place] = number
                return
        self._unexplained.append(suspect)

    def beside(self, number: int) -> None:
        """Take note of a further record with a number that was there already."""
        self._beside.add(number)

    def resolve(self, numbers: range, gaps: Sequence[range], anchored: int) -> Iterator[Named]:
        """Name what was done. The chain has `numbers` but for `gaps`; the last that an anchor proves is `anchored`."""
        self._try_places(gaps)
        self._tell_copies(numbers, gaps)
        origins = self.origins
        for suspect in self._unexplained:
            place = suspect.place
            if place in self._moved or place in self._beside or place in self._copies:
                continue
            if place in origins or (suspect.fits and place > anchored):
                yield "record_inserted", place, place, "was not written by this house"
            else:
                yield "record_changed", place, place, "was changed"
        for place in self._unreadable:
            yield "record_changed", place, place, "was changed"
        for place in sorted(self._beside):
            yield "record_inserted", place, place, "is there more than once: one was inserted"
        for place in sorted(self._copies):
            yield "record_inserted", place, place, "is a copy of another record"
        known = max(anchored, *origins, 0)
        for place in sorted(self._moved):
            yield "record_moved", place, place, "belongs to another place: records were reordered"
            if place not in origins and place not in self._beside and place <= known:
                yield "record_removed", place, place, "was removed, and another put in its place"

    def _tell_copies(self, numbers: range, gaps: Sequence[range]) -> None:
        """What was moved from where the record still stands, or from where another was, is a copy."""
        elsewhere = {suspect.place for suspect in self._unexplained} | self._moved.keys() | set(self._unreadable)
        claimed: set[int] = set()
        for place, number in sorted(self._moved.items()):
            intact = number in numbers and number not in elsewhere and not _in_any(gaps, number)
            if intact or number in claimed:
                self._copies.add(place)
            claimed.add(number)
        for place in self._copies:
            del self._moved[place]

    def _try_places(self, gaps: Sequence[range]) -> None:
        suspects = self._unexplained[:_EVERY_PLACE]
        missing = [number for gap in gaps for number in gap[:_EVERY_PLACE]][:_EVERY_PLACE]
        for suspect in suspects:
            for number in missing:
                if self._was(suspect, number, suspect):
                    self._moved[suspect.place] = number
            for other in suspects:
                if other is not suspect and (
                    self._was(suspect, other.place, suspect) or self._was(suspect, other.place, other)
                ):
                    self._moved[suspect.place] = other.place

    def _was(self, suspect: _Suspect, number: int, proof: _Suspect) -> bool:
        """Whether the suspect's entry, as record `number`, bears the mark of `proof`."""
        content = msgspec.structs.replace(suspect.entry, number=number).content
        return self._key.has_marked(content, proof.hash, proof.mac)


def _in_any(ranges: Sequence[range], number: int) -> bool:
    """Whether one of the ranges, which ascend, holds the number."""
    index = bisect_right(ranges, number, key=lambda each: each.start) - 1
    return index >= 0 and number in ranges[index]
