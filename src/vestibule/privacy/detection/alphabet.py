"""One byte per character: the alphabet in which the gate reads a text, so that its offsets are the text's own.

ASCII and Latin-1 stand for themselves; beyond them a letter or digit is read as `ÿ` and all else as SUB. A class of
characters, as Python's `re` means it, becomes the set of bytes by which its members are read.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable

WORD = 0xFF
OTHER = 0x1A
_BEYOND = "beyond-latin-1"


def encode(text: str) -> bytes:
    """Bytes as many as `text` has characters."""
    return text.encode("latin-1", _BEYOND)


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


def _read_beyond(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return bytes(byte_of(character) for character in error.object[error.start : error.end]), error.end


codecs.register_error(_BEYOND, _read_beyond)
