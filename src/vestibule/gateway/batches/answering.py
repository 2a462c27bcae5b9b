"""Answers the lines of batches by the same routes that requests take, behind requests of people.

A line goes in as the request it describes, on behalf of who made the batch, and comes out as what they would have been
sent. Knows no batch.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping

import msgspec
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vestibule.access.delegates import delegation
from vestibule.access.limits.claims import UNLIMITED
from vestibule.batches import Reply
from vestibule.core.answer import Event
from vestibule.core.caller import Caller, Credential
from vestibule.core.chat import ChatRequest
from vestibule.core.errors import InvalidRequest, NotFound, RateLimited, VestibuleError
from vestibule.gateway.chat import PATH as CHAT
from vestibule.gateway.chat import ChatCompletions
from vestibule.gateway.edge import REQUEST_ID
from vestibule.gateway.embeddings import EmbeddingRoutes
from vestibule.gateway.errors import body_of, internal, status_of
from vestibule.gateway.ports import Access, Pipeline
from vestibule.gateway.responses.create import PATH as RESPONSES
from vestibule.gateway.responses.create import Responses
from vestibule.gateway.responses.kept import Keeping

EMBEDDINGS = "/v1/embeddings"
ENDPOINTS = (CHAT, RESPONSES, EMBEDDINGS)
LEFT_TO_OTHERS = 0.2  # of each limit of a minute, so that a batch shuts nobody out


class Answers:
    """`access` is that of delegations, and `pipeline` asks it, too."""

    def __init__(
        self, pipeline: Pipeline, access: Access, embeddings: EmbeddingRoutes, responses: Keeping | None = None
    ) -> None:
        behind = _Behind(pipeline)
        self._access = access
        self._routes: dict[str, ASGIApp] = {CHAT: ChatCompletions(behind, access), EMBEDDINGS: _Embeddings(embeddings)}
        if responses:
            self._routes[RESPONSES] = Responses(behind, access, responses)

    async def answer(self, owner: Caller, endpoint: str, body: bytes) -> Reply:
        """What a request with that body would be answered. Raise as its endpoint does."""
        route = self._routes.get(endpoint)
        if route is None:
            raise NotFound("This endpoint is not served in batches.", next_step=f"Use {', '.join(self._routes)}.")
        self._leave_room(owner)
        if _streams(body):
            raise InvalidRequest("`stream` is not served in batches.", next_step="Leave it out.", param="stream")
        reply = _Told()
        await route(_scope(endpoint, owner), _read(body), reply)
        return Reply(reply.status, bytes(reply.body))

    def _leave_room(self, owner: Caller) -> None:
        """Raise `RateLimited` where what is left of a limit of a minute is for those who wait for their answers."""
        for stands in self._access.standing(owner):
            if stands.limit < UNLIMITED and stands.left < LEFT_TO_OTHERS * stands.limit:
                raise RateLimited(
                    "The rest of this minute's limit is left to interactive requests.",
                    retry_after_s=stands.reset_s * LEFT_TO_OTHERS,
                )

    def refusal(self, error: Exception) -> Reply:
        if not isinstance(error, VestibuleError):
            error = internal(f"req_{secrets.token_hex(8)}")
        return Reply(status_of(error), body_of(error))


class _Behind:
    """The pipeline for requests that nobody waits for."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        return self._pipeline.run(credential, msgspec.structs.replace(request, priority="batch"))


class _Embeddings:
    def __init__(self, routes: EmbeddingRoutes) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._routes.create(Request(scope, receive))
        await response(scope, receive, send)


class _Told:
    """What a route sends."""

    def __init__(self) -> None:
        self.status = 0
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")


def _scope(endpoint: str, owner: Caller) -> Scope:
    headers = [(b"authorization", f"Bearer {delegation(owner)}".encode()), (b"content-type", b"application/json")]
    return {
        "type": "http",
        "method": "POST",
        "path": endpoint,
        "query_string": b"",
        "headers": headers,
        "client": None,
        REQUEST_ID: f"req_{secrets.token_hex(8)}",
    }


def _read(body: bytes) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # nobody is there who could leave
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _streams(body: bytes) -> bool:
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    return isinstance(said, Mapping) and bool(said.get("stream"))
