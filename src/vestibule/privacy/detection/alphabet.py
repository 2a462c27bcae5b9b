"""One byte per character: the alphabet in which the gate reads a text, so that its offsets are the text's own.

ASCII and Latin-1 stand for themselves; beyond them a letter or digit is read as `ÿ` and all else as SUB. A class of
characters, as Python's `re` means it, becomes the set of bytes by which its members are read.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

WORD = 0xFF
OTHER = 0x1A
_LAST = 0xFFFF  # of the characters that are read by table


def encode(text: str) -> bytes:
    """Bytes as many as `text` has characters."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    read = _table().take(codes, mode="clip")
    for at in np.flatnonzero(codes > _LAST):
        read[at] = byte_of(text[at])
    return read.tobytes()


@functools.cache
def _table() -> npt.NDArray[np.uint8]:
    return np.frombuffer(bytes(byte_of(chr(code)) for code in range(_LAST + 1)), np.uint8)


def byte_of(character: str) -> int:
    code = ord(character)
    return code if code < 256 else WORD if is_word(character) else OTHER


def is_word(character: str) -> bool:
    """What `\\w` means for text."""
    return character.isalnum() or character == "_"


def written(members: Iterable[int]) -> str:
    """A set of bytes as a character class that every byte-wise regular expression engine reads alike."""
    ordered = sorted(members)
    if not ordered:
        return rf"\x{WORD:02x}"  # no ASCII text has it
    if len(ordered) == 1:
        return _letter(ordered[0])
    ranges: list[list[int]] = []
    for code in ordered:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(_letter(a) if a == b else f"{_letter(a)}-{_letter(b)}" for a, b in ranges) + "]"


def _letter(code: int) -> str:
    return chr(code) if code < 128 and (chr(code).isalnum() or code == 0x20) else rf"\x{code:02x}"
