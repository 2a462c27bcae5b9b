"""The one module that opens connections that are not home. It takes sealed clearances and nothing else.

Before a connection is opened the seal, the destination, the expiry and the single use of a clearance are checked; the
API key is added last and stands in no seal, log or error. Knows HTTP, and nothing of what it carries.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import aiohttp
from yarl import URL

from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.errors import EgressRefused, Fault, UpstreamFailed
from vestibule.core.generation import Patience
from vestibule.providers.cloud.api_keys import ApiKeys, KeyState
from vestibule.providers.refusals import UpstreamRefused, require_plain_answer
from vestibule.providers.retry_after import retry_after_s
from vestibule.providers.trust import trusted_by, untrusted

CONNECT_S = 10.0
FIRST_BYTE_S = 120.0
SILENCE_S = 60.0
KEPT_OPEN_S = 15.0
REFUSAL_S = 5.0
LONGEST_BODY = 64 * 1_048_576
LONGEST_REFUSAL = 65_536
HEADERS = {"Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "identity"}


class CloudTransport:
    """The door itself, and with `using` the same door with one provider's keys. Close each when done."""

    def __init__(
        self,
        sealer: Sealer,
        clock: Callable[[], float] = time.monotonic,
        *,
        keys: ApiKeys | None = None,
        ca_file: Path | None = None,
        connect_s: float = CONNECT_S,
        first_byte_s: float = FIRST_BYTE_S,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._sealer = sealer
        self._clock = clock
        self._spent: dict[bytes, float] = {}
        self._keys = keys or ApiKeys()
        self._ca_file = ca_file
        self._connect_s = connect_s
        self._first_byte_s = first_byte_s
        self._silence_s = silence_s
        self._opened: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()

    def using(
        self,
        keys: ApiKeys,
        ca_file: Path | None = None,
        *,
        connect_s: float | None = None,
        patience: Patience | None = None,
    ) -> CloudTransport:
        """The way to one provider, which bears the `patience` with any of its models. A clearance spent on any way is
        spent on all."""
        way = CloudTransport(
            self._sealer,
            self._clock,
            keys=keys,
            ca_file=ca_file,
            connect_s=connect_s or self._connect_s,
            first_byte_s=max(self._first_byte_s, patience.first_token_s if patience else 0),
            silence_s=max(self._silence_s, patience.between_tokens_s if patience else 0),
        )
        way._spent = self._spent
        return way

    async def stream(self, cleared: ClearedRequest, destination: Destination, path: str) -> AsyncGenerator[bytes, None]:
        """POST the cleared body, yield the reply's body as it comes. Raise `EgressRefused` where the clearance is not
        in order, `UpstreamFailed` where the provider fails, as `UpstreamRefused` for an error status."""
        self.redeem(cleared, destination)
        key = await self._keys.current()
        session = await self._session(destination)
        try:
            async with contextlib.AsyncExitStack() as stack:
                async with asyncio.timeout(self._connect_s + self._first_byte_s):
                    response = await stack.enter_async_context(
                        session.post(
                            _url(destination, path),
                            data=cleared.body,
                            headers=HEADERS | self._keys.style.headers(key),
                            allow_redirects=False,
                        )
                    )
                await self._require_answer(response, destination, key)
                async for piece in self._pieces(response, destination):
                    yield piece
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            raise _failed(destination, error) from None

    @property
    def key_state(self) -> KeyState:
        return self._keys.state

    async def close(self) -> None:
        session, self._opened = self._opened, None
        if session:
            await session.close()

    def redeem(self, cleared: ClearedRequest, destination: Destination) -> None:
        """Spend a clearance. Raise `EgressRefused` where it is not in order."""
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

    async def _session(self, destination: Destination) -> aiohttp.ClientSession:
        """The session, made on first use: no proxy or .netrc of the environment, no cookies, no decompression."""
        async with self._opening:
            if self._opened is None:
                self._opened = aiohttp.ClientSession(
                    connector=await self._connector(destination),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(
                        total=None, sock_connect=self._connect_s, sock_read=self._first_byte_s
                    ),
                    auto_decompress=False,
                    trust_env=False,
                    skip_auto_headers=("User-Agent",),
                )
            return self._opened

    async def _connector(self, destination: Destination) -> aiohttp.BaseConnector:
        if destination.scheme == "unix":
            return aiohttp.UnixConnector(destination.host)
        trusted = await asyncio.to_thread(trusted_by, self._ca_file)
        return aiohttp.TCPConnector(ssl=trusted, keepalive_timeout=KEPT_OPEN_S, limit=0)

    async def _require_answer(
        self, response: aiohttp.ClientResponse, destination: Destination, key: str | None
    ) -> None:
        if response.status >= 400:
            said = await self._refusal(response)
            wait_s = retry_after_s(response.headers, said)
            raise await self._keys.refused(UpstreamRefused(destination, response.status, said, wait_s), key)
        require_plain_answer(destination, response.status, response.headers)
        self._keys.accepted(key)

    async def _refusal(self, response: aiohttp.ClientResponse) -> bytes:
        """What is said of an error, or the beginning of that: the status tells enough to go by."""
        said = b""
        with contextlib.suppress(aiohttp.ClientError, OSError):  # a time-out is an OSError
            async with asyncio.timeout(REFUSAL_S):
                while len(said) < LONGEST_REFUSAL and (piece := await response.content.read(LONGEST_REFUSAL)):
                    said += piece
        return said[:LONGEST_REFUSAL]

    async def _pieces(self, response: aiohttp.ClientResponse, destination: Destination) -> AsyncGenerator[bytes, None]:
        length = 0
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    piece = await response.content.readany()
            except TimeoutError:
                raise UpstreamFailed(
                    f"{destination} was silent for {self._silence_s:g} s.", next_step="Ask again.", fault="silent"
                ) from None
            if not piece:
                return
            length += len(piece)
            if length > LONGEST_BODY:
                raise UpstreamFailed(
                    f"{destination} sent an answer of more than {LONGEST_BODY} bytes.",
                    next_step="Ask for a shorter answer.",
                    fault="malformed",
                )
            yield piece


def _failed(destination: Destination, error: aiohttp.ClientError | OSError) -> UpstreamFailed:
    """What went wrong on the way, by the kind of the error alone: its text may quote what was sent."""
    kind = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return untrusted(destination)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return UpstreamFailed(
            f"{destination} cannot be reached ({kind}).",
            next_step="Check `url` of that provider in vestibule.yaml, and the way there.",
            fault="unreachable",
        )
    fault: Fault = "cut"
    if isinstance(error, TimeoutError):
        fault = "silent"
    elif isinstance(error, aiohttp.ClientResponseError):
        fault = "malformed"
    return UpstreamFailed(f"{destination} failed ({kind}).", next_step="Ask again.", fault=fault)


def _url(destination: Destination, path: str) -> URL:
    """Of the cleared host and port, whatever `path` says."""
    if destination.scheme == "unix":
        return URL(f"http://localhost{path}", encoded=True)
    host = f"[{destination.host}]" if ":" in destination.host else destination.host
    return URL(f"{destination.scheme}://{host}:{destination.port}/{path.lstrip('/')}", encoded=True)
