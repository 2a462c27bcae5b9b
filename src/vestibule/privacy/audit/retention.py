"""Forgets the old part of a trail and keeps the rest provable: a signed statement stands where it was cut.

Every chain that goes on is stated anew, how it started, where it begins now and what is proven of it, and a checkpoint
says with which anchor the log begins. A chain that was closed and is all old is forgotten whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from vestibule.privacy.audit.anchor import Anchor, Statement
from vestibule.privacy.audit.anchoring import AnchorLog
from vestibule.privacy.audit.tables import (
    allow_deleting,
    delete_anchors,
    delete_chain,
    delete_records,
    first_since,
    hash_of,
    last_of,
    lock_against_pruning,
    read_heads,
)
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection


class Pruned(msgspec.Struct, frozen=True):
    """How much was forgotten."""

    records: int
    chains: int
    anchors: int


async def prune(database: Database, log: AnchorLog, before: datetime) -> Pruned:
    """Forget every record that is older than `before`, has only such before it, and is anchored.

    Verify first: what is stated anew here is taken as read.
    """
    async with database.owner() as connection:
        await lock_against_pruning(connection, to_prune=True)
        await allow_deleting(connection)
        _, anchors = await read_heads(connection)
        if not anchors:
            return Pruned(0, 0, 0)
        by_chain: dict[str, list[Anchor]] = defaultdict(list)
        for anchor in anchors:
            if anchor.kind != "checkpoint":
                by_chain[anchor.chain].append(anchor)
        statements: list[Statement] = []
        records = chains = 0
        for chain, said in by_chain.items():
            removed, restated = await _prune_chain(connection, chain, said, before)
            records += removed
            statements += restated
            chains += not restated
        if records == chains == 0:
            return Pruned(0, 0, 0)
        last = anchors[-1]
        statements.append(Statement("checkpoint", "", last.number + 1, last.hash))
        newest = await log.append(connection, statements)
        forgotten = await delete_anchors(connection, last.number)
    await log.remember(newest)
    return Pruned(records, chains, forgotten)


async def _prune_chain(
    connection: Connection, chain: str, said: Sequence[Anchor], before: datetime
) -> tuple[int, list[Statement]]:
    """Number of records removed, and what is to be stated of the chain from now on; nothing if it is gone."""
    proven = max(said, key=lambda anchor: anchor.record)
    closed = any(anchor.kind == "closed" for anchor in said)
    kept_from = await first_since(connection, chain, before)
    last = await last_of(connection, chain)
    until = proven.record if kept_from is None else min(kept_from - 1, proven.record)
    if closed and kept_from is None and (last is None or last[0] <= proven.record) and proven.at < before:
        removed = await delete_records(connection, chain, until)
        await delete_chain(connection, chain)
        return removed, []
    began = min(said, key=lambda anchor: anchor.record)
    pruned = max((a for a in said if a.kind == "pruned"), key=lambda anchor: anchor.record, default=began)
    until = max(until, pruned.record)
    heads = {pruned.record: pruned.head, proven.record: proven.head}
    head = heads.get(until) or await hash_of(connection, chain, until)
    restated = [Statement("opened", chain, 0, began.head), Statement("pruned", chain, until, head)]
    if closed or proven.record > until:
        restated.append(Statement("closed" if closed else "running", chain, proven.record, proven.head))
    return await delete_records(connection, chain, until), restated
