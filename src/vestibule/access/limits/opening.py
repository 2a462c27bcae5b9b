"""Joins the limiter to what this host and this house share. Used by `app.py`; the only place that builds one whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from vestibule.access.limits.ground import Ground
from vestibule.access.limits.limiter import Limiter
from vestibule.access.limits.postgres import PostgresBooks
from vestibule.access.limits.redis import RedisRates, connected
from vestibule.access.limits.table import Table
from vestibule.core.settings import Settings
from vestibule.storage.database import Database


@asynccontextmanager
async def open_limits(settings: Settings, database: Database) -> AsyncIterator[Limiter]:
    """The limiter of one worker. Raise `StorageFull` where the folder it shares with the others takes nothing."""
    folder = settings.home / "run"
    ground = await asyncio.to_thread(Ground.shared, folder)
    host = await asyncio.to_thread(_host, folder)
    url = settings.limits.redis_url
    limiter = Limiter(
        settings.limits,
        settings.models,
        table=Table(ground),
        books=PostgresBooks(database, host),
        elsewhere=RedisRates(connected(url), host) if url else None,
    )
    async with limiter.running():
        yield limiter


def _host(folder: Path) -> str:
    """The same for all workers that share the folder, and for them alone."""
    path, own = folder / "limits-host", folder / f"limits-host-{secrets.token_hex(8)}"
    if not path.exists():
        own.write_text(secrets.token_hex(8), "ascii")
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return path.read_text("ascii")
