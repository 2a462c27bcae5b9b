"""`POST /admin/v1/privacy/check` and `/erase`, for keys with the scope admin. No text of either is logged or kept."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from vestibule.access.reach import within_reach
from vestibule.core.errors import InvalidRequest
from vestibule.core.ports import Subject
from vestibule.erasure import ErasureReport
from vestibule.gateway.body import read_body
from vestibule.gateway.caller import admitted
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.ports import Access
from vestibule.gateway.reply import json_reply
from vestibule.gateway.wire.chat_request import decode_chat
from vestibule.gateway.wire.decode import decode
from vestibule.privacy.check import PrivacyCheck


class Erasure(Protocol):
    async def preview(self, subject: Subject) -> ErasureReport: ...

    async def erase(self, subject: Subject, who: str) -> ErasureReport: ...


class CheckBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: a text, or messages as in a chat request."""

    text: str | None = None
    messages: list[dict[str, Any]] | None = None


class EraseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `confirm` it is only counted what would go."""

    tenant: str
    person: str | None = None
    documents: bool = False
    confirm: bool = False


_CHECK = msgspec.json.Decoder(CheckBody)
_ERASE = msgspec.json.Decoder(EraseBody)


class PrivacyRoutes:
    def __init__(self, access: Access, check: PrivacyCheck, erasure: Erasure) -> None:
        self._access = access
        self._check = check
        self._erasure = erasure

    async def check(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        body = decode(await read_body(request.receive), _CHECK)
        if (body.text is None) == (body.messages is None):
            raise InvalidRequest("Send `text` or `messages`, one of the two.", next_step="See /docs.", param="text")
        if body.text is not None:
            return json_reply(await self._check(caller.tenant, body.text))
        messages = decode_chat(msgspec.json.encode({"model": "auto", "messages": body.messages})).messages
        return json_reply(await self._check.conversation(caller.tenant, messages))

    async def erase(self, request: Request) -> Response:
        caller = await admitted(self._access, request.scope, "admin")
        body = decode(await read_body(request.receive), _ERASE)
        subject = Subject(within_reach(caller, body.tenant), body.person, body.documents)
        if body.confirm:
            return json_reply(await self._erasure.erase(subject, caller.key_id))
        return json_reply(await self._erasure.preview(subject))


def add_privacy_routes(app: Ordinary, routes: PrivacyRoutes) -> None:
    app.add_api_route(
        "/admin/v1/privacy/check",
        routes.check,
        methods=["POST"],
        summary="Explain what is found in a text, its class, and what of it would leave",
    )
    app.add_api_route(
        "/admin/v1/privacy/erase",
        routes.erase,
        methods=["POST"],
        summary="Forget a tenant, or what names a person; counts only unless confirmed",
    )
