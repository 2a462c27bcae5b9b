"""The flow of a chat request, from the key to the record, in the order it happens.

Knows the steps, not how any of them is done: each is one call into a room that `app.py` joined to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass

from vestibule.access import Access
from vestibule.buildings import BuildingData
from vestibule.caching.exact import CacheKey, ExactCache, Versions, cache_key
from vestibule.core.answer import Attempt, Completed, Delta, Event, Opened
from vestibule.core.caller import Caller, Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import NoCandidate, NotFound, UpstreamFailed, VestibuleError
from vestibule.core.evidence import Passage
from vestibule.core.generation import ModelRequest
from vestibule.core.ports import Embedder
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.exchange import End, Exchange, Piece, replay
from vestibule.generation.checks import AnswerCheck
from vestibule.generation.grounding import ground
from vestibule.knowledge import KnowledgeBase
from vestibule.monitoring.requests import RequestLog
from vestibule.privacy.classification import Classifier
from vestibule.privacy.egress import EgressGate
from vestibule.providers.base import Chunk
from vestibule.retrieval import Retriever
from vestibule.routing.catalogue import Catalogue
from vestibule.routing.plan import CONFIGURATION_VERSION, Candidate, Plan, plan
from vestibule.telemetry.metrics import Metrics

SMALL = 16_384  # characters that are classified in about a millisecond


@dataclass(frozen=True)
class Pipeline:
    access: Access
    classifier: Classifier
    cache: ExactCache
    embedder: Embedder
    retriever: Retriever
    knowledge: KnowledgeBase
    buildings: BuildingData
    catalogue: Catalogue
    gate: EgressGate
    requests: RequestLog
    metrics: Metrics

    async def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """Answer `request`: `Opened`, then `Delta`s, then `Completed`.

        Raises `VestibuleError` before `Opened` where the request is refused. Closing the generator cancels the answer.
        Whatever becomes of the request, it is recorded.
        """
        exchange = Exchange(request)
        try:
            with exchange.timed("admit"):
                exchange.caller = caller = await self.access.authenticate(credential)
                self.access.admit(caller, "inference")
                self.catalogue.select(request.model)

            with exchange.timed("classify"):
                exchange.classification = await self._classify(request)

            with exchange.timed("cache"):
                key = await self._cache_key(exchange, caller)
                remembered = self._look_up(exchange, key)
            if remembered:
                for event in replay(exchange.recall(*remembered)):
                    yield event
                return

            with exchange.timed("embed"):
                vector = (await self.embedder.embed([request.question]))[0]

            with exchange.timed("retrieve"):
                evidence = await self.retriever.gather(caller.tenant, request, vector)

            with exchange.timed("classify"):
                exchange.classification = exchange.classification.joined(self.classifier.evidence(evidence))

            with exchange.timed("plan"):
                planned = plan(self.catalogue, request, exchange.classification)
                grounded = ground(request, evidence)
                live = await self._resolving(caller, grounded)

            said = ""
            async with aclosing(self._generate(exchange, planned, grounded, live)) as pieces:
                async for piece in pieces:
                    if exchange.first_token_s is None:
                        exchange.note_first_token()
                        yield Opened(exchange.id, exchange.created, piece.candidate.model.id)
                    if piece.text or piece.tool_calls:
                        said += piece.text
                        yield Delta(piece.text, piece.tool_calls)
                    if piece.end:
                        answer = exchange.complete(piece.candidate, said, piece.end)
                        self._remember(exchange, key, answer)
                        yield answer
        except VestibuleError as error:
            exchange.end("failed" if isinstance(error, UpstreamFailed) else "refused", error.code)
            raise
        except (GeneratorExit, asyncio.CancelledError):
            if exchange.outcome != "answered":
                exchange.end("cancelled", "cancelled")
            raise
        finally:
            self._record(exchange)

    async def _classify(self, request: ChatRequest) -> Classification:
        """In place for what people write, on a thread for what only machines send."""
        if sum(len(message.content) for message in request.messages) <= SMALL:
            return self.classifier.request(request)
        return await asyncio.to_thread(self.classifier.request, request)

    async def _cache_key(self, exchange: Exchange, caller: Caller) -> CacheKey:
        versions = Versions(
            knowledge=await self.knowledge.version(caller.tenant),
            buildings=await self.buildings.version(caller.tenant),
            configuration=CONFIGURATION_VERSION,
        )
        return cache_key(caller.tenant, exchange.classification.level, exchange.request, versions)

    def _look_up(self, exchange: Exchange, key: CacheKey) -> tuple[Completed, float] | None:
        mode = exchange.request.options.cache
        if mode in ("bypass", "refresh"):
            return None
        # waits for access: a caller's own clearance; until then a tenant may see what it asked itself
        found = self.cache.get(key, cleared_for=PrivacyClass.RESTRICTED)
        exchange.cache = "hit" if found else "miss"
        self.metrics.cache("exact", exchange.cache)
        if found is None and mode == "only":
            raise NotFound("No cached answer to this question.", next_step='Ask with "cache": "default".')
        return found

    def _remember(self, exchange: Exchange, key: CacheKey, answer: Completed) -> None:
        if exchange.request.options.cache != "bypass" and answer.finish_reason == "stop":
            self.cache.put(key, answer, exchange.classification.level)

    async def _resolving(self, caller: Caller, grounded: ModelRequest) -> set[int]:
        """Numbers of the sources whose citation resolves now; the others are never cited."""
        chunks = {s.index: s.origin.chunk_id for s in grounded.sources if isinstance(s.origin, Passage)}
        live = await self.knowledge.live(caller.tenant, list(chunks.values())) if chunks else set()
        return {s.index for s in grounded.sources if s.index not in chunks or chunks[s.index] in live}

    async def _generate(
        self, exchange: Exchange, planned: Plan, grounded: ModelRequest, live: Collection[int]
    ) -> AsyncGenerator[Piece, None]:
        """Try the candidates in order until one answers. Once a piece of one has been released, its failure is the
        answer's failure and not the next one's turn."""
        refused: VestibuleError = NoCandidate("No model may answer this request.")
        for candidate in planned.eligible:
            released = False
            try:
                async with aclosing(self._attempt(exchange, candidate, grounded, live)) as pieces:
                    async for piece in pieces:
                        released = True
                        yield piece
                return
            except VestibuleError as error:
                exchange.attempts.append(Attempt(candidate.model.id, error.code))
                if released:
                    raise
                refused = error
        raise refused

    async def _attempt(
        self, exchange: Exchange, candidate: Candidate, grounded: ModelRequest, live: Collection[int]
    ) -> AsyncGenerator[Piece, None]:
        """One candidate: encode, clear, send, check. The last piece carries how it ended."""
        check = AnswerCheck(grounded, live)
        cleared = self._clear(exchange, candidate, grounded)
        last: Chunk | None = None
        with exchange.timed("generate"):
            async with aclosing(candidate.model.provider.send(cleared)) as chunks:
                async for chunk in chunks:
                    text = check.feed(chunk.text)
                    if chunk.finish_reason:
                        last = chunk
                        break
                    if text:
                        yield Piece(text, candidate)
        if last is None:
            raise UpstreamFailed(f"{candidate.model.id} ended without finishing its answer.", next_step="Ask again.")
        exchange.attempts.append(Attempt(candidate.model.id, "answered"))
        yield Piece(text + check.finish(), candidate, last.tool_calls, End(last, check))

    def _clear(self, exchange: Exchange, candidate: Candidate, grounded: ModelRequest) -> ClearedRequest:
        model = candidate.model
        decision = "refused"
        try:
            with exchange.timed("clear"):
                cleared = self.gate.clear(
                    model.provider.encode(grounded, model.name),
                    model.provider.destination,
                    model=model.id,
                    classification=exchange.classification,
                    audit_id=exchange.id,
                )
            decision = model.location
            return cleared
        finally:
            self.metrics.egress(exchange.classification.level.label, decision)

    def _record(self, exchange: Exchange) -> None:
        """One row and one count, for success, refusal, failure, disconnect and cancellation alike."""
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
