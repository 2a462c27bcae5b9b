"""The composition root: the only place where the parts of a running Vestibule are built and joined."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog
import uvicorn

from vestibule.access import Access
from vestibule.access.keys import Keys
from vestibule.access.limits import open_limits
from vestibule.access.tenants import Tenants
from vestibule.access.users import Users
from vestibule.allocator import give_back, restrain
from vestibule.attempts import Attempts
from vestibule.batching import Batches, build_batches
from vestibule.buildings import BuildingData
from vestibule.caching.exact import ExactCache
from vestibule.clearing import Clearing
from vestibule.configuration import Configurations
from vestibule.console.application import build as build_console
from vestibule.console.routing.page import RoutingSources
from vestibule.conversations import ResponseStore
from vestibule.core.errors import VestibuleError
from vestibule.core.settings import Settings
from vestibule.fetching import Fetching
from vestibule.fleet import Fleet, Lent
from vestibule.gateway.application import Directory, Operator, build
from vestibule.gateway.connection import Connection
from vestibule.gateway.experiments import Experimenting, promote
from vestibule.gateway.limits import Metering
from vestibule.gateway.ports import Component, ModelInfo
from vestibule.gateway.responses.kept import Keeping
from vestibule.gateway.server import Server
from vestibule.knowledge import KnowledgeBase
from vestibule.monitoring.departures import Departures
from vestibule.monitoring.overview import Overview
from vestibule.monitoring.requests import RequestLog
from vestibule.monitoring.routing import RoutingLog
from vestibule.monitoring.savings import SavingsLog
from vestibule.monitoring.spool import Spool
from vestibule.monitoring.usage import UsageLog
from vestibule.pipeline import Pipeline
from vestibule.protection import Privacy, open_privacy
from vestibule.providers.embedder import MiniLM
from vestibule.retrieval import Retriever
from vestibule.routing.admission import Admission, Sharing
from vestibule.routing.catalogue import Catalogue
from vestibule.routing.complexity import Expectation, Learning, capabilities
from vestibule.routing.cost import Costing
from vestibule.routing.experiments import Experiments
from vestibule.routing.experiments.feedback import Feedback
from vestibule.routing.latency import Latencies
from vestibule.routing.measuring import Measuring
from vestibule.routing.resilience.health import Health
from vestibule.routing.tasks import TaskReader
from vestibule.scaling import Scaling
from vestibule.status import Status
from vestibule.steering import build_router
from vestibule.storage.database import Database
from vestibule.storage.ownership import as_owner
from vestibule.telemetry.metrics import Metrics
from vestibule.tuning import Tuning, open_tuning

COLLECT_AFTER = 20_000
"""Objects more than there were; CPython's 700 are a few requests."""
EXAMPLES = (
    "Why was the electricity use of the Harbour Office high in the second week of July?",
    "Which building used the most gas in February?",
    "How does the night setback at Harbour Office work?",
)

log = structlog.get_logger(__name__)


class Parent(Protocol):
    """The process that runs the models of several, as each of them needs it."""

    @property
    def lent(self) -> Lent: ...

    def admission(self, metrics: Metrics, room: int) -> Admission:
        """Turns at models, of all processes together."""
        ...


@dataclass(frozen=True)
class House:
    """Everything that is running, joined."""

    settings: Settings
    database: Database
    embedder: MiniLM
    keys: Keys
    knowledge: KnowledgeBase
    buildings: BuildingData
    catalogue: Catalogue
    privacy: Privacy
    pipeline: Pipeline
    metrics: Metrics
    fleet: Fleet
    batches: Batches
    responses: Keeping
    tuning: Tuning

    async def readiness(self) -> Mapping[str, Component]:
        try:
            await self.database.ping()
            database = Component(True, "")
        except VestibuleError as error:
            database = Component(False, str(error))
        knowledge = self.knowledge.component()
        return {
            "database": database,
            "access": Component(True, self._access_state()),
            "knowledge": Component(knowledge.ok, knowledge.reason),
            "embedder": self._embedder_state(),
            "configuration": self.tuning.component,
            "privacy": Component(not self.privacy.policies.trouble, self._policy_state()),
            "models": Component(True, self._model_state()),
            "ollama": Component(True, self.fleet.ollama.state),
            "routes": Component(True, self._resting()),
            "keys": self._key_state(),
            "limits": Component(True, self.pipeline.access.limiter.degraded),
            "records": Component(True, self.pipeline.requests.degraded),
        }

    def status(self) -> Status:
        attempts = self.pipeline.attempts
        ways = self.privacy.ways_out
        return Status(
            self.fleet,
            attempts.admission,
            attempts.health,
            self.embedder,
            lambda: {provider: way.key_state for provider, way in ways.items()},
            self.readiness,
        )

    def _access_state(self) -> str:
        """Keys that were seen not long ago work on while the database is away: what it lacks is said under its name."""
        away_s = self.pipeline.access.away_s
        return "" if away_s is None else f"only keys seen before, for {away_s:.0f} s now"

    def _model_state(self) -> str:
        """A model that does not run is passed over: others answer, and the house stays ready."""
        troubles = [f"{name} does not run: {why}" for name, why in self.fleet.troubles.items()]
        return "; ".join([", ".join(self.catalogue.names()), *troubles])

    def _resting(self) -> str:
        """A model that rests is asked again by itself: the house stays ready."""
        return "; ".join(f"{model}: {why}" for model, why in self.pipeline.attempts.health.states().items())

    def _key_state(self) -> Component:
        """A provider without a key to use is passed over: what is at home answers, and the house stays ready."""
        states = {provider: way.key_state for provider, way in self.privacy.ways_out.items()}
        return Component(True, "; ".join(f"{provider}: {state}" for provider, state in states.items() if state.why))

    def _embedder_state(self) -> Component:
        """One that is not loaded yet is no less ready: the first text that needs it waits for a moment."""
        if trouble := self.embedder.trouble:
            return Component(False, trouble)
        return Component(True, self.embedder.name + ("" if self.embedder.is_loaded else ", loaded when first needed"))

    def _policy_state(self) -> str:
        trouble = self.privacy.policies.trouble
        if trouble:
            return f"the cloud door is closed: {trouble}"
        tagger = "" if self.privacy.tagger.is_loaded else ", tagger loaded when first needed"
        return f"policy {self.privacy.policies.current.id}{tagger}"


@asynccontextmanager
async def open_house(
    settings: Settings, *, open_to_loopback: bool, parent: Parent | None = None
) -> AsyncIterator[House]:
    """Build everything, and take it down in reverse. With `open_to_loopback` local callers need no key. A `parent` runs
    the models for this process and others."""
    restrain()
    settings.home.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        embedder = MiniLM(settings.home)
        stack.callback(embedder.close)
        database = await Database.open(settings)
        stack.push_async_callback(database.close)
        await stack.enter_async_context(database.changes.followed())
        buildings = BuildingData(database)
        catalogue = Catalogue([])
        metrics = Metrics(catalogue.names)
        configurations = Configurations()
        privacy = await stack.enter_async_context(
            open_privacy(settings, database, metrics, lambda: configurations.stale)
        )
        knowledge = KnowledgeBase(
            database, embedder, settings.home, privacy.level_of_document, settings.limits.file_mib
        )
        await knowledge.start()
        stack.push_async_callback(knowledge.close)
        requests = RequestLog(database, spool=Spool(settings.home / "spool", "requests"))
        await requests.start()
        stack.push_async_callback(requests.close)
        keys = Keys(database)
        limiter = await stack.enter_async_context(open_limits(settings, database))
        room = settings.local.queue
        admission = parent.admission(metrics, room) if parent else Admission(metrics, room)
        lent = parent.lent if parent else None
        fleet = Fleet(settings, embedder, privacy.ways_out, catalogue, admission, lent)
        await stack.enter_async_context(fleet.running())
        health = Health(settings.resilience.breaker)
        if parent is None:
            await stack.enter_async_context(Scaling(catalogue, admission, settings.local.slots).running())
        tuning = await stack.enter_async_context(
            open_tuning(
                settings, database, configurations, policies=privacy.policies, limiter=limiter, catalogue=catalogue
            )
        )
        experiments = Experiments(database, catalogue, TaskReader().read)
        await stack.enter_async_context(experiments.running())
        latencies, costing = Latencies(fleet.speed), Costing(settings.models)
        expectation = Expectation(capabilities(catalogue))
        await stack.enter_async_context(Learning(database, expectation).running())
        router = await asyncio.to_thread(build_router, catalogue, health, admission, latencies, costing, expectation)
        budget = router.outside.budget.following(
            UsageLog(database).spent_eur, lambda: configurations.current.document.routes.eur_per_day is not None
        )
        await stack.enter_async_context(budget)
        cache = ExactCache()
        privacy.erasable.append(cache)
        pipeline = Pipeline(
            access=Access.over(
                keys,
                limiter,
                open_to_loopback=open_to_loopback,
                settings=settings.access,
                issuers=settings.oidc,
                home_hosts=settings.home_hosts,
            ),
            classifier=privacy.classifier,
            policies=privacy.policies,
            configurations=configurations,
            cache=cache,
            embedder=embedder,
            retriever=Retriever(knowledge, buildings, embedder),
            knowledge=knowledge,
            buildings=buildings,
            catalogue=catalogue,
            costing=costing,
            router=router,
            experiments=experiments,
            sharing=Sharing(metrics),
            fetching=Fetching(
                privacy.image_door, privacy.gate, privacy.classifier, metrics, settings.limits.body_mib << 20
            ),
            attempts=Attempts(
                Clearing(privacy.detector, privacy.classifier, privacy.policies, privacy.gate, privacy.keys, metrics),
                admission,
                health,
                settings.resilience,
                router.outside,
                Measuring(latencies, admission, metrics),
                metrics,
            ),
            requests=requests,
            metrics=metrics,
        )
        responses = Keeping(
            ResponseStore(database, privacy.keys),
            lambda: privacy.policies.current.terms.retention.response_days,
        )
        batches = build_batches(
            settings, database, privacy.keys, pipeline, lambda: fleet.embedders, responses, metrics.batch_request
        )
        yield House(
            settings,
            database,
            embedder,
            keys,
            knowledge,
            buildings,
            catalogue,
            privacy,
            pipeline,
            metrics,
            fleet,
            batches,
            responses,
            tuning,
        )


async def serve(
    house: House,
    listener: socket.socket,
    *,
    on_ready: Callable[[Server], None] | None = None,
    signals: Sequence[signal.Signals] = (signal.SIGINT, signal.SIGTERM),
) -> None:
    """Serve until stopped by one of `signals`; `on_ready` is given the server once it listens. Documents and batches
    that are queued are worked on meanwhile, by one process of those that share a home."""
    server: Server | None = None

    def stopping() -> bool:
        return server is not None and server.should_exit

    console = build_console(
        pipeline=house.pipeline,
        access=house.pipeline.access,
        catalogue=house.catalogue,
        overview=Overview(house.database),
        departures=Departures(house.database),
        privacy_check=house.privacy.check,
        passages=house.knowledge,
        system=house.status(),
        routing=_routing(house),
        examples=EXAMPLES,
        stopping=stopping,
    )
    application = build(
        pipeline=house.pipeline,
        access=house.pipeline.access,
        embedder=house.embedder,
        models=lambda: [ModelInfo(n) for n in (*house.catalogue.names(), house.embedder.name, *house.fleet.embedders)],
        embedding_models=lambda: house.fleet.embedders,
        readiness=house.readiness,
        settings=house.settings,
        metrics=house.metrics,
        mounts=[("/console", console)],
        responses=house.responses,
        batching=house.batches.doors,
        operator=Operator(
            house.privacy.check,
            house.privacy.erasure(),
            house.privacy.trail,
            Directory(house.keys, Tenants(house.database), Users(house.database)),
            Metering(house.pipeline.access.limiter, house.keys, UsageLog(house.database)),
            configuration=house.tuning.office,
            experimenting=Experimenting(
                house.pipeline.experiments, lambda: house.tuning.configurations.current, house.tuning.office
            ),
            feedback=Feedback(house.database),
            explaining=house.pipeline,
            savings=SavingsLog(house.database),
        ),
        stopping=stopping,
    )
    config = uvicorn.Config(
        application,
        loop="none",
        http=Connection,
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,  # whoever connects is the peer: a header must not make a stranger local
        lifespan="off",
    )
    lock = house.settings.home / "run" / "owner.lock"
    owner = asyncio.create_task(as_owner(lock, lambda: _work_on_what_is_queued(house)), name="owner")
    warming = asyncio.create_task(_load_what_is_needed(house), name="embedder")
    _settle()
    try:
        drain_s = house.settings.server.drain_s
        server = Server(config, drain_s=drain_s, on_ready=on_ready, on_drain=owner.cancel, signals=signals)
        await server.serve(sockets=[listener])
    finally:
        for task in (owner, warming):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _routing(house: House) -> RoutingSources:
    pipeline, office = house.pipeline, house.tuning.office
    return RoutingSources(
        log=RoutingLog(house.database),
        savings=SavingsLog(house.database),
        office=office,
        environment=house.settings.environment,
        experiments=pipeline.experiments,
        promote=partial(promote, office),
        explain=pipeline.explain,
        costs=Costing(house.settings.models).of,
    )


async def _load_what_is_needed(house: House) -> None:
    """Where there are documents the next question will want the embedder, and need not wait for it. Elsewhere it takes
    no memory."""
    try:
        if await house.knowledge.holds_documents():
            await asyncio.to_thread(house.embedder.warm)
    except VestibuleError as error:
        log.warning("embedder_not_loaded", reason=str(error))


async def _work_on_what_is_queued(house: House) -> None:
    ingesting, answering = house.knowledge.run_forever(house.buildings.names), house.batches.runner.run_forever()
    judging = house.pipeline.experiments.watch(lambda: house.tuning.configurations.current)
    await asyncio.gather(ingesting, answering, judging, return_exceptions=True)


def _settle() -> None:
    """Spare a request what only the process needs.

    What is there now stays as long as the process does: the collector need not look through it again and again, which
    took a seventh of what a request costs. The loop need not note each asynchronous generator, to be closed at the end:
    ours are closed by whoever reads them, and a request has a dozen.
    """
    gc.collect()
    give_back()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)
    sys.set_asyncgen_hooks(firstiter=None)
