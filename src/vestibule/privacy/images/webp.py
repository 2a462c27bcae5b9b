"""WebP: a RIFF of chunks, one of which is the picture.

Source: RFC 9649, WebP Image Format; RFC 6386, section 9.1 (the header of a VP8 frame).
"""

from __future__ import annotations

import struct

from vestibule.privacy.images.layout import ImageError, Layout, Note, Reader

_ALPHA, _ANIMATION = 0x10, 0x02


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def layout(data: bytes) -> Layout:
    """Raise `ImageError`."""
    end = 8 + int.from_bytes(data[4:8], "little")
    reader = Reader(data[:end], 12)
    kept, notes, sizes = list[bytes](), list[Note](), list[tuple[int, int]]()
    pictures = 0
    while reader.at < end:
        reader.count()
        kind, length = struct.unpack("<4sI", reader.take(8))
        body = reader.take(length)
        reader.take(min(length % 2, end - reader.at))
        if kind in (b"ANIM", b"ANMF"):
            raise ImageError("moves")
        if kind == b"VP8X":
            body, size = _extended(body)
            sizes.append(size)
        elif kind in (b"VP8 ", b"VP8L"):
            sizes.append(_size(kind, body))
            pictures += 1
        if kind in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH"):
            kept.append(struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) % 2))
        else:
            notes.append(_note(kind, body))
    if pictures != 1:
        raise ImageError("holds no picture, or several")
    whole = b"".join(kept)
    picture = struct.pack("<4sI4s", b"RIFF", 4 + len(whole), b"WEBP") + whole
    behind = Reader(data, end).rest()
    return Layout(max(w for w, _ in sizes), max(h for _, h in sizes), picture, (*notes, *behind))


def _extended(body: bytes) -> tuple[bytes, tuple[int, int]]:
    """The header without what it says of metadata, and the canvas."""
    if len(body) < 10:
        raise ImageError("is cut off")
    if body[0] & _ANIMATION:
        raise ImageError("moves")
    width, height = (1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
    return bytes((body[0] & _ALPHA, 0, 0, 0)) + body[4:10], (width, height)


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    raise ImageError("does not say its size")


def _note(kind: bytes, body: bytes) -> Note:
    if kind == b"EXIF":
        return Note("exif", body.removeprefix(b"Exif\0\0"))
    return Note("text" if kind == b"XMP " else "unknown", body)
