"""Reading a request's body: bounded in size and time while it arrives, and what to do when the client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from types import TracebackType

from starlette.types import Message, Receive, Scope

from vestibule.core.errors import TooLarge
from vestibule.core.time_limit import TimeLimit
from vestibule.gateway.errors import RequestTimeout

WATCH_AFTER_S = 0.02
LEAVING = "vestibule.leaving"
"""In the scope of a request: what calls back when the client is gone, where the connection is one of ours."""

Leaving = Callable[[Callable[[], None] | None], None]


class ClientGone(Exception):
    """The client closed the connection; there is nobody to answer."""


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit / 2**20:g} MiB.", next_step="Send less, or raise limits.body_mib.")


class BoundedReceive:
    """A `receive` that raises `TooLarge` at the first byte over `limit` and `RequestTimeout` after `timeout_s`.

    The size is counted as it arrives, whatever Content-Length claims. Once the body is whole there is no more limit:
    what comes then is the disconnect.
    """

    def __init__(self, receive: Receive, limit: int, timeout_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._timeout_s = timeout_s
        self._until: float | None = None
        self._late = TimeLimit()
        self._size = 0
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        if self._until is None:
            self._until = now + self._timeout_s
        try:
            with self._late.within(self._until - now):
                message = await self._receive()
        except TimeoutError:
            raise RequestTimeout(
                f"The body did not arrive within {self._timeout_s:g} s.",
                next_step="Check that Content-Length is right and send it again.",
            ) from None
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise too_large(self._limit)
        self._whole = not message.get("more_body", False)
        if self._whole:
            self._late.close()
        return message


async def read_body(receive: Receive) -> bytes:
    """Return the whole body. Raise `ClientGone` if the client leaves before it is whole."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def cancelled_when_client_leaves(scope: Scope, receive: Receive) -> AbstractAsyncContextManager[None]:
    """Cancel what runs inside as soon as the client disconnects, and raise `ClientGone` in its place.

    Use it once the body has been read. Our own connection says so itself; from another server's `receive`, which then
    tells nothing else, it is heard from `WATCH_AFTER_S` on: that takes a task, and many answers are there before.
    """
    leaving: Leaving | None = scope.get(LEAVING)
    return _Watch(receive) if leaving is None else _Told(leaving)


class _Cancelled(AbstractAsyncContextManager[None]):
    """Until it is left, `_leave` cancels what runs inside."""

    __slots__ = ("_gone", "_working")

    async def __aenter__(self) -> None:
        working = asyncio.current_task()
        assert working is not None
        self._working = working
        self._gone = False
        self._begin()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        if self._gone and kind is asyncio.CancelledError and not self._working.uncancel():
            raise ClientGone from None

    def _leave(self) -> None:
        self._gone = True
        self._working.cancel()

    def _begin(self) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class _Told(_Cancelled):
    __slots__ = ("_leaving",)

    def __init__(self, leaving: Leaving) -> None:
        self._leaving = leaving

    def _begin(self) -> None:
        self._leaving(self._leave)

    def _end(self) -> None:
        self._leaving(None)


class _Watch(_Cancelled):
    __slots__ = ("_receive", "_timer", "_watching")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None

    def _begin(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(WATCH_AFTER_S, self._listen)

    def _end(self) -> None:
        self._timer.cancel()
        if self._watching:
            self._watching.cancel()

    def _listen(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._leave()
