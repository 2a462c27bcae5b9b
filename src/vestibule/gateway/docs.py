"""`/docs` and `/openapi.json`, and what routes say of themselves there. `reference/` puts the document together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vestibule.core.once import Once
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.reply import JSON

# an OpenAPI document: JSON of a published shape that we write and never interpret
Document = dict[str, Any]

_REFERENCE = "#/components/schemas/{name}"


class DocsRoutes:
    """`describe` makes the document, `show` a page of it under the content security policy `policy`."""

    def __init__(
        self, app: Ordinary, describe: Callable[[Ordinary], Document], show: Callable[[Document], str], policy: str
    ) -> None:
        self._document = Once(lambda: describe(app))
        self._show = show
        self._headers = {"content-security-policy": policy, "x-content-type-options": "nosniff"}

    async def document(self, _: Request) -> Response:
        return Response(await asyncio.to_thread(lambda: msgspec.json.encode(self._document())), media_type=JSON)

    async def page(self, _: Request) -> Response:
        return HTMLResponse(await asyncio.to_thread(lambda: self._show(self._document())), headers=self._headers)


def body(name: str) -> Document:
    return {"requestBody": {"required": True, "content": content(name)}}


def content(name: str) -> Document:
    return {JSON: {"schema": {"$ref": _REFERENCE.format(name=name)}}}


def answers(name: str | None = None) -> dict[int | str, Document]:
    """The replies of a route: `name` is the type of those that are no refusal, if there are any."""
    refusal: Document = {"description": "A refusal or a failure", "content": content("ErrorBody")}
    told: dict[int | str, Document] = {"default": refusal}
    return told | {200: {"description": "Done", "content": content(name)}} if name else told
