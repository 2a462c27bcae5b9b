"""`POST /v1/moderations`: how private a text is, by our own classes, in OpenAI's shape. No text is logged or kept."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers, body
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import JSON
from vestibule.gateway.wire.moderation import Judged, decode_moderation, moderation_reply
from vestibule.privacy.check import CheckReport


class Check(Protocol):
    async def __call__(self, tenant: str, text: str) -> CheckReport:
        """Explain a text. Raise `TooLarge`."""
        ...


class ModerationRoutes:
    def __init__(self, access: Access, check: Check) -> None:
        self._access = access
        self._check = check

    async def create(self, request: Request) -> Response:
        """One text after the other, so that nobody takes all threads."""
        caller = await admitted(self._access, request.scope, "inference")
        judged = []
        for text in decode_moderation(await read_body(request.receive)):
            found = await self._check(caller.tenant, text)
            judged.append(Judged(found.level, found.reasons, found.spans))
        return Response(moderation_reply(judged), media_type=JSON, headers={"cache-control": "no-store"})


def add_moderation_routes(app: Ordinary, routes: ModerationRoutes) -> None:
    app.add_api_route(
        "/v1/moderations",
        routes.create,
        methods=["POST"],
        summary="Judge how private texts are",
        responses=answers("ModerationReply"),
        openapi_extra=body("ModerationBody"),
    )
