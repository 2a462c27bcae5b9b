"""What a turn at a model costs, where a slot is free and where ten thousand wait; how equally tenants are served."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import uvloop

from vestibule.core.answer import Delta, Event
from vestibule.core.clearance import INSIDE, Destination
from vestibule.core.errors import QueueFull
from vestibule.routing.admission import Admission, Sharing
from vestibule.telemetry.metrics import Metrics

TURNS = 10_000


@dataclass
class Provider:
    capacity: int | None
    destination: Destination = INSIDE


@dataclass
class Model:
    provider: Provider
    id: str = "m"


async def main() -> None:
    figures = {
        "unlimited_turn_us": await free_turns(None),
        "free_turn_us": await free_turns(2),
        "free_turn_with_deadline_us": await free_turns(2, deadline_s=60.0),
        "refused_turn_us": await refused_turns(),
    }
    for listeners in (0, 1, 10):
        figures[f"answer_shared_by_{listeners}_us"] = await answers(listeners)
    for tenants in (1, 100):
        figures |= await waiting_turns(tenants)
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


async def free_turns(capacity: int | None, deadline_s: float | None = None) -> float:
    """Microseconds of entering and leaving."""
    admission, model = Admission(Metrics(lambda: ["m"])), Model(Provider(capacity))
    deadline = None if deadline_s is None else time.monotonic() + deadline_s
    begun = time.perf_counter()
    for _ in range(TURNS):
        async with admission.turn(model, "a", deadline):
            pass
    return (time.perf_counter() - begun) / TURNS * 1e6


async def refused_turns() -> float:
    """Microseconds until a full queue has said so."""
    admission, model = Admission(Metrics(lambda: ["m"]), room=0), Model(Provider(1))
    async with admission.turn(model, "a"):
        begun = time.perf_counter()
        for _ in range(TURNS):
            try:
                async with admission.turn(model, "a"):
                    raise AssertionError("there was room")
            except QueueFull:
                pass
        return (time.perf_counter() - begun) / TURNS * 1e6


async def answers(listeners: int) -> float:
    """Microseconds of an answer of a hundred events, each after a turn of the loop: as it is made where nobody is to
    share it, else by way of a generation of its own, heard by so many."""

    async def made() -> AsyncGenerator[Event, None]:
        for number in range(100):
            await asyncio.sleep(0)
            yield Delta(str(number))

    async def listen(events: AsyncGenerator[Event, None]) -> None:
        async for _ in events:
            pass

    sharing = Sharing(Metrics())
    begun = time.perf_counter()
    for key in range(TURNS // 100):
        if listeners:
            await asyncio.gather(*(listen(sharing.join(key, made, lambda event: event)) for _ in range(listeners)))
        else:
            await listen(made())
    return (time.perf_counter() - begun) / (TURNS // 100) * 1e6


async def waiting_turns(tenants: int) -> dict[str, float]:
    """Ten thousand wait for two slots, each holds one for a turn of the loop. `unequal_turns` is how many turns more
    than another a tenant had had, at worst."""
    admission, model = Admission(Metrics(lambda: ["m"]), room=TURNS), Model(Provider(2))
    order: list[str] = []

    async def ask(tenant: str) -> None:
        async with admission.turn(model, tenant):
            order.append(tenant)
            await asyncio.sleep(0)

    begun = time.perf_counter()
    await asyncio.gather(*(ask(f"t{number * tenants // TURNS}") for number in range(TURNS)))
    took_s = time.perf_counter() - begun
    had: Counter[str] = Counter()
    worst = 0
    for tenant in order[10:]:
        had[tenant] += 1
        worst = max(worst, had[tenant] - min(had[f"t{n}"] for n in range(tenants)))
    return {f"waiting_turn_of_{tenants}_tenants_us": took_s / TURNS * 1e6, f"unequal_turns_of_{tenants}": worst}


if __name__ == "__main__":
    uvloop.run(main())
