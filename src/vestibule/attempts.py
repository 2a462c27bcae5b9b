"""One candidate after the other until one answers: pseudonymise, encode, clear, send, restore, check.

The second half of the flow in `pipeline.py`, in the order it happens; every try passes the gate anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass

from vestibule.core.answer import Attempt
from vestibule.core.caller import Caller
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import EgressRefused, NoCandidate, UpstreamFailed, VestibuleError
from vestibule.core.generation import ModelRequest
from vestibule.correspondence import Correspondence, disguised
from vestibule.exchange import End, Exchange, Piece
from vestibule.generation.checks import AnswerCheck
from vestibule.privacy.classification import Classifier, Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import Departure, PolicyStore, Verdict
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.providers.base import Chunk
from vestibule.routing.catalogue import Model
from vestibule.routing.plan import Candidate, Plan
from vestibule.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Attempts:
    detector: Detector
    classifier: Classifier
    policies: PolicyStore
    gate: EgressGate
    keys: TenantKeys
    metrics: Metrics

    async def answer(
        self, exchange: Exchange, caller: Caller, planned: Plan, grounded: ModelRequest, live: Collection[int]
    ) -> AsyncGenerator[Piece, None]:
        """Try the candidates in order until one answers. Once a piece of one has been released, its failure is the
        answer's failure and not the next one's turn."""
        refused: VestibuleError = NoCandidate("No model may answer this request.")
        for candidate in planned.eligible:
            released = False
            try:
                async with aclosing(self._attempt(exchange, caller, candidate, grounded, live)) as pieces:
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
        self, exchange: Exchange, caller: Caller, candidate: Candidate, grounded: ModelRequest, live: Collection[int]
    ) -> AsyncGenerator[Piece, None]:
        """One candidate: pseudonymise, encode, clear, send, restore, check. The last piece carries how it ended."""
        correspondence = await self._correspond(exchange, caller, candidate.model, grounded)
        cleared = await self._clear(exchange, caller, candidate.model, correspondence)
        check = AnswerCheck(grounded, live)
        last: Chunk | None = None
        with exchange.timed("generate"):
            async with aclosing(candidate.model.provider.send(cleared)) as chunks:
                async for chunk in chunks:
                    chunk = correspondence.read(chunk)
                    text = check.feed(chunk.text)
                    if chunk.finish_reason:
                        last = chunk
                        break
                    if text:
                        yield Piece(text, candidate)
        if last is None:
            raise UpstreamFailed(f"{candidate.model.id} ended without finishing its answer.", next_step="Ask again.")
        exchange.attempts.append(Attempt(candidate.model.id, "answered"))
        yield Piece(text + check.finish(), candidate, last.tool_calls, End(last, check, correspondence))

    async def _correspond(
        self, exchange: Exchange, caller: Caller, model: Model, grounded: ModelRequest
    ) -> Correspondence:
        """What may leave is read for people, addresses and organisations too, once a request."""
        if model.location == "home":
            return Correspondence(grounded)
        with exchange.timed("pseudonymise"):
            await self._classify_fully(exchange)
            try:
                shifts = exchange.policy.terms.shift_numbers
                key = await self.keys.get(caller.tenant, "shifting") if shifts else None
                return await disguised(grounded, self.detector, exchange.policy, key)
            except EgressRefused as refusal:
                self.metrics.egress(exchange.classification.level.label, "refused")
                self.gate.refuse(
                    refusal.message,
                    model.provider.destination,
                    model=model.id,
                    tenant=caller.tenant,
                    who=caller.key_id,
                    classification=exchange.classification,
                    request_id=exchange.id,
                    attempt=len(exchange.attempts) + 1,
                    began_with=exchange.policy,
                )
                raise

    async def _classify_fully(self, exchange: Exchange) -> None:
        if not exchange.classified_fully:
            policy = exchange.policy
            asked = await asyncio.to_thread(self.classifier.request, exchange.request, full=True, policy=policy)
            found = await asyncio.to_thread(self.classifier.evidence, exchange.evidence, full=True, policy=policy)
            exchange.classification = asked.joined(found).joined(exchange.classification)
            exchange.classified_fully = True

    def may_leave(self, exchange: Exchange, caller: Caller, model: Model) -> Verdict:
        """What the policy says of sending a request of this class there. The gate asks again, with the final bytes."""
        departure = Departure(
            caller.tenant,
            model.provider.id,
            model.region,
            exchange.buildings,
            exchange.request.options.privacy.consent,
        )
        return self.policies.current.verdict(exchange.classification.level, departure)

    async def _clear(
        self, exchange: Exchange, caller: Caller, model: Model, correspondence: Correspondence
    ) -> ClearedRequest:
        level = exchange.classification.level.label
        try:
            with exchange.timed("clear"):
                cleared = await self.gate.clear(
                    model.provider.encode(correspondence.request, model.name),
                    model.provider.destination,
                    model=model.id,
                    provider=model.provider.id,
                    region=model.region,
                    tenant=caller.tenant,
                    who=caller.key_id,
                    classification=exchange.classification,
                    request_id=exchange.id,
                    attempt=len(exchange.attempts) + 1,
                    pseudonyms_count=correspondence.count,
                    buildings=exchange.buildings,
                    consent=exchange.request.options.privacy.consent,
                    began_with=exchange.policy,
                )
        except EgressRefused:
            self.metrics.egress(level, "refused")
            raise
        self.metrics.egress(level, model.location)
        return cleared
