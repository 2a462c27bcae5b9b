"""What is asked on behalf of somebody has the rights they have then, and never more than when they asked for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from vestibule.access.access import Access
from vestibule.access.authenticator import TTL_S
from vestibule.access.delegates import delegation, on_behalf
from vestibule.access.keys import Keys
from vestibule.access.limits import Limiter
from vestibule.access.tenants import Tenants
from vestibule.access.terms import Terms
from vestibule.access.users import Users
from vestibule.core.caller import Caller, Credential
from vestibule.core.errors import RateLimited, Unauthorized
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Limits
from vestibule.storage.database import Database


@pytest.fixture
def access(database: Database) -> Access:
    return on_behalf(database, Limiter(Limits(requests_per_minute=3)))


async def asked(access: Access, caller: Caller) -> Caller:
    return await access.authenticate(Credential(token=delegation(caller)))


async def test_a_key_has_its_own_rights(database: Database, access: Access, tenant: str) -> None:
    terms = Terms(
        expires_at=datetime.now(UTC) + timedelta(days=1),
        models=("m",),
        clearance=PrivacyClass.CONFIDENTIAL,
        networks=("10.0.0.0/8",),
    )
    key = (await Keys(database).create(tenant, ("inference",), terms=terms)).key
    caller = Caller(tenant, key.id, frozenset({"inference"}), PrivacyClass.CONFIDENTIAL, frozenset({"m"}))
    assert await asked(access, caller) == caller
    # what it was narrowed to since holds, and what it was widened to does not show more
    forged = Caller(tenant, key.id, frozenset({"inference", "admin"}), PrivacyClass.RESTRICTED, None)
    assert await asked(access, forged) == caller
    low = Caller(tenant, key.id, frozenset({"inference"}), PrivacyClass.PUBLIC, frozenset({"m"}))
    assert (await asked(access, low)).clearance == PrivacyClass.PUBLIC


async def test_a_key_that_works_no_more(database: Database, access: Access, tenant: str) -> None:
    keys = Keys(database)
    key = (await keys.create(tenant, ("inference",))).key
    caller = Caller(tenant, key.id, frozenset({"inference"}))
    assert await asked(access, caller) == caller
    await keys.revoke(key.id)
    # no key but that of another tenant: its id is worth nothing here
    with pytest.raises(Unauthorized):
        await asked(access, Caller("another", key.id, frozenset({"inference"})))
    # those who were told of no change look again after a few seconds
    await asyncio.sleep(TTL_S)
    for _ in range(30):  # nobody guesses here, however often it is refused
        with pytest.raises(Unauthorized, match="revoked"):
            await asked(access, caller)


async def test_others_until_they_are_shut_out(database: Database, tenant: str) -> None:
    user = await Users(database).create(tenant, "Ada", "viewer")
    limiter = Limiter(Limits())
    anonymous = Caller(tenant, "oidc_0123456789abcdef", frozenset({"inference"}))
    known = Caller(tenant, user.id, frozenset({"inference"}))
    for caller in (anonymous, known, Caller("demo", "demo", frozenset({"inference"}))):
        assert await asked(on_behalf(database, limiter), caller) == caller
    async with database.owner() as connection:
        await connection.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (user.id,))
    with pytest.raises(Unauthorized):
        await asked(on_behalf(database, limiter), known)
    async with database.owner() as connection:
        await connection.execute("UPDATE tenants SET disabled_at = now() WHERE id = %s", (tenant,))
    with pytest.raises(Unauthorized):
        await asked(on_behalf(database, limiter), anonymous)
    assert (await Tenants(database).get(tenant)).disabled_at


async def test_the_limits_are_those_of_everybody(database: Database, access: Access, tenant: str) -> None:
    caller = await asked(access, Caller(tenant, "oidc_0123456789abcdef", frozenset({"inference"})))
    for _ in range(3):
        access.admit(caller, "inference")
    with pytest.raises(RateLimited):
        access.admit(caller, "inference")
