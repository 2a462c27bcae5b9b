"""Anchors: signed statements that a chain had so many records and this head. Pure: knows no storage.

All writers append to one log of anchors, numbered without gaps, each with the hash of the one before it. A chain that
is deleted whole is still named there, and an anchor cannot be taken out unseen.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from vestibule.privacy.audit.signing import SigningKey, VerifyingKey

AnchorKind = Literal["opened", "running", "closed", "adopted", "pruned", "checkpoint"]
BEGINNING = bytes(32)
_JSON = msgspec.json.Encoder(order="sorted")


class Statement(msgspec.Struct, frozen=True):
    """What an anchor says: `chain` had `record` records, the last with the hash `head`.

    `adopted`: said by a later writer of a chain whose own ended without a word. `pruned`: records up to this one are
    no longer kept. `checkpoint`: the log begins with anchor number `record`, and `head` is the hash before it.
    """

    kind: AnchorKind
    chain: str
    record: int
    head: bytes


class Anchor(msgspec.Struct, frozen=True, tag="anchor"):
    """A statement in the log. `previous` is the hash of the anchor before it, `key` the name of the signing key."""

    number: int
    at: datetime
    kind: AnchorKind
    chain: str
    record: int
    head: bytes
    previous: bytes
    key: str
    signature: bytes = b""

    @classmethod
    def make(
        cls, key: SigningKey, statement: Statement, *, at: datetime, number: int = 1, previous: bytes = BEGINNING
    ) -> Anchor:
        anchor = cls(number=number, at=at, previous=previous, key=key.name, **msgspec.structs.asdict(statement))
        return msgspec.structs.replace(anchor, signature=key.sign(anchor._message))

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self._message).digest()

    def is_signed_by(self, key: VerifyingKey) -> bool:
        return key.has_signed(self._message, self.signature)

    @property
    def _message(self) -> bytes:
        return _JSON.encode(msgspec.structs.replace(self, signature=b""))
