"""Waiting for pieces: what comes is handed on, what does not come is given up, and the source is always closed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from vestibule.core.errors import DeadlineExceeded, UpstreamFailed
from vestibule.core.generation import Patience
from vestibule.routing.resilience.deadline import Deadline
from vestibule.routing.resilience.patience import Hurried, patiently

LONG = Patience(first_token_s=60, between_tokens_s=60, total_s=60)


class Source:
    """Says three pieces and falls silent before the one of that number."""

    def __init__(self, silent_before: float = math.inf) -> None:
        self._silent_before = silent_before
        self.closed = False

    async def pieces(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(3):
                if number >= self._silent_before:
                    await asyncio.Event().wait()
                yield number
        finally:
            self.closed = True


async def take(pieces: AsyncGenerator[int, None], got: list[int]) -> None:
    async for piece in pieces:
        got.append(piece)


async def test_everything_comes_through() -> None:
    source = Source()
    assert [n async for n in patiently(source.pieces(), LONG, Deadline(), "m")] == [0, 1, 2]
    assert source.closed


@pytest.mark.parametrize(
    ("silent_before", "patience", "says"),
    [
        (0, Patience(first_token_s=0.01, between_tokens_s=60, total_s=60), r"m said nothing for 0\.01 s"),
        (2, Patience(first_token_s=60, between_tokens_s=0.02, total_s=60), r"m said nothing for 0\.02 s"),
        (1, Patience(first_token_s=60, between_tokens_s=60, total_s=0.03), r"m took longer than 0\.03 s"),
    ],
)
async def test_who_is_silent_is_given_up(silent_before: int, patience: Patience, says: str) -> None:
    source, got = Source(silent_before), list[int]()
    with pytest.raises(UpstreamFailed, match=says) as raised:
        await take(patiently(source.pieces(), patience, Deadline(), "m"), got)
    assert got == list(range(silent_before))
    assert raised.value.fault == "silent"
    assert source.closed


async def test_the_callers_time_is_the_callers() -> None:
    source = Source(silent_before=1)
    with pytest.raises(DeadlineExceeded, match="within the time given"):
        async for _ in patiently(source.pieces(), LONG, Deadline(0.02), "m"):
            pass
    assert source.closed


async def test_half_of_the_callers_time_is_for_the_next_model() -> None:
    source = Source(silent_before=0)
    with pytest.raises(Hurried, match=r"m said nothing for 0\.0"):
        await take(patiently(source.pieces(), LONG, Deadline(0.1), "m", alone=False), [])
    assert source.closed
    patient = Patience(first_token_s=0.01, between_tokens_s=60, total_s=60)
    with pytest.raises(UpstreamFailed, match=r"m said nothing for 0\.01 s") as raised:
        await take(patiently(Source(0).pieces(), patient, Deadline(60), "m", alone=False), [])
    assert not isinstance(raised.value, Hurried)


async def test_who_leaves_closes_the_source_at_once() -> None:
    source = Source()
    async with aclosing(patiently(source.pieces(), LONG, Deadline(), "m")) as pieces:
        assert await anext(pieces) == 0
    assert source.closed


async def test_a_cancelled_wait_closes_the_source() -> None:
    source = Source(silent_before=0)

    async def wait() -> None:
        async for _ in patiently(source.pieces(), LONG, Deadline(), "m"):
            pass

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_a_time_out_of_the_source_is_its_own() -> None:
    async def pieces() -> AsyncGenerator[int, None]:
        yield 0
        raise TimeoutError

    with pytest.raises(TimeoutError):
        async for _ in patiently(pieces(), LONG, Deadline(), "m"):
            pass


async def test_sleeping_ends_with_the_deadline() -> None:
    await Deadline().sleep(0.001)
    with pytest.raises(DeadlineExceeded):
        await Deadline(0.01).sleep(60)
    with pytest.raises(DeadlineExceeded):
        await Deadline.of(1.0, 1.5).sleep(0)
