"""A model that says how many it serves at once, and turns of the loop in place of time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from vestibule.core.clearance import INSIDE, Destination


@dataclass
class Provider:
    capacity: int | None = 1
    destination: Destination = INSIDE


@dataclass(frozen=True)
class Model:
    id: str = "m"
    provider: Provider = field(default_factory=Provider)


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now
