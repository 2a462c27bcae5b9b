"""Connections to one database as one role: opened when needed, kept when given back. Knows no tenant and no server.

`psycopg_pool` was tried first. It connects in background tasks with a back-off, so that a request that met a stopped
server waited 10 s for a connection before anything could bring the server back; here whoever needs a connection makes
it and sees at once that it cannot.
"""

from __future__ import annotations

import asyncio

from psycopg import AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from vestibule.core.errors import Unavailable

Connection = AsyncConnection[TupleRow]
_WAIT_S = 10.0


class ConnectionPool:
    """At most `size` connections at a time; who comes when all are taken waits, first come first served."""

    def __init__(self, conninfo: str, size: int) -> None:
        self._conninfo = conninfo
        self._free = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._closed = False

    async def take(self) -> Connection:
        """A connection outside any transaction, to be given back.

        Raise `psycopg.OperationalError` if there is no server, `Unavailable` if none comes free in time.
        """
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise Unavailable(
                f"No database connection came free in {_WAIT_S:.0f} s.", next_step="Send fewer requests at once."
            ) from None
        try:
            return self._idle.pop() if self._idle else await AsyncConnection.connect(self._conninfo)
        except BaseException:
            self._free.release()
            raise

    async def give_back(self, connection: Connection) -> None:
        """Keep the connection for the next one if it is fit for use, else close it."""
        try:
            if self._closed or connection.info.transaction_status != TransactionStatus.IDLE:
                await connection.close()
            else:
                self._idle.append(connection)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Close what is idle now, and the rest when it is given back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()
