"""The Overview page, and the stream that keeps it up to date while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.console.door import Door
from vestibule.console.events import EventStream
from vestibule.console.live import changes
from vestibule.console.rendering import Pages, address_of
from vestibule.console.rights import OVERVIEW, PLAYGROUND
from vestibule.console.window import WINDOWS, window_of
from vestibule.core.caller import Caller
from vestibule.monitoring.overview import Overview, Snapshot

PARTS = ("stats", "classes", "series", "latest")


class OverviewRoutes:
    """`tick_s` and `stopping` as `live.changes` has them."""

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
        caller = await self._door.admitted(request, OVERVIEW)
        window = window_of(request, "hour")
        snapshot = await self._overview.snapshot(caller.tenant, window)
        return self._pages.page(
            request,
            "overview.html",
            caller,
            window=window,
            windows=WINDOWS,
            examples=self._examples,
            address=address_of(request),
            **_parts(snapshot, caller),
        )

    async def stream(self, request: Request) -> Response:
        await self._door.admitted(request, OVERVIEW)
        return EventStream(changes(lambda: self._look(request), self._stopping, self._tick_s))

    async def _look(self, request: Request) -> dict[str, str]:
        caller = await self._door.admitted(request, OVERVIEW)
        values = _parts(await self._overview.snapshot(caller.tenant, window_of(request, "hour")), caller)
        return {part: self._pages.fragment(f"overview/{part}.html", **values) for part in PARTS}


def _parts(snapshot: Snapshot, caller: Caller) -> dict[str, object]:
    return {
        "may_ask": not PLAYGROUND.lacks(caller),
        "totals": snapshot.totals,
        "classes": snapshot.classes,
        "latest": snapshot.latest,
        "series": msgspec.json.encode(snapshot.series).decode(),
    }
