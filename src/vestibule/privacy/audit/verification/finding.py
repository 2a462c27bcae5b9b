"""What checking a trail can come to: how far it is proven, and what is wrong, by name. Knows not how it is found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal[
    "record_changed",
    "record_removed",
    "record_inserted",
    "record_moved",
    "chain_cut",
    "chain_changed",
    "chain_removed",
    "chain_unanchored",
    "anchor_forged",
    "anchor_removed",
    "trail_cut",
]


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong. `first` to `last` are numbers of records in `chain`, or of anchors without a chain."""

    kind: Kind
    chain: str
    first: int
    last: int
    message: str


class ChainProof(msgspec.Struct, frozen=True):
    """Records `first` to `last` are there; those up to `proven_to` are proven by an anchor made at `proven_at`.

    From what is behind that, records could have been cut off at the end, and nobody could tell.
    """

    id: str
    host: str
    pid: int
    started_at: datetime | None
    first: int
    last: int
    proven_to: int
    proven_at: datetime | None
    closed: bool

    @property
    def records(self) -> int:
        return self.last - self.first + 1

    @property
    def unproven(self) -> int:
        return self.last - max(self.proven_to, self.first - 1)


class Verification(msgspec.Struct, frozen=True):
    """`proven` if nothing was found. `anchor` is the last sound one of the log: what it covers is all there.

    `key` is the name of the key that it was checked with; `witnessed` if the log was compared with what the house
    itself had seen of it; `tenant_records` counts those of `tenant`, if one was asked for.
    """

    proven: bool
    records: int
    unproven: int
    anchors: int
    anchor: int
    anchor_at: datetime | None
    key: str
    witnessed: bool
    chains: tuple[ChainProof, ...] = ()
    findings: tuple[Finding, ...] = ()
    tenant: str | None = None
    tenant_records: int | None = None


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """Join findings of one kind about neighbours, in the order of the records; the first one's message stands."""
    joined: list[Finding] = []
    last_of_kind: dict[Kind, int] = {}
    for finding in sorted(findings, key=lambda f: (f.first, f.kind)):
        index = last_of_kind.get(finding.kind)
        if index is not None and finding.first > 0 and finding.first == joined[index].last + 1:
            joined[index] = msgspec.structs.replace(joined[index], last=finding.last)
        else:
            last_of_kind[finding.kind] = len(joined)
            joined.append(finding)
    return joined
