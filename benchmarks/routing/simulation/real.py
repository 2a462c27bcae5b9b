"""A real llama.cpp model beside the paced ones: what was predicted of it, and how long it took.

`vestibule-tiny` runs in the product's own child process; some callers ask it by name, each one after the other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import aiohttp
import numpy as np
from benchmarks.routing.simulation.driving import Got, converse
from benchmarks.routing.simulation.house import House
from benchmarks.routing.simulation.questions import ask, context
from benchmarks.routing.simulation.report import Real
from benchmarks.routing.simulation.trace import Turn

MODEL = "vestibule-tiny"
CALLERS, EACH, WARM = 3, 40, 10


def ask_real(house: House, seed: int) -> Real:
    """The first `WARM` answers of each caller are not counted: nothing is measured before them."""
    got = asyncio.run(_ask(house, seed))
    counted = [one for one in got if not one.error]
    return Real(
        MODEL,
        len(counted),
        _p95([one.predicted_first_s for one in counted]),
        _p95([one.first_s for one in counted]) or 0.0,
        _p95([one.predicted_finish_s for one in counted]),
        _p95([one.total_s for one in counted]) or 0.0,
    )


async def _ask(house: House, seed: int) -> list[Got]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as http:
        every = await asyncio.gather(*(_caller(house, http, random.Random(f"{seed}/{n}")) for n in range(CALLERS)))
    return [one for got in every for one in got[WARM:]]


async def _caller(house: House, http: aiohttp.ClientSession, rng: random.Random) -> list[Got]:
    got = []
    for number in range(EACH):
        asked = f"{context(rng, 'lookup', rng.randint(20, 400))}\n{ask(rng, 'lookup', rng.random(), 'internal')}"
        turn = Turn(0, 0, number, "", "lookup", False, "internal", 0.5, asked, 1, 0, 0, True, 0.0)
        body = {"max_tokens": rng.randint(16, 160), "vestibule": {"cache": "bypass"}}
        url = f"{house.product.url}/v1/chat/completions"
        messages: Sequence[dict[str, str]] = [{"role": "user", "content": asked}]
        got.append(
            await converse(
                http,
                url,
                house.key,
                turn,
                {"model": MODEL, "messages": messages, "stream": True} | body,
                0.0,
                known=False,
            )
        )
    return got


def _p95(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return round(float(np.percentile(there, 95)), 4) if there else None
