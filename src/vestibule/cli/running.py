"""Runs what a command does, on the event loop that the server has too."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import uvloop


def run(main: Coroutine[object, object, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
