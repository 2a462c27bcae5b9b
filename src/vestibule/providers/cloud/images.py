"""Fetches one image from an address that a caller chose: from hosts that are allowed, at public addresses, and sealed.

A name is resolved once and that address is connected to, so that it cannot lead elsewhere in between. What is sent is
the address and nothing else: no cookie, no credential, no proxy. Follows no redirect itself; knows no policy.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Collection, Sequence
from typing import Literal

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import InvalidRequest
from vestibule.core.settings import ImageSettings
from vestibule.providers.cloud.addresses import is_public
from vestibule.providers.trust import trusted_by

CONNECT_S = 5.0
PIECE = 65_536
HEADERS = {"Accept": "image/png, image/jpeg, image/webp, image/gif", "Accept-Encoding": "identity"}
SEND_THE_IMAGE = "Send the image itself: data:image/png;base64,…"
_MOVED = frozenset({301, 302, 303, 307, 308})
_USUAL: dict[str, int] = {"https": 443, "http": 80}
Redeem = Callable[[ClearedRequest, Destination], None]


class Asked(msgspec.Struct, frozen=True):
    """What is cleared: nothing else leaves."""

    url: str


class ImageDoor:
    """`redeem` spends a clearance, as the cloud transport does."""

    def __init__(self, settings: ImageSettings, redeem: Redeem) -> None:
        self._settings = settings
        self._redeem = redeem

    def destination(self, url: str) -> Destination:
        """Where the address leads. Raise `InvalidRequest` for one that nothing is fetched from."""
        return _destination(_read(url), self._settings)

    async def get(self, cleared: ClearedRequest, limit: int) -> bytes | str:
        """Fetch what was cleared, `limit` bytes at most, or return the address that it is said to have now.

        Raise `InvalidRequest` where it cannot be had, `EgressRefused` where the clearance is not in order."""
        url = _read(msgspec.json.decode(cleared.body, type=Asked).url)
        destination = _destination(url, self._settings)
        self._redeem(cleared, destination)
        try:
            addresses = await resolved(destination)
            trusted = await asyncio.to_thread(trusted_by, None)
            async with (
                _session(addresses, trusted) as session,
                session.get(url, headers=HEADERS, allow_redirects=False) as response,
            ):
                return await _taken(response, url, limit)
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            raise _failed(destination.host, f"cannot be had ({type(error).__name__})") from None


async def resolved(destination: Destination) -> Sequence[str]:
    """The addresses of a host, asked for once. Raise `InvalidRequest` where any of them is not out in the world."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
    except OSError:
        raise _failed(destination.host, "has no address") from None
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    if not addresses or not all(map(is_public, addresses)):
        raise _failed(destination.host, "is not out in the world")
    return addresses


class _Pinned(AbstractResolver):
    """Resolves every name to the addresses that were checked."""

    def __init__(self, addresses: Collection[str]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _session(addresses: Collection[str], trusted: ssl.SSLContext) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=_Pinned(addresses), ssl=trusted, use_dns_cache=False, force_close=True, limit=1
        ),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
        auto_decompress=False,
        trust_env=False,
        skip_auto_headers=("User-Agent",),
    )


async def _taken(response: aiohttp.ClientResponse, url: URL, limit: int) -> bytes | str:
    host = url.raw_host or ""
    if response.status in _MOVED:
        try:
            return str(url.join(URL(response.headers["Location"], encoded=True)))
        except (KeyError, ValueError):
            raise _failed(host, "says that it moved, and not where to") from None
    if response.status != 200:
        raise _failed(host, f"answered {response.status}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _failed(host, "sent it packed")
    if (response.content_length or 0) > limit:
        raise _too_large(host, limit)
    body = bytearray()
    async for piece in response.content.iter_chunked(PIECE):
        body += piece
        if len(body) > limit:
            raise _too_large(host, limit)
    return bytes(body)


def _read(url: str) -> URL:
    try:
        read = URL(url)
        port = read.port
    except ValueError:
        raise InvalidRequest("An image's address cannot be read.", next_step=SEND_THE_IMAGE) from None
    if read.scheme not in _USUAL or not read.raw_host or port is None or read.user is not None:
        raise InvalidRequest(
            "An image's address is not that of a page in the web, or carries a credential.", next_step=SEND_THE_IMAGE
        )
    return read.with_fragment(None)


def _destination(url: URL, settings: ImageSettings) -> Destination:
    host, port = (url.raw_host or "").lower().rstrip("."), url.port or 0
    scheme: Literal["http", "https"] = "https" if url.scheme == "https" else "http"
    if scheme == "http" and not settings.http:
        raise InvalidRequest(f"Images are fetched over https alone, and {host} is not.", next_step=SEND_THE_IMAGE)
    named = host if port == _USUAL[scheme] else f"{host}:{port}"
    if not any(_is_meant(allowed.lower(), named) for allowed in settings.hosts):
        raise InvalidRequest(
            f"Images are not fetched from {named[:200]}.",
            next_step=f"{SEND_THE_IMAGE} An operator may add the host to `images.hosts` in vestibule.yaml.",
        )
    return Destination(scheme, host, port, cloud=True)


def _is_meant(allowed: str, named: str) -> bool:
    return named.endswith(allowed[1:]) if allowed.startswith("*.") else named == allowed


def _failed(host: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"An image was not fetched: {host} {why}.", next_step=SEND_THE_IMAGE)


def _too_large(host: str, limit: int) -> InvalidRequest:
    return _failed(host, f"sends more than the {limit / 2**20:.1f} MiB that are left for images")
