"""Kill the child of a provider under concurrent requests; then count: each a whole answer or a clear error."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from vestibule.core.chat import Message, Sampling
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import VestibuleError
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider


@dataclass
class Tally:
    """`errors` counts what the clear errors said, `broken` are endings that are neither, `back_s` is kill to ready."""

    whole: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)


async def storm(provider: LlamaCppProvider, *, kills: int, streams: int, tokens: int = 100) -> Tally:
    """Keep `streams` requests under way, kill the child `kills` times among them, wait for the last to end."""
    tally = Tally()
    over = asyncio.Event()
    asking = [asyncio.create_task(_ask_on(provider, tally, over, tokens)) for _ in range(streams)]
    randomness = random.Random(kills)
    for _ in range(kills):
        await provider.ready()
        await asyncio.sleep(randomness.uniform(0.1, 1.0))
        tally.back_s.append(await _kill(provider))
    over.set()
    await asyncio.gather(*asking)
    return tally


async def _kill(provider: LlamaCppProvider) -> float:
    await provider.ready()
    pid = provider.status.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    killed = time.perf_counter()
    await until(lambda: provider.status.pid not in (pid, None))
    await provider.ready()
    return time.perf_counter() - killed


async def _ask_on(provider: LlamaCppProvider, tally: Tally, over: asyncio.Event, tokens: int) -> None:
    while not over.is_set():
        try:
            chunks = await ask(provider, "What is the set point of AHU-1?", tokens)
        except VestibuleError as error:
            tally.errors[error.message] += 1
            if not (error.message and error.next_step):
                tally.broken.append(f"an error that does not help: {error!r}")
            continue
        problem = _problem(chunks, tokens)
        if problem:
            tally.broken.append(problem)
        else:
            tally.whole += 1


def _problem(chunks: list[Chunk], tokens: int) -> str:
    last = chunks[-1] if chunks else Chunk()
    if last.finish_reason is None or last.usage is None:
        return f"an answer of {len(chunks)} pieces without an end"
    if last.finish_reason == "length" and last.usage.completion_tokens != tokens:
        return f"an answer cut at {last.usage.completion_tokens} of {tokens} tokens"
    return ""


async def ask(provider: LlamaCppProvider, question: str, tokens: int) -> list[Chunk]:
    request = ModelRequest((Message("user", question),), sampling=Sampling(max_tokens=tokens))
    body = provider.encode(request, provider.id)
    cleared = ClearedRequest(body, provider.destination, provider.id, 1, "audit", time.monotonic() + 30)
    return [chunk async for chunk in provider.send(cleared)]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 what is watched is another process
        await asyncio.sleep(0.002)
