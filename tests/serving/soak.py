"""Reloads and `kill -9` of workers under load, again and again; then count: what was dropped, and what was lost.

No reload may drop anything. A kill may cut off what that worker was at, and lose the records of what it answered last.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import time

from tests.serving.driving import Load, Running, kept, two_workers, verdict

WINDOW_S = 0.1
CONNECTIONS = 24
STREAMS = 50


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with two_workers() as running:
        faults = [*await reloads(running, rounds), *await kills(running, rounds)]
        status, said = await asyncio.to_thread(verdict, running.product.home)
    faults += [f"audit verify: {said[:300]}"] if status else []
    print("\n".join(faults) or "nothing was lost beyond the window")
    sys.exit(1 if faults else 0)


async def reloads(running: Running, rounds: int) -> list[str]:
    await running.until_told("READY=1")
    load = Load(running)
    asking = [asyncio.create_task(load.ask_on()) for _ in range(CONNECTIONS)]
    asking += [asyncio.create_task(load.ask_on("long", stream=True)) for _ in range(STREAMS)]
    for _ in range(rounds):
        await asyncio.sleep(random.uniform(0.5, 2))
        os.kill(running.pid, signal.SIGHUP)
        await running.until_told("READY=1", 300)
    await ended(load, asking)
    found = await kept(running.product.home, {reply.id for reply in load.replies})
    lost = sum(reply.id not in found for reply in load.replies)
    print(f"{rounds} reloads: {len(load.replies)} replies, {len(load.broken)} broken, {len(load.bad)} bad, {lost} lost")
    print(*load.how.items(), sep="\n")
    return (
        [f"a reload dropped: {len(load.broken)}, {load.bad[:1]}, lost {lost}"]
        if load.broken or load.bad or lost
        else []
    )


async def kills(running: Running, rounds: int) -> list[str]:
    faults = []
    for number in range(rounds):
        load = Load(running)
        asking = [asyncio.create_task(load.ask_on()) for _ in range(CONNECTIONS)]
        await asyncio.sleep(random.uniform(1, 3))
        killed_at = time.monotonic()
        os.kill(random.choice(running.workers()), signal.SIGKILL)
        await asyncio.sleep(1)
        await ended(load, asking)
        sure = {reply.id for reply in load.replies if reply.connection not in load.broken}
        found = await kept(running.product.home, sure)
        ages = [killed_at - reply.at for reply in load.replies if reply.id not in found]
        oldest = f", the oldest {max(ages) * 1000:.0f} ms before" if ages else ""
        print(f"kill {number}: {len(load.replies)} replies, {len(load.broken)} broken off, {len(ages)} lost{oldest}")
        if load.bad or max(ages, default=0.0) > WINDOW_S:
            faults.append(f"kill {number}: {len(ages)} lost{oldest}; bad: {load.bad[:1]}")
        while len(running.workers()) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return faults


async def ended(load: Load, asking: list[asyncio.Task[None]]) -> None:
    load.over = True
    await asyncio.gather(*asking)


if __name__ == "__main__":
    asyncio.run(main())
