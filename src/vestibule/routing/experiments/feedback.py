"""What readers thought of an answer, kept beside its request and gone with it. Knows no text."""

from __future__ import annotations

import asyncio
from typing import Literal

from vestibule.core.errors import NotFound
from vestibule.storage.database import Database

Thumb = Literal["up", "down"]
PAUSES_S = (0.1, 0.4, 1.0)
"""A request's row is written a moment after its answer."""


class Feedback:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, tenant: str, request_id: str, thumb: Thumb) -> None:
        """The last word counts. Raise `NotFound` for an answer that the tenant has not had."""
        for pause in (*PAUSES_S, None):
            async with self._database.tenant(tenant) as connection:
                written = await connection.execute(
                    "INSERT INTO feedback (tenant, request_id, thumb) SELECT tenant, id, %s FROM requests WHERE id = %s"
                    " ON CONFLICT (request_id) DO UPDATE SET thumb = excluded.thumb, given_at = now()",
                    [1 if thumb == "up" else -1, request_id],
                )
            if written.rowcount == 1:
                return
            if pause is not None:
                await asyncio.sleep(pause)
        raise NotFound(
            f"No answer `{request_id[:80]}` is known here.",
            next_step="Give the `id` of an answer of this tenant; it is known as long as its request's row is kept.",
            param="id",
        )
