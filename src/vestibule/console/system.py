"""The System page: which models answer, where they run, how they are; memory, API keys, the parts of the house."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from vestibule.console.door import Door
from vestibule.console.events import EventStream
from vestibule.console.live import changes
from vestibule.console.ports import System
from vestibule.console.rendering import Pages
from vestibule.console.rights import SYSTEM
from vestibule.monitoring.status import SystemStatus

PARTS = ("stats", "models", "memory", "keys", "parts")


class SystemRoutes:
    """Shows of the models those that the caller may name. `tick_s` and `stopping` as `live.changes` has them."""

    def __init__(self, door: Door, pages: Pages, system: System, stopping: Callable[[], bool], tick_s: float) -> None:
        self._door = door
        self._pages = pages
        self._system = system
        self._stopping = stopping
        self._tick_s = tick_s

    async def show(self, request: Request) -> Response:
        caller = await self._door.admitted(request, SYSTEM)
        return self._pages.page(request, "system.html", caller, status=await self._status(request))

    async def stream(self, request: Request) -> Response:
        await self._door.admitted(request, SYSTEM)
        return EventStream(changes(lambda: self._look(request), self._stopping, self._tick_s))

    async def _look(self, request: Request) -> dict[str, str]:
        status = await self._status(request)
        return {part: self._pages.fragment(f"system/{part}.html", status=status) for part in PARTS}

    async def _status(self, request: Request) -> SystemStatus:
        caller = await self._door.admitted(request, SYSTEM)
        status = await self._system()
        return replace(status, models=tuple(model for model in status.models if caller.may_name(model.id)))
