"""Several servers at home that answer for the same models: who asks goes where the answer should be there first.

That is predicted from how many are being answered there and how long answers took there lately; a session stays where
its conversation was read before. A server that fails rests, longer each time; one that cannot even be reached is not
missed: the next is asked within the same attempt. Knows no protocol, and no server outside: what is cleared for one
destination leaves for no other.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager

import structlog

from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import Fault, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.balancing import choose
from vestibule.providers.base import Chunk, Provider

REST_S = 1.0
LONGEST_REST_S = 60.0
NEWEST = 0.2  # the share of the newest answer in how long answers take
_BLAMELESS: frozenset[Fault] = frozenset({"refused", "key"})  # every other would say the same

log = structlog.get_logger(__name__)


class ReplicatedProvider:
    """`servers` are alike; the first one's address stands for all of them."""

    def __init__(self, servers: Sequence[Provider], clock: Callable[[], float] = time.monotonic) -> None:
        self._first = servers[0]
        self._servers = [_Server(server, clock) for server in servers]
        self._clock = clock
        self.id, self.kind = self._first.id, self._first.kind
        self.destination, self.continues = self._first.destination, self._first.continues

    @property
    def capacity(self) -> int | None:
        """Of all together."""
        each = [server.provider.capacity for server in self._servers]
        known = [capacity for capacity in each if capacity is not None]
        return sum(known) if len(known) == len(each) else None

    def encode(self, request: ModelRequest, model: str) -> bytes:
        return self._first.encode(request, model)

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer of one of them. Raises as each of them does; that none can be reached, as the last."""
        return self.send_of("", cleared)

    def of_session(self, session: str) -> Provider:
        """The same for requests of one session: all go to one server, unless that is much busier than another."""
        return _OfSession(self, session)

    async def send_of(self, session: str, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        left = list(self._servers)
        while True:
            server = self._soonest(left, session)
            left.remove(server)
            try:
                with server.answering() as answered:
                    async with aclosing(server.provider.send(cleared)) as chunks:
                        async for chunk in chunks:
                            if chunk.finish_reason:
                                answered()
                            yield chunk
                return
            except UpstreamFailed as failure:
                server.failed(failure)
                if failure.fault != "unreachable" or not left:
                    raise

    def _soonest(self, among: Sequence[_Server], session: str) -> _Server:
        """Of those that do not rest, else the one that is back first."""
        now = self._clock()
        awake = [server for server in among if server.rests_until <= now]
        if not awake:
            return min(among, key=lambda server: server.rests_until)
        known = [server.took_s for server in self._servers if server.took_s is not None]
        usual_s = sum(known) / len(known) if known else 1.0
        waits = [(server.in_flight + 1) * (server.took_s or usual_s) for server in awake]
        return awake[choose(waits, [server.name for server in awake], session)]


class _OfSession:
    def __init__(self, servers: ReplicatedProvider, session: str) -> None:
        self._servers, self._session = servers, session
        self.id, self.kind = servers.id, servers.kind
        self.destination, self.continues = servers.destination, servers.continues

    @property
    def capacity(self) -> int | None:
        return self._servers.capacity

    def encode(self, request: ModelRequest, model: str) -> bytes:
        return self._servers.encode(request, model)

    def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        return self._servers.send_of(self._session, cleared)


class _Server:
    """`took_s` is how long an answer takes it, None before the first."""

    def __init__(self, provider: Provider, clock: Callable[[], float]) -> None:
        self.provider = provider
        self.name = str(provider.destination)
        self.in_flight = 0
        self.took_s: float | None = None
        self.rests_until = 0.0
        self._clock = clock
        self._failures = 0

    @contextmanager
    def answering(self) -> Iterator[Callable[[], None]]:
        """Count an answer as under way. What is given is called when it is whole."""
        begun = self._clock()

        def answered() -> None:
            took_s = self._clock() - begun
            self.took_s = took_s if self.took_s is None else self.took_s + NEWEST * (took_s - self.took_s)
            self._failures = 0

        self.in_flight += 1
        try:
            yield answered
        finally:
            self.in_flight -= 1

    def failed(self, failure: UpstreamFailed) -> None:
        """Let it rest, for as long as it asks or twice as long as the last time."""
        if failure.fault in _BLAMELESS:
            return
        self._failures += 1
        rest_s = failure.retry_after_s or min(REST_S * 2.0 ** (self._failures - 1), LONGEST_REST_S)
        self.rests_until = self._clock() + rest_s
        at = str(self.provider.destination)
        log.warning("replica_rests", provider=self.provider.id, at=at, fault=failure.fault, rest_s=rest_s)
