"""The trail as JSON lines that can be checked elsewhere, with the public key alone. Knows no database.

First a header, then every chain, every anchor, every record. In an export for one tenant the records of the others are
withheld: of each only the content's digest is there, so that the chain still holds and nothing was left out unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from vestibule.core.errors import InvalidRequest
from vestibule.privacy.audit.anchor import Anchor
from vestibule.privacy.audit.entry import ChainStart, Record
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.verification.chain import Presented
from vestibule.privacy.audit.verification.finding import Verification
from vestibule.privacy.audit.verification.trail import TrailCheck, present

VERSION = 1


class Header(msgspec.Struct, frozen=True, tag="trail"):
    version: int
    public_key: str
    exported_at: datetime
    tenant: str | None = None


class Withheld(msgspec.Struct, frozen=True, tag="withheld"):
    """A record of another tenant."""

    chain: str
    number: int
    content: bytes
    hash: bytes
    mac: bytes


Line = Header | ChainStart | Anchor | Record | Withheld
_DECODER = msgspec.json.Decoder(Line)


def line_of(record: Record, tenant: str | None) -> Record | Withheld:
    """The record as `tenant` may see it; None may see all."""
    entry = record.entry
    if tenant is None or entry.tenant == tenant:
        return record
    return Withheld(entry.chain, entry.number, entry.content, record.hash, record.mac)


def verify_file(path: Path, key: VerifyingKey | None = None) -> Verification:
    """Check an export with `key`, or with the one that it names itself, which proves only that it is consistent.

    Blocks. Raise `InvalidRequest` if it cannot be read, naming the line.
    """
    lines = _read(path)
    header = next(lines, None)
    if not isinstance(header, Header) or header.version != VERSION:
        raise InvalidRequest(
            f"{path} is not an export of an audit trail.", next_step="Make one with `vestibule audit export FILE`."
        )
    starts: list[ChainStart] = []
    anchors: list[Anchor] = []
    check: TrailCheck | None = None
    key = key or VerifyingKey(bytes.fromhex(header.public_key))
    for line in lines:
        match line:
            case ChainStart():
                starts.append(line)
            case Anchor():
                anchors.append(line)
            case Record() | Withheld():
                check = check or TrailCheck(starts, anchors, key, tenant=header.tenant)
                check.feed(_present(line))
    return (check or TrailCheck(starts, anchors, key, tenant=header.tenant)).finish()


def _present(line: Record | Withheld) -> Presented:
    if isinstance(line, Record):
        return present(line)
    return Presented(line.chain, line.number, line.content, line.hash, line.mac, None)


def _read(path: Path) -> Iterator[Line]:
    try:
        with open(path, "rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield _DECODER.decode(line)
                except msgspec.MsgspecError:
                    raise InvalidRequest(
                        f"{path}:{number} is not a line of an export.", next_step="Export the trail anew."
                    ) from None
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.", next_step="Check the path.") from None
