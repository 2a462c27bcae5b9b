"""Anchors what a writer that was killed left behind its last anchor. Done at each start.

The marks prove each record as the house's own, so nothing that was altered meanwhile is anchored; that records were
cut off the end of a chain between its writer's death and this moment is what nobody can tell.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vestibule.privacy.audit.anchor import Statement
from vestibule.privacy.audit.anchoring import AnchorLog
from vestibule.privacy.audit.entry import link
from vestibule.privacy.audit.signing import VerifyingKey
from vestibule.privacy.audit.tables import read_chain, unanchored
from vestibule.storage.database import Database

DEAD_AFTER = timedelta(seconds=60)


async def adopt(database: Database, anchors: AnchorLog, key: VerifyingKey) -> int:
    """Anchor every chain whose records were left without for longer than a living writer would. Return how many."""
    before = datetime.now(UTC) - DEAD_AFTER
    async with database.owner() as connection:
        statements: list[Statement] = []
        for chain, anchored, head in await unanchored(connection, before):
            number = anchored
            for record in await read_chain(connection, chain, anchored):
                content = record.entry.content
                if link(head, content) != record.hash or not key.has_marked(content, record.hash, record.mac):
                    break
                number, head = record.entry.number, record.hash
            if number > anchored:
                statements.append(Statement("adopted", chain, number, head))
        if not statements:
            return 0
        last = await anchors.append(connection, statements)
    await anchors.remember(last)
    return len(statements)
