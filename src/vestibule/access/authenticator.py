"""From a bearer token and a peer's address to a caller.

Knows no SQL: it asks a key store, and remembers a verified key for a few seconds, so that a busy client costs one
look-up per `TTL_S` and a revoked key stops working within it, in every process.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from vestibule.core.caller import Caller, Credential, Scope
from vestibule.core.errors import Unauthorized

TTL_S = 3.0
REMEMBERED = 4096

_DEMO_SCOPES: frozenset[Scope] = frozenset({"inference", "knowledge", "feedback"})
DEMO_CALLER = Caller(tenant="demo", key_id="demo", scopes=_DEMO_SCOPES)


class KeyStore(Protocol):
    async def find(self, digest: bytes) -> Caller | None:
        """Return whose key has this SHA-256, unless it is unknown or revoked."""
        ...


class Authenticator:
    """With `open_to_loopback`, a peer on this machine needs no key and any key it sends is ignored: it is `demo`."""

    def __init__(
        self, keys: KeyStore, *, open_to_loopback: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._keys = keys
        self._open_to_loopback = open_to_loopback
        self._clock = clock
        self._verified: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    async def authenticate(self, credential: Credential) -> Caller:
        if self._open_to_loopback and is_loopback(credential.peer):
            return DEMO_CALLER
        if not credential.token:
            raise Unauthorized(
                "No API key was sent.",
                next_step="Send `Authorization: Bearer vst_…`; `vestibule keys create` makes one.",
            )
        digest = hashlib.sha256(credential.token.encode()).digest()
        return self._remembered(digest) or await self._verify(digest)

    def _remembered(self, digest: bytes) -> Caller | None:
        caller, expires_at = self._verified.get(digest, (None, 0.0))
        return caller if self._clock() < expires_at else None

    async def _verify(self, digest: bytes) -> Caller:
        asked_at = self._clock()
        caller = await self._keys.find(digest)
        if caller is None:
            self._verified.pop(digest, None)
            raise Unauthorized(
                "This API key is not known here or has been revoked.",
                next_step="Check it for missing characters; `vestibule keys list` shows the keys there are.",
            )
        self._verified[digest] = (caller, asked_at + TTL_S)
        self._verified.move_to_end(digest)
        if len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)
        return caller


def is_loopback(peer: str | None) -> bool:
    """Tell whether an address is this machine; an IPv4 address mapped into IPv6 counts as what it is."""
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
