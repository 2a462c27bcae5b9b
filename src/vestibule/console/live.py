"""What keeps an open page up to date: a look every so often, and an event for each part that looks different."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from vestibule.console.events import COMMENT, Events, event
from vestibule.core.errors import VestibuleError

QUIET_TICKS = 15
RESTRAINT = 9  # times as long as a look took is waited: an open page costs a tenth of a connection at most


async def changes(look: Callable[[], Awaitable[dict[str, str]]], stopping: Callable[[], bool], tick_s: float) -> Events:
    """Look every `tick_s` seconds and yield only the parts that changed, by their names; end once `stopping` says so.

    `look` must ask each time who is there, so that a revoked key sees nothing more: what it raises ends the stream.
    """
    sent: dict[str, str] = {}
    quiet = 0
    while not stopping():
        begun = time.monotonic()
        try:
            parts = await look()
        except VestibuleError:
            return
        changed = {name: html for name, html in parts.items() if sent.get(name) != html}
        for name, html in changed.items():
            yield event(name, html)
        sent.update(changed)
        quiet = 0 if changed else quiet + 1
        if quiet == QUIET_TICKS:
            quiet = 0
            yield COMMENT
        ticks = math.ceil(RESTRAINT * (time.monotonic() - begun) / tick_s)
        for _ in range(max(ticks, 1)):
            if not stopping():
                await asyncio.sleep(tick_s)
