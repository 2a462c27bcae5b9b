"""What the privacy room itself keeps of a tenant, as something that can be forgotten: keys, and sealed pseudonyms."""

from __future__ import annotations

from vestibule.core.forgetting import to_forget
from vestibule.core.ports import Subject
from vestibule.privacy.pseudonyms.vault import Vault
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.storage.database import Database


class KeyErasure:
    """With its keys gone, a tenant's digests in the audit trail lead to nothing and what is sealed stays sealed. The
    trail itself is still provable."""

    name = "keys of audit digests and sealed data"

    def __init__(self, database: Database, keys: TenantKeys) -> None:
        self._database = database
        self._keys = keys

    async def count(self, subject: Subject) -> int:
        if subject.person:
            return 0
        async with self._database.owner() as connection:
            cursor = await connection.execute("SELECT count(*) FROM tenant_keys WHERE tenant = %s", [subject.tenant])
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def erase(self, subject: Subject) -> int:
        return 0 if subject.person else await self._keys.erase(subject.tenant)


class VaultErasure:
    name = "sealed pseudonyms"

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def count(self, subject: Subject) -> int:
        return len(await self._of(subject))

    async def erase(self, subject: Subject) -> int:
        names = await self._of(subject)
        async with self._database.tenant(subject.tenant) as connection:
            await connection.execute("DELETE FROM pseudonym_vault WHERE id = ANY(%s)", [names])
        return len(names)

    async def _of(self, subject: Subject) -> list[str]:
        """Every one of the tenant; for a person those that hold their name, which takes opening each."""
        async with self._database.tenant(subject.tenant) as connection:
            cursor = await connection.execute("SELECT id FROM pseudonym_vault")
            names = [str(row[0]) for row in await cursor.fetchall()]

        async def holds(name: str) -> bool:
            pseudonyms = await self._vault.take(subject.tenant, name)
            return subject.is_named_in(*pseudonyms.originals.values())

        return await to_forget(subject, names, holds)
