"""Takes decisions into the trail: `keep` returns when one is durable, `note` never waits. One chain a start.

A single task writes. Whoever waits in `keep` while a transaction is under way is written together in the next one;
notes go along, or by themselves after `FLUSH_S`. While the database is away `keep` raises, so that nothing may leave,
and notes are held up to a bound; those beyond it are counted, and the count itself becomes a record. A record may thus
stand for a request that was not sent after all; never is a request sent without its record.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
import psycopg
import structlog

from vestibule.core.errors import Unavailable, VestibuleError
from vestibule.privacy.audit.adoption import adopt
from vestibule.privacy.audit.anchor import AnchorKind
from vestibule.privacy.audit.anchoring import AnchorLog
from vestibule.privacy.audit.chain import Chain, Said
from vestibule.privacy.audit.entry import Record
from vestibule.privacy.audit.record import Decision
from vestibule.privacy.audit.signing import SigningKey
from vestibule.privacy.audit.tables import insert_chain, insert_records, last_of, trail_exists
from vestibule.privacy.tenant_keys import KeyUnreadable, TenantKeys
from vestibule.storage.database import Database

FLUSH_S = 0.03
RETRY_S = 0.5
ANCHOR_S = 10.0
KEEP_LIMIT_S = 10.0
CLOSE_LIMIT_S = 15.0
WAITING = 20_000
BATCH = 500
_INLINE_BYTES = 256 * 1024
_KEY_PURPOSE = "audit"

log = structlog.get_logger(__name__)


class _Waiting(NamedTuple):
    said: Said
    kept: asyncio.Future[str] | None = None


class _Attempt(NamedTuple):
    """A transaction: whether it was committed is not known until it returned, or until the chain was looked at."""

    batch: list[_Waiting]
    lost: Counter[str]
    records: list[Record]


class Audit:
    """Belongs to the event loop it was started on. `on_lost` is told how many notes were lost, when they are."""

    def __init__(
        self,
        database: Database,
        keys: TenantKeys,
        home: Path,
        *,
        on_lost: Callable[[int], None] = lambda count: None,
        waiting: int = WAITING,
        anchor_s: float = ANCHOR_S,
    ) -> None:
        self._database = database
        self._keys = keys
        self._home = home
        self._on_lost = on_lost
        self._limit = waiting
        self._anchor_s = anchor_s
        self._waiting: deque[_Waiting] = deque()
        self._lost: Counter[str] = Counter()
        self._doubt: _Attempt | None = None
        self._wake, self._urgent = asyncio.Event(), asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._closing = self._failing = False
        self.lost = 0

    async def start(self) -> None:
        """Begin a chain. Raise `Unavailable` if the database is away or the key of an existing trail is missing."""
        async with self._database.owner() as connection:
            exists = await trail_exists(connection)
        self._key = await asyncio.to_thread(SigningKey.load, self._home, trail_exists=exists)
        self._anchors = AnchorLog(self._database, self._key, self._home)
        await adopt(self._database, self._anchors, self._key)
        await self._begin_chain()
        self._writer = asyncio.create_task(self._write_until_closed(), name="audit")
        self._writer.add_done_callback(_tell_of_a_fault)

    async def close(self) -> None:
        """Write what waits, close the chain with an anchor, and stop. What cannot be written is counted as lost."""
        self._closing = True
        self._wake.set()
        self._urgent.set()
        if self._writer:
            await asyncio.wait([self._writer], timeout=CLOSE_LIMIT_S)
            if self._writer.cancel():
                await asyncio.wait([self._writer], timeout=CLOSE_LIMIT_S)
        unwritten = len([one for one in self._waiting if not one.kept]) + self._lost.total()
        if unwritten:
            log.error("audit notes were lost at the end", count=unwritten)

    def note(self, decision: Decision) -> None:
        """Have it in the trail within 100 ms. Never waits; what does not fit any more is counted as lost."""
        if self._is_full():
            self._lost[decision.tenant] += 1
            self.lost += 1
            self._on_lost(1)
            return
        self._waiting.append(_Waiting(Said(*_without_body(decision))))
        self._wake.set()

    async def keep(self, decision: Decision) -> str:
        """Return the record's id once it is durable. Raise `Unavailable` if it is not: then nothing may leave."""
        stripped = (
            _without_body(decision)
            if len(decision.body) <= _INLINE_BYTES
            else await asyncio.to_thread(_without_body, decision)
        )
        if self._is_full():
            raise _not_kept()
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(Said(*stripped), kept))
        self._wake.set()
        self._urgent.set()
        try:
            async with asyncio.timeout(KEEP_LIMIT_S):
                return await kept
        except TimeoutError:
            raise _not_kept() from None

    def _is_full(self) -> bool:
        return self._closing or self._writer is None or self._writer.done() or len(self._waiting) >= self._limit

    async def _write_until_closed(self) -> None:
        loop = asyncio.get_running_loop()
        anchor_at = loop.time() + self._anchor_s
        while not self._closing:
            await self._until_due(anchor_at)
            while self._has_more and await self._write_batch() and len(self._waiting) >= BATCH:
                pass
            if loop.time() >= anchor_at:
                await self._anchor("running")
                anchor_at = loop.time() + self._anchor_s
        while self._has_more and await self._write_batch():
            pass
        await self._anchor("closed")

    @property
    def _has_more(self) -> bool:
        return bool(self._waiting or self._lost or self._doubt)

    async def _until_due(self, anchor_at: float) -> None:
        """What comes while a batch is written waits for the next one: a transaction costs as much as many records."""
        if not self._failing and not self._has_more:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(anchor_at):
                    await self._wake.wait()
        if not self._urgent.is_set() and (self._failing or self._waiting):
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S if self._failing else FLUSH_S):
                    await self._urgent.wait()
        self._wake.clear()
        self._urgent.clear()

    async def _write_batch(self) -> bool:
        """Commit the next batch. On failure tell those who wait, hold the notes, and return False."""
        batch: list[_Waiting] = []
        attempt: _Attempt | None = None
        try:
            if self._doubt:
                await self._settle(self._doubt)
            batch = self._take()
            attempt = await self._prepare(batch)
            if attempt.records:
                await self._commit(attempt)
        except (VestibuleError, psycopg.Error) as error:
            self._doubt = self._doubt or attempt
            self._hold(batch or self._take(), error, in_doubt=attempt is not None)
            self._failing = True
            return False
        self._failing = False
        for one, record in zip(attempt.batch, attempt.records[len(attempt.lost) :], strict=True):
            if one.kept and not one.kept.done():
                one.kept.set_result(f"{record.entry.chain}.{record.entry.number}")
        return True

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < BATCH:
            one = self._waiting.popleft()
            if not (one.kept and one.kept.done()):
                batch.append(one)
        return batch

    def _hold(self, batch: Sequence[_Waiting], error: Exception, *, in_doubt: bool) -> None:
        if not self._failing:
            log.warning("audit is waiting for the database", error=type(error).__name__, waiting=len(self._waiting))
        for one in batch:
            if one.kept and not one.kept.done():
                one.kept.set_exception(_not_kept())
        if not in_doubt:
            self._waiting.extendleft(one for one in reversed(batch) if not one.kept)

    async def _prepare(self, batch: Sequence[_Waiting]) -> _Attempt:
        keys: dict[str, bytes | None] = {}
        for tenant in {one.said.decision.tenant for one in batch if one.said.body_sha256}:
            try:
                keys[tenant] = await self._keys.get(tenant, _KEY_PURPOSE)
            except KeyUnreadable as error:
                keys[tenant] = None
                _refuse(batch, tenant, error)
        going = [one for one in batch if not (one.kept and one.kept.done())]
        lost = self._lost.copy()
        records = await asyncio.to_thread(self._chain.prepare, lost, [one.said for one in going], keys)
        return _Attempt(going, lost, records)

    async def _commit(self, attempt: _Attempt) -> None:
        async with self._database.owner() as connection:
            await insert_records(connection, attempt.records)
        self._advance(attempt)

    def _advance(self, attempt: _Attempt) -> None:
        self._chain.advance(attempt.records)
        self._lost -= attempt.lost

    async def _settle(self, doubt: _Attempt) -> None:
        """Find out whether the last transaction was committed before its connection broke."""
        async with self._database.owner() as connection:
            last = await last_of(connection, self._chain.start.id)
        final = doubt.records[-1] if doubt.records else None
        if final and last == (final.entry.number, final.hash):
            self._advance(doubt)
        else:
            if last not in (None, (self._chain.number, self._chain.head)):
                log.error("somebody else wrote to this audit chain; a new one is begun", chain=self._chain.start.id)
                await self._begin_chain()
            self._waiting.extendleft(one for one in reversed(doubt.batch) if not one.kept)
        self._doubt = None

    async def _begin_chain(self) -> None:
        chain = Chain(self._key)
        async with self._database.owner() as connection:
            await insert_chain(connection, chain.start)
            opened = await self._anchors.append(connection, [chain.statement("opened")])
        await self._anchors.remember(opened)
        self._chain = chain
        self._anchored = 0

    async def _anchor(self, kind: AnchorKind) -> None:
        statement = self._chain.statement(kind)
        if kind == "running" and statement.record == self._anchored:
            return
        try:
            async with self._database.owner() as connection:
                anchor = await self._anchors.append(connection, [statement])
            self._anchored = statement.record
            await self._anchors.remember(anchor)
        except (VestibuleError, psycopg.Error) as error:
            log.warning("the audit chain could not be anchored", error=type(error).__name__)


def _without_body(decision: Decision) -> tuple[Decision, bytes | None]:
    if not decision.body:
        return decision, None
    return msgspec.structs.replace(decision, body=b""), hashlib.sha256(decision.body).digest()


def _refuse(batch: Sequence[_Waiting], tenant: str, error: KeyUnreadable) -> None:
    for one in batch:
        if one.kept and not one.kept.done() and one.said.decision.tenant == tenant and one.said.body_sha256:
            one.kept.set_exception(error)


def _not_kept() -> Unavailable:
    return Unavailable(
        "The decision could not be recorded, so nothing may leave the house.",
        next_step="Run `vestibule doctor` to see what is wrong with the database, or ask a model at home.",
    )


def _tell_of_a_fault(writer: asyncio.Task[None]) -> None:
    if not writer.cancelled() and writer.exception():
        log.error("the audit writer has failed", error=type(writer.exception()).__name__)
