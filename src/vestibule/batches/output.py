"""Writes what came of a batch: the file of its answers and the file of its errors, each in the order of its input.

Written anew they are the same files, so that a worker may die at it. Knows no status.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Literal, Protocol

import msgspec

from vestibule.batches.batch import Batch, Counts
from vestibule.batches.work import Ended, Work
from vestibule.core.sensitivity import PrivacyClass

AT_ONCE = 100  # lines that are read at a time


class Response(msgspec.Struct, frozen=True):
    status_code: int
    request_id: str
    body: msgspec.Raw


class Failure(msgspec.Struct, frozen=True):
    code: str
    message: str


class OutputLine(msgspec.Struct, frozen=True):
    """OpenAI's object: `response` where the request was answered or refused, `error` where it was never asked."""

    custom_id: str
    response: Response | None
    error: Failure | None
    id: str


EXPIRED = Failure("batch_expired", "The completion window was over before this request was begun.")


class Writing(Protocol):
    id: str

    async def write(self, content: bytes) -> None: ...

    async def finish(
        self, name: str, purpose: Literal["batch_output"], level: PrivacyClass, life: timedelta
    ) -> object: ...


class Files(Protocol):
    def writing(self, tenant: str, id_: str | None = None) -> AbstractAsyncContextManager[Writing]: ...


class Written(msgspec.Struct, frozen=True):
    """Ids of the files. `expired`: there were lines that nobody had come to."""

    counts: Counts
    output: str | None
    errors: str | None
    expired: bool


def line_of(custom_id: str, response: Response) -> bytes:
    return msgspec.json.encode(OutputLine(custom_id, response, None, f"batch_req_{secrets.token_hex(12)}"))


async def write_files(batch: Batch, work: Work, files: Files, *, cancelled: bool) -> Written:
    """Both files, where there is anything for them. What a cancelled batch did not come to is in neither."""
    output, completed, _ = await _write(batch, work, files, "output", cancelled=cancelled)
    errors, failed, expired = await _write(batch, work, files, "errors", cancelled=cancelled)
    return Written(Counts(batch.counts.total, completed, failed), output, errors, expired)


async def _write(
    batch: Batch, work: Work, files: Files, kind: Literal["output", "errors"], *, cancelled: bool
) -> tuple[str | None, int, bool]:
    """The id of the file, how many lines it has, and whether one of them had expired."""
    count, expired = 0, False
    async with files.writing(batch.owner.tenant, _id(batch, kind)) as writing:
        async for line in _lines(batch, work):
            if line.answered != (kind == "output") or (cancelled and line.reply is None):
                continue
            count, expired = count + 1, expired or line.reply is None
            await writing.write((line.reply or _expired(batch, line)) + b"\n")
        if count:
            name = f"{batch.id}_{kind}.jsonl"
            await writing.finish(name, "batch_output", batch.owner.clearance, batch.output_life)
    return writing.id if count else None, count, expired


def _expired(batch: Batch, line: Ended) -> bytes:
    """Its id is made from its place: whoever dies here writes the same line again."""
    return msgspec.json.encode(
        OutputLine(line.request.custom_id, None, EXPIRED, f"batch_req_{_hash(batch, line.number)}")
    )


async def _lines(batch: Batch, work: Work) -> AsyncIterator[Ended]:
    after = 0
    while page := await work.ended(batch, after, AT_ONCE):
        for line in page:
            yield line
        after = page[-1].number


def _id(batch: Batch, kind: str) -> str:
    return f"file-{_hash(batch, kind)}"


def _hash(batch: Batch, what: object) -> str:
    return hashlib.sha256(f"{batch.owner.tenant}\0{batch.id}\0{what}".encode()).hexdigest()[:24]
