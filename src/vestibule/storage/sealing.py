"""Seals what lies in a table under a key of its tenant, so that the row alone tells nothing and cannot be moved.

AES-256-GCM (NIST SP 800-38D) with a random nonce for each value. Knows no table: what a value belongs to is the
caller's `binding`, without which it does not open.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vestibule.core.errors import VestibuleError

_NONCE_BYTES = 12
_SMALL = 65_536  # bytes that are sealed in well under a millisecond


class TenantKeys(Protocol):
    async def get(self, tenant: str, purpose: str) -> bytes:
        """The 32 bytes of a tenant's key for one purpose."""
        ...


class Unreadable(VestibuleError):
    """What was sealed does not open: the tenant's key is another one, or the row was altered."""

    code = "unavailable"


class Sealing:
    """Seals for one purpose, "files"."""

    def __init__(self, keys: TenantKeys, purpose: str) -> None:
        self._keys = keys
        self._purpose = purpose

    async def seal(self, tenant: str, content: bytes, *binding: object) -> bytes:
        cipher = AESGCM(await self._keys.get(tenant, self._purpose))
        nonce, bound = secrets.token_bytes(_NONCE_BYTES), _bound(tenant, binding)
        if len(content) <= _SMALL:
            return nonce + cipher.encrypt(nonce, content, bound)
        return nonce + await asyncio.to_thread(cipher.encrypt, nonce, content, bound)

    async def open(self, tenant: str, sealed: bytes, *binding: object) -> bytes:
        """Raise `Unreadable`."""
        cipher = AESGCM(await self._keys.get(tenant, self._purpose))
        nonce, content, bound = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(tenant, binding)
        try:
            if len(content) <= _SMALL:
                return cipher.decrypt(nonce, content, bound)
            return await asyncio.to_thread(cipher.decrypt, nonce, content, bound)
        except (InvalidTag, ValueError):
            raise Unreadable(
                f"What is stored under {self._purpose} does not open: the tenant's key was erased or changed, or the "
                "row was altered.",
                next_step="Send it again, or restore tenant_keys and the table from one backup.",
            ) from None


def _bound(tenant: str, binding: tuple[object, ...]) -> bytes:
    return "\0".join((tenant, *map(str, binding))).encode()
