"""EXIF: what a TIFF structure says in words, and where on earth.

Source: CIPA DC-008 (Exif 2.32), sections 4.6.2 to 4.6.6; the XP tags as Windows writes them. What cannot be read is
passed over: nothing of it leaves.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_MOST_FOLDERS, _MOST_ENTRIES = 16, 512
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 129: 1}
_ASCII, _UTF8 = 2, 129
_SUBFOLDERS = frozenset((0x8769, 0x8825, 0xA005, 0x014A))
_GPS = 0x8825
_XP = range(0x9C9B, 0x9CA0)
_USER_COMMENT = 0x9286
# description, host, artist, copyright, owner: what people write. The rest are names and dates that devices write
_WRITTEN = frozenset((0x010E, 0x013C, 0x013B, 0x8298, 0xA430, _USER_COMMENT, *_XP))
_POSITIONS = ((1, 2, 3, 4), (19, 20, 21, 22))


class Tag(NamedTuple):
    """`folder` is the tag under which the entry's folder stands, 0 for the first ones."""

    folder: int
    number: int
    type: int
    data: bytes

    @property
    def is_written(self) -> bool:
        return self.folder != _GPS and self.number in _WRITTEN

    @property
    def is_text(self) -> bool:
        return self.type in (_ASCII, _UTF8)

    @property
    def is_comment(self) -> bool:
        return self.folder != _GPS and self.number == _USER_COMMENT

    @property
    def is_utf16(self) -> bool:
        return self.folder != _GPS and self.number in _XP


def tags(data: bytes) -> list[Tag]:
    """Every entry that can be reached and read; none where this is no TIFF structure."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return []
    waiting = [(0, *struct.unpack_from(f"{order}I", data, 4))]
    seen, found = set[int](), list[Tag]()
    while waiting and len(seen) < _MOST_FOLDERS:
        folder, start = waiting.pop()
        if start in seen or start < 8 or start + 2 > len(data):
            continue
        seen.add(start)
        count = min(struct.unpack_from(f"{order}H", data, start)[0], _MOST_ENTRIES)
        for tag in _entries(data, order, folder, start + 2, count):
            found.append(tag)
            if tag.number in _SUBFOLDERS and tag.type == 4:
                waiting += [(tag.number, *struct.unpack_from(f"{order}I", tag.data, at)) for at in _fours(tag.data)]
        behind = start + 2 + 12 * count
        if behind + 4 <= len(data):
            waiting.append((folder, *struct.unpack_from(f"{order}I", data, behind)))
    return found


def position(found: list[Tag], data: bytes) -> str:
    """ "geo:48.208490,16.372080", "GPS" for a position that cannot be read, "" where there is none."""
    order = "<" if data[:2] == b"II" else ">"
    gps = {tag.number: tag for tag in found if tag.folder == _GPS}
    for north, latitude, east, longitude in _POSITIONS:
        if latitude in gps or longitude in gps:
            lat, lon = (_degrees(gps.get(number), order) for number in (latitude, longitude))
            if lat is None or lon is None:
                return "GPS"
            south = north in gps and gps[north].data[:1] in b"Ss"
            west = east in gps and gps[east].data[:1] in b"Ww"
            return f"geo:{-lat if south else lat:.6f},{-lon if west else lon:.6f}"
    return ""


def _entries(data: bytes, order: str, folder: int, start: int, count: int) -> Iterator[Tag]:
    for at in range(start, min(start + 12 * count, len(data) - 11), 12):
        number, kind, amount = struct.unpack_from(f"{order}HHI", data, at)
        length = _SIZES.get(kind, 1) * amount
        where = at + 8 if length <= 4 else struct.unpack_from(f"{order}I", data, at + 8)[0]
        if where + length <= len(data):
            yield Tag(folder, number, kind, data[where : where + length])


def _fours(data: bytes) -> range:
    return range(0, len(data) - 3, 4)


def _degrees(tag: Tag | None, order: str) -> float | None:
    """Degrees, minutes and seconds, each a fraction."""
    if tag is None or tag.type not in (5, 10) or len(tag.data) < 24:
        return None
    parts = struct.unpack_from(f"{order}6{'I' if tag.type == 5 else 'i'}", tag.data)
    if 0 in parts[1::2]:
        return None
    degrees, minutes, seconds = (above / below for above, below in zip(parts[::2], parts[1::2], strict=True))
    return float(degrees + minutes / 60 + seconds / 3600)
