"""The page itself: figures of a window, the models with what they cost and how fast they are, versions, experiments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.configuration.office import Office
from vestibule.configuration.version import laid_over
from vestibule.console.door import Door
from vestibule.console.ports import Explain, Promote, System
from vestibule.console.rendering import Pages
from vestibule.console.rights import ROUTING, VERSIONS
from vestibule.console.routing.versions import Standing
from vestibule.console.window import since, window_of
from vestibule.core.caller import Caller
from vestibule.core.chat import TaskKind
from vestibule.core.configuration import Configuration
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import Environment, Prices
from vestibule.monitoring.overview import Overview
from vestibule.monitoring.routing import ModelTraffic, Outward, RoutingLog, Went
from vestibule.monitoring.savings import SavingsLog
from vestibule.monitoring.status import ModelStatus
from vestibule.routing.cost import Costs
from vestibule.routing.experiments import Experiments
from vestibule.routing.tasks import rule

TASKS: tuple[TaskKind, ...] = get_args(TaskKind)
EXAMPLE = "Compare two ways to shift the cooling load of an office out of the afternoon peak."


@dataclass(frozen=True)
class RoutingSources:
    """What the page tells of and works on. `log`, `savings` and the overview are of one tenant, the rest is of the
    house."""

    log: RoutingLog
    savings: SavingsLog
    office: Office
    environment: Environment
    experiments: Experiments
    promote: Promote
    explain: Explain
    costs: Callable[[Configuration], Costs]

    async def configuration(self) -> Configuration:
        """The live version, as it holds in this environment."""
        number, document = await self.office.live()
        return Configuration(number, laid_over(document, self.environment))


class ShownModel(msgspec.Struct, frozen=True):
    """A model that can be asked, what it answered in the window (None: nothing), and what it takes: `prices` of a
    million tokens outside, None where they are not known, `watts` at home."""

    status: ModelStatus
    went: ModelTraffic | None
    prices: Prices | None
    watts: float | None


class Allowed(msgspec.Struct, frozen=True):
    """What may leave of the last `window` requests, and what did."""

    outward: Outward
    target: float
    window: int

    @property
    def left_to_go(self) -> int:
        return max(int(self.target * min(self.outward.counted, self.window) + 1e-9) - self.outward.left, 0)


class RoutingPage:
    def __init__(self, door: Door, pages: Pages, overview: Overview, system: System, sources: RoutingSources) -> None:
        self._door = door
        self._pages = pages
        self._overview = overview
        self._system = system
        self._sources = sources

    async def show(self, request: Request) -> Response:
        caller = await self._door.admitted(request, ROUTING)
        window = window_of(request, "day")
        snapshot, went, saved, status, configuration = await asyncio.gather(
            self._overview.snapshot(caller.tenant, window),
            self._sources.log.went(caller.tenant, window),
            self._sources.savings.since(since(window), caller.tenant),
            self._system(),
            self._sources.configuration(),
        )
        values: dict[str, object] = {
            "window": window,
            "totals": snapshot.totals,
            "series": msgspec.json.encode(snapshot.series).decode(),
            "went": went,
            "saved": saved,
            "models": self._models(caller, configuration, status.models, went),
            "tasks": TASKS,
            "levels": [level.label for level in PrivacyClass],
            "example": EXAMPLE,
        }
        return self._pages.page(
            request, "routing.html", caller, **values, **await self._of_house(caller, configuration)
        )

    async def _of_house(self, caller: Caller, configuration: Configuration) -> Mapping[str, object]:
        """What is the same for everybody in it, and not shown to who is of one tenant only."""
        if VERSIONS.lacks(caller):
            return {"allowed": None, "standing": None, "reports": ()}
        sources, routes = self._sources, configuration.document.routes
        outward, standing, reports = await asyncio.gather(
            sources.log.outward(routes.window, [kind for kind in TASKS if rule(routes, kind).exempt]),
            Standing.read(sources.office),
            sources.experiments.reports(configuration),
        )
        return {
            "allowed": Allowed(outward, routes.cloud_share, routes.window),
            "standing": standing,
            "reports": reports,
        }

    def _models(
        self, caller: Caller, configuration: Configuration, statuses: tuple[ModelStatus, ...], went: Went
    ) -> list[ShownModel]:
        """Those that the caller may name; what answered in the window and is there no more is left out."""
        answered = {(model.model, model.location): model for model in went.models}
        costs = self._sources.costs(configuration)
        today = datetime.now(UTC).date()
        return [
            ShownModel(
                status,
                answered.get((status.id, status.location)),
                costs.prices.on(status.id, today) if status.location == "cloud" else None,
                costs.energy.watts.get(status.id, costs.energy.watts_otherwise) if status.location == "home" else None,
            )
            for status in statuses
            if not status.vectors and caller.may_name(status.id)
        ]
