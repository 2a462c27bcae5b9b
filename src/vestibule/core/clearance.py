"""What a provider is handed: bytes that were cleared for one destination, sealed, once.

The sealing key is made at start in `app.py` and given to two objects only, the gate (`privacy/egress.py`) and the
cloud transport. This stops mistakes, not hostile code in the process.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Collection
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

import msgspec

Scheme = Literal["inside", "unix", "http", "https"]


class Destination(msgspec.Struct, frozen=True):
    """Where bytes are about to go. `inside` never leaves the process; for `unix` the host is a socket path. `cloud`
    declares what has an address at home to be outside; it can only tighten."""

    scheme: Scheme
    host: str = ""
    port: int = 0
    cloud: bool = False

    def is_home(self, home_hosts: Collection[str]) -> bool:
        """Whether the literal destination is home. A name counts only if listed: what it resolves to is the peer's
        business, compared again once connected."""
        if self.cloud:
            return False
        if self.scheme in ("inside", "unix") or self.host == "localhost" or self.host in home_hosts:
            return True
        return _is_loopback(self.host)

    @classmethod
    def parse(cls, url: str, *, cloud: bool = False) -> Destination:
        """Read `http(s)://host[:port][/…]` or `unix:/path`; raise `ValueError` for anything else."""
        parts = urlsplit(url)
        if parts.scheme == "unix" and parts.path:
            return cls("unix", parts.path, 0, cloud)
        if parts.scheme == "http" and parts.hostname:
            return cls("http", parts.hostname, parts.port or 80, cloud)
        if parts.scheme == "https" and parts.hostname:
            return cls("https", parts.hostname, parts.port or 443, cloud)
        raise ValueError(f"{url!r} is not an http, https or unix address")

    def __str__(self) -> str:
        return self.scheme if self.scheme == "inside" else f"{self.scheme}://{self.host}:{self.port}"


INSIDE = Destination("inside")


@lru_cache(maxsize=1024)
def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class ClearedRequest(msgspec.Struct, frozen=True):
    """Encoded bytes that may go to `destination` until `expires_at` (seconds of the monotonic clock), once."""

    body: bytes
    destination: Destination
    model: str
    policy_version: int
    audit_id: str
    expires_at: float
    seal: bytes = b""


class Sealer:
    """HMAC-SHA256 over every field of a clearance, with a key that lives as long as the process."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def seal(self, request: ClearedRequest) -> ClearedRequest:
        return msgspec.structs.replace(request, seal=self._digest(request))

    def verify(self, request: ClearedRequest) -> bool:
        return hmac.compare_digest(request.seal, self._digest(request))

    def _digest(self, request: ClearedRequest) -> bytes:
        unsealed = msgspec.structs.replace(request, seal=b"") if request.seal else request
        return hmac.digest(self._key, msgspec.msgpack.encode(unsealed), hashlib.sha256)
