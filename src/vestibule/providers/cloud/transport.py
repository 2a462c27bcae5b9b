"""The one module that opens connections that are not home. It takes sealed clearances and nothing else.

Before a connection is opened the seal, the destination, the expiry and the single use of a clearance are checked; the
API key is added last and stands in no seal, log or error. Knows HTTP, and nothing of what it carries.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import aiohttp
from yarl import URL

from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.home.transport import UpstreamRefused

CONNECT_S = 10.0
FIRST_BYTE_S = 120.0
SILENCE_S = 60.0
KEPT_OPEN_S = 15.0
LONGEST_LINE = 1_048_576
LONGEST_BODY = 64 * 1_048_576
LONGEST_REFUSAL = 65_536


class CloudTransport:
    """The door itself, and with `using` the same door with one provider's keys. Close each when done."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Callable[[], float] = time.monotonic,
        *,
        keys: ApiKeys | None = None,
        ca_file: Path | None = None,
        first_byte_s: float = FIRST_BYTE_S,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._sealer = sealer
        self._clock = clock
        self._spent: dict[bytes, float] = {}
        self._keys = keys or ApiKeys()
        self._ca_file = ca_file
        self._first_byte_s = first_byte_s
        self._silence_s = silence_s
        self._session: aiohttp.ClientSession | None = None

    def using(self, keys: ApiKeys, ca_file: Path | None = None) -> CloudTransport:
        """The way to one provider. A clearance spent on any way is spent on all."""
        way = CloudTransport(
            self._sealer,
            self._clock,
            keys=keys,
            ca_file=ca_file,
            first_byte_s=self._first_byte_s,
            silence_s=self._silence_s,
        )
        way._spent = self._spent
        return way

    async def stream(self, cleared: ClearedRequest, destination: Destination, path: str) -> AsyncGenerator[bytes, None]:
        """POST the cleared body, yield the reply's body as it comes. Raise `EgressRefused` where the clearance is not
        in order, `UpstreamFailed` where the provider fails, as `UpstreamRefused` for an error status."""
        self._redeem(cleared, destination)
        key = await self._keys.current()
        try:
            async with self._opened(destination).post(
                _url(destination, path), data=cleared.body, headers=self._headers(key), allow_redirects=False
            ) as response:
                await self._require_answer(response, destination, key)
                async for piece in self._pieces(response, destination):
                    yield piece
        except aiohttp.ClientConnectorCertificateError:
            raise UpstreamFailed(
                f"{destination} did not prove who it is: its certificate is not trusted.",
                next_step="Set `ca_file` of that provider in vestibule.yaml if it is a gateway of yours.",
            ) from None
        except (aiohttp.ClientError, OSError) as error:  # a time-out and a failed handshake are OSErrors
            raise UpstreamFailed(f"{destination} failed ({type(error).__name__}).", next_step="Ask again.") from None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    def _redeem(self, cleared: ClearedRequest, destination: Destination) -> None:
        now = self._clock()
        for seal in [seal for seal, expiry in self._spent.items() if expiry <= now]:
            del self._spent[seal]
        if not self._sealer.verify(cleared):
            raise EgressRefused("A request to the cloud carried no valid clearance.")
        if cleared.destination != destination:
            raise EgressRefused("A request to the cloud was cleared for another destination.")
        if cleared.expires_at <= now:
            raise EgressRefused("The clearance of a request to the cloud has expired.")
        if cleared.seal in self._spent:
            raise EgressRefused("A clearance was used twice.")
        self._spent[cleared.seal] = cleared.expires_at

    def _opened(self, destination: Destination) -> aiohttp.ClientSession:
        """The session, made on first use: no proxy or .netrc of the environment, no cookies, no decompression."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._connector(destination),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=self._first_byte_s),
                auto_decompress=False,
                trust_env=False,
                skip_auto_headers=("User-Agent",),
            )
        return self._session

    def _connector(self, destination: Destination) -> aiohttp.BaseConnector:
        if destination.scheme == "unix":
            return aiohttp.UnixConnector(destination.host)
        try:
            trusted = ssl.create_default_context(cafile=str(self._ca_file.expanduser()) if self._ca_file else None)
        except OSError as error:  # ssl.SSLError is one
            raise UpstreamFailed(
                f"The certificates in {self._ca_file} cannot be used ({type(error).__name__}).",
                next_step="Mend `ca_file` of that provider in vestibule.yaml.",
            ) from None
        return aiohttp.TCPConnector(ssl=trusted, keepalive_timeout=KEPT_OPEN_S)

    async def _require_answer(
        self, response: aiohttp.ClientResponse, destination: Destination, key: str | None
    ) -> None:
        if response.status >= 400:
            said = await self._refusal(response)
            if self._keys.style.is_refused(response.status, said):
                self._keys.refused(key)
            raise UpstreamRefused(destination, response.status, said, _seconds(response.headers.get("Retry-After", "")))
        if response.status >= 300:
            raise UpstreamFailed(
                f"{destination} wants to send the request elsewhere (status {response.status}); that is not followed.",
                next_step="Name the address itself in vestibule.yaml.",
            )
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UpstreamFailed(f"{destination} compressed its answer though it was asked not to.")

    async def _refusal(self, response: aiohttp.ClientResponse) -> bytes:
        """What is said of an error, or the beginning of that: the status tells enough to go by."""
        said = b""
        with contextlib.suppress(aiohttp.ClientError, OSError):  # a time-out is an OSError
            async with asyncio.timeout(self._silence_s):
                while len(said) < LONGEST_REFUSAL and (piece := await response.content.read(LONGEST_REFUSAL)):
                    said += piece
        return said[:LONGEST_REFUSAL]

    def _headers(self, key: str | None) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "identity"}
        return headers | (self._keys.style.headers(key) if key else {})

    async def _pieces(self, response: aiohttp.ClientResponse, destination: Destination) -> AsyncGenerator[bytes, None]:
        length = line = 0
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    piece = await response.content.readany()
            except TimeoutError:
                raise UpstreamFailed(f"{destination} was silent for {self._silence_s:g} s.") from None
            if not piece:
                return
            length += len(piece)
            line = line + len(piece) if b"\n" not in piece else len(piece) - piece.rindex(b"\n") - 1
            if length > LONGEST_BODY or line > LONGEST_LINE:
                raise UpstreamFailed(f"{destination} sends more than is taken.", next_step="Ask for a shorter answer.")
            yield piece


def _seconds(retry_after: str) -> float | None:
    """`Retry-After` as seconds; None for a date, which providers do not send, and for what is no time."""
    return float(retry_after) if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", retry_after) else None


def _url(destination: Destination, path: str) -> URL:
    """Of the cleared host and port, whatever `path` says."""
    if destination.scheme == "unix":
        return URL(f"http://localhost{path}", encoded=True)
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    return URL(f"{destination.scheme}://{host}:{destination.port}/{path.lstrip('/')}", encoded=True)
