"""Batches as their owners see them: made, looked at, listed, cancelled. Who works on them is in `work.py`.

What callers wrote of their own (metadata, model) is sealed under a key of the tenant. Knows no HTTP.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from vestibule.batches.batch import WINDOW, Batch, Counts, Problem, Status
from vestibule.core.caller import Caller
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database
from vestibule.storage.sealing import Sealing, TenantKeys

COLUMNS = """
    b.tenant, b.id, b.key_id, b.scopes, b.clearance, b.models, b.endpoint, b.input_file_id, b.status, b.created_at,
    b.expires_at, b.output_life, b.total, b.completed + n.answered, b.failed + n.refused, b.model, b.metadata, b.errors,
    b.output_file_id, b.error_file_id, b.in_progress_at, b.finalizing_at, b.completed_at, b.failed_at, b.expired_at,
    b.cancelling_at, b.cancelled_at
    FROM batches b, LATERAL (
        SELECT count(*) FILTER (WHERE l.state = 2) AS answered, count(*) FILTER (WHERE l.state = 3) AS refused
        FROM batch_lines l WHERE l.tenant = b.tenant AND l.batch_id = b.id
    ) n
"""
_MOMENTS: tuple[Status, ...] = (
    "in_progress",
    "finalizing",
    "completed",
    "failed",
    "expired",
    "cancelling",
    "cancelled",
)


class BatchPage(msgspec.Struct, frozen=True):
    batches: list[Batch]
    has_more: bool


class BatchStore:
    def __init__(self, database: Database, keys: TenantKeys) -> None:
        self._database = database
        self._sealing = Sealing(keys, "batches")

    async def create(
        self,
        owner: Caller,
        endpoint: str,
        input_file_id: str,
        output_life: timedelta,
        metadata: Mapping[str, str] | None = None,
    ) -> Batch:
        """Make a batch that will be validated and worked on by whoever comes first."""
        id_, now = f"batch_{secrets.token_hex(12)}", datetime.now(UTC)
        said = None
        if metadata is not None:
            said = await self._sealing.seal(owner.tenant, msgspec.json.encode(metadata), id_, "metadata")
        values = {
            "tenant": owner.tenant,
            "id": id_,
            "key_id": owner.key_id,
            "scopes": sorted(owner.scopes),
            "clearance": int(owner.clearance),
            "models": None if owner.models is None else sorted(owner.models),
            "endpoint": endpoint,
            "input_file_id": input_file_id,
            "output_life": output_life,
            "metadata": said,
            "created_at": now,
            "expires_at": now + WINDOW,
        }
        placed = ", ".join(f"%({column})s" for column in values)
        async with self._database.tenant(owner.tenant) as connection:
            await connection.execute(f"INSERT INTO batches ({', '.join(values)}) VALUES ({placed})", values)
        return await self.get(owner.tenant, id_, owner.clearance)

    async def get(self, tenant: str, id_: str, clearance: PrivacyClass) -> Batch:
        """Raise `NotFound` if the tenant has no such batch that `clearance` may see."""
        rows = await self._rows(tenant, "b.id = %s AND b.clearance <= %s", (id_, int(clearance))) if _is_id(id_) else []
        if not rows:
            raise _missing(id_)
        return await self.opened(rows[0])

    async def page(self, tenant: str, clearance: PrivacyClass, after: str | None = None, limit: int = 20) -> BatchPage:
        """The newest, or those older than `after`. Raise `NotFound` where that is not there."""
        condition = "b.clearance <= %s"
        arguments: list[object] = [int(clearance)]
        if after is not None:
            last = await self.get(tenant, after, clearance)
            condition += " AND (b.created_at, b.id) < (%s, %s)"
            arguments += [last.created_at, last.id]
        rows = await self._rows(
            tenant, f"{condition} ORDER BY b.created_at DESC, b.id DESC LIMIT %s", [*arguments, limit + 1]
        )
        return BatchPage([await self.opened(row) for row in rows[:limit]], len(rows) > limit)

    async def cancel(self, tenant: str, id_: str, clearance: PrivacyClass) -> Batch:
        """Begin nothing more of it; what is under way ends. Raise `NotFound`, `InvalidRequest` where it is over."""
        await self.get(tenant, id_, clearance)
        async with self._database.tenant(tenant) as connection:
            await connection.execute(
                "UPDATE batches SET status = 'cancelling', cancelling_at = now()"
                " WHERE id = %s AND status IN ('validating', 'in_progress')",
                (id_,),
            )
        batch = await self.get(tenant, id_, clearance)
        if batch.status not in ("cancelling", "cancelled"):
            raise InvalidRequest(
                f"This batch is {batch.status}: there is nothing left to cancel.",
                next_step="Its files have what came of it.",
            )
        return batch

    async def ids(self, tenant: str) -> list[str]:
        async with self._database.tenant(tenant) as connection:
            return [str(row[0]) for row in await (await connection.execute("SELECT id FROM batches")).fetchall()]

    async def forget(self, tenant: str, ids: list[str]) -> int:
        """Delete them with their lines, in whatever state; return how many there were."""
        async with self._database.tenant(tenant) as connection:
            return (await connection.execute("DELETE FROM batches WHERE id = ANY(%s)", (ids,))).rowcount

    async def expire(self, before: datetime) -> int:
        """Delete those that were made before, of every tenant; return how many."""
        async with self._database.owner() as connection:
            return (await connection.execute("DELETE FROM batches WHERE created_at <= %s", (before,))).rowcount

    async def opened(self, row: Sequence[Any]) -> Batch:
        """Read `COLUMNS`. While it has lines these are counted; afterwards it is said in the row."""
        tenant, id_, key_id, scopes, clearance, models, endpoint, input_file_id, status, created_at, expires_at = row[
            :11
        ]
        output_life, total, completed, failed, model, metadata, errors, output_file_id, error_file_id = row[11:20]
        return Batch(
            id=id_,
            owner=Caller(
                tenant,
                key_id,
                frozenset(scopes),
                PrivacyClass(clearance),
                None if models is None else frozenset(models),
            ),
            endpoint=endpoint,
            input_file_id=input_file_id,
            status=status,
            created_at=created_at,
            expires_at=expires_at,
            output_life=output_life,
            moments={name: at for name, at in zip(_MOMENTS, row[20:], strict=True) if at},
            counts=Counts(total, completed, failed),
            model=(await self._open(tenant, model, id_, "model")).decode() if model else None,
            metadata=msgspec.json.decode(await self._open(tenant, metadata, id_, "metadata")) if metadata else None,
            problems=tuple(msgspec.convert(errors or [], list[Problem])),
            output_file_id=output_file_id,
            error_file_id=error_file_id,
        )

    async def _open(self, tenant: str, sealed: bytes, *binding: str) -> bytes:
        return await self._sealing.open(tenant, bytes(sealed), *binding)

    async def _rows(self, tenant: str, condition: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        query = f"SELECT {COLUMNS} WHERE {condition}".encode()
        async with self._database.tenant(tenant) as connection:
            return await (await connection.execute(query, values)).fetchall()


def _is_id(id_: str) -> bool:
    """Whether PostgreSQL can be asked for it at all."""
    return id_.isascii() and id_.isprintable() and len(id_) <= 128


def _missing(id_: str) -> NotFound:
    return NotFound(
        f"The batch `{id_[:128]}` does not exist here, or not any longer.",
        next_step="GET /v1/batches lists what there is.",
    )
