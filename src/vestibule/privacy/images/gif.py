"""GIF: a screen, then blocks: pictures, and extensions in runs of at most 255 bytes.

Source: CompuServe, Graphics Interchange Format, version 89a.
"""

from __future__ import annotations

import struct

from vestibule.privacy.images.layout import ImageError, Layout, Note, Reader

SIGNATURES = (b"GIF87a", b"GIF89a")
_EXTENSION, _PICTURE, _END = b"\x21", b"\x2c", b"\x3b"
_CONTROL, _COMMENT = 0xF9, 0xFE


def layout(data: bytes) -> Layout:
    """Raise `ImageError`."""
    reader = Reader(data, 6)
    width, height, packed = struct.unpack_from("<HHB", reader.take(7))
    _take_colours(reader, packed)
    kept, notes, pictures = [data[: reader.at]], list[Note](), 0
    while (block := reader.take(1)) != _END:
        reader.count()
        start = reader.at - 1
        if block == _EXTENSION:
            label = reader.take(1)[0]
            said = _runs(reader)
            if label == _CONTROL and len(said) == 4:
                kept.append(data[start : reader.at])
            else:
                # an application may hold text that is longer than a run, lengths of runs and all
                notes.append(Note("text", said) if label == _COMMENT else Note("unknown", data[start : reader.at]))
        elif block == _PICTURE:
            left, top, wide, high, packed = struct.unpack("<HHHHB", reader.take(9))
            width, height = max(width, left + wide), max(height, top + high)
            _take_colours(reader, packed)
            reader.take(1)
            _runs(reader)
            kept.append(data[start : reader.at])
            pictures += 1
        else:
            raise ImageError("has a block of no known kind")
    if pictures > 1:
        raise ImageError("moves")
    if not pictures:
        raise ImageError("holds no picture")
    return Layout(width, height, b"".join((*kept, _END)), (*notes, *reader.rest()))


def _take_colours(reader: Reader, packed: int) -> None:
    if packed & 0x80:
        reader.take(3 * 2 ** ((packed & 7) + 1))


def _runs(reader: Reader) -> bytes:
    runs = []
    while length := reader.take(1)[0]:
        reader.count()
        runs.append(reader.take(length))
    return b"".join(runs)
