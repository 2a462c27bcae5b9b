"""Read the header of a GGUF file: what the model is, and how long the file must be to be whole.

Reads metadata and tensor positions, never tensor data, and keeps no long list. Source: the GGUF specification, versions
2 and 3. Knows no llama.cpp: whether an architecture can be run is for that to say.
"""

from __future__ import annotations

import math
import os
import stat
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from vestibule.core.errors import InvalidRequest, NotFound

MAGIC = b"GGUF"
VERSIONS = (2, 3)
LONGEST_LIST = 4096
LONGEST_TEXT = 16 * 1_048_576
MOST_TEXTS = 4 * 1_048_576  # in a list; the longest vocabularies have a quarter of a million
MOST_PAIRS = 65_536
MOST_TENSORS = 262_144
MOST_DIMENSIONS = 4
LONGEST_HEADER = 128 * 1_048_576
AGAIN = "Copy or download the file again and compare its checksum."

Scalar = str | int | float | bool
Value = Scalar | list[Scalar] | None


class Header(msgspec.Struct, frozen=True):
    """`metadata` holds None for a list too long to keep, `lengths` how long each list is. `whole_bytes` is where the
    last tensor ends."""

    version: int
    metadata: Mapping[str, Value]
    lengths: Mapping[str, int]
    file_bytes: int
    whole_bytes: int

    def text(self, key: str) -> str:
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def numbers(self, key: str) -> list[int]:
        """The whole numbers under `key`, one or a list of them; empty where there is none."""
        value = self.metadata.get(key)
        values = value if isinstance(value, list) else [value]
        return [v for v in values if isinstance(v, int) and not isinstance(v, bool)]


def read_header(path: Path) -> Header:
    """Read and check `path`. Raise `NotFound` or `InvalidRequest`, each saying what is wrong with the file."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe would wait for its other end
            what = "a folder" if path.is_dir() else "no regular file"
            raise InvalidRequest(f"{path} is {what}.", next_step="Give the path of a GGUF file.")
        with open(path, "rb") as stream:
            header = _Reader(stream, path).header()
    except FileNotFoundError:
        raise NotFound(f"{path} does not exist.", next_step="Give the path of a GGUF file.") from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read ({error.strerror}).", next_step="Check permissions.") from None
    if header.file_bytes < header.whole_bytes:
        raise InvalidRequest(
            f"{path} is cut off: its tensors need {header.whole_bytes:,} bytes, the file has {header.file_bytes:,}.",
            next_step=AGAIN,
        )
    return header


class _Reader:
    def __init__(self, stream: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._size = os.fstat(stream.fileno()).st_size

    def header(self) -> Header:
        version = self._version()
        tensors, pairs = self._number("Q"), self._number("Q")
        metadata, lengths = self._metadata(pairs)
        end = max((self._tensor_end() for _ in range(self._plausible(tensors, 25, MOST_TENSORS))), default=0)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise self._damaged("its alignment is no number")
        data = math.ceil(self._stream.tell() / alignment) * alignment
        return Header(version, metadata, lengths, self._size, data + end)

    def _metadata(self, pairs: int) -> tuple[dict[str, Value], dict[str, int]]:
        values: dict[str, Value] = {}
        lengths: dict[str, int] = {}
        for _ in range(self._plausible(pairs, 13, MOST_PAIRS)):
            key, kind = self._text(), self._number("I")
            if kind == LIST:
                kind, lengths[key] = self._number("I"), self._number("Q")
                values[key] = self._list(kind, lengths[key])
            else:
                values[key] = self._scalar(kind)
        return values, lengths

    def _version(self) -> int:
        magic = self._stream.read(4)
        if magic != MAGIC:
            raise InvalidRequest(
                f"{self._path} is not a GGUF file.",
                next_step="llama.cpp runs GGUF only: download the model's GGUF, or convert it with llama.cpp's tools.",
            )
        version = self._number("I")
        if version not in VERSIONS:
            foreign = "big-endian" if version and version % 65_536 == 0 else f"of version {version}"
            raise InvalidRequest(
                f"{self._path} is a GGUF file {foreign}; little-endian files of version 2 and 3 can be read.",
                next_step="Convert the model anew, or update Vestibule if the file is newer than it.",
            )
        return version

    def _tensor_end(self) -> int:
        """Offset, in the tensor data, of the end of the tensor described next."""
        self._text()
        dimensions = [self._number("Q") for _ in range(self._plausible(self._number("I"), 8, MOST_DIMENSIONS))]
        kind, offset = self._number("I"), self._number("Q")
        block, block_bytes = BLOCKS.get(kind, (1, 0))  # of a kind unknown here only the beginning is checked
        return offset + math.prod(dimensions) // block * block_bytes

    def _list(self, kind: int, length: int) -> list[Scalar] | None:
        if length <= LONGEST_LIST:
            return [self._scalar(kind) for _ in range(length)]
        if kind == TEXT:
            for _ in range(self._plausible(length, 8, MOST_TEXTS)):
                self._skip(self._number("Q"))
        else:
            self._skip(length * struct.calcsize(self._form(kind)))
        return None

    def _scalar(self, kind: int) -> Scalar:
        if kind == TEXT:
            return self._text()
        form = self._form(kind)
        value: Scalar = struct.unpack(f"<{form}", self._take(struct.calcsize(f"<{form}")))[0]
        return value

    def _form(self, kind: int) -> str:
        if kind not in SCALARS:
            raise self._damaged(f"it holds a value of unknown type {kind}")
        return SCALARS[kind]

    def _text(self) -> str:
        length = self._number("Q")
        if length > LONGEST_TEXT:
            raise self._damaged(f"it holds a text of {length:,} bytes")
        if self._stream.tell() > LONGEST_HEADER:
            raise self._damaged(f"its header is longer than {LONGEST_HEADER:,} bytes")
        return self._take(length).decode("utf-8", "replace")

    def _number(self, form: str) -> int:
        value: int = struct.unpack(f"<{form}", self._take(struct.calcsize(form)))[0]
        return value

    def _take(self, length: int) -> bytes:
        data = self._stream.read(length)
        if len(data) < length:
            raise self._damaged("it ends within its header")
        return data

    def _skip(self, length: int) -> None:
        if length > self._size - self._stream.tell():
            raise self._damaged("it ends within its header")
        self._stream.seek(length, os.SEEK_CUR)

    def _plausible(self, count: int, smallest: int, most: int) -> int:
        """`count`, unless so many things of at least `smallest` bytes cannot be in what is left of the file, or are
        more than any model has."""
        if count > most and count * smallest <= self._size:
            raise self._damaged(f"it announces {count:,} entries where at most {most:,} make sense")
        if count * smallest > self._size - self._stream.tell():
            raise self._damaged("it ends within its header")
        return count

    def _damaged(self, how: str) -> InvalidRequest:
        return InvalidRequest(f"{self._path} is damaged or cut off: {how}.", next_step=AGAIN)


# Type number of a metadata value → its form for `struct`; texts and lists are none of these.
TEXT, LIST = 8, 9
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}

# Type number of a tensor → (weights in a block, bytes of a block).
BLOCKS = {
    0: (1, 4),  # F32
    1: (1, 2),  # F16
    2: (32, 18),  # Q4_0
    3: (32, 20),  # Q4_1
    6: (32, 22),  # Q5_0
    7: (32, 24),  # Q5_1
    8: (32, 34),  # Q8_0
    9: (32, 40),  # Q8_1
    10: (256, 84),  # Q2_K
    11: (256, 110),  # Q3_K
    12: (256, 144),  # Q4_K
    13: (256, 176),  # Q5_K
    14: (256, 210),  # Q6_K
    15: (256, 292),  # Q8_K
    16: (256, 66),  # IQ2_XXS
    17: (256, 74),  # IQ2_XS
    18: (256, 98),  # IQ3_XXS
    19: (256, 50),  # IQ1_S
    20: (32, 18),  # IQ4_NL
    21: (256, 110),  # IQ3_S
    22: (256, 82),  # IQ2_S
    23: (256, 136),  # IQ4_XS
    24: (1, 1),  # I8
    25: (1, 2),  # I16
    26: (1, 4),  # I32
    27: (1, 8),  # I64
    28: (1, 8),  # F64
    29: (256, 56),  # IQ1_M
    30: (1, 2),  # BF16
    34: (256, 54),  # TQ1_0
    35: (256, 66),  # TQ2_0
    39: (32, 17),  # MXFP4
    40: (64, 36),  # NVFP4
}
