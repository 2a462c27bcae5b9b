"""Versions in PostgreSQL, the one row that says which is live, and the workers that must have taken one up first.

Every statement is the owner's: a version is of no tenant. Knows the tables, and not what is in a version.
"""

from __future__ import annotations

import msgspec
from psycopg.rows import class_row

from vestibule.configuration.rules import KnownModel
from vestibule.configuration.version import Version, canonical, digest
from vestibule.core.configuration import Document
from vestibule.core.errors import NotFound
from vestibule.storage.database import Database

LIVE_WITHIN_S = 5.0
"""A worker that was not seen for longer has closed its way out by itself, and is not waited for."""
FORGET_AFTER_S = 3600.0
_NUMBERING = 0x76636667  # "vcfg": one advisory lock for all that make a version
_COLUMNS = "number, base, author, reason, made_at, live_at, digest, document AS content, origin"
_SEEN = f"seen_at > clock_timestamp() - interval '{LIVE_WITHIN_S} seconds'"


class Standing(msgspec.Struct, frozen=True):
    """How a worker finds things: which version is live, and which are proposed that it has not answered to."""

    live: int
    proposed: tuple[int, ...]


class Waiting(msgspec.Struct, frozen=True):
    """A live worker that has not taken a version up; `trouble` is why it cannot, "" while it has not said."""

    worker: str
    host: str
    pid: int
    trouble: str


class Worker(msgspec.Struct, frozen=True):
    id: str
    host: str
    pid: int
    running: int


class Versions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def live(self) -> int:
        async with self._database.owner() as connection:
            row = await (await connection.execute("SELECT number FROM configuration_live")).fetchone()
        assert row is not None
        return int(row[0])

    async def get(self, number: int) -> Version:
        """Raise `NotFound` for one there is not; 0, what is shipped, is none."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Version)) as cursor:
            await cursor.execute(f"SELECT {_COLUMNS} FROM configuration_versions WHERE number = %s", [number])
            found = await cursor.fetchone()
        if found is None:
            raise NotFound(
                f"There is no version {number} of the configuration.",
                next_step="`vestibule config history` lists those there are.",
                param="version",
            )
        return found

    async def newest(self, limit: int) -> list[Version]:
        """The newest first."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Version)) as cursor:
            await cursor.execute(
                f"SELECT {_COLUMNS} FROM configuration_versions ORDER BY number DESC LIMIT %s", [limit]
            )
            return await cursor.fetchall()

    async def read_last(self) -> str | None:
        """The SHA-256 of the watched file as it was last made a version of."""
        async with self._database.owner() as connection:
            cursor = await connection.execute(
                "SELECT origin FROM configuration_versions WHERE origin IS NOT NULL AND live_at IS NOT NULL"
                " ORDER BY number DESC LIMIT 1"
            )
            row = await cursor.fetchone()
        return None if row is None else str(row[0])

    async def propose(
        self, document: Document, *, author: str, reason: str, base: int, origin: str | None = None
    ) -> Version:
        """Store a version of the next number. Every worker is told; none of them answers by it yet."""
        content = canonical(document)
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Version)) as cursor:
            await cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])
            await cursor.execute(
                "INSERT INTO configuration_versions (number, base, author, reason, digest, origin, document)"
                " SELECT coalesce(max(number), 0) + 1, %s, %s, %s, %s, %s, %s FROM configuration_versions"
                f" RETURNING {_COLUMNS}",
                [base, author, reason, digest(content), origin, content],
            )
            made = await cursor.fetchone()
        assert made is not None
        return made

    async def flip(self, version: Version) -> bool:
        """Make it live, if its base still is; tell whether it was."""
        async with self._database.owner() as connection:
            flipped = await connection.execute(
                "UPDATE configuration_live SET number = %s WHERE number = %s", [version.number, version.base]
            )
            if flipped.rowcount == 1:
                await connection.execute(
                    "UPDATE configuration_versions SET live_at = clock_timestamp() WHERE number = %s", [version.number]
                )
        return flipped.rowcount == 1

    async def waiting(self, number: int) -> list[Waiting]:
        """The live workers that do not have it ready."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Waiting)) as cursor:
            await cursor.execute(
                "SELECT w.id AS worker, w.host, w.pid, coalesce(a.trouble, '') AS trouble FROM configuration_workers w"
                " LEFT JOIN configuration_acknowledgements a ON a.worker = w.id AND a.number = %s"
                f" WHERE w.{_SEEN} AND (a.number IS NULL OR a.trouble <> '') ORDER BY w.started_at",
                [number],
            )
            return await cursor.fetchall()

    async def workers(self) -> list[Worker]:
        """Those that live, the oldest first."""
        async with self._database.owner() as connection, connection.cursor(row_factory=class_row(Worker)) as cursor:
            await cursor.execute(
                f"SELECT id, host, pid, running FROM configuration_workers WHERE {_SEEN} ORDER BY started_at, id"
            )
            return await cursor.fetchall()

    async def beat(self, worker: Worker) -> Standing:
        """Note that it lives and what it answers by; tell it how things stand."""
        async with self._database.owner() as connection:
            # a heartbeat that a crash of the database loses is followed by the next one
            await connection.execute("SET LOCAL synchronous_commit = off")
            await connection.execute(
                "INSERT INTO configuration_workers (id, host, pid, running) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (id) DO UPDATE SET running = excluded.running, seen_at = clock_timestamp()",
                [worker.id, worker.host, worker.pid, worker.running],
            )
            cursor = await connection.execute(
                "SELECT l.number, array(SELECT v.number FROM configuration_versions v WHERE v.number > l.number"
                " AND v.base = l.number AND NOT EXISTS (SELECT FROM configuration_acknowledgements a"
                " WHERE a.worker = %s AND a.number = v.number) ORDER BY v.number) FROM configuration_live l",
                [worker.id],
            )
            row = await cursor.fetchone()
        assert row is not None
        return Standing(int(row[0]), tuple(row[1]))

    async def acknowledge(self, worker: str, number: int, trouble: str = "") -> None:
        """`worker` has it ready, or says why it cannot."""
        async with self._database.owner() as connection:
            await connection.execute(
                "INSERT INTO configuration_acknowledgements (worker, number, trouble) VALUES (%s, %s, %s)"
                " ON CONFLICT (worker, number) DO UPDATE SET trouble = excluded.trouble",
                [worker, number, trouble],
            )

    async def leave(self, worker: str) -> None:
        """It ends; and so did those that were not heard of for an hour."""
        async with self._database.owner() as connection:
            await connection.execute(
                "DELETE FROM configuration_workers WHERE id = %s OR seen_at < clock_timestamp() - %s * interval '1 s'",
                [worker, FORGET_AFTER_S],
            )

    async def models(self) -> dict[str, KnownModel]:
        """Those that the workers last had."""
        async with self._database.owner() as connection:
            row = await (await connection.execute("SELECT models FROM configuration_live")).fetchone()
        assert row is not None
        return {model.id: model for model in msgspec.json.decode(str(row[0]), type=list[KnownModel])}

    async def know(self, models: list[KnownModel]) -> None:
        """Remember them for whoever validates a version while no worker runs."""
        async with self._database.owner() as connection:
            said = msgspec.json.encode(models).decode()
            await connection.execute("UPDATE configuration_live SET models = %s WHERE models <> %s", [said, said])
