"""`/docs` and `/openapi.json`, and what routes say of themselves there. `reference/` puts the document together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vestibule.gateway.reply import JSON

# an OpenAPI document: JSON of a published shape that we write and never interpret
Document = dict[str, Any]

_REFERENCE = "#/components/schemas/{name}"


class DocsRoutes:
    """`describe` makes the document, `show` a page of it under the content security policy `policy`."""

    def __init__(
        self, app: FastAPI, describe: Callable[[FastAPI], Document], show: Callable[[Document], str], policy: str
    ) -> None:
        self._app = app
        self._describe = describe
        self._show = show
        self._headers = {"content-security-policy": policy, "x-content-type-options": "nosniff"}

    async def document(self, _: Request) -> Response:
        return Response(msgspec.json.encode(self._describe(self._app)), media_type=JSON)

    async def page(self, _: Request) -> Response:
        return HTMLResponse(self._show(self._describe(self._app)), headers=self._headers)


def body(name: str) -> Document:
    return {"requestBody": {"required": True, "content": content(name)}}


def content(name: str) -> Document:
    return {JSON: {"schema": {"$ref": _REFERENCE.format(name=name)}}}


def answers(name: str | None = None) -> dict[int | str, Document]:
    """The replies of a route: `name` is the type of those that are no refusal, if there are any."""
    refusal: Document = {"description": "A refusal or a failure", "content": content("ErrorBody")}
    told: dict[int | str, Document] = {"default": refusal}
    return told | {200: {"description": "Done", "content": content(name)}} if name else told
