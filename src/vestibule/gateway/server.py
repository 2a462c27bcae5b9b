"""uvicorn's server as it ends here: in order, and never with half an answer that looks whole.

Who streams is let finish for `drain_s`; what is not whole by then is cancelled, and the edge tells it inside the
stream. Knows connections and listeners, no request and no other process.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import socket
from collections.abc import Callable, Generator, Sequence

import uvicorn

from vestibule.gateway.connection import Connection

LINGER_S = 0.3
"""A request may be on its way on an idle connection that is about to be closed. Longer where others serve on."""
BREAK_OFF_S = 3.0
LOOK_S = 0.02
BACKLOG = 2048
NO_MORE = (b"connection", b"close")


def nothing() -> None:
    """Nobody asked to be told."""


class Server(uvicorn.Server):
    """`on_ready` is called when it listens, `on_drain` when it ends. It ends by `signals`, a second SIGINT at once; an
    idle connection is closed `linger_s` after that."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        drain_s: float,
        on_ready: Callable[[Server], None] | None = None,
        on_drain: Callable[[], object] = nothing,
        signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM),
    ) -> None:
        super().__init__(config)
        self.linger_s = LINGER_S
        self._drain_s = drain_s
        self._on_ready = on_ready
        self._on_drain = on_drain
        self._signals = signals
        self._lent: dict[int, asyncio.AbstractServer] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._on_ready:
            self._on_ready(self)

    async def listen_beside(self, listeners: Sequence[socket.socket]) -> None:
        """Take connections from these too, and from no others that it was lent before. They stay the lender's."""
        wanted = {listener.fileno(): listener for listener in listeners}
        for number in self._lent.keys() - wanted.keys():
            self._lent.pop(number).close()
        for number in wanted.keys() - self._lent.keys():
            self._lent[number] = await asyncio.get_running_loop().create_server(
                functools.partial(
                    Connection, config=self.config, server_state=self.server_state, app_state=self.lifespan.state
                ),
                sock=wanted[number].dup(),
                backlog=BACKLOG,
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and end those there are, each after what it is at."""
        self._on_drain()
        for server in [*self.servers, *self._lent.values()]:
            server.close()
        for listener in sockets or []:
            listener.close()
        self.server_state.default_headers = [*self.server_state.default_headers, NO_MORE]
        if not await self._end(self._drain_s):
            for task in self.server_state.tasks:
                task.cancel()
            self.linger_s = 0
            await self._end(BREAK_OFF_S)
        for connection in list(self.server_state.connections):
            if connection.transport:
                connection.transport.abort()

    async def _end(self, within_s: float) -> bool:
        """Close each connection once it has been idle for a moment; return whether all were. Who was told by the head
        of an answer that it stays may send one more request, and is told by the next."""
        now = begun = asyncio.get_running_loop().time()
        idle_since: dict[object, float] = {}
        while self.server_state.connections or self.server_state.tasks:
            if now - begun >= within_s or self.force_exit:
                return False
            for connection in [one for one in self.server_state.connections if isinstance(one, Connection)]:
                if not connection.is_idle:
                    idle_since.pop(connection, None)
                    if not connection.cycle.response_started:
                        connection.shutdown()
                elif now - idle_since.setdefault(connection, now) >= self.linger_s:
                    connection.shutdown()
            await asyncio.sleep(LOOK_S)
            now = asyncio.get_running_loop().time()
        return True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """uvicorn raises a signal again once it has ended, which would end the process before its records are
        written."""
        before = {number: signal.signal(number, self.handle_exit) for number in self._signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
