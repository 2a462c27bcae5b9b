"""Experiments as the house runs them: who takes part with which arm, what came of it, and what was stopped for it.

A request is only looked up in memory. Knows the models that are there, and not how any of them is chosen or asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import psycopg
import structlog

from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest
from vestibule.core.configuration import Configuration, Experiment, TaskKind, TaskRule
from vestibule.core.errors import NotFound, VestibuleError
from vestibule.routing.catalogue import AUTO, Catalogue, Model
from vestibule.routing.experiments.assignment import Assignment, Stop, assign, edition
from vestibule.routing.experiments.overlay import applied
from vestibule.routing.experiments.promotion import found
from vestibule.routing.experiments.results import Results
from vestibule.routing.experiments.stops import Stops
from vestibule.routing.experiments.verdicts import ExperimentReport, harmful, report
from vestibule.storage.database import Database

JUDGED_EVERY_S = 2.0
OF_THE_TIME = 20
"""Judging takes at most every so manieth second: where it is slow it is seldom."""
HOUSE = "vestibule"

log = structlog.get_logger(__name__)


class Experiments:
    """`read_task` tells what kind of work a request is."""

    def __init__(
        self, database: Database, catalogue: Catalogue, read_task: Callable[[ChatRequest], TaskKind | None]
    ) -> None:
        self._catalogue = catalogue
        self._read_task = read_task
        self._stops = Stops(database)
        self._results = Results(database)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Know what is stopped, from now on and at once."""
        async with self._stops.followed():
            yield

    def enter(
        self, configuration: Configuration, request: ChatRequest, caller: Caller, request_id: str
    ) -> tuple[ChatRequest, tuple[Assignment, ...]]:
        """The request as its arms and the rule of its task have it, and the arms. Where an arm cannot be had as it is
        said, its experiment goes on without this request."""
        document = configuration.document
        rules = document.routes.tasks
        ruled = any(rule.prompt or rule.adapters for rule in rules.values())
        if not (ruled or document.experiments):
            return request, ()
        task = self._read_task(request) if ruled or any(e.tasks for e in document.experiments) else None
        drawn = assign(configuration, request, caller, request_id, task, self._stops.current)
        taken = tuple(a for a in drawn if self._can_be_had(a, request, caller))
        rule = self._possible(rules.get(task)) if task else None
        if not (taken or rule):
            return request, ()
        return applied(request, taken, rule, document.prompts), taken

    def _can_be_had(self, assignment: Assignment, request: ChatRequest, caller: Caller) -> bool:
        """Of `auto` an arm only says which of its models comes first. In place of a named one it must be one that the
        key may name, and no farther away."""
        arm = assignment.arm
        if not (arm.model or arm.adapters):
            return True
        model = self._model(arm.model or request.model)
        if model is None or not arm.adapters.keys() <= set(model.adapters):
            return False
        if request.model in (AUTO, model.id):
            return True
        named = self._model(request.model)
        nearer = model.location == "home" or (named is not None and named.provider is model.provider)
        return nearer and caller.may_name(model.id)

    def _possible(self, rule: TaskRule | None) -> TaskRule | None:
        if rule is None or not rule.adapters:
            return rule
        wanted = {use.name for use in rule.adapters}
        able = any(model.automatic and wanted <= set(model.adapters) for model in self._catalogue)
        return rule if able else None

    def _model(self, id: str) -> Model | None:
        return next((model for model in self._catalogue if model.id == id), None)

    async def reports(self, configuration: Configuration) -> list[ExperimentReport]:
        return [await self._report(configuration, each) for each in configuration.document.experiments]

    async def report(self, configuration: Configuration, id: str) -> ExperimentReport:
        """Raise `NotFound` with those there are."""
        return await self._report(configuration, found(configuration.document, id))

    async def _report(self, configuration: Configuration, experiment: Experiment) -> ExperimentReport:
        series = edition(experiment)
        results = await self._results.of(experiment.id, series)
        stopped = await self._stops.of(experiment.id, series)
        return report(experiment, series, results, stopped, configuration.number)

    async def stop(self, configuration: Configuration, id: str, arm: str, author: str, reason: str) -> None:
        """Give the arm, with "" every arm of the experiment, to nobody any more; every process is told at once. The
        version stays as it is. Raise `NotFound` for what there is not."""
        experiment = found(configuration.document, id)
        if arm and arm not in [each.id for each in experiment.arms]:
            raise NotFound(
                f"The experiment `{id}` has no arm `{arm[:80]}`.",
                next_step=f"Its arms: {', '.join(each.id for each in experiment.arms)}.",
                param="arm",
            )
        await self._stops.add(Stop(experiment.id, edition(experiment), arm), author, reason)

    async def judge(self, configuration: Configuration) -> Sequence[Stop]:
        """Stop the arms that a guardrail of their experiment is against; return those that were not stopped yet."""
        new = []
        for experiment in configuration.document.experiments:
            series = edition(experiment)
            if not experiment.guardrails or Stop(experiment.id, series) in self._stops.current:
                continue
            for arm, reason in harmful(experiment, await self._results.of(experiment.id, series)).items():
                stop = Stop(experiment.id, series, arm)
                if stop not in self._stops.current and await self._stops.add(stop, HOUSE, reason):
                    log.warning("arm_stopped", experiment=experiment.id, arm=arm, reason=reason)
                    new.append(stop)
        return new

    async def watch(
        self, current: Callable[[], Configuration], pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Judge again and again, until cancelled. One process of a house is enough."""
        while True:
            begun = time.monotonic()
            try:
                await self.judge(current())
            except (VestibuleError, psycopg.Error) as error:
                log.warning("experiments_not_judged", reason=type(error).__name__)
            await pause(max(JUDGED_EVERY_S, OF_THE_TIME * (time.monotonic() - begun)))
