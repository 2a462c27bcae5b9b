"""Versions as the page shows them: which is in force and who has taken it up, the last ones, and what two of them say
otherwise."""

from __future__ import annotations

from datetime import datetime

import msgspec

from vestibule.configuration.difference import Change, difference
from vestibule.configuration.office import Office
from vestibule.configuration.store import Worker
from vestibule.configuration.version import Version

LISTED = 10


class ShownVersion(msgspec.Struct, frozen=True):
    """Number 0 is what is shipped, made by nobody at no time."""

    number: int
    author: str = "Vestibule"
    reason: str = "as shipped"
    made_at: datetime | None = None
    was_live: bool = True

    @classmethod
    def of(cls, version: Version) -> ShownVersion:
        return cls(version.number, version.author, version.reason, version.made_at, version.live_at is not None)


class Standing(msgspec.Struct, frozen=True):
    """`versions` are the last ones, the newest first, the `live` one always among them; `workers` those that live."""

    live: ShownVersion
    versions: tuple[ShownVersion, ...]
    workers: tuple[Worker, ...]

    @property
    def taken_up(self) -> int:
        """How many workers answer by the live one."""
        return sum(worker.running == self.live.number for worker in self.workers)

    @classmethod
    async def read(cls, office: Office) -> Standing:
        number = await office.versions.live()
        newest = [ShownVersion.of(version) for version in await office.versions.newest(LISTED)]
        if len(newest) < LISTED:
            newest.append(ShownVersion(0))
        live = next((version for version in newest if version.number == number), None)
        if live is None:
            newest.append(live := ShownVersion.of(await office.versions.get(number)) if number else ShownVersion(0))
        return cls(live, tuple(newest), tuple(await office.versions.workers()))


async def compared(office: Office, before: int, after: int) -> tuple[Change, ...]:
    """What version `after` says otherwise than `before`. Raise `NotFound` for one there is not."""
    return difference(await office.document(before), await office.document(after))
