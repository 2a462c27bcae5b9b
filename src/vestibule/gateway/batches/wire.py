"""OpenAI's batch object, its list, and the body that makes one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from vestibule.batches import Batch, Counts, Problem
from vestibule.batches.batch import Status


class ExpiresAfter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    anchor: Literal["created_at"]
    seconds: Annotated[int, Meta(ge=3600, le=2_592_000)]


_Name = Annotated[str, Meta(min_length=1, max_length=64)]
_Value = Annotated[str, Meta(max_length=512)]


class BatchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/batches`. `output_expires_after` counts from when its files are written."""

    input_file_id: str
    endpoint: str
    completion_window: Literal["24h"]
    metadata: Annotated[dict[_Name, _Value], Meta(max_length=16)] | None = None
    output_expires_after: ExpiresAfter | None = None


class ProblemList(msgspec.Struct, frozen=True):
    data: Sequence[Problem]
    object: Literal["list"] = "list"


class WireBatch(msgspec.Struct, frozen=True):
    """Moments are in Unix seconds, and there once they have come."""

    id: str
    endpoint: str
    input_file_id: str
    status: Status
    created_at: int
    expires_at: int
    request_counts: Counts
    metadata: dict[str, str] | None
    model: str | UnsetType = UNSET
    errors: ProblemList | UnsetType = UNSET
    output_file_id: str | UnsetType = UNSET
    error_file_id: str | UnsetType = UNSET
    in_progress_at: int | UnsetType = UNSET
    finalizing_at: int | UnsetType = UNSET
    completed_at: int | UnsetType = UNSET
    failed_at: int | UnsetType = UNSET
    expired_at: int | UnsetType = UNSET
    cancelling_at: int | UnsetType = UNSET
    cancelled_at: int | UnsetType = UNSET
    completion_window: Literal["24h"] = "24h"
    object: Literal["batch"] = "batch"


class BatchList(msgspec.Struct, frozen=True):
    data: Sequence[WireBatch]
    has_more: bool
    first_id: str | UnsetType = UNSET
    last_id: str | UnsetType = UNSET
    object: Literal["list"] = "list"


def wire(batch: Batch) -> WireBatch:
    def came(status: Status) -> int | UnsetType:
        moment = batch.moments.get(status)
        return _seconds(moment) if moment else UNSET

    return WireBatch(
        id=batch.id,
        endpoint=batch.endpoint,
        input_file_id=batch.input_file_id,
        status=batch.status,
        created_at=_seconds(batch.created_at),
        expires_at=_seconds(batch.expires_at),
        request_counts=batch.counts,
        metadata=None if batch.metadata is None else dict(batch.metadata),
        model=batch.model or UNSET,
        errors=ProblemList(batch.problems) if batch.problems else UNSET,
        output_file_id=batch.output_file_id or UNSET,
        error_file_id=batch.error_file_id or UNSET,
        in_progress_at=came("in_progress"),
        finalizing_at=came("finalizing"),
        completed_at=came("completed"),
        failed_at=came("failed"),
        expired_at=came("expired"),
        cancelling_at=came("cancelling"),
        cancelled_at=came("cancelled"),
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
