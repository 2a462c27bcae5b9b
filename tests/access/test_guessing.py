"""Who tries keys is slowed down; who has one never is."""

from __future__ import annotations

import pytest

from tests.access.clock import Clock
from vestibule.access import Access
from vestibule.access.guessing import REMEMBERED, Guessing
from vestibule.access.keys import Keys
from vestibule.core.caller import Credential
from vestibule.core.errors import RateLimited, Unauthorized
from vestibule.core.settings import AccessSettings
from vestibule.storage.database import Database


async def test_too_many_unknown_keys_are_limited_and_good_ones_behind_the_same_address_never(
    database: Database, tenant: str
) -> None:
    keys = Keys(database)
    issued = await keys.create(tenant, ["inference"])
    access = Access.over(keys, 60, settings=AccessSettings(failures_per_minute=3))
    for number in range(3):
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential(f"vst_guess_{number}", "192.0.2.7"))
    for number in range(5):
        with pytest.raises(RateLimited) as refusal:
            await access.authenticate(Credential(f"vst_guess_{number}", "192.0.2.7"))
        assert 0 < refusal.value.retry_after_s <= 60
        assert (await access.authenticate(Credential(issued.token, "192.0.2.7"))).tenant == tenant
    fresh = await keys.create(tenant, ["inference"])
    assert (await access.authenticate(Credential(fresh.token, "192.0.2.7"))).tenant == tenant
    with pytest.raises(Unauthorized):
        await access.authenticate(Credential("vst_guess", "192.0.2.8"))


async def test_an_old_session_s_name_is_no_guess(database: Database) -> None:
    access = Access.over(Keys(database), 60, settings=AccessSettings(failures_per_minute=1))
    for _ in range(5):
        with pytest.raises(Unauthorized):
            await access.authenticate(Credential(peer="192.0.2.7", session="ended"))


def test_it_refills(clock: Clock) -> None:
    guessing = Guessing(2, clock)
    for _ in range(2):
        guessing.failed("192.0.2.7")
    with pytest.raises(RateLimited):
        guessing.failed("192.0.2.7")
    clock.now += 31
    guessing.failed("192.0.2.7")
    with pytest.raises(RateLimited):
        guessing.failed("192.0.2.7")


def test_a_guesser_with_a_whole_network_is_one(clock: Clock) -> None:
    guessing = Guessing(2, clock)
    guessing.failed("2001:db8::1")
    guessing.failed("2001:db8::2")
    with pytest.raises(RateLimited):
        guessing.failed("2001:db8::ffff:3")
    guessing.failed("2001:db8:0:1::1")


def test_the_memory_is_bounded(clock: Clock) -> None:
    guessing = Guessing(2, clock)
    for number in range(REMEMBERED + 50):
        guessing.failed(f"2001:db8:{number % 65536:x}:{number // 65536:x}::1")
    assert len(guessing._buckets) == REMEMBERED
