"""HTTP/1.1 to model servers at home: bounded in time and size, and only to a peer that is home.

Home is compared with the peer actually connected to, on each new connection: a name that resolves elsewhere gets no
byte. Knows no protocol above HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncGenerator, Collection
from pathlib import Path

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.generation import Patience
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.home.connection import Connection
from vestibule.providers.home.pool import IDLE_S, Pool
from vestibule.providers.home.reply import Reply
from vestibule.providers.refusals import UpstreamRefused, fault_of, require_plain_answer
from vestibule.providers.retry_after import retry_after_s
from vestibule.providers.trust import trusted_by, untrusted

__all__ = ["LONGEST_BODY", "HomeTransport", "UpstreamRefused", "fault_of"]

CONNECT_S = 5.0
FIRST_BYTE_S = 120.0
SILENCE_S = 60.0
REFUSAL_S = 5.0
LONGEST_REFUSAL = 65_536
HEADS = 64
LONGEST_BODY = 8 * 1_048_576


class HomeTransport:
    """`keep` connections wait for the next request to a destination: close it when done. By default none does. `keys`
    are sent along; `ca_file` is trusted instead of the system's authorities. It bears `patience`, that of
    whoever asks, where that is more than its own."""

    def __init__(
        self,
        home_hosts: Collection[str] = (),
        *,
        keep: int = 0,
        keys: ApiKeys | None = None,
        ca_file: Path | None = None,
        connect_s: float = CONNECT_S,
        first_byte_s: float = FIRST_BYTE_S,
        silence_s: float = SILENCE_S,
        idle_s: float = IDLE_S,
        patience: Patience | None = None,
    ) -> None:
        self._home_hosts = frozenset(home_hosts)
        self._pool = Pool(keep, idle_s)
        self._keys = keys or ApiKeys()
        self._ca_file = ca_file
        self._connect_s = connect_s
        self._first_byte_s = max(first_byte_s, patience.first_token_s if patience else 0)
        self._silence_s = max(silence_s, patience.between_tokens_s if patience else 0)
        self._trusted: ssl.SSLContext | None = None
        self._heads: dict[tuple[str, Destination, str, str | None], str] = {}

    async def stream(self, cleared: ClearedRequest, destination: Destination, path: str) -> AsyncGenerator[bytes, None]:
        """POST the cleared body, yield the reply's body as it comes. Raise `UpstreamFailed`, as `UpstreamRefused` for
        an error status, or `EgressRefused` where the peer is not home."""
        key = await self._keys.current()
        head = self._head("POST", destination, path, len(cleared.body), key)
        connection = await self._answering(destination, head + cleared.body, self._first_byte_s, key)
        try:
            while piece := await connection.piece(self._silence_s):
                yield piece
        finally:
            self._pool.give_back(connection)

    async def get(self, destination: Destination, path: str, *, wait_s: float) -> bytes:
        """Return the body at `path`, of at most 8 MiB, that is there within `wait_s`. Raises as `stream` does."""
        pieces: list[bytes] = []
        length = 0
        head = self._head("GET", destination, path)
        try:
            async with asyncio.timeout(wait_s):
                connection = await self._answering(destination, head, wait_s)
                try:
                    while piece := await connection.piece(self._silence_s):
                        pieces.append(piece)
                        length += len(piece)
                        if length > LONGEST_BODY:
                            raise UpstreamFailed(
                                f"{destination}{path} is longer than {LONGEST_BODY} bytes.", fault="malformed"
                            )
                finally:
                    self._pool.give_back(connection)
        except TimeoutError:
            raise UpstreamFailed(f"{destination} did not answer within {wait_s:g} s.", fault="silent") from None
        return b"".join(pieces)

    async def close(self) -> None:
        self._pool.close()

    async def _answering(
        self, destination: Destination, request: bytes, wait_s: float, key: str | None = None
    ) -> Connection:
        """The connection whose reply is a plain answer. It is to be given back."""
        if destination.cloud:
            raise EgressRefused(f"{destination} is declared to be outside the house.", next_step="Ask a model at home.")
        connection, reply = await self._asked(destination, request, wait_s)
        try:
            await self._require_answer(connection, reply, key)
        except BaseException:
            self._pool.give_back(connection)
            raise
        return connection

    async def _asked(self, destination: Destination, request: bytes, wait_s: float) -> tuple[Connection, Reply]:
        """The connection on which the request was sent, once the head of the reply is there. One that had waited may
        have been closed by the server just then: a request of which no byte was answered goes out on a new one."""
        connection = self._pool.take(destination) or await self._connect(destination)
        while True:
            connection.ask(request)
            try:
                return connection, await connection.head(wait_s)
            except BaseException as error:
                connection.abort()
                stale = connection.reused and not connection.reply.begun
                if not (stale and isinstance(error, UpstreamFailed) and error.fault == "cut"):
                    raise
            connection = await self._connect(destination)

    async def _require_answer(self, connection: Connection, reply: Reply, key: str | None) -> None:
        destination = connection.destination
        if reply.status >= 400:
            said = await _refusal(connection)
            wait_s = retry_after_s(reply.headers, said)
            raise await self._keys.refused(UpstreamRefused(destination, reply.status, said, wait_s), key)
        require_plain_answer(destination, reply.status, reply.headers)
        self._keys.accepted(key)

    async def _connect(self, destination: Destination) -> Connection:
        connection = Connection(destination)
        try:
            async with asyncio.timeout(self._connect_s):
                await self._open(connection)
        except BaseException as error:
            connection.abort()
            if isinstance(error, ssl.SSLCertVerificationError):
                raise untrusted(destination) from None
            if isinstance(error, OSError):  # TimeoutError and ssl.SSLError are ones
                raise UpstreamFailed(
                    f"{destination} cannot be reached ({error.strerror or type(error).__name__}).",
                    next_step="Start that server or take it out of vestibule.yaml.",
                    fault="unreachable",
                ) from None
            raise
        return connection

    async def _open(self, connection: Connection) -> None:
        """Connect, and encrypt once the peer is known to be home."""
        loop, destination = asyncio.get_running_loop(), connection.destination
        if destination.scheme == "unix":
            await loop.create_unix_connection(lambda: connection, destination.host)
            return
        await loop.create_connection(lambda: connection, destination.host, destination.port)
        assert connection.transport is not None
        self._require_home(destination, _address(connection.transport))
        if destination.scheme == "https":
            if self._trusted is None:
                self._trusted = await asyncio.to_thread(trusted_by, self._ca_file)
            connection.transport = await loop.start_tls(
                connection.transport, connection, self._trusted, server_hostname=destination.host
            )

    def _require_home(self, destination: Destination, address: str) -> None:
        """A name that is listed may stand for any address but a public one; such a one is listed itself or is not
        home."""
        peer = ipaddress.ip_address(address.partition("%")[0])
        named = destination.host in self._home_hosts and not peer.is_global
        if not (peer.is_loopback or named or str(peer) in self._home_hosts):
            raise EgressRefused(f"{destination} leads out of the house.", next_step="Name its address, or home_hosts.")

    def _head(self, method: str, destination: Destination, path: str, length: int = 0, key: str | None = None) -> bytes:
        """The same for all requests but for the length."""
        asked = (method, destination, path, key)
        begun = self._heads.get(asked)
        if begun is None:
            if len(self._heads) >= HEADS:
                self._heads.clear()
            begun = self._heads[asked] = self._head_of(*asked)
        return f"{begun}Content-Length: {length}\r\n\r\n".encode("ascii")

    def _head_of(self, method: str, destination: Destination, path: str, key: str | None) -> str:
        host = destination.host
        authority = "localhost" if destination.scheme == "unix" else f"[{host}]" if ":" in host else host
        port = "" if destination.scheme == "unix" else f":{destination.port}"
        headers = {
            "Host": authority + port,
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Connection": "keep-alive" if self._pool.keeps else "close",
            **self._keys.style.headers(key),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {path} HTTP/1.1\r\n{lines}"


def _address(transport: asyncio.BaseTransport) -> str:
    return str(transport.get_extra_info("peername")[0])


async def _refusal(connection: Connection) -> bytes:
    """What is said of an error, or the beginning of that: the status tells enough to go by."""
    said = b""
    with contextlib.suppress(UpstreamFailed, TimeoutError):
        async with asyncio.timeout(REFUSAL_S):
            while len(said) < LONGEST_REFUSAL and (piece := await connection.piece(REFUSAL_S)):
                said += piece
    return said[:LONGEST_REFUSAL]
