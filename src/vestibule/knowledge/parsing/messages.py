"""What the parsing process and its parent say to each other: a length, then one message. Knows no format, so that the
parent need not load what reads them.
"""

from __future__ import annotations

import struct

import msgspec

from vestibule.core.errors import InvalidRequest, TooLarge, VestibuleError
from vestibule.knowledge.parsing.section import Parsed

LENGTH = struct.Struct(">Q")


class Request(msgspec.Struct, frozen=True):
    path: str
    media_type: str | None
    content: bytes


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """Why a document was not parsed."""

    message: str
    next_step: str
    too_large: bool = False

    def as_error(self) -> VestibuleError:
        kind = TooLarge if self.too_large else InvalidRequest
        return kind(self.message, next_step=self.next_step)


Outcome = Parsed | Refused
