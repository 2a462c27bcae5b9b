"""The whole house on a real socket, for those who send it what nobody would."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from vestibule.app import open_house, serve
from vestibule.core.caller import SCOPES
from vestibule.core.settings import Allowance, Limits, Settings
from vestibule.gateway.listening import bind


@dataclass(frozen=True)
class Served:
    """`key` may do everything."""

    address: str
    key: str


@asynccontextmanager
async def served(home: Path) -> AsyncIterator[Served]:
    often = Limits(requests_per_minute=10_000_000, each_key=Allowance(requests_per_minute=10_000_000))
    settings = Settings(home=home, port=0, limits=often)
    with bind(settings) as listener:
        listener.listen()
        async with _serving(settings, listener) as served:
            yield served


@asynccontextmanager
async def _serving(settings: Settings, listener: socket.socket) -> AsyncIterator[Served]:
    async with open_house(settings, open_to_loopback=False) as house:
        issued = await house.keys.create(f"t-{uuid4().hex[:10]}", list(SCOPES))
        serving = asyncio.create_task(serve(house, listener))
        try:
            yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", issued.token)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
