"""What has changed for a tenant, told by the database to every process, so that what was read may be remembered.

One connection listens. What is remembered counts only while that connection is known to be told of everything: it
hears its own voice when it begins and every few seconds after, which it would not behind a pooler that drops
notifications; while it does not, everything is read anew. Knows no table.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, Literal, TypeVar

import psycopg
import structlog

from vestibule.core.errors import VestibuleError
from vestibule.storage.pool import Connection

Kind = Literal["documents", "portfolio", "access", "configuration", "experiments"]
Stamp = tuple[int, int]
T = TypeVar("T")

CHANNEL = "vestibule_changes"
HEARTBEAT_S = 10.0
HEARD_S = 3.0
RETRY_S = 1.0
TENANTS = 4096

log = structlog.get_logger(__name__)


class Changes:
    """`connect` gives the connection that listens, `say` sends a notification on another one."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], say: Callable[[str], Awaitable[None]]) -> None:
        self._connect = connect
        self._say = say
        self._times: Counter[tuple[str, str]] = Counter()
        self._heard: dict[str, asyncio.Event] = {}
        self._awaited: dict[tuple[str, str], asyncio.Event] = {}
        self._follower: asyncio.Task[None] | None = None
        self._listening = 0  # grows with every time it begins; 0 while it does not

    def stamp(self, kind: Kind, tenant: str) -> Stamp | None:
        """Stays the same until something changes; None while nobody can know."""
        return (self._listening, self._times[kind, tenant]) if self._listening else None

    def told(self, kind: Kind, tenant: str) -> int:
        """How many changes this process has been told of, whether or not it still listens."""
        return self._times[kind, tenant]

    async def change(self, kind: Kind, tenant: str, told: int, within_s: float) -> None:
        """Return when it was told of more than `told` changes, and after `within_s` in any case."""
        if self._times[kind, tenant] == told:
            event = self._awaited.setdefault((kind, tenant), asyncio.Event())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await event.wait()

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        self._follower = asyncio.create_task(self._follow_forever(), name="changes")
        try:
            yield
        finally:
            self._follower.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._follower
            self._listening = 0

    async def settled(self) -> None:
        """Return when this process has been told of all that was committed before; at once where it does not listen."""
        if self._listening and not await self._hears_itself():
            self._listening = 0

    async def _follow_forever(self) -> None:
        begun = 0
        while True:
            begun += 1
            try:
                await self._follow(begun)
            except (psycopg.Error, VestibuleError) as error:
                log.warning("changes_unheard", error=type(error).__name__)
            finally:
                self._listening = 0
            await asyncio.sleep(RETRY_S)

    async def _follow(self, begun: int) -> None:
        connection = await self._connect()
        try:
            await connection.set_autocommit(True)
            await connection.execute(f"LISTEN {CHANNEL}")
            hearing = asyncio.create_task(self._hear(connection), name="hearing changes")
            try:
                if await self._hears_itself():
                    self._listening = begun
                while self._listening and not hearing.done():
                    await asyncio.wait([hearing], timeout=HEARTBEAT_S)
                    await self.settled()
            finally:
                hearing.cancel()
                await asyncio.wait([hearing])
        finally:
            await connection.close()

    async def _hear(self, connection: Connection) -> None:
        async for notification in connection.notifies():
            kind, _, what = notification.payload.partition(":")
            if kind == "heard":
                if event := self._heard.get(what):
                    event.set()
            else:
                self._times[kind, what] += 1
                if awaited := self._awaited.pop((kind, what), None):
                    awaited.set()

    async def _hears_itself(self) -> bool:
        nonce = secrets.token_hex(8)
        event = self._heard[nonce] = asyncio.Event()
        try:
            async with asyncio.timeout(HEARD_S):
                await self._say(f"heard:{nonce}")
                await event.wait()
        except (TimeoutError, psycopg.Error, VestibuleError):
            return False
        finally:
            del self._heard[nonce]
        return True


class Remembered(Generic[T]):
    """One value a tenant, read again when something of `kind` has changed for it; the `TENANTS` asked for last."""

    def __init__(self, changes: Changes, kind: Kind) -> None:
        self._changes = changes
        self._kind: Kind = kind
        self._known: dict[str, tuple[Stamp, T]] = {}

    async def get(self, tenant: str, read: Callable[[], Awaitable[T]]) -> T:
        # before reading: a change meanwhile makes what was read old at once
        stamp = self._changes.stamp(self._kind, tenant)
        known = self._known.get(tenant)
        if known and known[0] == stamp:
            return known[1]
        value = await read()
        if stamp is not None:
            self._known.pop(tenant, None)
            self._known[tenant] = (stamp, value)
            if len(self._known) > TENANTS:
                del self._known[next(iter(self._known))]
        return value
