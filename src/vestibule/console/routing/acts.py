"""What is done on the page: trying a question, comparing two versions, rolling back, ending an experiment.

Whoever does something is a person: they say why, and the page is told how things stand then.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from vestibule.console.door import Door
from vestibule.console.rendering import Pages
from vestibule.console.rights import CHANGE_VERSIONS, TRY_A_QUESTION, VERSIONS
from vestibule.console.routing.page import RoutingSources
from vestibule.console.routing.versions import Standing, compared
from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, Message, Options, PrivacyOptions, RouteOptions, TaskKind
from vestibule.routing.catalogue import AUTO

PARTS = ("versions", "experiments")

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Try(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`task` "" where it is to be recognised, `level` "" where the class is as found."""

    question: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    model: str = AUTO
    task: Literal["", TaskKind] = ""
    level: Literal["", "public", "internal", "confidential", "restricted"] = ""

    def request(self) -> ChatRequest:
        return ChatRequest(
            model=self.model,
            messages=(Message("user", self.question),),
            options=Options(privacy=PrivacyOptions(self.level or None), route=RouteOptions(task=self.task or None)),
        )


class Compare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: int
    after: int


class RollBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    reason: Reason


class End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of an experiment; without `arm` all of it."""

    experiment: str
    reason: Reason
    arm: str = ""


class RoutingActs:
    def __init__(self, door: Door, pages: Pages, sources: RoutingSources) -> None:
        self._door = door
        self._pages = pages
        self._sources = sources

    async def try_out(self, request: Request) -> Response:
        """Tell who would answer a question, and why. Nothing is sent or kept."""
        tried = await self._door.posted(request, Try)
        caller = await self._door.admitted(request, TRY_A_QUESTION)
        decided = await self._sources.explain(caller, tried.request())
        return HTMLResponse(self._pages.fragment("routing/decision.html", decided=decided))

    async def compare(self, request: Request) -> Response:
        asked = await self._door.posted(request, Compare)
        await self._door.admitted(request, VERSIONS)
        changes = await compared(self._sources.office, asked.before, asked.after)
        return HTMLResponse(
            self._pages.fragment("routing/difference.html", changes=changes, before=asked.before, after=asked.after)
        )

    async def roll_back(self, request: Request) -> Response:
        asked = await self._door.posted(request, RollBack)
        caller = await self._door.admitted(request, CHANGE_VERSIONS)
        await self._sources.office.rollback(asked.version, author=caller.key_id, reason=asked.reason)
        return await self._standing(caller)

    async def stop(self, request: Request) -> Response:
        asked = await self._door.posted(request, End)
        caller = await self._door.admitted(request, CHANGE_VERSIONS)
        live = await self._sources.configuration()
        await self._sources.experiments.stop(live, asked.experiment, asked.arm, caller.key_id, asked.reason)
        return await self._standing(caller)

    async def promote(self, request: Request) -> Response:
        asked = await self._door.posted(request, End)
        caller = await self._door.admitted(request, CHANGE_VERSIONS)
        await self._sources.promote(asked.experiment, asked.arm, author=caller.key_id, reason=asked.reason)
        return await self._standing(caller)

    async def _standing(self, caller: Caller) -> Response:
        """The parts of the page that may look different now, by their names."""
        live = await self._sources.configuration()
        standing = await Standing.read(self._sources.office)
        reports = await self._sources.experiments.reports(live)
        values = {"caller": caller, "standing": standing, "reports": reports}
        return JSONResponse({part: self._pages.fragment(f"routing/{part}.html", **values) for part in PARTS})
