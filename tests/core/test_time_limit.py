"""A limit for one wait after the other: each has its time, a cancellation from outside stays one, one timer for all."""

from __future__ import annotations

import asyncio

import pytest

from vestibule.core.time_limit import TimeLimit


async def test_what_takes_too_long_is_cancelled_and_said_to_have() -> None:
    limit, ended = TimeLimit(), []

    async def wait() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(TimeoutError), limit.within(0.01):
        await wait()
    assert (limit.expired, ended) == (True, ["cancelled"])
    # the task itself goes on as if nothing had been
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0


async def test_each_wait_has_its_own_time_however_long_all_of_them_take() -> None:
    limit = TimeLimit(first_s=0.02)
    for _ in range(20):
        with limit.within(2.0):
            await asyncio.sleep(0.01)
    assert not limit.expired
    with pytest.raises(TimeoutError), limit.within(0.03):
        await asyncio.sleep(30)


async def test_a_shorter_time_holds_after_a_longer_one() -> None:
    limit = TimeLimit()
    with limit.within(1000):
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), limit.within(0.01):
        await asyncio.sleep(30)


async def test_a_cancellation_from_outside_stays_one() -> None:
    limit = TimeLimit()

    async def wait() -> None:
        with limit.within(1000):
            await asyncio.sleep(30)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not limit.expired
    limit.close()


async def test_a_cancellation_from_outside_at_the_same_moment_is_not_lost() -> None:
    limit = TimeLimit()
    late: list[bool] = []

    async def wait() -> None:
        try:
            with limit.within(0.01):
                await asyncio.sleep(30)
        except TimeoutError:
            late.append(True)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0.005, lambda: task.cancel())
    with pytest.raises(asyncio.CancelledError):
        await task
    assert late == []


async def test_nothing_is_cancelled_between_two_waits() -> None:
    limit = TimeLimit(first_s=0.01)
    with limit.within(0.02):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    with limit.within(5):
        await asyncio.sleep(0)
    limit.close()
    assert not limit.expired
