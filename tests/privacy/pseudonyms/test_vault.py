"""The vault on a real PostgreSQL: sealed, apart by tenant, gone when expired, and loud when tampered with."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from vestibule.core.errors import NotFound
from vestibule.privacy.pseudonyms import Pseudonyms
from vestibule.privacy.pseudonyms.vault import Vault, VaultUnreadable
from vestibule.storage.database import Database

PSEUDONYMS = Pseudonyms(
    {"PERSON_1": "Anna Berg", "PERSON_1_LAST": "Berg"}, {"NAME_1": "mail_Anna"}, own=frozenset({"x"})
)


class Keys:
    """A key for each tenant and purpose, as long as the object lives."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], bytes] = {}

    async def get(self, tenant: str, purpose: str) -> bytes:
        return self._keys.setdefault((tenant, purpose), secrets.token_bytes(32))


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


async def test_what_is_kept_comes_back_and_stays(database: Database, tenant: str) -> None:
    vault = Vault(database, Keys())
    await vault.keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    for _ in range(2):
        taken = await vault.take(tenant, "resp_1")
        assert taken == PSEUDONYMS
    assert taken.restore("⟦PERSON_1⟧") == "Anna Berg"


async def test_keeping_again_replaces(database: Database, tenant: str) -> None:
    vault = Vault(database, Keys())
    await vault.keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    await vault.keep(tenant, "resp_1", Pseudonyms({"ROOM_1": "Lab 3"}), in_an_hour())
    assert (await vault.take(tenant, "resp_1")).originals == {"ROOM_1": "Lab 3"}


async def test_the_database_holds_no_original(database: Database, tenant: str) -> None:
    await Vault(database, Keys()).keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    async with database.owner() as connection:
        cursor = await connection.execute("SELECT sealed FROM pseudonym_vault WHERE tenant = %s", (tenant,))
        row = await cursor.fetchone()
    assert row is not None
    assert b"Berg" not in bytes(row[0])
    assert b"PERSON" not in bytes(row[0])


async def test_another_tenant_sees_nothing_of_it(database: Database, tenant: str) -> None:
    vault = Vault(database, Keys())
    await vault.keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    with pytest.raises(NotFound):
        await vault.take(f"{tenant}-other", "resp_1")
    assert await vault.erase(f"{tenant}-other") == 0
    assert await vault.take(tenant, "resp_1") == PSEUDONYMS


async def test_a_row_given_to_another_tenant_by_hand_does_not_open(database: Database, tenant: str) -> None:
    class OneKey:
        async def get(self, tenant: str, purpose: str) -> bytes:
            return b"k" * 32

    vault = Vault(database, OneKey())
    await vault.keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    async with database.owner() as connection:
        await connection.execute(
            "UPDATE pseudonym_vault SET tenant = %s WHERE tenant = %s", (f"{tenant}-thief", tenant)
        )
    with pytest.raises(VaultUnreadable, match="altered"):
        await vault.take(f"{tenant}-thief", "resp_1")


@pytest.mark.parametrize(
    "change",
    [
        "sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)",
        "sealed = substr(sealed, 1, 5)",
        "id = 'resp_2'",
        "expires_at = expires_at + interval '1 year'",
    ],
)
async def test_an_altered_row_is_a_clear_error(database: Database, tenant: str, change: str) -> None:
    vault = Vault(database, Keys())
    await vault.keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    async with database.owner() as connection:
        await connection.execute(f"UPDATE pseudonym_vault SET {change} WHERE tenant = %s", (tenant,))
    with pytest.raises(VaultUnreadable, match="altered"):
        await vault.take(tenant, "resp_2" if change.startswith("id") else "resp_1")


async def test_another_key_is_a_clear_error(database: Database, tenant: str) -> None:
    await Vault(database, Keys()).keep(tenant, "resp_1", PSEUDONYMS, in_an_hour())
    with pytest.raises(VaultUnreadable, match="key was erased or changed"):
        await Vault(database, Keys()).take(tenant, "resp_1")


async def test_what_expired_is_not_given_out_and_then_deleted(database: Database, tenant: str) -> None:
    vault = Vault(database, Keys())
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    await vault.keep(tenant, "old", PSEUDONYMS, long_ago + timedelta(days=1))
    await vault.keep(tenant, "new", PSEUDONYMS, in_an_hour())
    with pytest.raises(NotFound):
        await vault.take(tenant, "old")
    assert await vault.expire(long_ago) == 0
    assert await vault.expire(long_ago + timedelta(days=1)) == 1
    assert await vault.erase(tenant) == 1
    with pytest.raises(NotFound):
        await vault.take(tenant, "new")
