"""The request log: a row for every request, written behind the answer within 100 ms.

Rows wait in memory, bounded, and are written in one batch; while the database is away they stay and are tried again.
A row that had to be dropped is counted, never silently.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from datetime import datetime
from typing import Literal

import msgspec
import structlog

from vestibule.core.errors import VestibuleError
from vestibule.storage.database import Database

Outcome = Literal["answered", "refused", "failed", "cancelled"]
FLUSH_S = 0.05
WAITING = 50_000
BATCH = 500

log = structlog.get_logger(__name__)


class RequestRecord(msgspec.Struct, frozen=True):
    """What is kept of a request. Carries no text, asked or answered."""

    id: str
    tenant: str
    key_id: str
    started_at: datetime
    duration_ms: float
    model: str
    outcome: Outcome
    answered_by: str | None = None
    location: str | None = None
    privacy_class: str | None = None
    reasons: tuple[str, ...] = ()
    cache: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    config_version: int = 0
    timings_ms: dict[str, float] = {}


class RequestLog:
    def __init__(self, database: Database, *, waiting: int = WAITING) -> None:
        self._database = database
        self._limit = waiting
        self._waiting: deque[RequestRecord] = deque()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self.dropped = 0

    async def start(self) -> None:
        self._writer = asyncio.create_task(self._write_forever(), name="request-log")

    async def close(self) -> None:
        """Write what waits, then stop."""
        if self._writer:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        while self._waiting and await self._flush():
            pass

    def add(self, record: RequestRecord) -> None:
        """Never blocks and never fails: called from `finally`."""
        if len(self._waiting) >= self._limit:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(record)
        self._wake.set()

    async def count(self, tenant: str) -> int:
        async with self._database.tenant(tenant) as connection:
            row = await (await connection.execute("SELECT count(*) FROM requests")).fetchone()
        return int(row[0]) if row else 0

    async def _write_forever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(FLUSH_S)
            while self._waiting:
                if not await self._flush():
                    await asyncio.sleep(1.0)

    async def _flush(self) -> bool:
        batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
        try:
            async with self._database.owner() as connection, connection.cursor() as cursor:
                await cursor.executemany(_INSERT, [_row(record) for record in batch])
        except VestibuleError as error:
            log.warning("request log is waiting for the database", waiting=len(self._waiting), code=error.code)
            return False
        for _ in batch:
            self._waiting.popleft()
        return True


_COLUMNS = RequestRecord.__struct_fields__
_INSERT = (
    f"INSERT INTO requests ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) "
    "ON CONFLICT (id) DO NOTHING"
)


def _row(record: RequestRecord) -> list[object]:
    values = msgspec.structs.asdict(record)
    values["reasons"] = list(record.reasons)
    values["timings_ms"] = msgspec.json.encode(record.timings_ms).decode()
    return [values[column] for column in _COLUMNS]
