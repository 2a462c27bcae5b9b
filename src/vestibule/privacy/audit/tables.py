"""The trail's tables: rows to values and back, in the order and under the locks that the rest relies on.

Knows SQL and no rule of the trail. Everything here runs in a transaction as the owner, unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET
from psycopg.rows import TupleRow

from vestibule.privacy.audit.anchor import BEGINNING, Anchor, Statement
from vestibule.privacy.audit.entry import ChainStart, Entry, Record
from vestibule.privacy.audit.signing import SigningKey
from vestibule.storage.pool import Connection

FETCHED = 2000
_ANCHOR_LOCK = 0x616E6368  # "anch": who appends to the log of anchors
_PRUNE_LOCK = 0x7072756E  # "prun": shared by who reads the trail, alone by who prunes it

_ENTRY_COLUMNS = ", ".join(Entry.__struct_fields__)
_ANCHOR_COLUMNS = ", ".join(Anchor.__struct_fields__)
# a whole batch as one value: a tenth of what a statement for each record costs; and no statement more for the setting
_INSERT_RECORDS = (
    f"INSERT INTO audit_records ({_ENTRY_COLUMNS}, hash, mac) SELECT {_ENTRY_COLUMNS}, hash, mac"
    " FROM set_config('synchronous_commit', 'on', true), json_populate_recordset(NULL::audit_records, %s::json)"
)
_JSON = msgspec.json.Encoder()
_INSERT_ANCHOR = (
    f"INSERT INTO audit_anchors ({_ANCHOR_COLUMNS}) VALUES ({', '.join(['%s'] * len(Anchor.__struct_fields__))})"
)


async def insert_chain(connection: Connection, start: ChainStart) -> None:
    await connection.execute(
        "INSERT INTO audit_chains (id, started_at, host, pid) VALUES (%s, %s, %s, %s)", msgspec.structs.astuple(start)
    )


async def insert_records(connection: Connection, records: Sequence[Record]) -> None:
    """Durable when the transaction has committed, whatever the server's default is."""
    await connection.execute(_INSERT_RECORDS, [f"[{','.join(map(_row, records))}]"])


async def append_anchors(connection: Connection, key: SigningKey, statements: Sequence[Statement]) -> list[Anchor]:
    """Add the statements to the log of anchors, signed. Who comes meanwhile waits for this transaction's end."""
    await lock_anchors(connection)
    await connection.execute("SET LOCAL synchronous_commit = on")
    found = await connection.execute(f"SELECT {_ANCHOR_COLUMNS} FROM audit_anchors ORDER BY number DESC LIMIT 1")
    row = await found.fetchone()
    number, previous = (row[0], _anchor(row).hash) if row else (0, BEGINNING)
    anchors: list[Anchor] = []
    for statement in statements:
        number += 1
        anchors.append(Anchor.make(key, statement, at=datetime.now(UTC), number=number, previous=previous))
        previous = anchors[-1].hash
    async with connection.cursor() as cursor:
        await cursor.executemany(_INSERT_ANCHOR, [msgspec.structs.astuple(anchor) for anchor in anchors])
    return anchors


async def lock_anchors(connection: Connection) -> None:
    """Until the end of the transaction nobody else appends an anchor."""
    await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ANCHOR_LOCK,))


async def lock_against_pruning(connection: Connection, *, to_prune: bool) -> None:
    shared = "" if to_prune else "_shared"
    await connection.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", (_PRUNE_LOCK,))


async def trail_exists(connection: Connection) -> bool:
    found = await connection.execute("SELECT 1 FROM audit_anchors LIMIT 1")
    return await found.fetchone() is not None


async def anchor_at(connection: Connection, number: int) -> Anchor | None:
    found = await connection.execute(f"SELECT {_ANCHOR_COLUMNS} FROM audit_anchors WHERE number = %s", (number,))
    row = await found.fetchone()
    return _anchor(row) if row else None


async def first_anchor(connection: Connection) -> int | None:
    found = await connection.execute("SELECT min(number) FROM audit_anchors")
    row = await found.fetchone()
    return row[0] if row else None


async def unanchored(connection: Connection, before: datetime) -> list[tuple[str, int, bytes]]:
    """Chains whose newest record is behind their last anchor and older than `before`: id, anchored number and hash."""
    found = await connection.execute(
        """
        SELECT anchored.chain, anchored.record, anchored.head
        FROM (SELECT DISTINCT ON (chain) chain, record, head FROM audit_anchors
              WHERE kind <> 'checkpoint' ORDER BY chain, record DESC) AS anchored,
             LATERAL (SELECT number, at FROM audit_records WHERE audit_records.chain = anchored.chain
                      ORDER BY number DESC LIMIT 1) AS newest
        WHERE newest.number > anchored.record AND newest.at < %s
        """,
        (before,),
    )
    return [(row[0], row[1], bytes(row[2])) async for row in found]


async def read_heads(connection: Connection) -> tuple[list[ChainStart], list[Anchor]]:
    """Every chain, oldest first, and the whole log of anchors, as they are at one moment."""
    await lock_anchors(connection)
    chains = await connection.execute("SELECT id, started_at, host, pid FROM audit_chains ORDER BY started_at, id")
    starts = [ChainStart(row[0], row[1].astimezone(UTC), row[2], row[3]) async for row in chains]
    anchors = await connection.execute(f"SELECT {_ANCHOR_COLUMNS} FROM audit_anchors ORDER BY number")
    return starts, [_anchor(row) async for row in anchors]


async def read_rows(connection: Connection) -> AsyncIterator[list[TupleRow]]:
    """Every record, ordered by chain and number, `FETCHED` rows at a time; see `record_of`."""
    async with connection.cursor(name="audit_records") as cursor:
        await cursor.execute(f"SELECT {_ENTRY_COLUMNS}, hash, mac FROM audit_records ORDER BY chain, number")
        while rows := await cursor.fetchmany(FETCHED):
            yield rows


async def read_chain(connection: Connection, chain: str, after: int) -> list[Record]:
    """Records of `chain` with a greater number than `after`, in order."""
    found = await connection.execute(
        f"SELECT {_ENTRY_COLUMNS}, hash, mac FROM audit_records WHERE chain = %s AND number > %s ORDER BY number",
        (chain, after),
    )
    return [record_of(row) async for row in found]


async def last_of(connection: Connection, chain: str) -> tuple[int, bytes] | None:
    """Number and hash of the last record of `chain`; None if it has none."""
    found = await connection.execute(
        "SELECT number, hash FROM audit_records WHERE chain = %s ORDER BY number DESC LIMIT 1", (chain,)
    )
    row = await found.fetchone()
    return (row[0], bytes(row[1])) if row else None


async def newest(connection: Connection, tenant: str | None, limit: int) -> list[Record]:
    """The newest records first. Also for a tenant's own transaction, which sees its own whatever `tenant` says."""
    found = await connection.execute(
        f"SELECT {_ENTRY_COLUMNS}, hash, mac FROM audit_records WHERE tenant = %(tenant)s OR %(tenant)s::text IS NULL"
        " ORDER BY at DESC, chain, number DESC LIMIT %(limit)s",
        {"tenant": tenant, "limit": limit},
    )
    return [record_of(row) async for row in found]


async def allow_deleting(connection: Connection) -> None:
    """For the rest of this transaction the trigger lets old rows be deleted."""
    await connection.execute("SET LOCAL vestibule.audit_prune = 'on'")


async def delete_records(connection: Connection, chain: str, until: int) -> int:
    done = await connection.execute("DELETE FROM audit_records WHERE chain = %s AND number <= %s", (chain, until))
    return done.rowcount


async def delete_chain(connection: Connection, chain: str) -> None:
    await connection.execute("DELETE FROM audit_chains WHERE id = %s", (chain,))


async def delete_anchors(connection: Connection, until: int) -> int:
    done = await connection.execute("DELETE FROM audit_anchors WHERE number <= %s", (until,))
    return done.rowcount


async def first_since(connection: Connection, chain: str, since: datetime) -> int | None:
    """Number of the first record of `chain` that is not older than `since`."""
    found = await connection.execute(
        "SELECT min(number) FROM audit_records WHERE chain = %s AND at >= %s", (chain, since)
    )
    row = await found.fetchone()
    return row[0] if row else None


async def hash_of(connection: Connection, chain: str, number: int) -> bytes:
    found = await connection.execute("SELECT hash FROM audit_records WHERE chain = %s AND number = %s", (chain, number))
    row = await found.fetchone()
    if row is None:
        raise ValueError(f"there is no record {number} in the chain {chain}")
    return bytes(row[0])


def record_of(row: TupleRow) -> Record:
    *fields, linked, mac = row
    values = dict(zip(Entry.__struct_fields__, fields, strict=True))
    digest = values["digest"]
    entry = Entry(
        **values
        | {
            "at": values["at"].astimezone(UTC),
            "reasons": tuple(values["reasons"]),
            "digest": None if digest is None else bytes(digest),
            "configuration": UNSET if values["configuration"] is None else values["configuration"],
        }
    )
    return Record(entry, bytes(linked), bytes(mac))


def _row(record: Record) -> str:
    """By columns as JSON, with bytes as PostgreSQL writes them: a third of what it takes to encode a dictionary."""
    entry, digest = record.entry, record.entry.digest
    fields = _JSON.encode(entry if digest is None else msgspec.structs.replace(entry, digest=None)).decode()
    if digest is not None:
        fields = fields.replace('"digest":null', f'"digest":"\\\\x{digest.hex()}"')
    return f'{fields[:-1]},"hash":"\\\\x{record.hash.hex()}","mac":"\\\\x{record.mac.hex()}"}}'


def _anchor(row: TupleRow) -> Anchor:
    number, at, kind, chain, record, head, previous, key, signature = row
    return Anchor(number, at.astimezone(UTC), kind, chain, record, bytes(head), bytes(previous), key, bytes(signature))
