"""For those who watch the server: is it alive, is it ready, what has it counted. No key is asked for."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.gateway.ports import Component, Readiness
from vestibule.gateway.reply import JSON
from vestibule.telemetry.metrics import CONTENT_TYPE, Metrics


class Health(msgspec.Struct, frozen=True):
    status: str
    components: Mapping[str, Component] = {}


class HealthRoutes:
    def __init__(self, readiness: Readiness, metrics: Metrics) -> None:
        self._readiness = readiness
        self._metrics = metrics

    async def alive(self, _: Request) -> Response:
        return _answer(Health("ok"), 200)

    async def ready(self, _: Request) -> Response:
        components = await self._readiness()
        ready = all(component.ok for component in components.values())
        return _answer(Health("ready" if ready else "not_ready", components), 200 if ready else 503)

    async def metrics(self, _: Request) -> Response:
        return Response(await self._metrics.sum(), headers={"content-type": CONTENT_TYPE})


def _answer(health: Health, status: int) -> Response:
    headers = {"cache-control": "no-store"}
    return Response(msgspec.json.encode(health), status, media_type=JSON, headers=headers)
