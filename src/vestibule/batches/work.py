"""Who works on what: batches and lines are taken under a lease, by one worker of any process at a time.

A worker that dies lets its leases lapse and others take over. What became of a line is written once, by whoever holds
its lease then. Knows no model and no file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from vestibule.batches.batch import Batch, Counts, Problem, Status
from vestibule.batches.store import COLUMNS, BatchStore
from vestibule.core.caller import Caller
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection
from vestibule.storage.sealing import Sealing, TenantKeys

_FREE = "(l.state = 0 AND l.not_before <= now() OR l.state = 1 AND l.leased_until < now())"
_UNDER_WAY = """EXISTS (SELECT 1 FROM batch_lines l WHERE l.tenant = b.tenant AND l.batch_id = b.id AND l.state = 1
    AND l.leased_until >= now())"""
# In turn: the tenant that was served longest ago, and of its batches the one that was.
_TAKE_LINES = f"""
    WITH chosen AS (
        SELECT b.tenant, b.id FROM batches b
        WHERE b.status = 'in_progress' AND b.expires_at > now() AND b.rests_until <= now() AND EXISTS (
            SELECT 1 FROM batch_lines l WHERE l.tenant = b.tenant AND l.batch_id = b.id AND l.state < 2 AND {_FREE})
        ORDER BY (SELECT max(s.served_at) FROM batches s WHERE s.tenant = b.tenant), b.served_at
        LIMIT 1 FOR UPDATE OF b SKIP LOCKED
    ), served AS (
        UPDATE batches b SET served_at = clock_timestamp() FROM chosen c WHERE b.tenant = c.tenant AND b.id = c.id
    ), free AS (
        SELECT l.tenant, l.batch_id, l.line FROM batch_lines l
        JOIN chosen c ON l.tenant = c.tenant AND l.batch_id = c.id
        WHERE l.state < 2 AND {_FREE} ORDER BY l.line LIMIT %(count)s FOR UPDATE OF l SKIP LOCKED
    )
    UPDATE batch_lines l SET state = 1, lease = %(lease)s, leased_until = now() + %(term)s,
        tries = l.tries + (l.state = 1)::int
    FROM free f JOIN batches b ON b.tenant = f.tenant AND b.id = f.batch_id
    WHERE l.tenant = f.tenant AND l.batch_id = f.batch_id AND l.line = f.line
    RETURNING l.tenant, l.batch_id, l.line, l.request, l.tries, b.endpoint, b.key_id, b.scopes, b.clearance, b.models
"""
_TAKE_BATCH = f"""
    UPDATE batches SET lease = %(lease)s, leased_until = now() + %(term)s
    WHERE (tenant, id) = (
        SELECT b.tenant, b.id FROM batches b
        WHERE coalesce(b.leased_until < now(), true)
            AND (b.status IN ('validating', 'finalizing') OR b.status = 'cancelling' AND NOT {_UNDER_WAY})
        ORDER BY b.created_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING tenant, id
"""
_ADVANCE = f"""
    UPDATE batches b SET status = 'finalizing', finalizing_at = now()
    WHERE b.status = 'in_progress' AND (
        b.expires_at <= now() AND NOT {_UNDER_WAY}
        OR NOT EXISTS (SELECT 1 FROM batch_lines l WHERE l.tenant = b.tenant AND l.batch_id = b.id AND l.state < 2))
"""


class Request(msgspec.Struct, frozen=True):
    """What is asked in one line: `custom_id` is the caller's name for it, `body` JSON as it was written."""

    custom_id: str
    body: msgspec.Raw


class Line(msgspec.Struct, frozen=True):
    """A line that was taken. `tries` is how often it was begun before without an end."""

    owner: Caller
    batch_id: str
    number: int
    endpoint: str
    sealed: bytes
    tries: int


class Ended(msgspec.Struct, frozen=True):
    """A line at the end of its batch: `reply` is as it was settled, None where nobody came to it."""

    number: int
    answered: bool
    reply: bytes | None
    request: Request


class Work:
    """One worker's. `lease` tells it from all others; what it takes is its own for `term`, if not renewed."""

    def __init__(self, database: Database, keys: TenantKeys, lease: str, term: timedelta) -> None:
        self._database = database
        self._sealing = Sealing(keys, "batches")
        self._store = BatchStore(database, keys)
        self._lease = lease
        self._term = term

    async def take_batch(self) -> Batch | None:
        """One that is to be validated, or whose files are to be written."""
        async with self._database.owner() as connection:
            taken = await (await connection.execute(_TAKE_BATCH, self._values())).fetchone()
            if taken is None:
                return None
            found = await connection.execute(f"SELECT {COLUMNS} WHERE b.tenant = %s AND b.id = %s", taken)
            row = await found.fetchone()
        return await self._store.opened(row) if row else None

    async def take_lines(self, count: int) -> list[Line]:
        """Up to `count` lines of one batch, in their order."""
        async with self._database.owner() as connection:
            await connection.execute(_ADVANCE)
            rows = await (await connection.execute(_TAKE_LINES, self._values(count=count))).fetchall()
        return sorted((_line(row) for row in rows), key=lambda line: line.number)

    async def renew(self, held: Collection[Batch | Line]) -> None:
        """Keep what is being worked on for another term. What is not lapses, for anybody to begin again."""
        batches = [one.id for one in held if isinstance(one, Batch)]
        lines = [one for one in held if isinstance(one, Line)]
        named = {"ids": [line.batch_id for line in lines], "numbers": [line.number for line in lines]}
        async with self._database.owner() as connection:
            await connection.execute(
                "UPDATE batches SET leased_until = now() + %(term)s WHERE lease = %(lease)s AND id = ANY(%(batches)s)",
                self._values(batches=batches),
            )
            await connection.execute(
                "UPDATE batch_lines l SET leased_until = now() + %(term)s"
                " FROM unnest(%(ids)s::text[], %(numbers)s::int[]) AS held (id, number)"
                " WHERE l.batch_id = held.id AND l.line = held.number AND l.lease = %(lease)s AND l.state = 1",
                self._values(**named),
            )

    async def let_go(self) -> None:
        """Give back all that was taken, for others to take at once."""
        async with self._database.owner() as connection:
            await connection.execute(
                "UPDATE batch_lines SET state = 0, lease = NULL, leased_until = NULL"
                " WHERE lease = %(lease)s AND state = 1",
                self._values(),
            )
            await connection.execute(
                "UPDATE batches SET lease = NULL, leased_until = NULL WHERE lease = %(lease)s", self._values()
            )

    async def add_lines(self, batch: Batch, requests: Sequence[tuple[int, Request]]) -> bool:
        """Lines of a batch that is being validated. False where that is not this worker's to do any more."""
        tenant = batch.owner.tenant
        rows = [
            (tenant, batch.id, number, await self._seal(tenant, msgspec.json.encode(request), batch.id, number))
            for number, request in requests
        ]
        async with self._database.tenant(tenant) as connection, connection.cursor() as cursor:
            if await self._status(connection, batch) != "validating":
                return False
            await cursor.executemany(
                "INSERT INTO batch_lines (tenant, batch_id, line, request) VALUES (%s, %s, %s, %s)", rows
            )
        return True

    async def drop_lines(self, batch: Batch) -> None:
        """All of them, if the batch is this worker's still."""
        async with self._database.tenant(batch.owner.tenant) as connection:
            if await self._status(connection, batch):
                await connection.execute("DELETE FROM batch_lines WHERE batch_id = %s", (batch.id,))

    async def give_up(self, batch: Batch) -> None:
        """It is not any more what it was when it was taken: whoever comes next shall look at it."""
        async with self._database.tenant(batch.owner.tenant) as connection:
            await connection.execute(
                "UPDATE batches SET lease = NULL, leased_until = NULL WHERE id = %(id)s AND lease = %(lease)s",
                self._values(id=batch.id),
            )

    async def begin(self, batch: Batch, model: str, total: int) -> bool:
        """It is valid. False where it is not this worker's to say any more: it was cancelled, or taken over."""
        sealed = await self._sealing.seal(batch.owner.tenant, model.encode(), batch.id, "model")
        return await self._set(
            batch,
            "status = 'in_progress', in_progress_at = now(), model = %(model)s, total = %(total)s",
            "status = 'validating'",
            model=sealed,
            total=total,
        )

    async def fail(self, batch: Batch, problems: Sequence[Problem]) -> bool:
        """It is not valid, for these reasons."""
        return await self._set(
            batch,
            "status = 'failed', failed_at = now(), errors = %(errors)s::jsonb",
            "status = 'validating'",
            errors=msgspec.json.encode(problems).decode(),
        )

    async def request(self, line: Line) -> Request:
        """Raise `Unreadable`."""
        opened = await self._sealing.open(line.owner.tenant, line.sealed, line.batch_id, line.number, "request")
        return msgspec.json.decode(opened, type=Request)

    async def settle(self, line: Line, reply: bytes, *, answered: bool) -> bool:
        """What became of a line, for good. False where another worker has the line by now."""
        tenant = line.owner.tenant
        sealed = await self._sealing.seal(tenant, reply, line.batch_id, line.number, answered)
        return await self._set_line(
            line, "state = %(state)s, reply = %(reply)s, lease = NULL", state=2 if answered else 3, reply=sealed
        )

    async def put_back(self, line: Line, wait: timedelta, *, tried: bool) -> bool:
        """Try it again after `wait`. `tried` counts this as one of the tries it has; else it was not its fault, and the
        other lines of its batch wait as well."""
        if not tried:
            async with self._database.tenant(line.owner.tenant) as connection:
                await connection.execute(
                    "UPDATE batches SET rests_until = greatest(rests_until, now() + %s) WHERE id = %s",
                    (wait, line.batch_id),
                )
        return await self._set_line(
            line,
            "state = 0, lease = NULL, not_before = now() + %(wait)s, tries = tries + %(tried)s",
            wait=wait,
            tried=int(tried),
        )

    async def ended(self, batch: Batch, after: int, count: int) -> list[Ended]:
        """Up to `count` lines behind the one of number `after`, in their order."""
        async with self._database.tenant(batch.owner.tenant) as connection:
            cursor = await connection.execute(
                "SELECT line, state, request, reply FROM batch_lines WHERE batch_id = %s AND line > %s"
                " ORDER BY line LIMIT %s",
                (batch.id, after, count),
            )
            rows = await cursor.fetchall()
        return [await self._ended(batch, *row) for row in rows]

    async def finish(
        self, batch: Batch, status: Status, counts: Counts, output: str | None, errors: str | None
    ) -> bool:
        """Its files are written: it is over, and its lines are forgotten."""
        return await self._set(
            batch,
            f"status = %(status)s, {status}_at = now(), completed = %(completed)s, failed = %(failed)s,"
            " output_file_id = %(output)s, error_file_id = %(errors)s",
            "status IN ('finalizing', 'cancelling')",
            forget_lines=True,
            status=status,
            completed=counts.completed,
            failed=counts.failed,
            output=output,
            errors=errors,
        )

    async def _ended(self, batch: Batch, number: int, state: int, sealed: bytes, reply: bytes | None) -> Ended:
        tenant = batch.owner.tenant
        request = await self._sealing.open(tenant, bytes(sealed), batch.id, number, "request")
        answered = state == 2
        said = await self._sealing.open(tenant, bytes(reply), batch.id, number, answered) if reply else None
        return Ended(number, answered, said, msgspec.json.decode(request, type=Request))

    async def _seal(self, tenant: str, content: bytes, batch_id: str, number: int) -> bytes:
        return await self._sealing.seal(tenant, content, batch_id, number, "request")

    async def _status(self, connection: Connection, batch: Batch) -> str | None:
        """What the batch is, None where another has it. Nobody takes or changes it while the transaction lasts."""
        found = await connection.execute(
            "SELECT status FROM batches WHERE id = %(id)s AND lease = %(lease)s FOR UPDATE", self._values(id=batch.id)
        )
        row = await found.fetchone()
        return str(row[0]) if row else None

    async def _set(
        self, batch: Batch, change: str, while_: str, *, forget_lines: bool = False, **values: object
    ) -> bool:
        async with self._database.tenant(batch.owner.tenant) as connection:
            done = await connection.execute(
                f"UPDATE batches SET {change}, lease = NULL, leased_until = NULL"
                f" WHERE id = %(id)s AND lease = %(lease)s AND {while_}".encode(),
                self._values(id=batch.id, **values),
            )
            if forget_lines and done.rowcount:
                await connection.execute("DELETE FROM batch_lines WHERE batch_id = %s", (batch.id,))
        return done.rowcount == 1

    async def _set_line(self, line: Line, change: str, **values: object) -> bool:
        async with self._database.tenant(line.owner.tenant) as connection:
            done = await connection.execute(
                f"UPDATE batch_lines SET {change}"
                " WHERE batch_id = %(id)s AND line = %(line)s AND lease = %(lease)s AND state = 1".encode(),
                self._values(id=line.batch_id, line=line.number, **values),
            )
        return done.rowcount == 1

    def _values(self, **more: object) -> dict[str, object]:
        return {"lease": self._lease, "term": self._term, **more}


def _line(row: Sequence[Any]) -> Line:
    tenant, batch_id, number, sealed, tries, endpoint, key_id, scopes, clearance, models = row
    owner = Caller(
        tenant, key_id, frozenset(scopes), PrivacyClass(clearance), None if models is None else frozenset(models)
    )
    return Line(owner, batch_id, number, endpoint, bytes(sealed), tries)
