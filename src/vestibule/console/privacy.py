"""The Privacy page: what questions hold, what left and why, and a box to try a text in."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vestibule.console.door import Door
from vestibule.console.ports import PrivacyCheck
from vestibule.console.rendering import Pages
from vestibule.console.rights import PRIVACY, TRY_A_TEXT
from vestibule.console.window import window_of
from vestibule.core.sensitivity import Span
from vestibule.monitoring.departures import Departures
from vestibule.monitoring.overview import Overview

EXAMPLE = "Ask Maria Lindqvist (maria.lindqvist@example.com) whether the door code 4711# of the plant room still works."


class Try(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str


class Stretch(msgspec.Struct, frozen=True):
    """A piece of a text: with what was found in it, or as it stands between two finds."""

    text: str
    span: Span | None = None


class PrivacyRoutes:
    def __init__(
        self, door: Door, pages: Pages, overview: Overview, departures: Departures, check: PrivacyCheck
    ) -> None:
        self._door = door
        self._pages = pages
        self._overview = overview
        self._departures = departures
        self._check = check

    async def show(self, request: Request) -> Response:
        caller = await self._door.admitted(request, PRIVACY)
        window = window_of(request, "day")
        traffic = await self._departures.traffic(caller.tenant, window)
        snapshot = await self._overview.snapshot(caller.tenant, window)
        values = {"window": window, "traffic": traffic, "classes": snapshot.classes, "example": EXAMPLE}
        return self._pages.page(request, "privacy.html", caller, **values)

    async def check(self, request: Request) -> Response:
        """Tell what would be found in a text and what of it would leave. Nothing of it is kept."""
        tried = await self._door.posted(request, Try)
        caller = await self._door.admitted(request, TRY_A_TEXT)
        report = await self._check(caller.tenant, tried.text)
        stretches = stretched(tried.text, report.spans)
        return HTMLResponse(self._pages.fragment("privacy/report.html", report=report, stretches=stretches))


def stretched(text: str, spans: tuple[Span, ...]) -> list[Stretch]:
    """Cut a text at its spans; joined again it is the text."""
    stretches: list[Stretch] = []
    at = 0
    for span in sorted(spans, key=lambda s: s.start):
        if span.start > at:
            stretches.append(Stretch(text[at : span.start]))
        stretches.append(Stretch(text[max(span.start, at) : span.end], span))
        at = max(at, span.end)
    if at < len(text):
        stretches.append(Stretch(text[at:]))
    return stretches
