"""Appends to the log of anchors and lets the witness see it. Knows not when to anchor, nor what.

If the log no longer holds what the witness has seen, an older state was put back: it goes on, so that requests at home
do, but the witness keeps what it saw until somebody has looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from vestibule.privacy.audit.anchor import Anchor, Statement
from vestibule.privacy.audit.signing import SigningKey
from vestibule.privacy.audit.tables import anchor_at, append_anchors, first_anchor
from vestibule.privacy.audit.witness import Seen, Witness
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

log = structlog.get_logger(__name__)


class AnchorLog:
    def __init__(self, database: Database, key: SigningKey, home: Path) -> None:
        self._database = database
        self._key = key
        self._witness = Witness(home)

    async def append(self, connection: Connection, statements: Sequence[Statement]) -> Anchor:
        """Append in this transaction and return the last anchor, to be shown to `remember` after the commit."""
        return (await append_anchors(connection, self._key, statements))[-1]

    async def remember(self, anchor: Anchor) -> None:
        """Let the witness see a committed anchor, unless what it saw before is gone from the log."""
        seen = await asyncio.to_thread(self._witness.read)
        if seen and not await self._still_holds(seen):
            log.error("the audit trail no longer holds what it did; run `vestibule audit verify`", anchor=seen.number)
        elif not seen or seen.number < anchor.number:
            await asyncio.to_thread(self._witness.remember, Seen(anchor.number, anchor.hash))

    async def _still_holds(self, seen: Seen) -> bool:
        async with self._database.owner() as connection:
            found = await anchor_at(connection, seen.number)
            if found:
                return found.hash == seen.hash
            first = await first_anchor(connection)
        return first is not None and seen.number < first
