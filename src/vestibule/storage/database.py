"""The database as every other room sees it: one transaction at a time, as a tenant or as the owner of the tables.

A tenant's transaction runs as a role without SUPERUSER and BYPASSRLS, so that row-level security holds whatever the
SQL says. Knows where PostgreSQL runs only through `server.py` and `external.py`, and no table.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus

from vestibule.core.errors import InvalidRequest, StorageFull, Unavailable, VestibuleError
from vestibule.core.settings import Settings
from vestibule.storage.changes import CHANNEL, Changes
from vestibule.storage.external import ExternalServer
from vestibule.storage.pool import Connection, ConnectionPool
from vestibule.storage.schema import SEARCH_PATH, migrate
from vestibule.storage.server import EmbeddedServer

_CONNECT_TIMEOUT_S = 10
_AS_TENANT = "SELECT set_config('vestibule.tenant', %s, true)"
_AS_OWNER = "SELECT 1"
_NEXT_STEP = "Run `vestibule doctor` to see what is wrong with it, then try again."


class Server(Protocol):
    """A PostgreSQL that can be asked to be there. All of it blocks."""

    def ensure(self) -> None: ...
    def owner_conninfo(self) -> str: ...
    def request_conninfo(self) -> str: ...
    def close(self) -> None: ...


class _Pools(msgspec.Struct, frozen=True, eq=False):
    owner: ConnectionPool
    request: ConnectionPool

    async def close(self) -> None:
        await self.owner.close()
        await self.request.close()


class Database:
    """Make one with `open`; it belongs to the event loop it was opened on."""

    def __init__(self, server: Server) -> None:
        self.changes = Changes(self._listener, self._say)
        self._server = server
        self._pools: _Pools | None = None
        self._recovery: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, settings: Settings) -> Database:
        """Start or find the server, bring its schema up to date and connect.

        Raise `Unavailable` or `StorageFull` with the next step. Several processes may do this at once.
        """
        embedded = settings.database_url is None
        server: Server = (
            EmbeddedServer(settings.home, settings.postgres_user)
            if embedded
            else ExternalServer(str(settings.database_url), settings.home)
        )
        database = cls(server)
        try:
            await database._connect()
        except BaseException:
            server.close()
            raise
        return database

    @asynccontextmanager
    async def tenant(self, tenant: str) -> AsyncIterator[Connection]:
        """One transaction that sees and writes the rows of `tenant` only; rolled back if the block raises."""
        if not tenant:
            raise ValueError("a tenant has a name")
        async with self._transaction(tenant) as connection:
            yield connection

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[Connection]:
        """One transaction as the owner of the tables: every tenant's rows. For key look-up and operators' work."""
        async with self._transaction(None) as connection:
            yield connection

    async def _listener(self) -> Connection:
        """A connection of its own, for as long as it is listened on."""
        await self.ping()
        return await AsyncConnection.connect(_complete(self._server.request_conninfo()))

    async def _say(self, what: str) -> None:
        async with self.owner() as connection:
            await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, what])

    async def ping(self) -> None:
        """Return if the database answers; raise `Unavailable` if it does not, with the next step.

        Asked twice: the first may have reached a server that was just going down, and the second brings it back.
        """
        try:
            async with self.owner():
                pass
        except Unavailable:
            async with self.owner():
                pass

    async def close(self) -> None:
        """Close every connection and let go of the embedded server, which stops if we were its last user."""
        if self._recovery:
            self._recovery.cancel()
        pools, self._pools = self._pools, None
        if pools:
            await pools.close()
        await asyncio.to_thread(self._server.close)

    @asynccontextmanager
    async def _transaction(self, tenant: str | None) -> AsyncIterator[Connection]:
        pool, connection = await self._begin(tenant)
        try:
            try:
                yield connection
            except BaseException:
                if connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
                    await connection.rollback()
                raise
            await connection.commit()
        except psycopg.Error as error:
            translated = _translated(error, connection)
            if translated is None:
                raise
            raise translated from None
        finally:
            await pool.give_back(connection)

    async def _begin(self, tenant: str | None) -> tuple[ConnectionPool, Connection]:
        """A connection with its transaction begun. If the server is gone it is brought back, once."""
        pools = self._pools
        try:
            return await self._try_to_begin(tenant)
        except psycopg.OperationalError:
            pass
        await self._recover(pools)
        try:
            return await self._try_to_begin(tenant)
        except psycopg.OperationalError as error:
            raise _away(error) from None

    async def _try_to_begin(self, tenant: str | None) -> tuple[ConnectionPool, Connection]:
        if self._pools is None:
            raise psycopg.OperationalError("not connected")
        pool = self._pools.owner if tenant is None else self._pools.request
        connection = await pool.take()
        try:
            if tenant is None:
                await connection.execute(_AS_OWNER)
            else:
                await connection.execute(_AS_TENANT, [tenant])
        except BaseException:
            await pool.give_back(connection)
            raise
        return pool, connection

    async def _recover(self, lost: _Pools | None) -> None:
        """Reconnect, starting the embedded server again if need be. Callers that come meanwhile share one attempt."""
        if self._pools is not None and self._pools is not lost:
            return
        if self._recovery is None or self._recovery.done():
            self._recovery = asyncio.create_task(self._connect())
        await asyncio.shield(self._recovery)

    async def _connect(self) -> None:
        lost, self._pools = self._pools, None
        if lost:
            await lost.close()
        try:
            await asyncio.to_thread(self._server.ensure)
            owner = _complete(self._server.owner_conninfo())
            request = _complete(self._server.request_conninfo())
            await asyncio.to_thread(migrate, owner)
        except psycopg.Error as error:
            raise _away(error) from None
        self._pools = _Pools(ConnectionPool(owner, size=4), ConnectionPool(request, size=8))


def _complete(conninfo: str) -> str:
    return make_conninfo(
        conninfo, options=SEARCH_PATH, connect_timeout=_CONNECT_TIMEOUT_S, application_name="vestibule"
    )


def _translated(error: psycopg.Error, connection: Connection) -> VestibuleError | None:
    """Our error for what is the database's own trouble, and for a text that none of its columns can hold; None for what
    the statement did wrong."""
    if isinstance(error, psycopg.errors.DiskFull):
        return StorageFull(
            "The disk of the database is full; nothing was written.", next_step="Free some space and try again."
        )
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return InvalidRequest("A text holds the character NUL, which cannot be kept.", next_step="Leave it out.")
    return _away(error) if connection.closed else None


def _away(error: psycopg.Error) -> Unavailable:
    if isinstance(error, psycopg.errors.DiskFull):
        return StorageFull("The disk of the database is full.", next_step="Free some space and try again.")
    return Unavailable(f"The database does not answer ({type(error).__name__}).", next_step=_NEXT_STEP)
