"""The flow of a chat request, from the key to the record, in the order it happens.

Knows the steps, not how any of them is done: each is one call into a room that `app.py` joined to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from vestibule.access import Access
from vestibule.attempts import Attempts
from vestibule.buildings import BuildingData
from vestibule.caching.exact import CacheKey, ExactCache, Versions, cache_key
from vestibule.configuration import Configurations
from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.caller import Caller, Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.errors import NotFound, UpstreamFailed, VestibuleError
from vestibule.core.evidence import Evidence
from vestibule.core.ports import Embedder, Vector
from vestibule.core.sensitivity import Classification
from vestibule.exchange import Exchange, replay
from vestibule.fetching import Fetching
from vestibule.generation.grounding import STANDING, ground
from vestibule.generation.sanitising import is_suspect
from vestibule.knowledge import KnowledgeBase
from vestibule.monitoring.requests import RequestLog
from vestibule.privacy.classification import Classifier
from vestibule.privacy.policy import PolicyStore
from vestibule.retrieval import Retriever
from vestibule.routing.admission import Sharing
from vestibule.routing.catalogue import AUTO, Catalogue
from vestibule.routing.cost import Account, Costing
from vestibule.routing.decision import Router, ruled
from vestibule.routing.experiments import Experiments
from vestibule.routing.plan import Plan
from vestibule.routing.weighing import Case
from vestibule.telemetry.metrics import Metrics

SMALL = 16_384  # characters, and bytes of images, that are classified in about a millisecond


@dataclass(frozen=True)
class Pipeline:
    access: Access
    classifier: Classifier
    policies: PolicyStore
    configurations: Configurations
    cache: ExactCache
    embedder: Embedder
    retriever: Retriever
    knowledge: KnowledgeBase
    buildings: BuildingData
    catalogue: Catalogue
    costing: Costing
    router: Router
    experiments: Experiments
    sharing: Sharing
    fetching: Fetching
    attempts: Attempts
    requests: RequestLog
    metrics: Metrics

    async def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """Answer `request`: `Opened`, then `Delta`s, then `Completed`.

        Raises `VestibuleError` before `Opened` where the request is refused. Closing the generator cancels the answer.
        Whatever becomes of the request, it is recorded.
        """
        exchange = Exchange(request, self.policies.current, self.configurations.current)
        told = False
        try:
            with exchange.timed("admit"):
                exchange.caller = caller = await self.access.authenticate(credential)
                exchange.reservation = await self.access.reserve(caller, "inference")
                exchange.reservation.follow(exchange.configuration)
                exchange.account = Account(self.costing.of(exchange.configuration), exchange.started_at.date())
                self.access.allow_model(caller, request.model)
                self.catalogue.select(request.model)
                entered = self.experiments.enter(exchange.configuration, request, caller, exchange.id)
                exchange.request, exchange.assignments = entered

            if request.has_links:
                with exchange.timed("fetch"):
                    exchange.request = await self.fetching.fetched(exchange, caller)

            with exchange.timed("classify"):
                exchange.classification = await self._classify(exchange)
                self.access.allow_level(caller, exchange.classification.level)

            with exchange.timed("cache"):
                key = await self._cache_key(exchange, caller)
                remembered = self._look_up(exchange, caller, key)
            if remembered:
                for event in replay(exchange.recall(*remembered)):
                    told = isinstance(event, Completed)
                    yield event
                return

            async with aclosing(self._answer_or_share(exchange, caller, key)) as events:
                async for event in events:
                    await self.access.confirm(credential)
                    told = isinstance(event, Completed)
                    yield event
        except VestibuleError as error:
            exchange.end("failed" if isinstance(error, UpstreamFailed) else "refused", error.code)
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if not told:
                exchange.end("cancelled", "cancelled")
            raise
        finally:
            self._record(exchange)

    async def explain(self, caller: Caller, request: ChatRequest) -> Exchange:
        """Decide who would be asked, and ask nobody: what a search would find, and an image that is elsewhere, is not
        known to it. Nothing is counted or recorded. Raises as `run`, but where nobody is left."""
        exchange = Exchange(request, self.policies.current, self.configurations.current, caller=caller)
        self.access.allow_model(caller, request.model)
        entered = self.experiments.enter(exchange.configuration, request, caller, exchange.id)
        exchange.request, exchange.assignments = entered
        exchange.classification = await self._classify(exchange)
        self.access.allow_level(caller, exchange.classification.level)
        plain = await self._is_plain(exchange, caller)
        vector = None if plain else await self._vector(exchange, caller)
        exchange.planned = self._plan(exchange, caller, vector)
        return exchange

    def _answer_or_share(self, exchange: Exchange, caller: Caller, key: CacheKey) -> AsyncGenerator[Event, None]:
        """What may be answered from the cache may also be answered by an identical request that is under way."""
        if exchange.request.options.cache != "default":
            return self._answer(exchange, caller, key)
        request, options = exchange.request, exchange.request.options
        same = (key, request.stream, request.priority, options.privacy.consent, options.route.deadline_s)
        return self.sharing.join(same, lambda: self._answer(exchange, caller, key), exchange.adopted)

    async def _answer(self, exchange: Exchange, caller: Caller, key: CacheKey) -> AsyncGenerator[Event, None]:
        """The second half of the flow. Others may listen and go on when the caller has left."""
        plain = await self._is_plain(exchange, caller)

        with exchange.timed("embed"):
            vector = None if plain else await self._vector(exchange, caller)

        with exchange.timed("retrieve"):
            gathered = Evidence() if plain else await self.retriever.gather(caller.tenant, exchange.request, vector)
            exchange.evidence = evidence = gathered.cleared_for(caller.clearance)
            exchange.suspect = sum(is_suspect(passage.text) for passage in evidence.passages)
            self.metrics.suspect(exchange.suspect)

        with exchange.timed("classify"):
            found = self.classifier.evidence(evidence, policy=exchange.policy)
            exchange.classification = exchange.classification.joined(found)

        with exchange.timed("plan"):
            exchange.planned = planned = self._plan(exchange, caller, vector)
            planned.require_any()
            self.router.outside.share.count(planned.gain)
            exchange.request = ruled(exchange.request, planned.task, exchange.configuration.document.routes)
            standing = exchange.configuration.document.prompts.get(STANDING, "")
            grounded = ground(exchange.request, evidence, plain=plain, standing=standing)
            live = await self.retriever.resolving(caller.tenant, grounded)

        said = ""
        try:
            async with aclosing(self.attempts.answer(exchange, caller, planned, grounded, live)) as pieces:
                async for piece in pieces:
                    if exchange.first_token_s is None:
                        exchange.note_first_token()
                        yield Opened(exchange.id, exchange.created, piece.candidate.model.id)
                    if piece.text or piece.tool_calls:
                        said += piece.text
                        yield Delta(piece.text, piece.tool_calls, piece.parts, piece.logprobs)
                    if piece.end:
                        exchange.elsewhere = self.router.elsewhere(exchange.request)
                        answer = exchange.complete(piece.candidate, said, piece.end)
                        self._remember(exchange, key, answer)
                        yield answer
        finally:
            if exchange.counted_out:  # here, as whoever asked may have left long before
                self.router.outside.budget.settle(exchange.held_eur, exchange.reservation.cost_eur)

    def _plan(self, exchange: Exchange, caller: Caller, vector: Vector | None) -> Plan:
        evidence = exchange.evidence
        return self.router.plan(
            Case(
                exchange.request,
                exchange.configuration,
                exchange.classification.level,
                partial(self.attempts.may_leave, exchange, caller),
                caller.models,
                vector,
                sum(len(passage.text) for passage in evidence.passages),
                exchange.elapsed_s,
                tuple(assignment.arm for assignment in exchange.assignments),
            )
        )

    async def _is_plain(self, exchange: Exchange, caller: Caller) -> bool:
        """A model that is named, of a house that was told nothing yet, is asked as it stands: there is nothing that its
        answer could rest on."""
        request = exchange.request
        if request.model == AUTO or request.options.buildings is not None:
            return False
        return not await self.retriever.has_material(caller.tenant)

    async def _vector(self, exchange: Exchange, caller: Caller) -> Vector | None:
        if not await self.retriever.needs_vector(caller.tenant, exchange.request):
            return None
        vector: Vector = (await self.embedder.embed([exchange.request.question]))[0]
        return vector

    async def _classify(self, exchange: Exchange) -> Classification:
        """In place for what people write, on a thread for what only machines send."""
        request, policy = exchange.request, exchange.policy
        if sum(message.size for message in request.messages) <= SMALL:
            return self.classifier.request(request, policy=policy)
        return await asyncio.to_thread(self.classifier.request, request, policy=policy)

    async def _cache_key(self, exchange: Exchange, caller: Caller) -> CacheKey:
        versions = Versions(
            knowledge=await self.knowledge.version(caller.tenant),
            buildings=await self.buildings.version(caller.tenant),
            configuration=exchange.configuration.number,
            policy=exchange.policy.id,
            clearance=caller.clearance,
        )
        known = (caller.tenant, exchange.classification.level, exchange.request, versions)
        if any(message.images for message in exchange.request.messages):
            return await asyncio.to_thread(cache_key, *known)
        return cache_key(*known)

    def _look_up(self, exchange: Exchange, caller: Caller, key: CacheKey) -> tuple[Completed, float] | None:
        mode = exchange.request.options.cache
        if mode in ("bypass", "refresh"):
            return None
        found = self.cache.get(key, cleared_for=caller.clearance)
        exchange.cache = "hit" if found else "miss"
        self.metrics.cache("exact", exchange.cache)
        if found is None and mode == "only":
            raise NotFound("No cached answer to this question.", next_step='Ask with "cache": "default".')
        return found

    def _remember(self, exchange: Exchange, key: CacheKey, answer: Completed) -> None:
        rules = exchange.configuration.document.cache
        whole = answer.finish_reason == "stop" and not answer.report.privacy.unrestored
        if exchange.request.options.cache != "bypass" and whole and exchange.planned.task not in rules.never:
            self.cache.put(key, answer, exchange.classification.level, rules.seconds)

    def _record(self, exchange: Exchange) -> None:
        """One row and one count, for success, refusal, failure, disconnect and cancellation alike."""
        exchange.reservation.close()
        route = exchange.answer.report.route if exchange.answer else None
        self.metrics.answered(
            model=route.model if route else "none",
            location=route.location if route else "none",
            status=exchange.status,
            duration_s=exchange.elapsed_s,
            first_token_s=exchange.first_token_s,
        )
        if exchange.caller:
            self.requests.add(exchange.record(exchange.caller))
