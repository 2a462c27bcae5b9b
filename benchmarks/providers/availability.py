"""How many requests are answered while one of three model servers comes and goes.

`python -m benchmarks.providers.availability [--seconds N]`. The one that `auto` prefers is down for half a second of
every second and a half, each time in another way; the product is asked over HTTP all the while.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack

import aiohttp
from tests.egress.servers.faults import Fault, FaultKind
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.laboratory.asking import Got, ask
from tests.laboratory.product import Running, Site, product
from tests.laboratory.speeches import KNOWN, KnownText

NAMES = ("flapping", "second", "third")
WAYS: tuple[FaultKind, ...] = ("unavailable", "reset", "cut", "error", "malformed", "rate_limited")
PERIOD_S, DOWN_S = 1.5, 0.5
KEY = {"LABORATORY_KEY": "sk-" + "l" * 40}


def flapping(begun: float) -> Callable[[], Fault | None]:
    def deal() -> Fault | None:
        period, within = divmod(time.monotonic() - begun, PERIOD_S)
        return Fault(WAYS[int(period) % len(WAYS)], after=30) if within < DOWN_S else None

    return deal


def measure(seconds: float, askers: int = 8) -> dict[str, object]:
    with ExitStack() as stack:
        servers = [stack.enter_context(RecordingServer(OpenAIChat(), speech=KnownText())) for _ in NAMES]
        providers = [
            {"id": n, "kind": "openai", "url": s.base_url, "keys": ["env:LABORATORY_KEY"]}
            for n, s in zip(NAMES, servers, strict=True)
        ]
        models = [{"id": name, "provider": name, "name": name} for name in NAMES]
        running = stack.enter_context(product(Site(providers, models, backups=(), variables=KEY)))
        servers[0].deal = flapping(time.monotonic())
        got = asyncio.run(_ask_all(running, seconds, askers))
    whole = [g for g in got if g.ending == "whole" and g.text == KNOWN]
    return {
        "requests": len(got),
        "whole": len(whole),
        "availability_percent": round(100 * len(whole) / len(got), 4),
        "answered_by": dict(Counter(g.model for g in whole)),
        "recovered": sum(len(g.attempts) > 1 for g in whole),
        "asked_of_the_flapping_one": len(servers[0].requests),
        "not_whole": [str(g)[:300] for g in got if g not in whole][:20],
    }


async def _ask_all(running: Running, seconds: float, askers: int) -> list[Got]:
    until = time.monotonic() + seconds
    got: list[Got] = []

    async def keep_asking(who: int) -> None:
        count = 0
        while time.monotonic() < until:
            count += 1
            question = f"Hello, how are you? This is {who} for the time {count}."
            stream = count % 2 == 0
            got.append(await ask(session, running.url, "auto", key=running.key, question=question, stream=stream))

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        await asyncio.gather(*(keep_asking(who) for who in range(askers)))
    return got


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    print(json.dumps(measure(parser.parse_args().seconds), indent=1))


if __name__ == "__main__":
    main()
