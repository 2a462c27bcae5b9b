"""JPEG: segments behind markers, and the coded picture behind each start of scan.

Source: ITU-T T.81, annex B; T.871 (JFIF); Adobe's technical note 5116 (APP14, without which some colours are wrong).
"""

from __future__ import annotations

import struct

from vestibule.privacy.images.layout import ImageError, Layout, Note, Reader

SIGNATURE = b"\xff\xd8\xff"
_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PICTURE = _SIZES | {0xC4, 0xCC, 0xDB, 0xDD, _SCAN}
_RESTARTS = range(0xD0, 0xD8)
_EXIF = b"Exif\0\0"


def layout(data: bytes) -> Layout:
    """Raise `ImageError`."""
    reader = Reader(data, 2)
    kept, notes = [data[:2]], list[Note]()
    size: tuple[int, int] | None = None
    while (marker := _marker(reader)) != _END:
        (length,) = struct.unpack(">H", reader.take(2))
        body = reader.take(max(length - 2, 0))
        if marker in _SIZES:
            if size is not None or len(body) < 6:
                raise ImageError("says its size twice, or not at all")
            height, width = struct.unpack_from(">HH", body, 1)
            size = width, height
        if marker in _PICTURE or _is_needed(marker, body):
            kept += (bytes((0xFF, marker)), struct.pack(">H", length), body)
        else:
            notes.append(_note(marker, body))
        if marker == _SCAN:
            kept.append(_coded(reader))
    if size is None or len(kept) == 1:
        raise ImageError("holds no picture")
    return Layout(*size, b"".join((*kept, b"\xff\xd9")), (*notes, *reader.rest()))


def _marker(reader: Reader) -> int:
    """The next marker. Bytes of 0xff before it only fill."""
    reader.count()
    if reader.take(1) != b"\xff":
        raise ImageError("has no marker where one must be")
    while (code := reader.take(1)[0]) == 0xFF:
        reader.count()
    if code in (0x00, _START):
        raise ImageError("has no marker where one must be")
    return code


def _is_needed(marker: int, body: bytes) -> bool:
    """JFIF without a thumbnail, and how Adobe's colours are to be read: both as short as they can be."""
    if marker == 0xE0:
        return body.startswith(b"JFIF\0") and len(body) == 14
    return marker == 0xEE and body.startswith(b"Adobe") and len(body) == 12


def _coded(reader: Reader) -> bytes:
    """Up to the next marker that is none of the picture's own: 0xff itself, written 0xff00, and restarts."""
    data, at = reader.data, reader.at
    while True:
        at = data.find(b"\xff", at)
        if not 0 <= at < len(data) - 1:
            raise ImageError("is cut off")
        if data[at + 1] != 0x00 and data[at + 1] not in _RESTARTS:
            return reader.take(at - reader.at)
        at += 2


def _note(marker: int, body: bytes) -> Note:
    if body.startswith(_EXIF):
        return Note("exif", body[len(_EXIF) :])
    return Note("text" if marker == _COMMENT else "unknown", body)
