"""A key of its own for each tenant and purpose, so that erasing the key erases what was made with it.

Keys are random and lie in the database wrapped with AES-256-GCM (NIST SP 800-38D) by a master key that lies in
`HOME/secrets`: neither alone gives a key away. Knows no purpose and no tenant by name.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vestibule.core.errors import Unavailable, VestibuleError
from vestibule.privacy.secret_file import LENGTH, make_secret, read_secret
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

CACHED_S = 1.0  # so long may a process go on with a key that another one has erased
_NONCE_BYTES = 12


class KeyUnreadable(VestibuleError):
    """A tenant's key cannot be unwrapped: its row was damaged, or wrapped by another master key."""

    code = "unavailable"


class _Cached(NamedTuple):
    wrapped: bytes
    key: bytes


class TenantKeys:
    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._path = home / "secrets" / "master.key"
        self._master: AESGCM | None = None
        self._cache: dict[tuple[str, str], _Cached] = {}
        self._checked_at = 0.0
        self._checking = asyncio.Lock()

    async def get(self, tenant: str, purpose: str) -> bytes:
        """The 32 bytes of the key, made if there is none.

        Raise `Unavailable` if the database or the master key is away, `KeyUnreadable` if this key is damaged.
        """
        await self._drop_erased()
        cached = self._cache.get((tenant, purpose))
        if cached:
            return cached.key
        async with self._database.owner() as connection:
            master = await self._unlock(connection)
            wrapped = await _find_or_insert(connection, tenant, purpose, master)
        key = _unwrap(master, wrapped, tenant, purpose)
        self._cache[tenant, purpose] = _Cached(wrapped, key)
        return key

    async def erase(self, tenant: str) -> int:
        """Forget every key of `tenant`; the next use makes a new one. Return how many there were.

        Other processes follow within `CACHED_S`. What a backup of the database still holds needs the master key too.
        """
        async with self._database.owner() as connection:
            erased = await connection.execute("DELETE FROM tenant_keys WHERE tenant = %s", (tenant,))
        for name in [name for name in self._cache if name[0] == tenant]:
            del self._cache[name]
        return erased.rowcount

    async def _drop_erased(self) -> None:
        """Keep of the cache what the database still has. One query for all keys, at most every `CACHED_S`."""
        async with self._checking:
            if time.monotonic() - self._checked_at < CACHED_S:
                return
            names = list(self._cache)
            now = time.monotonic()
            if names:
                async with self._database.owner() as connection:
                    found = await connection.execute(
                        "SELECT tenant, purpose, wrapped FROM tenant_keys WHERE tenant = ANY(%s)",
                        ([tenant for tenant, _ in names],),
                    )
                    there = {(row[0], row[1]): bytes(row[2]) async for row in found}
                for name in names:
                    if name in self._cache and there.get(name) != self._cache[name].wrapped:
                        del self._cache[name]
            self._checked_at = now

    async def _unlock(self, connection: Connection) -> AESGCM:
        if self._master is None:
            secret = await asyncio.to_thread(read_secret, self._path)
            if secret is None:
                await self._check_nothing_is_wrapped(connection)
                secret = await asyncio.to_thread(make_secret, self._path)
            self._master = AESGCM(secret)
        return self._master

    async def _check_nothing_is_wrapped(self, connection: Connection) -> None:
        found = await connection.execute("SELECT 1 FROM tenant_keys LIMIT 1")
        if await found.fetchone():
            raise Unavailable(
                f"The tenants' keys in the database were wrapped by a master key that is not in {self._path}.",
                next_step="Copy that file from the home that made it or from a backup. If it is lost for good, "
                "empty the table tenant_keys: what was made with the old keys is then erased.",
            )


async def _find_or_insert(connection: Connection, tenant: str, purpose: str, master: AESGCM) -> bytes:
    for _ in range(2):
        found = await connection.execute(
            "SELECT wrapped FROM tenant_keys WHERE tenant = %s AND purpose = %s", (tenant, purpose)
        )
        row = await found.fetchone()
        if row:
            return bytes(row[0])
        nonce = secrets.token_bytes(_NONCE_BYTES)
        wrapped = nonce + master.encrypt(nonce, secrets.token_bytes(LENGTH), _context(tenant, purpose))
        made = await connection.execute(
            "INSERT INTO tenant_keys (tenant, purpose, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (tenant, purpose, wrapped),
        )
        if made.rowcount:
            return wrapped
    raise Unavailable("A tenant's key was erased while it was asked for.", next_step="Try again.")


def _unwrap(master: AESGCM, wrapped: bytes, tenant: str, purpose: str) -> bytes:
    try:
        return master.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _context(tenant, purpose))
    except (InvalidTag, ValueError):
        raise KeyUnreadable(
            f"The key `{purpose}` of the tenant {tenant} cannot be unwrapped by the master key of this home.",
            next_step="Put back secrets/master.key or the table tenant_keys from a backup, or erase the tenant's keys.",
        ) from None


def _context(tenant: str, purpose: str) -> bytes:
    """Binds a wrapped key to its row: moved to another it no longer opens."""
    return f"{purpose}\0{tenant}".encode()
