"""What is taken away stops at once where it is heard of; and while the database is away nobody new comes in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.access.clock import Clock
from vestibule.access import Access, authenticator
from vestibule.access.authenticator import PROBE_S, TTL_S, Authenticator
from vestibule.access.grant import Grant
from vestibule.access.keys import Keys
from vestibule.access.limits import Limiter
from vestibule.access.origins import FRESH_S, Origins
from vestibule.access.tenants import Tenants
from vestibule.access.terms import Terms
from vestibule.access.users import Users
from vestibule.core.caller import Credential
from vestibule.core.errors import Unauthorized, Unavailable
from vestibule.core.settings import Limits
from vestibule.storage.database import Database

OFFLINE_S = 600.0


@pytest.fixture
async def following(database: Database) -> AsyncIterator[Database]:
    """The database of a process that hears of changes."""
    async with database.changes.followed():
        async with asyncio.timeout(30):
            while database.changes.stamp("access", "") is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        yield database


class TestRevocation:
    async def test_it_acts_at_once_in_the_process_that_revokes(self, database: Database, tenant: str) -> None:
        keys = Keys(database)
        access = Access.over(keys, 60)
        issued = await keys.create(tenant, ["inference"])
        await access.authenticate(Credential(issued.token))
        await keys.revoke(issued.key.id)
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential(issued.token))

    async def test_it_acts_in_others_as_soon_as_they_hear(self, following: Database, tenant: str) -> None:
        access = Access.over(Keys(following), 60)
        elsewhere = Keys(following)
        issued = await elsewhere.create(tenant, ["inference"])
        await access.authenticate(Credential(issued.token))
        await elsewhere.revoke(issued.key.id)
        await following.changes.settled()
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential(issued.token))

    async def test_a_shut_tenant_and_a_shut_out_user_are_heard_of_too(self, following: Database, tenant: str) -> None:
        access = Access.over(Keys(following), 60)
        issued = await Keys(following).create(tenant, ["inference"])
        session = await access.open_session(Credential(issued.token))
        await Tenants(following).change(tenant, disabled=True)
        for credential in (Credential(issued.token), Credential(session=session)):
            with pytest.raises(Unauthorized):
                await access.authenticate(credential)

    async def test_using_a_key_disturbs_nobody(self, following: Database, tenant: str) -> None:
        issued = await Keys(following).create(tenant, ["inference"])
        await following.changes.settled()
        before = following.changes.told("access", "")
        access = Access.over(Keys(following), 60)
        await access.authenticate(Credential(issued.token))
        await following.changes.settled()
        assert following.changes.told("access", "") == before
        await Users(following).create(tenant, "Anna", "viewer")
        await Keys(following).create(tenant, ["inference"])
        await following.changes.settled()
        assert following.changes.told("access", "") == before + 1


class Cuttable:
    """The real keys, behind a line that a test can cut or hold up."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.cut = False
        self.held: asyncio.Event | None = None
        self.asked = 0

    async def find(self, digest: bytes) -> Grant | None:
        self.asked += 1
        if self.held:
            await self.held.wait()
        if self.cut:
            raise Unavailable("The database does not answer.", next_step="Run `vestibule doctor`.")
        return await self.keys.find(digest)


class Away:
    def __init__(self, database: Database, clock: Clock, offline_s: float = OFFLINE_S) -> None:
        self.keys = Keys(database)
        self.line = Cuttable(self.keys)
        self.heard = 0
        self.clock = clock
        self.door = Authenticator(
            self.line, offline_s=offline_s, revision=lambda: (not self.line.cut, self.heard), clock=clock
        )

    async def key(self, tenant: str) -> Credential:
        return Credential((await self.keys.create(tenant, ["inference"])).token, "192.0.2.1")


@pytest.fixture
def away(database: Database, clock: Clock) -> Away:
    return Away(database, clock)


class TestWithoutTheDatabase:
    async def test_who_was_seen_works_on_and_nobody_else_comes_in(self, away: Away, tenant: str) -> None:
        seen, unseen = await away.key(tenant), await away.key(tenant)
        await away.door.authenticate(seen)
        away.line.cut = True
        for passed_s in (0.0, TTL_S, 60.0, OFFLINE_S - 70):
            away.clock.now += passed_s
            assert (await away.door.authenticate(seen)).tenant == tenant
            with pytest.raises(Unavailable, match="does not answer"):
                await away.door.authenticate(unseen)
            with pytest.raises(Unavailable):
                await away.door.authenticate(Credential("vst_unknown_key", "192.0.2.1"))
        away.clock.now += 70
        with pytest.raises(Unavailable):
            await away.door.authenticate(seen)

    async def test_it_recovers_by_itself(self, away: Away, tenant: str) -> None:
        seen, unseen = await away.key(tenant), await away.key(tenant)
        await away.door.authenticate(seen)
        away.line.cut = True
        away.clock.now += 10
        await away.door.authenticate(seen)
        assert away.door.away_s == 0.0
        away.line.cut = False
        assert (await away.door.authenticate(unseen)).tenant == tenant
        assert away.door.away_s is None

    async def test_it_recovers_though_only_those_who_were_seen_come(self, away: Away, tenant: str) -> None:
        seen = await away.key(tenant)
        await away.door.authenticate(seen)
        away.line.cut = True
        away.clock.now += 10
        await away.door.authenticate(seen)
        away.line.cut = False
        away.clock.now += PROBE_S
        async with asyncio.timeout(30):
            while away.door.away_s is not None:
                assert (await away.door.authenticate(seen)).tenant == tenant
                await asyncio.sleep(0.001)

    async def test_who_was_seen_does_not_wait_for_a_database_that_hangs(self, away: Away, tenant: str) -> None:
        seen = await away.key(tenant)
        await away.door.authenticate(seen)
        away.line.cut = True
        away.clock.now += 10
        await away.door.authenticate(seen)
        asked = away.line.asked
        away.line.held = asyncio.Event()
        for _ in range(20):
            away.clock.now += PROBE_S
            assert (await away.door.authenticate(seen)).tenant == tenant
        assert away.line.asked - asked <= 1, "one look-up at a time"
        away.line.held.set()

    async def test_a_database_that_hangs_is_one_that_is_away(
        self, away: Away, tenant: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen, unseen = await away.key(tenant), await away.key(tenant)
        await away.door.authenticate(seen)
        monkeypatch.setattr(authenticator, "LOOK_UP_S", 0.01)
        away.line.held = asyncio.Event()
        away.clock.now += TTL_S
        assert (await away.door.authenticate(seen)).tenant == tenant
        with pytest.raises(Unavailable):
            await away.door.authenticate(unseen)

    async def test_the_revoked_do_not_work_on(self, away: Away, tenant: str) -> None:
        ours, theirs = await away.key(tenant), await away.key(tenant)
        for credential in (ours, theirs):
            await away.door.authenticate(credential)
        issued = [key.id for key in await away.keys.list(tenant)]
        await away.keys.revoke(issued[0])
        away.clock.now += TTL_S
        with pytest.raises(Unauthorized):
            await away.door.authenticate(ours)
        await away.door.authenticate(theirs)
        away.line.cut = True
        away.clock.now += TTL_S
        with pytest.raises(Unavailable):
            await away.door.authenticate(ours)
        assert await away.door.authenticate(theirs)
        away.heard += 1  # something was revoked, and nobody can be asked what
        with pytest.raises(Unavailable):
            await away.door.authenticate(theirs)

    async def test_it_can_be_turned_off(self, database: Database, tenant: str, clock: Clock) -> None:
        away = Away(database, clock, offline_s=0.0)
        seen = await away.key(tenant)
        await away.door.authenticate(seen)
        away.line.cut = True
        with pytest.raises(Unavailable):
            await away.door.authenticate(seen)

    async def test_those_who_come_at_once_share_one_look_up(self, away: Away, tenant: str) -> None:
        seen = await away.key(tenant)
        callers = await asyncio.gather(*(away.door.authenticate(seen) for _ in range(50)))
        assert {caller.tenant for caller in callers} == {tenant}
        assert away.line.asked == 1

    async def test_one_who_leaves_takes_no_look_up_with_it(self, away: Away, tenant: str) -> None:
        seen = await away.key(tenant)
        away.line.held = asyncio.Event()
        leaver, stayer = (asyncio.create_task(away.door.authenticate(seen)) for _ in range(2))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        leaver.cancel()
        away.line.held.set()
        assert (await stayer).tenant == tenant
        assert leaver.cancelled()


class TestOrigins:
    async def test_those_known_stay_while_the_database_is_away(
        self, database: Database, tenant: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keys = Keys(database)
        await keys.create(tenant, ["inference"], terms=Terms(origins=("https://stays.example",)))
        origins = Origins(keys, frozenset({"https://fixed.example"}), lambda: 0, clock)
        assert await origins.permits("https://stays.example")

        async def cut() -> frozenset[str]:
            raise Unavailable("The database does not answer.")

        monkeypatch.setattr(keys, "origins", cut)
        clock.now += FRESH_S
        assert await origins.permits("https://stays.example")
        fresh = Origins(keys, frozenset({"https://fixed.example"}), lambda: 0, clock)
        assert [await fresh.permits(name) for name in ("https://stays.example", "https://fixed.example")] == [
            False,
            True,
        ]


async def test_an_answer_goes_on_while_nobody_can_tell_and_stops_when_somebody_can(away: Away, tenant: str) -> None:
    seen = await away.key(tenant)
    access = Access(away.door, Limiter(Limits()))
    await access.authenticate(seen)
    away.line.cut = True
    away.clock.now += OFFLINE_S + 1
    await access.confirm(seen)
    with pytest.raises(Unavailable):
        await access.authenticate(seen)
    away.line.cut = False
    [key] = await away.keys.list(tenant)
    await away.keys.revoke(key.id)
    with pytest.raises(Unauthorized):
        await access.confirm(seen)
