"""PNG: a signature, then chunks of length, type, data and checksum.

Source: W3C, Portable Network Graphics (third edition), chapters 5 and 11; "Raw profile type" as ImageMagick writes it.
"""

from __future__ import annotations

import struct

from vestibule.privacy.images.layout import ImageError, Layout, Note, Reader

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND"))
# what pixels look like; at most as long as the standard lets it be, so that nothing hides in it
_LOOK = {b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"cICP": 4}
_MOVING = frozenset((b"acTL", b"fcTL", b"fdAT"))


def layout(data: bytes) -> Layout:
    """Raise `ImageError`."""
    reader = Reader(data, len(SIGNATURE))
    kept, notes = [SIGNATURE], list[Note]()
    width = height = 0
    seen = set[bytes]()
    while b"IEND" not in seen:
        reader.count()
        start = reader.at
        length, kind = struct.unpack(">I4s", reader.take(8))
        body = reader.take(length)
        reader.take(4)
        if not seen:
            width, height = _size(kind, body)
        if kind in _MOVING:
            raise ImageError("moves")
        once = kind in _LOOK and length <= _LOOK[kind] and kind not in seen
        if once or kind in _PICTURE:
            kept.append(data[start : reader.at])
        else:
            notes.append(_note(kind, body))
        seen.add(kind)
    if b"IDAT" not in seen:
        raise ImageError("holds no picture")
    return Layout(width, height, b"".join(kept), (*notes, *reader.rest()))


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind != b"IHDR" or len(body) != 13:
        raise ImageError("does not begin with its size")
    width, height = struct.unpack_from(">II", body)
    return width, height


def _note(kind: bytes, body: bytes) -> Note:
    if kind == b"eXIf":
        return Note("exif", body)
    keyword, _, said = body.partition(b"\0")
    if kind == b"zTXt":
        return Note("deflated", keyword + b"\0" + said[1:])
    if kind == b"iTXt" and said[:1] == b"\x01":
        said = said[2:].split(b"\0", 2)[-1]
        return Note("deflated", keyword + b"\0" + said)
    if kind == b"tEXt":
        return Note("profile" if keyword.startswith(b"Raw profile type") else "text", body)
    return Note("text" if kind == b"iTXt" else "unknown", body)
