"""Works on batches, beside the server: validates them, has their lines answered a few at a time, writes their files.

Each process has one; what they share is in the database. A line that could not be answered now is tried again, as long
as the batch has time. Knows no model: who answers a line is `Answering`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from typing import Protocol

import msgspec
import structlog

from vestibule.batches.batch import Batch, Problem, Status
from vestibule.batches.output import Files, Response, line_of, write_files
from vestibule.batches.validation import Reading, read_requests
from vestibule.batches.work import Line, Request, Work
from vestibule.core.caller import Caller
from vestibule.core.errors import (
    DeadlineExceeded,
    NoCandidate,
    NotFound,
    QueueFull,
    RateLimited,
    Unavailable,
    UpstreamFailed,
    VestibuleError,
)
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database
from vestibule.storage.sealing import TenantKeys, Unreadable

AT_ONCE = 8
LEASE_S = 20.0
POLL_S = 2.0
TRIES = 4
LONGEST_WAIT_S = 60.0

log = structlog.get_logger(__name__)


class Reply(msgspec.Struct, frozen=True):
    """What a caller of the endpoint would have been sent; `body` is JSON."""

    status: int
    body: bytes


class Answering(Protocol):
    async def answer(self, owner: Caller, endpoint: str, body: bytes) -> Reply:
        """Ask on behalf of `owner`, with the rights they have now. Raise as the endpoint refuses."""
        ...

    def refusal(self, error: Exception) -> Reply:
        """What the caller would have been told."""
        ...


class InputFiles(Files, Protocol):
    def content(self, tenant: str, id_: str, clearance: PrivacyClass) -> AsyncIterator[bytes]: ...


class Runner:
    """`count` is told what became of each try: "answered", "refused", "put_back"."""

    def __init__(
        self,
        database: Database,
        keys: TenantKeys,
        files: InputFiles,
        answering: Answering,
        count: Callable[[str], None],
        *,
        at_once: int = AT_ONCE,
        lease_s: float = LEASE_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._work = Work(database, keys, secrets.token_hex(12), timedelta(seconds=lease_s))
        self._files = files
        self._answering = answering
        self._count = count
        self._at_once = at_once
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._tasks: dict[asyncio.Task[None], Batch | Line] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    async def run_forever(self) -> None:
        """Until cancelled; then what is under way is given back for others."""
        renewing = asyncio.create_task(self._renew_forever(), name="batch leases")
        try:
            while True:
                self._woken.clear()
                try:
                    await self._take_up()
                except VestibuleError as error:
                    log.warning("batches_wait", reason=error.message)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._poll_s)
        finally:
            under_way = [renewing, *self._tasks]
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            with contextlib.suppress(VestibuleError):
                await self._work.let_go()

    async def _take_up(self) -> None:
        """As much as there are hands free for."""
        while len(self._tasks) < self._at_once and (batch := await self._work.take_batch()):
            self._start(batch, self._bring_forward(batch))
        while len(self._tasks) < self._at_once:
            lines = await self._work.take_lines(min(2, self._at_once - len(self._tasks)))
            if not lines:
                return
            for line in lines:
                self._start(line, self._line(line))

    def _start(self, what: Batch | Line, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work, name="batch")
        self._tasks[task] = what
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            # its lease lapses, and it is begun again
            log.error("batch_work_failed", exc_info=error)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                await self._work.renew(self._tasks.values())
            except VestibuleError as error:
                log.warning("batch_leases_not_renewed", reason=error.message)

    async def _bring_forward(self, batch: Batch) -> None:
        if batch.status == "validating":
            await self._validate(batch)
            return
        cancelled = batch.status == "cancelling"
        written = await write_files(batch, self._work, self._files, cancelled=cancelled)
        status: Status = "cancelled" if cancelled else "expired" if written.expired else "completed"
        await self._work.finish(batch, status, written.counts, written.output, written.errors)

    async def _validate(self, batch: Batch) -> None:
        reading = Reading(batch.endpoint)
        await self._work.drop_lines(batch)
        owner = batch.owner
        parts = self._files.content(owner.tenant, batch.input_file_id, owner.clearance)
        try:
            async for requests in read_requests(parts, reading):
                if not await self._work.add_lines(batch, requests):
                    break
        except (NotFound, Unreadable) as error:
            reading.problems.append(Problem("input_file_gone", error.message, "input_file_id"))
        if reading.problems:
            await self._work.drop_lines(batch)
            await self._work.fail(batch, reading.problems)
        elif not await self._work.begin(batch, reading.model, reading.total):
            await self._work.drop_lines(batch)
            await self._work.give_up(batch)

    async def _line(self, line: Line) -> None:
        request = await self._work.request(line)
        try:
            if line.tries >= TRIES:
                raise UpstreamFailed("The server stopped each time it was at this request.", next_step="Ask it alone.")
            reply = await self._answering.answer(line.owner, line.endpoint, bytes(request.body))
        except VestibuleError as error:
            wait_s, tried = _patience(error, line.tries)
            if wait_s is not None and (not tried or line.tries + 1 < TRIES):
                await self._work.put_back(line, timedelta(seconds=wait_s), tried=tried)
                self._count("put_back")
                return
            reply = self._answering.refusal(error)
        except Exception as error:  # the outermost edge of a line: log where, tell the caller nothing
            log.error("batch_request_failed", batch=line.batch_id, line=line.number, exc_info=error)
            reply = self._answering.refusal(error)
        await self._settle(line, request, reply)

    async def _settle(self, line: Line, request: Request, reply: Reply) -> None:
        """For as long as the lease lasts: what was answered, and maybe paid for, is not lost to a database away."""
        answered = reply.status < 400
        response = Response(reply.status, f"req_{secrets.token_hex(8)}", msgspec.Raw(reply.body))
        said = line_of(request.custom_id, response)
        deadline = asyncio.get_running_loop().time() + self._lease_s
        while True:
            try:
                await self._work.settle(line, said, answered=answered)
                break
            except Unavailable:
                if asyncio.get_running_loop().time() >= deadline:
                    raise
                await asyncio.sleep(self._poll_s)
        self._count("answered" if answered else "refused")


def _patience(error: VestibuleError, tries: int) -> tuple[float | None, bool]:
    """How long to wait before it is tried again, None for never, and whether that was one of its tries."""
    backoff_s = min(LONGEST_WAIT_S, 2.0 * 2**tries)
    match error:
        case RateLimited() | QueueFull():
            return min(LONGEST_WAIT_S, max(1.0, error.retry_after_s or 1.0)), False
        case UpstreamFailed(fault="refused" | "key"):
            return None, True
        case UpstreamFailed():
            return max(backoff_s, min(LONGEST_WAIT_S, error.retry_after_s or 0.0)), True
        case Unavailable():
            return 5.0, False
        case NoCandidate() | DeadlineExceeded():
            return backoff_s, True
    return None, True
