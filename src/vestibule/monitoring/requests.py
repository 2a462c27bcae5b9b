"""The request log: a row for every request, written behind the answer within 100 ms.

Rows wait in memory, bounded, and are written in one batch. While the database is away they go to a spool on disk, where
they outlive the process, and are written when it is back; a row that is written again changes nothing. Without a spool,
or where it is full, they wait in memory. A row that had to be dropped is counted, never silently.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import structlog

from vestibule.core.answer import Predicted
from vestibule.core.chat import TaskKind
from vestibule.core.errors import VestibuleError
from vestibule.monitoring.spool import Spool
from vestibule.storage.database import Database

Outcome = Literal["answered", "refused", "failed", "cancelled"]
FLUSH_S = 0.03
RETRY_S = 1.0
WAITING = 50_000
BATCH = 500

log = structlog.get_logger(__name__)


class Participation(msgspec.Struct, frozen=True):
    """An experiment that the request took part in. `edition` tells those of one id apart whose arms are not the same;
    `unit` is a digest of who keeps the arm. `failed` where it was not answered, or not by who was asked first."""

    id: str
    edition: str
    arm: str
    unit: str
    failed: bool = False


class RequestRecord(msgspec.Struct, frozen=True):
    """What is kept of a request. Carries no text, asked or answered.

    Money: `cost_eur` left the house, `home_eur` is what answering at home took in energy and machine, `estimated_eur`
    what was foreseen, and `cloud_eur` what the same tokens would have cost at the cheapest model outside, None where
    that is not known."""

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
    cost_eur: float = 0.0
    home_eur: float = 0.0
    cloud_eur: float | None = None
    estimated_eur: float | None = None
    kwh: float | None = None
    co2e_g: float | None = None
    task: TaskKind | None = None
    predicted: Predicted | None = None
    quality: float | None = None
    difficulty: float | None = None
    experiments: tuple[Participation, ...] | None = None


class RequestLog:
    def __init__(self, database: Database, *, waiting: int = WAITING, spool: Spool | None = None) -> None:
        self._database = database
        self._spool = spool
        self._spooled = spool is not None
        self._limit = waiting
        self._waiting: deque[RequestRecord] = deque()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._away = False
        self.dropped = 0

    async def start(self) -> None:
        self._writer = asyncio.create_task(self._write_forever(), name="request-log")

    async def close(self) -> None:
        """Write what waits, then stop; what cannot be written goes to the spool."""
        if self._writer:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
        while self._waiting and await self._flush():
            pass
        while self._waiting and await self._put_by():
            pass
        if self._spool:
            await asyncio.to_thread(self._spool.close)

    @property
    def degraded(self) -> str:
        """What becomes of the rows while they cannot be written; empty where they can."""
        if self._away:
            return "request rows are spooled to disk until the database is back" if self._spool else "rows wait"
        return ""

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
        """What comes while a batch is written waits for the next one: a transaction costs as much as many rows."""
        while True:
            if not self._spooled and not self._waiting:
                self._wake.clear()
                await self._wake.wait()
            await asyncio.sleep(FLUSH_S)
            while self._spooled or self._waiting:
                if not (await self._replay() and (not self._waiting or await self._flush())):
                    while self._waiting and await self._put_by():
                        pass
                    await asyncio.sleep(RETRY_S)
                elif len(self._waiting) < BATCH:
                    break

    async def _put_by(self) -> bool:
        """The oldest rows from memory to disk; False where there is no spool, or no room in it."""
        if self._spool is None:
            return False
        batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
        if not await asyncio.to_thread(self._spool.write, [msgspec.json.encode(record) for record in batch]):
            return False
        self._spooled = True
        self._forget(batch)
        return True

    async def _replay(self) -> bool:
        """Write what was spooled, by us and by processes that are gone. False while it cannot be written."""
        spool = self._spool
        while spool and self._spooled:
            path = await asyncio.to_thread(spool.next)
            if path is None:
                self._spooled = False
                break
            offset, lines = 0, [b""]
            while lines:
                lines, offset = await asyncio.to_thread(spool.read, path, offset, BATCH)
                if lines and not await self._insert(self._records(lines)):
                    return False
            await asyncio.to_thread(spool.remove, path)
            log.info("spooled requests are written")
        return True

    async def _flush(self) -> bool:
        batch = [self._waiting[i] for i in range(min(BATCH, len(self._waiting)))]
        if not await self._insert(batch):
            return False
        self._forget(batch)
        return True

    async def _insert(self, batch: Sequence[RequestRecord]) -> bool:
        try:
            async with self._database.owner() as connection:
                await connection.execute(_INSERT, [msgspec.json.encode(batch).decode()])
        except VestibuleError as error:
            if not self._away:
                log.warning("request log is waiting for the database", waiting=len(self._waiting), code=error.code)
            self._away = True
            return False
        self._away = False
        return True

    def _forget(self, batch: Sequence[RequestRecord]) -> None:
        """What was written, unless it had to be dropped meanwhile."""
        for record in batch:
            if self._waiting and self._waiting[0] is record:
                self._waiting.popleft()

    def _records(self, lines: Sequence[bytes]) -> list[RequestRecord]:
        """What another version of this program spooled may not be readable any more."""
        records = []
        for line in lines:
            try:
                records.append(_DECODER.decode(line))
            except msgspec.DecodeError:
                self.dropped += 1
        return records


_DECODER = msgspec.json.Decoder(RequestRecord)
_COLUMNS = ", ".join(RequestRecord.__struct_fields__)
# the whole batch as one value: a tenth of what a statement for each row costs
_INSERT = (
    f"INSERT INTO requests ({_COLUMNS}) SELECT {_COLUMNS} FROM json_populate_recordset(NULL::requests, %s::json) "
    "ON CONFLICT (id) DO NOTHING"
)
