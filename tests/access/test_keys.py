"""Keys on a real PostgreSQL: shown once, found by their digest, gone when revoked."""

from __future__ import annotations

import hashlib
import re

import pytest

from vestibule.access.grant import Grant
from vestibule.access.keys import Keys
from vestibule.core.caller import SCOPES, Caller
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.settings import SettingsError
from vestibule.storage.database import Database


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database)


async def test_a_new_key_is_found_by_its_digest(keys: Keys, tenant: str) -> None:
    issued = await keys.create(tenant, ["feedback", "inference"], "console of the Harbour Office")
    assert re.fullmatch(rf"vst_{issued.key.id}_[0-9A-Za-z]{{40}}", issued.token)
    assert len(issued.key.id) == 8
    found = await keys.find(digest(issued.token))
    assert found == Grant(Caller(tenant, issued.key.id, frozenset({"inference", "feedback"})))


async def test_the_secret_is_kept_nowhere(keys: Keys, database: Database, tenant: str) -> None:
    issued = await keys.create(tenant, ["inference"])
    secret = issued.token.rpartition("_")[2]
    async with database.owner() as connection:
        cursor = await connection.execute("SELECT api_keys::text FROM api_keys WHERE id = %s", (issued.key.id,))
        row = await cursor.fetchone()
    assert row is not None
    assert secret not in row[0]
    assert secret not in repr(issued)
    assert secret not in repr(await keys.list(tenant))


async def test_a_revoked_key_is_not_found_and_stays_listed(keys: Keys, tenant: str) -> None:
    issued = await keys.create(tenant, ["inference"])
    revoked = await keys.revoke(issued.key.id)
    assert revoked.revoked_at is not None
    assert await keys.find(digest(issued.token)) is None
    assert (await keys.revoke(issued.key.id)).revoked_at == revoked.revoked_at
    assert [key.id for key in await keys.list(tenant)] == [issued.key.id]


async def test_listing_covers_one_tenant_or_all(keys: Keys, tenant: str) -> None:
    first = await keys.create(tenant, ["inference"])
    second = await keys.create(tenant, ["audit"])
    other = await keys.create(f"{tenant}-other", ["inference"])
    assert [key.id for key in await keys.list(tenant)] == [first.key.id, second.key.id]
    assert {first.key.id, second.key.id, other.key.id} <= {key.id for key in await keys.list()}


async def test_use_is_noted_to_the_hour(keys: Keys, tenant: str) -> None:
    issued = await keys.create(tenant, ["inference"])
    assert issued.key.last_used_at is None
    await keys.find(digest(issued.token))
    used = (await keys.list(tenant))[0].last_used_at
    assert used is not None
    assert (used.minute, used.second, used.microsecond) == (0, 0, 0)
    await keys.find(digest(issued.token))
    assert (await keys.list(tenant))[0].last_used_at == used


@pytest.mark.parametrize(
    ("tenant_name", "scopes", "name", "param"),
    [
        ("", ["inference"], "", "tenant"),
        ("Harbour Office", ["inference"], "", "tenant"),
        ("-x", ["inference"], "", "tenant"),
        ("x" * 64, ["inference"], "", "tenant"),
        ("harbour", [], "", "scopes"),
        ("harbour", ["inference", "root"], "", "scopes"),
        ("harbour", ["inference"], "two\nlines", "name"),
        ("harbour", ["inference"], "x" * 101, "name"),
    ],
)
async def test_a_bad_order_is_refused_by_name(
    keys: Keys, tenant_name: str, scopes: list[str], name: str, param: str
) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await keys.create(tenant_name, scopes, name)
    assert refusal.value.param == param
    assert refusal.value.next_step


async def test_an_unknown_key_cannot_be_revoked(keys: Keys) -> None:
    with pytest.raises(NotFound, match="keys list"):
        await keys.revoke("nobody")


async def test_the_request_role_sees_no_keys(database: Database, tenant: str) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant(tenant) as connection:
            await connection.execute("SELECT * FROM api_keys")


class TestFirstAdminKey:
    @pytest.fixture(autouse=True)
    async def _no_admin_yet(self, database: Database) -> None:
        async with database.owner() as connection:
            await connection.execute("DELETE FROM api_keys WHERE 'admin' = ANY(scopes)")

    async def test_it_is_made_once(self, keys: Keys) -> None:
        issued = await keys.first_admin_key()
        assert issued is not None
        assert await keys.find(digest(issued.token)) == Grant(Caller("default", issued.key.id, frozenset(SCOPES)))
        assert await keys.first_admin_key() is None

    async def test_a_revoked_one_is_not_replaced_behind_the_operators_back(self, keys: Keys) -> None:
        issued = await keys.first_admin_key()
        assert issued is not None
        await keys.revoke(issued.key.id)
        assert await keys.first_admin_key() is None

    async def test_a_preset_works_and_its_successor_ends_it(self, keys: Keys) -> None:
        assert await keys.first_admin_key("the-first-preset-of-mine") is None
        assert await keys.first_admin_key("the-first-preset-of-mine") is None
        found = await keys.find(digest("the-first-preset-of-mine"))
        assert found is not None
        assert found.caller.scopes == frozenset(SCOPES)
        await keys.first_admin_key("the-second-preset-of-mine")
        assert await keys.find(digest("the-first-preset-of-mine")) is None
        assert await keys.find(digest("the-second-preset-of-mine")) is not None

    async def test_a_revoked_preset_stays_revoked(self, keys: Keys) -> None:
        await keys.first_admin_key("the-first-preset-of-mine")
        (preset,) = [key for key in await keys.list("default") if key.name == "preset admin key"]
        await keys.revoke(preset.id)
        await keys.first_admin_key("the-first-preset-of-mine")
        assert await keys.find(digest("the-first-preset-of-mine")) is None

    @pytest.mark.parametrize("preset", ["", "short", "x" * 19, "with a space in its middle", "x" * 201, "ключ" * 8])
    async def test_a_weak_preset_is_refused(self, keys: Keys, preset: str) -> None:
        with pytest.raises(SettingsError, match="VESTIBULE_ADMIN_KEY") as refusal:
            await keys.first_admin_key(preset)
        assert preset == "" or preset not in str(refusal.value)
