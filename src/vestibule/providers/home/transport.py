"""HTTP/1.1 to model servers at home: a connection a request, bounded in time, and only to a peer that is home.

Home is compared with the peer actually connected to: a name that resolves elsewhere gets no byte. Knows no protocol
above HTTP.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing

import httptools

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import EgressRefused, Fault, UpstreamFailed

CONNECT_S = 5.0
FIRST_BYTE_S = 120.0
SILENCE_S = 60.0
PIECE = 65_536
LONGEST_BODY = 8 * 1_048_576


class UpstreamRefused(UpstreamFailed):
    """An error status. `body` is what the server said of it: it may quote the request, so it is never shown."""

    def __init__(self, destination: Destination, status: int, body: bytes, retry_after_s: float | None = None) -> None:
        fault = fault_of(status)
        super().__init__(f"{destination} answered with status {status}.", fault=fault, retry_after_s=retry_after_s)
        self.status = status
        self.body = body


def fault_of(status: int) -> Fault:
    """What an error status says of how the provider failed."""
    if status in (408, 425, 503, 529):
        return "overloaded"
    return "rate_limited" if status == 429 else "failed" if status >= 500 else "refused"


class HomeTransport:
    def __init__(self, home_hosts: Collection[str] = ()) -> None:
        self._home_hosts = frozenset(home_hosts)

    async def stream(self, cleared: ClearedRequest, destination: Destination, path: str) -> AsyncGenerator[bytes, None]:
        """POST the cleared body, yield the reply's body as it comes. Raise `UpstreamFailed`, as `UpstreamRefused` for
        an error status, or `EgressRefused` where the peer is not home."""
        head = _head("POST", destination, path, len(cleared.body))
        async with aclosing(self._exchange(destination, head + cleared.body, FIRST_BYTE_S)) as pieces:
            async for piece in pieces:
                yield piece

    async def get(self, destination: Destination, path: str, *, wait_s: float) -> bytes:
        """Return the body at `path`, of at most 8 MiB, that is there within `wait_s`. Raises as `stream` does."""
        body = b""
        try:
            async with (
                asyncio.timeout(wait_s),
                aclosing(self._exchange(destination, _head("GET", destination, path), wait_s)) as pieces,
            ):
                async for piece in pieces:
                    body += piece
                    if len(body) > LONGEST_BODY:
                        raise UpstreamFailed(f"{destination}{path} is longer than {LONGEST_BODY} bytes.")
        except TimeoutError:
            raise UpstreamFailed(f"{destination} did not answer within {wait_s:g} s.") from None
        return body

    async def _exchange(self, destination: Destination, request: bytes, wait_s: float) -> AsyncGenerator[bytes, None]:
        if destination.cloud:
            raise EgressRefused(f"{destination} is declared to be outside the house.", next_step="Ask a model at home.")
        reader, writer = await self._connect(destination)
        try:
            self._require_home(destination, writer)
            writer.write(request)
            reply = _Reply()
            parser = httptools.HttpResponseParser(reply)
            refusal = b""
            while not reply.complete:
                parser.feed_data(await _read(reader, destination, wait_s))
                wait_s = SILENCE_S
                if not reply.headers_complete or parser.get_status_code() < 400:
                    for piece in reply.take():
                        yield piece
                elif len(refusal) < PIECE:
                    refusal += b"".join(reply.take())
                else:
                    break
            if parser.get_status_code() >= 400:
                raise UpstreamRefused(destination, parser.get_status_code(), refusal)
        except (httptools.HttpParserError, ConnectionError) as error:
            raise UpstreamFailed(f"{destination} broke off ({type(error).__name__}).") from None
        finally:
            writer.close()

    async def _connect(self, destination: Destination) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(CONNECT_S):
                if destination.scheme == "unix":
                    return await asyncio.open_unix_connection(destination.host)
                return await asyncio.open_connection(destination.host, destination.port)
        except OSError as error:  # TimeoutError is one
            raise UpstreamFailed(
                f"{destination} cannot be reached ({error.strerror or type(error).__name__}).",
                next_step="Start that server or take it out of vestibule.yaml.",
            ) from None

    def _require_home(self, destination: Destination, writer: asyncio.StreamWriter) -> None:
        if destination.scheme == "unix" or destination.host in self._home_hosts:
            return
        peer = writer.get_extra_info("peername")
        if not peer or not ipaddress.ip_address(peer[0]).is_loopback:
            raise EgressRefused(f"{destination} leads out of the house.", next_step="Name its address, or home_hosts.")


class _Reply:
    """Collects what the parser reports of one reply."""

    def __init__(self) -> None:
        self.headers_complete = False
        self.complete = False
        self._pieces: list[bytes] = []

    def on_headers_complete(self) -> None:
        self.headers_complete = True

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        self.complete = True

    def take(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        return pieces


async def _read(reader: asyncio.StreamReader, destination: Destination, wait_s: float) -> bytes:
    try:
        async with asyncio.timeout(wait_s):
            piece = await reader.read(PIECE)
    except TimeoutError:
        raise UpstreamFailed(f"{destination} was silent for {wait_s:.0f} s.") from None
    if not piece:
        raise UpstreamFailed(f"{destination} closed the connection before the end of its answer.")
    return piece


def _head(method: str, destination: Destination, path: str, length: int = 0) -> bytes:
    host = "localhost" if destination.scheme == "unix" else f"{destination.host}:{destination.port}"
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Accept: text/event-stream\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode("ascii")
