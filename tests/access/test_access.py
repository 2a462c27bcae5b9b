"""Who comes in: real keys, the demo's open door, scopes and rates."""

from __future__ import annotations

import pytest

from tests.access.clock import Clock
from vestibule.access import Access
from vestibule.access.authenticator import DEMO_CALLER, REMEMBERED, TTL_S, Authenticator
from vestibule.access.grant import Grant, is_loopback
from vestibule.access.keys import Keys
from vestibule.access.limits import Limiter
from vestibule.core.caller import Caller, Credential
from vestibule.core.errors import Forbidden, RateLimited, Unauthorized
from vestibule.core.settings import Allowance, Limits
from vestibule.storage.database import Database


class TestServe:
    async def test_a_key_is_its_tenant(self, database: Database, tenant: str) -> None:
        issued = await Keys(database).create(tenant, ["inference"])
        access = Access.over(Keys(database), 60)
        caller = await access.authenticate(Credential(issued.token, "203.0.113.9"))
        assert caller == Caller(tenant, issued.key.id, frozenset({"inference"}))

    @pytest.mark.parametrize("token", [None, "", "vst_abcdefgh_" + "x" * 40, "sk-anything", "ключ", "x" * 100_000])
    @pytest.mark.parametrize("peer", ["127.0.0.1", None])
    async def test_nobody_comes_in_without_a_key_of_ours(
        self, database: Database, token: str | None, peer: str | None
    ) -> None:
        with pytest.raises(Unauthorized) as refusal:
            await Access.over(Keys(database), 60).authenticate(Credential(token, peer))
        assert refusal.value.next_step

    async def test_revocation_acts_within_the_ttl(self, database: Database, tenant: str, clock: Clock) -> None:
        keys = Keys(database)
        issued = await keys.create(tenant, ["inference"])
        authenticator = Authenticator(keys, clock=clock)
        credential = Credential(issued.token, "127.0.0.1")
        await authenticator.authenticate(credential)
        await keys.revoke(issued.key.id)
        clock.now += TTL_S
        with pytest.raises(Unauthorized, match="revoked"):
            await authenticator.authenticate(credential)
        assert TTL_S <= 5

    async def test_a_busy_key_is_looked_up_once(self, database: Database, tenant: str, clock: Clock) -> None:
        issued = await Keys(database).create(tenant, ["inference"])
        counted = _Counting(Keys(database))
        authenticator = Authenticator(counted, clock=clock)
        for _ in range(50):
            await authenticator.authenticate(Credential(issued.token))
        assert counted.lookups == 1

    async def test_the_memory_is_bounded(self, clock: Clock) -> None:
        authenticator = Authenticator(_Anyone(), clock=clock)
        for number in range(REMEMBERED + 100):
            await authenticator.authenticate(Credential(f"key {number}"))
        assert len(authenticator._entries) == REMEMBERED


class TestDemo:
    @pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
    @pytest.mark.parametrize("token", [None, "sk-anything"])
    async def test_this_machine_needs_no_key(self, database: Database, peer: str, token: str | None) -> None:
        access = Access.over(Keys(database), 60, open_to_loopback=True)
        caller = await access.authenticate(Credential(token, peer))
        assert caller == DEMO_CALLER
        assert caller.tenant == "demo"
        assert caller.scopes == {"inference", "knowledge", "feedback"}

    @pytest.mark.parametrize("peer", ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "localhost", "", None])
    async def test_others_need_one(self, database: Database, tenant: str, peer: str | None) -> None:
        issued = await Keys(database).create(tenant, ["inference"])
        access = Access.over(Keys(database), 60, open_to_loopback=True)
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential("sk-anything", peer))
        assert (await access.authenticate(Credential(issued.token, peer))).tenant == tenant
        assert not is_loopback(peer)


class TestAdmit:
    def access(self, per_minute: int = 3) -> Access:
        return Access(Authenticator(_Anyone()), Limiter(Limits(requests_per_minute=per_minute)))

    def test_scope(self) -> None:
        caller = Caller("harbour", "k", frozenset({"inference"}))
        self.access().admit(caller, "inference")
        with pytest.raises(Forbidden, match="`admin`"):
            self.access().admit(caller, "admin")

    def test_rate_is_per_key(self) -> None:
        access = self.access()
        caller = Caller("harbour", "k", frozenset({"inference"}))
        for _ in range(3):
            access.admit(caller, "inference")
        with pytest.raises(RateLimited) as refusal:
            access.admit(caller, "inference")
        assert 55 <= refusal.value.retry_after_s <= 65
        access.admit(Caller("harbour", "another", frozenset({"inference"})), "inference")

    async def test_who_lacks_the_scope_keeps_no_place(self) -> None:
        access = Access(Authenticator(_Anyone()), Limiter(Limits(each_key=Allowance(concurrency=1))))
        caller = Caller("harbour", "k", frozenset({"inference"}))
        with pytest.raises(Forbidden):
            await access.reserve(caller, "admin")
        reservation = await access.reserve(caller, "inference")
        with pytest.raises(RateLimited, match="1 requests at once"):
            await access.reserve(caller, "inference")
        reservation.close()
        (await access.reserve(caller, "inference")).close()


class _Anyone:
    async def find(self, digest: bytes) -> Grant | None:
        return Grant(Caller("harbour", digest.hex()))


class _Counting:
    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.lookups = 0

    async def find(self, digest: bytes) -> Grant | None:
        self.lookups += 1
        return await self._keys.find(digest)
