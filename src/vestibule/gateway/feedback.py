"""`POST /v1/feedback`: whether an answer was of use, said by those who had it. Takes no text."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.docs import answers
from vestibule.gateway.docs import body as reads
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.decode import decode

FEEDBACK = "/v1/feedback"

Rating = Literal["up", "down"]


class FeedbackBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id` is that of the answer, as `chatcmpl-…`."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    rating: Rating


class FeedbackReply(msgspec.Struct, frozen=True):
    id: str
    rating: Rating
    object: Literal["feedback"] = "feedback"


class Ratings(Protocol):
    async def record(self, tenant: str, request_id: str, thumb: Rating) -> None:
        """Raise `NotFound` for an answer that the tenant has not had."""
        ...


class FeedbackRoutes:
    def __init__(self, access: Access, ratings: Ratings) -> None:
        self._access = access
        self._ratings = ratings

    async def give(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "feedback")
        body = decode(await read_body(request.receive), _FEEDBACK)
        await self._ratings.record(caller.tenant, body.id, body.rating)
        return json_reply(FeedbackReply(body.id, body.rating))


def add_feedback_routes(app: Ordinary, routes: FeedbackRoutes) -> None:
    app.add_api_route(
        FEEDBACK,
        routes.give,
        methods=["POST"],
        summary="Say whether an answer was of use",
        responses=answers("FeedbackReply"),
        openapi_extra=reads("FeedbackBody"),
    )


_FEEDBACK = msgspec.json.Decoder(FeedbackBody)
