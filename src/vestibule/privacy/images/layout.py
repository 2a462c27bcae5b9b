"""How a file of one format is laid out: what makes the picture, and what is said besides."""

from __future__ import annotations

from typing import Literal

import msgspec

MOST_PIECES = 50_000

Kind = Literal["text", "exif", "deflated", "profile", "unknown"]
"""Text; a TIFF structure; a zlib stream of text; a profile in hexadecimal digits; anything, in which text may stand."""


class ImageError(ValueError):
    """What is wrong with a file, as the end of a sentence: "is cut off"."""


class Note(msgspec.Struct, frozen=True):
    """Bytes that are no part of the picture."""

    kind: Kind
    data: bytes


class Layout(msgspec.Struct, frozen=True):
    """`picture` is a whole file of the same format without the notes."""

    width: int
    height: int
    picture: bytes
    notes: tuple[Note, ...]


class Reader:
    """Walks through bytes from the front. Every look beyond the end, and every walk too long, is an `ImageError`."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self._pieces = 0

    def take(self, length: int) -> bytes:
        end = self.at + length
        if end > len(self.data):
            raise ImageError("is cut off")
        taken, self.at = self.data[self.at : end], end
        return taken

    def count(self) -> None:
        """One more piece of the file."""
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise ImageError(f"is made of more than {MOST_PIECES} pieces")

    def rest(self) -> tuple[Note, ...]:
        """What stands behind the end of the picture."""
        return (Note("unknown", self.data[self.at :]),) if self.at < len(self.data) else ()
