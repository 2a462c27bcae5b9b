"""What one model is sent of a request: outside under pseudonyms, and nowhere without the gate's leave for its bytes.

Done for every try anew. Knows no order of models and no answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from vestibule.core.caller import Caller
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import EgressRefused
from vestibule.core.generation import ModelRequest
from vestibule.correspondence import Correspondence, disguised
from vestibule.exchange import Exchange
from vestibule.privacy.classification import Classifier, Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import Departure, PolicyStore, Verdict
from vestibule.privacy.tenant_keys import TenantKeys
from vestibule.routing.catalogue import Model
from vestibule.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Clearing:
    detector: Detector
    classifier: Classifier
    policies: PolicyStore
    gate: EgressGate
    keys: TenantKeys
    metrics: Metrics

    async def correspond(
        self, exchange: Exchange, caller: Caller, model: Model, request: ModelRequest
    ) -> Correspondence:
        """What may leave is read for people, addresses and organisations too, once a request."""
        if model.location == "home":
            return Correspondence(request)
        with exchange.timed("pseudonymise"):
            await self._classify_fully(exchange)
            try:
                shifts = exchange.policy.terms.shift_numbers
                key = await self.keys.get(caller.tenant, "shifting") if shifts else None
                return await disguised(request, self.detector, exchange.policy, key)
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
                    configuration=exchange.configuration.number,
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
        if closed := self.gate.closed():
            return Verdict(False, closed)
        departure = Departure(
            caller.tenant,
            model.provider.id,
            model.region,
            exchange.buildings,
            exchange.request.options.privacy.consent,
            any(message.images for message in exchange.request.messages),
        )
        return self.policies.current.verdict(exchange.classification.level, departure)

    async def clear(
        self, exchange: Exchange, caller: Caller, model: Model, correspondence: Correspondence
    ) -> ClearedRequest:
        level = exchange.classification.level.label
        try:
            with exchange.timed("clear"):
                cleared = await self.gate.clear(
                    await _encoded(model, correspondence.request),
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
                    configuration=exchange.configuration.number,
                )
        except EgressRefused:
            self.metrics.egress(level, "refused")
            raise
        self.metrics.egress(level, model.location)
        if model.location == "cloud":
            exchange.note_departure(correspondence.count)
        return cleared


async def _encoded(model: Model, request: ModelRequest) -> bytes:
    """In place for what people write, on a thread for images."""
    if not any(message.images for message in request.messages):
        return model.encode(request)
    return await asyncio.to_thread(model.encode, request)
