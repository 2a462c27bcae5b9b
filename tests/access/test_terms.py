"""What a key is made for holds: until when, from where, for what; and it ends with its tenant and its user."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from vestibule.access import Access
from vestibule.access.keys import LONGEST_OVERLAP, IssuedKey, Keys, digest_of
from vestibule.access.tenants import Tenants
from vestibule.access.terms import LISTED, Terms
from vestibule.access.users import Users
from vestibule.core.caller import Credential
from vestibule.core.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from vestibule.core.sensitivity import PrivacyClass
from vestibule.storage.database import Database

DAY = timedelta(days=1)


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database)


async def works(keys: Keys, token: str) -> bool:
    return await keys.find(digest_of(token)) is not None


async def set_back(database: Database, issued: IssuedKey, column: str) -> None:
    """Let a moment pass that the test cannot wait for."""
    async with database.owner() as connection:
        await connection.execute(
            f"UPDATE api_keys SET {column} = now() - interval '1 second' WHERE id = %s", [issued.key.id]
        )


class TestTerms:
    async def test_they_are_those_of_the_caller(self, keys: Keys, tenant: str) -> None:
        terms = Terms(
            models=("auto", "qwen"),
            clearance=PrivacyClass.INTERNAL,
            origins=("https://App.example.org:443/", "http://localhost:5173"),
        )
        issued = await keys.create(tenant, ["inference"], terms=terms)
        caller = await Access.over(keys, 60).authenticate(Credential(issued.token))
        assert sorted(caller.models or ()) == ["auto", "qwen"]
        assert caller.clearance is PrivacyClass.INTERNAL
        assert caller.origins == {"https://app.example.org", "http://localhost:5173"}
        assert (await keys.get(issued.key.id)).terms == issued.key.terms
        assert issued.key.prefix == issued.token[: len(issued.key.prefix)]

    async def test_models_and_classes_beyond_them_are_refused_by_name(self, keys: Keys, tenant: str) -> None:
        access = Access.over(keys, 60)
        terms = Terms(models=("qwen", "auto"), clearance=PrivacyClass.CONFIDENTIAL)
        issued = await keys.create(tenant, ["inference"], terms=terms)
        caller = await access.authenticate(Credential(issued.token))
        access.allow_model(caller, "qwen")
        access.allow_level(caller, PrivacyClass.CONFIDENTIAL)
        with pytest.raises(Forbidden, match=r"`gpt`.*may use: `auto`, `qwen`"):
            access.allow_model(caller, "gpt")
        with pytest.raises(Forbidden, match=r"restricted.*up to confidential"):
            access.allow_level(caller, PrivacyClass.RESTRICTED)

    async def test_a_key_without_them_may_all(self, keys: Keys, tenant: str) -> None:
        access = Access.over(keys, 60)
        caller = await access.authenticate(Credential((await keys.create(tenant, ["inference"])).token))
        access.allow_model(caller, "anything")
        access.allow_level(caller, PrivacyClass.RESTRICTED)

    @pytest.mark.parametrize(
        ("peer", "comes_in"),
        [
            ("10.20.1.9", True),
            ("::ffff:10.20.1.9", True),
            ("2001:db8:1::5", True),
            ("10.21.0.1", False),
            ("2001:db9::1", False),
            (None, False),
            ("/run/socket", False),
        ],
    )
    async def test_networks(self, keys: Keys, tenant: str, peer: str | None, comes_in: bool) -> None:
        issued = await keys.create(tenant, ["inference"], terms=Terms(networks=("10.20.0.0/16", "2001:db8::/32")))
        access = Access.over(keys, 60)
        if comes_in:
            assert (await access.authenticate(Credential(issued.token, peer))).tenant == tenant
        else:
            with pytest.raises(Forbidden, match="address"):
                await access.authenticate(Credential(issued.token, peer))

    async def test_a_key_ends_when_it_expires(self, keys: Keys, database: Database, tenant: str) -> None:
        issued = await keys.create(tenant, ["inference"], terms=Terms(expires_at=datetime.now(UTC) + DAY))
        assert await works(keys, issued.token)
        assert issued.key.state == "active"
        await set_back(database, issued, "expires_at")
        assert not await works(keys, issued.token)
        assert (await keys.get(issued.key.id)).state == "expired"

    async def test_a_key_ends_when_it_expires_though_it_was_just_seen(self, keys: Keys, tenant: str) -> None:
        issued = await keys.create(
            tenant, ["inference"], terms=Terms(expires_at=datetime.now(UTC) + timedelta(seconds=0.4))
        )
        access = Access.over(keys, 60)
        assert (await access.authenticate(Credential(issued.token))).tenant == tenant
        while datetime.now(UTC) < (issued.key.terms.expires_at or datetime.now(UTC)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential(issued.token))

    @pytest.mark.parametrize(
        ("terms", "param"),
        [
            (Terms(expires_at=datetime(2020, 1, 1, tzinfo=UTC)), "expires_at"),
            (Terms(expires_at=datetime(2999, 1, 1)), "expires_at"),
            (Terms(models=()), "models"),
            (Terms(models=("",)), "models"),
            (Terms(models=("a\0b",)), "models"),
            (Terms(origins=("*",)), "origins"),
            (Terms(origins=("null",)), "origins"),
            (Terms(origins=("https://a.example/path",)), "origins"),
            (Terms(origins=("https://user@a.example",)), "origins"),
            (Terms(networks=("10.0.0.1/8",)), "networks"),
            (Terms(networks=("here",)), "networks"),
            (Terms(origins=("https://a.example",) * (LISTED + 1)), "origins"),
        ],
    )
    async def test_what_is_wrong_is_named(self, keys: Keys, tenant: str, terms: Terms, param: str) -> None:
        with pytest.raises(InvalidRequest) as refusal:
            await keys.create(tenant, ["inference"], terms=terms)
        assert refusal.value.param == param
        assert refusal.value.next_step
        assert await keys.list(tenant) == []


class TestRotation:
    async def test_both_secrets_work_until_the_overlap_has_passed(
        self, keys: Keys, database: Database, tenant: str
    ) -> None:
        issued = await keys.create(tenant, ["inference", "audit"], "meter reader", Terms(models=("qwen",)))
        rotated = await keys.rotate(issued.key.id, DAY)
        assert rotated.key.id == issued.key.id
        assert rotated.token != issued.token
        old, new = await keys.find(digest_of(issued.token)), await keys.find(digest_of(rotated.token))
        assert old is not None
        assert new is not None
        assert old.caller == new.caller
        assert old.expires_at == rotated.key.previous_until
        assert new.expires_at is None
        await set_back(database, issued, "previous_until")
        assert not await works(keys, issued.token)
        assert await works(keys, rotated.token)

    async def test_without_overlap_the_old_secret_ends_at_once(self, keys: Keys, tenant: str) -> None:
        issued = await keys.create(tenant, ["inference"])
        access = Access.over(keys, 60)
        await access.authenticate(Credential(issued.token))
        rotated = await keys.rotate(issued.key.id, timedelta())
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential(issued.token))
        assert (await access.authenticate(Credential(rotated.token))).tenant == tenant

    async def test_only_the_secret_before_the_last_rotation_overlaps(self, keys: Keys, tenant: str) -> None:
        first = await keys.create(tenant, ["inference"])
        second = await keys.rotate(first.key.id, DAY)
        third = await keys.rotate(first.key.id, DAY)
        assert [await works(keys, issued.token) for issued in (first, second, third)] == [False, True, True]

    async def test_revocation_ends_both(self, keys: Keys, tenant: str) -> None:
        issued = await keys.create(tenant, ["inference"])
        rotated = await keys.rotate(issued.key.id, DAY)
        await keys.revoke(issued.key.id)
        assert [await works(keys, token) for token in (issued.token, rotated.token)] == [False, False]

    async def test_a_key_that_works_no_more_is_not_rotated(self, keys: Keys, database: Database, tenant: str) -> None:
        revoked, expired = [await keys.create(tenant, ["inference"]) for _ in range(2)]
        await keys.revoke(revoked.key.id)
        await set_back(database, expired, "expires_at")
        for issued in (revoked, expired):
            with pytest.raises(InvalidRequest, match="no more"):
                await keys.rotate(issued.key.id, DAY)
        with pytest.raises(NotFound):
            await keys.rotate("nobody's", DAY)
        with pytest.raises(InvalidRequest, match="overlap"):
            await keys.rotate(revoked.key.id, LONGEST_OVERLAP + DAY)


class TestReach:
    async def test_another_tenant_s_key_is_not_there(self, keys: Keys, tenant: str) -> None:
        theirs = await keys.create(f"{tenant}-2", ["inference"])
        for act in (keys.get, keys.revoke):
            with pytest.raises(NotFound):
                await act(theirs.key.id, tenant)
        with pytest.raises(NotFound):
            await keys.rotate(theirs.key.id, DAY, tenant)
        assert await works(keys, theirs.token)

    async def test_an_id_no_database_could_hold_is_not_there(self, keys: Keys, database: Database) -> None:
        with pytest.raises(NotFound):
            await keys.get("a\0b")
        with pytest.raises(NotFound):
            await Users(database).get("a\0b")
        with pytest.raises(NotFound):
            await Tenants(database).get("a\0b")


class TestTenants:
    async def test_a_shut_tenant_waits_with_its_keys(self, keys: Keys, database: Database, tenant: str) -> None:
        issued = await keys.create(tenant, ["inference"])
        tenants = Tenants(database)
        shut = await tenants.change(tenant, disabled=True)
        assert shut.disabled_at is not None
        assert not await works(keys, issued.token)
        assert (await tenants.change(tenant, name="Harbour")).disabled_at == shut.disabled_at
        opened = await tenants.change(tenant, disabled=False)
        assert (opened.disabled_at, opened.name) == (None, "Harbour")
        assert await works(keys, issued.token)

    async def test_they_are_made_once(self, database: Database, tenant: str) -> None:
        tenants = Tenants(database)
        made = await tenants.create(f"{tenant}-new", "New")
        assert made in await tenants.list()
        assert await tenants.get(made.id) == made
        with pytest.raises(InvalidRequest, match="already"):
            await tenants.create(made.id)
        with pytest.raises(InvalidRequest):
            await tenants.create("Not A Name")
        with pytest.raises(NotFound):
            await tenants.change("nobody-here", disabled=True)


class TestUsers:
    async def test_a_key_ends_with_its_user(self, keys: Keys, database: Database, tenant: str) -> None:
        users = Users(database)
        anna = await users.create(tenant, "Anna", "operator")
        issued = await keys.create(tenant, ["inference"], terms=Terms(user=anna.id))
        assert await works(keys, issued.token)
        await users.change(anna.id, disabled=True)
        assert not await works(keys, issued.token)
        await users.change(anna.id, disabled=False, name="Anna B.", role="admin")
        assert await works(keys, issued.token)
        assert [(user.name, user.role) for user in await users.list(tenant)] == [("Anna B.", "admin")]
        await users.remove(anna.id)
        assert not await works(keys, issued.token)
        with pytest.raises(NotFound):
            await users.get(anna.id)

    async def test_a_user_s_key_may_no_more_than_the_role(self, keys: Keys, database: Database, tenant: str) -> None:
        users = Users(database)
        anna = await users.create(tenant, "Anna", "viewer")
        issued = await keys.create(tenant, ["inference", "knowledge", "admin"], terms=Terms(user=anna.id))
        access = Access.over(keys, 60)
        assert (await access.authenticate(Credential(issued.token))).scopes == {"inference"}
        session = await access.open_session(Credential(issued.token))
        assert (await access.authenticate(Credential(session=session))).scopes == {"inference"}
        await users.change(anna.id, role="operator")
        found = await keys.find(digest_of(issued.token))
        assert found is not None
        assert found.caller.scopes == {"inference", "knowledge"}

    async def test_a_key_cannot_be_another_tenant_s_user_s(self, keys: Keys, database: Database, tenant: str) -> None:
        await Tenants(database).create(f"{tenant}-2")
        theirs = await Users(database).create(f"{tenant}-2", "Bo", "viewer")
        with pytest.raises(NotFound, match="user"):
            await keys.create(tenant, ["inference"], terms=Terms(user=theirs.id))

    async def test_what_is_wrong_is_named(self, database: Database, tenant: str) -> None:
        users = Users(database)
        await users.create(tenant, "Anna", "viewer", issuer="https://a", subject="1")
        for wrong, param in (
            (users.create(tenant, "Bo", "emperor"), "role"),
            (users.create(tenant, " ", "viewer"), "name"),
            (users.create(tenant, "B\0", "viewer"), "name"),
            (users.create(tenant, "Bo", "viewer", issuer="https://a"), "subject"),
            (users.create(tenant, "Bo", "viewer", issuer="https://a", subject="a\0"), "subject"),
            (users.create(tenant, "Bo", "viewer", issuer="https://a", subject="1"), "subject"),
        ):
            with pytest.raises(InvalidRequest) as refusal:
                await wrong
            assert refusal.value.param == param
        with pytest.raises(NotFound):
            await users.create("nobody-here", "Bo", "viewer")
