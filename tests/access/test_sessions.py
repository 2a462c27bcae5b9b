"""Sessions are in the database: known to every worker, ended by time, by people, and with what opened them."""

from __future__ import annotations

import pytest

from vestibule.access import Access
from vestibule.access.keys import Keys, digest_of
from vestibule.access.sessions import IDLE, KEPT, LIFETIME, Sessions
from vestibule.access.terms import Terms
from vestibule.core.caller import Credential
from vestibule.core.errors import Forbidden, Unauthorized
from vestibule.storage.database import Database


class House:
    """Two workers of one house, and a key."""

    def __init__(self, database: Database, tenant: str) -> None:
        self.database, self.tenant = database, tenant
        self.keys = Keys(database)
        self.access, self.other = Access.over(self.keys, 60), Access.over(Keys(database), 60)

    async def signed_in(self, **terms: object) -> tuple[str, str]:
        """Return the id of a new key and the session that was opened with it."""
        issued = await self.keys.create(self.tenant, ["inference", "audit"], terms=Terms(**terms))  # type: ignore[arg-type]
        return issued.key.id, await self.access.open_session(Credential(issued.token, "10.0.0.1"))

    async def is_in(self, session: str, access: Access | None = None) -> bool:
        try:
            caller = await (access or self.access).authenticate(Credential(peer="10.0.0.1", session=session))
        except Unauthorized:
            return False
        return caller.tenant == self.tenant

    async def age(self, column: str, value: str) -> None:
        async with self.database.owner() as connection:
            await connection.execute(f"UPDATE console_sessions SET {column} = {value} WHERE tenant = %s", [self.tenant])

    async def stored(self) -> int:
        async with self.database.owner() as connection:
            row = await (
                await connection.execute("SELECT count(*) FROM console_sessions WHERE tenant = %s", [self.tenant])
            ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def house(database: Database, tenant: str) -> House:
    return House(database, tenant)


async def test_every_worker_knows_it_and_no_table_does(house: House, database: Database) -> None:
    key_id, session = await house.signed_in()
    caller = await house.other.authenticate(Credential(session=session))
    assert (caller.tenant, caller.key_id) == (house.tenant, key_id)
    assert caller.scopes == {"inference", "audit"}
    async with database.owner() as connection:
        rows = await (await connection.execute("SELECT s::text FROM console_sessions s")).fetchall()
    assert session not in str(rows)


async def test_a_session_s_name_is_no_key_and_a_key_no_session(house: House) -> None:
    issued = await house.keys.create(house.tenant, ["inference"])
    session = await house.access.open_session(Credential(issued.token))
    assert await house.is_in(session)
    with pytest.raises(Unauthorized):
        await house.access.authenticate(Credential(session))
    assert not await house.is_in(issued.token)


async def test_signing_out_ends_it_for_every_worker(house: House) -> None:
    _, session = await house.signed_in()
    assert await house.is_in(session)
    await house.access.close_session(session)
    assert not await house.is_in(session)
    assert not await house.is_in(session, house.other)


async def test_signing_out_everywhere_ends_ones_own_only(house: House) -> None:
    key_id, session = await house.signed_in()
    _, others = await house.signed_in()
    caller = await house.access.authenticate(Credential(session=session))
    second = await Sessions(house.database).open(caller)
    await house.other.close_sessions(caller)
    assert [await house.is_in(name) for name in (second, others)] == [False, True]
    assert caller.key_id == key_id


async def test_it_ends_when_idle(house: House) -> None:
    _, session = await house.signed_in()
    await house.age("seen_at", f"now() - interval '{IDLE.total_seconds() - 60} s'")
    assert await house.is_in(session, house.other), "and being used it is seen"
    _, idle = await house.signed_in()
    await house.age("seen_at", f"now() - interval '{IDLE.total_seconds() + 1} s'")
    assert not await house.is_in(idle)


async def test_it_ends_in_any_case(house: House) -> None:
    _, session = await house.signed_in()
    await house.age("expires_at", f"created_at + interval '{LIFETIME.total_seconds()} s' - interval '12 h'")
    assert not await house.is_in(session)


async def test_it_ends_with_its_key(house: House) -> None:
    key_id, session = await house.signed_in()
    assert await house.is_in(session)
    await house.keys.revoke(key_id)
    assert not await house.is_in(session)


async def test_it_is_good_where_its_key_is(house: House) -> None:
    _, session = await house.signed_in(networks=("10.0.0.0/8",))
    assert await house.is_in(session)
    with pytest.raises(Forbidden):
        await house.access.authenticate(Credential(peer="192.0.2.1", session=session))


async def test_what_ended_is_swept_and_the_oldest_give_way(house: House) -> None:
    issued = await house.keys.create(house.tenant, ["inference"])
    credential = Credential(issued.token)
    first = await house.access.open_session(credential)
    for _ in range(KEPT):
        await house.access.open_session(credential)
    assert await house.stored() == KEPT
    assert await Sessions(house.database).find(digest_of(first)) is None
    await house.age("expires_at", "now()")
    await house.access.open_session(credential)
    assert await house.stored() == 1


async def test_the_form_key_is_one(house: House) -> None:
    key = await house.access.form_key()
    assert key is not None
    assert len(key) == 32
    assert await house.other.form_key() == key
