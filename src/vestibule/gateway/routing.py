"""`POST /admin/v1/routing/explain`: whom the router would ask, and why not the others. Nothing is sent and nothing
counted; decided as for a request of the key that asks, of which no text is logged or kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.core.answer import Location
from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, TaskKind
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers, body
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.chat_request import decode_chat
from vestibule.routing.plan import Candidate, Decided, Parts

DIGITS = 4


class Explaining(Protocol):
    async def explain(self, caller: Caller, request: ChatRequest) -> Decided: ...


class WirePrediction(msgspec.Struct, frozen=True):
    first_token_s: float | None
    finish_s: float | None
    cost_eur: float | None
    quality: float | None
    basis: str


class WireCandidate(msgspec.Struct, frozen=True):
    model: str
    provider: str
    location: Location
    score: float | None
    parts: Parts | None
    rejected: bool
    reason: str
    predicted: WirePrediction | None


class RoutingExplanation(msgspec.Struct, frozen=True, rename={"level": "class"}):
    chosen: str | None
    candidates: Sequence[WireCandidate]
    config_version: int
    task: TaskKind | None
    difficulty: float | None
    level: str


class RoutingRoutes:
    def __init__(self, access: Access, explaining: Explaining) -> None:
        self._access = access
        self._explaining = explaining

    async def explain(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        asked = decode_chat(await read_body(request.receive))
        return json_reply(told(await self._explaining.explain(caller, asked)))


def add_routing_routes(app: Ordinary, routes: RoutingRoutes) -> None:
    app.add_api_route(
        "/admin/v1/routing/explain",
        routes.explain,
        methods=["POST"],
        summary="Explain which model a chat request would be answered by, without asking any",
        responses=answers("RoutingExplanation"),
        openapi_extra=body("ChatBody"),
    )


def told(decided: Decided) -> RoutingExplanation:
    plan = decided.planned
    asked = plan.eligible
    return RoutingExplanation(
        asked[0].model.id if asked else None,
        [_candidate(candidate) for candidate in plan.candidates],
        decided.configuration.number,
        plan.task,
        _rounded(plan.difficulty),
        decided.classification.level.label,
    )


def _candidate(candidate: Candidate) -> WireCandidate:
    model, figures, parts = candidate.model, candidate.figures, candidate.parts
    predicted = None
    if figures:
        time = figures.time
        predicted = WirePrediction(
            _rounded(time.first_token_s),
            _rounded(time.finish_s),
            None if figures.cost_eur is None else round(figures.cost_eur, 6),
            _rounded(figures.quality),
            time.basis,
        )
    weighed = parts and Parts(*(round(part, DIGITS) + 0.0 for part in msgspec.structs.astuple(parts)))  # no -0.0
    return WireCandidate(
        model.id,
        model.provider.id,
        model.location,
        _rounded(candidate.score),
        weighed,
        candidate.rejected,
        candidate.reason,
        predicted,
    )


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DIGITS)
