"""The Overview page, and the stream that keeps it up to date while it is open."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from typing import get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.console.door import Door
from vestibule.console.events import COMMENT, Events, EventStream, event
from vestibule.console.rendering import Pages, address_of
from vestibule.core.errors import VestibuleError
from vestibule.monitoring.overview import Overview, Snapshot, Window

PARTS = ("stats", "classes", "series", "latest")
WINDOWS: tuple[Window, ...] = get_args(Window)
QUIET_TICKS = 15
RESTRAINT = 9  # times as long as a look took is waited: an open page costs a tenth of a connection at most


class OverviewRoutes:
    """Looks every `tick_s` seconds and sends only the parts that changed. Ends its streams once `stopping` says so."""

    def __init__(
        self,
        door: Door,
        pages: Pages,
        overview: Overview,
        stopping: Callable[[], bool],
        examples: Sequence[str],
        tick_s: float,
    ) -> None:
        self._door = door
        self._pages = pages
        self._overview = overview
        self._stopping = stopping
        self._examples = examples
        self._tick_s = tick_s

    async def show(self, request: Request) -> Response:
        caller = await self._door.caller(request)
        window = _window(request)
        snapshot = await self._overview.snapshot(caller.tenant, window)
        return self._pages.page(
            request,
            "overview.html",
            caller,
            window=window,
            windows=WINDOWS,
            examples=self._examples,
            address=address_of(request),
            **_parts(snapshot),
        )

    async def stream(self, request: Request) -> Response:
        await self._door.caller(request)
        return EventStream(self._changes(request))

    async def _changes(self, request: Request) -> Events:
        """Asks at every tick who is there, so that a revoked key sees nothing more."""
        sent: dict[str, str] = {}
        quiet = 0
        while not self._stopping():
            begun = time.monotonic()
            try:
                caller = await self._door.caller(request)
                snapshot = await self._overview.snapshot(caller.tenant, _window(request))
            except VestibuleError:
                return
            changed = {name: html for name, html in self._rendered(snapshot).items() if sent.get(name) != html}
            for name, html in changed.items():
                yield event(name, html)
            sent.update(changed)
            quiet = 0 if changed else quiet + 1
            if quiet == QUIET_TICKS:
                quiet = 0
                yield COMMENT
            ticks = math.ceil(RESTRAINT * (time.monotonic() - begun) / self._tick_s)
            for _ in range(max(ticks, 1)):
                if not self._stopping():
                    await asyncio.sleep(self._tick_s)

    def _rendered(self, snapshot: Snapshot) -> dict[str, str]:
        values = _parts(snapshot)
        return {part: self._pages.fragment(f"overview/{part}.html", **values) for part in PARTS}


def _parts(snapshot: Snapshot) -> dict[str, object]:
    return {
        "totals": snapshot.totals,
        "classes": snapshot.classes,
        "latest": snapshot.latest,
        "series": msgspec.json.encode(snapshot.series).decode(),
    }


def _window(request: Request) -> Window:
    wanted = request.query_params.get("window")
    return next((window for window in WINDOWS if window == wanted), "hour")
