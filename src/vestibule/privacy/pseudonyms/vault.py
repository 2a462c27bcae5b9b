"""Keeps the pseudonyms of stored responses and batches until they expire, sealed under a key of their tenant.

AES-256-GCM (NIST SP 800-38D) with a random nonce for each row; tenant, id and expiry are bound to what is sealed, so
that a row moved or kept longer by hand does not open. Knows nothing of what the pseudonyms are for.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vestibule.core.errors import NotFound, VestibuleError
from vestibule.privacy.pseudonyms.pseudonyms import Pseudonyms
from vestibule.storage.database import Database

PURPOSE = "pseudonyms"
_NONCE_BYTES = 12


class TenantKeysPort(Protocol):
    async def get(self, tenant: str, purpose: str) -> bytes:
        """The 32 bytes of a tenant's key for one purpose."""
        ...


class VaultUnreadable(VestibuleError):
    """What was kept does not open: the tenant's key is another one, or the row was altered."""

    code = "unavailable"


class Vault:
    def __init__(self, database: Database, keys: TenantKeysPort) -> None:
        self._database = database
        self._keys = keys

    async def keep(self, tenant: str, id_: str, pseudonyms: Pseudonyms, expires_at: datetime) -> None:
        """Keep `pseudonyms` until `expires_at` (aware); what was kept under this id before is replaced."""
        cipher = AESGCM(await self._keys.get(tenant, PURPOSE))
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, msgspec.msgpack.encode(pseudonyms), _binding(tenant, id_, expires_at))
        async with self._database.tenant(tenant) as connection:
            await connection.execute(
                "INSERT INTO pseudonym_vault (tenant, id, sealed, expires_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (tenant, id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at",
                (tenant, id_, sealed, expires_at),
            )

    async def take(self, tenant: str, id_: str) -> Pseudonyms:
        """Return what is kept under `id_`, which stays there.

        Raise `NotFound` if it is not there or has expired, `VaultUnreadable` if it does not open.
        """
        async with self._database.tenant(tenant) as connection:
            cursor = await connection.execute(
                "SELECT sealed, expires_at FROM pseudonym_vault WHERE id = %s AND expires_at > now()", (id_,)
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("The originals for this answer are not kept, or not any longer.", next_step="Ask again.")
        sealed, expires_at = bytes(row[0]), row[1]
        cipher = AESGCM(await self._keys.get(tenant, PURPOSE))
        try:
            opened = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _binding(tenant, id_, expires_at))
        except (InvalidTag, ValueError):
            raise VaultUnreadable(
                "The originals for this answer do not open: the tenant's key was erased or changed, or their row in "
                "pseudonym_vault was altered.",
                next_step="Ask again, or restore tenant_keys and pseudonym_vault from one backup.",
            ) from None
        return msgspec.msgpack.decode(opened, type=Pseudonyms)

    async def expire(self, now: datetime) -> int:
        """Delete what has expired by `now`, of every tenant; return how many rows."""
        async with self._database.owner() as connection:
            return (await connection.execute("DELETE FROM pseudonym_vault WHERE expires_at <= %s", (now,))).rowcount

    async def erase(self, tenant: str) -> int:
        """Delete all that is kept for `tenant`; return how many rows."""
        async with self._database.tenant(tenant) as connection:
            return (await connection.execute("DELETE FROM pseudonym_vault")).rowcount


def _binding(tenant: str, id_: str, expires_at: datetime) -> bytes:
    return f"{tenant}\0{id_}\0{expires_at.astimezone(UTC).isoformat()}".encode()
