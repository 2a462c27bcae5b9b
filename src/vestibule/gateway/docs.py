"""`/docs` and `/openapi.json`: the interface described, in one page without a script and without a foreign server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from vestibule.gateway.chat import PATH
from vestibule.gateway.errors import ErrorBody
from vestibule.gateway.health import Health
from vestibule.gateway.models import ModelList, WireModel
from vestibule.gateway.privacy import CheckBody, EraseBody
from vestibule.gateway.reply import JSON
from vestibule.gateway.wire.chat_reply import ChatCompletion, ChatCompletionChunk
from vestibule.gateway.wire.chat_request import ChatBody
from vestibule.gateway.wire.embedding import EmbeddingBody, EmbeddingList

# an OpenAPI document: JSON of a published shape that we write and never interpret
Document = dict[str, Any]

_TYPES = (
    ChatBody,
    ChatCompletion,
    ChatCompletionChunk,
    EmbeddingBody,
    EmbeddingList,
    ModelList,
    WireModel,
    Health,
    CheckBody,
    EraseBody,
    ErrorBody,
)
_REFERENCE = "#/components/schemas/{name}"
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a2b33}"
    "h2{margin-top:2.5rem;font-size:1.1rem}code{background:#eef3f4;padding:.1em .3em;border-radius:3px}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.25rem .75rem;border-top:1px solid #d5dfe2}"
    ".method{color:#0a6b5d;font-weight:600}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocsRoutes:
    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def document(self, _: Request) -> Response:
        return Response(msgspec.json.encode(openapi(self._app)), media_type=JSON)

    async def page(self, _: Request) -> Response:
        headers = {"content-security-policy": _POLICY, "x-content-type-options": "nosniff"}
        return HTMLResponse("".join(_page(openapi(self._app))), headers=headers)


def openapi(app: FastAPI) -> Document:
    """FastAPI's document of its own routes, completed by the chat route and by the types we encode ourselves."""
    document: Document = app.openapi()
    if PATH not in document["paths"]:
        _, schemas = msgspec.json.schema_components(_TYPES, ref_template=_REFERENCE)
        document.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
        document["paths"][PATH] = {"post": _CHAT}
    return document


def body(name: str) -> Document:
    return {"requestBody": {"required": True, "content": content(name)}}


def content(name: str) -> Document:
    return {JSON: {"schema": {"$ref": _REFERENCE.format(name=name)}}}


_CHAT: Document = {
    "summary": "Answer a conversation",
    "description": "The whole answer, or with `stream` server-sent events ending with `[DONE]`; `vestibule` in the "
    "answer or in the last chunk says where it came from. An error after the first event is an event with `error`.",
    **body("ChatBody"),
    "responses": {
        "200": {
            "description": "The answer",
            "content": {
                **content("ChatCompletion"),
                "text/event-stream": content("ChatCompletionChunk")[JSON],
            },
        },
        "default": {"description": "A refusal or a failure", "content": content("ErrorBody")},
    },
}


def _page(document: Document) -> Iterator[str]:
    info, schemas = document["info"], document["components"]["schemas"]
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])}</title>'
    yield f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f'<p>{escape(info["description"])} The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>'
    for path, operations in sorted(document["paths"].items()):
        for method, operation in operations.items():
            yield f'<h2><span class="method">{method.upper()}</span> <code>{escape(path)}</code></h2>'
            yield f"<p>{escape(operation['summary'])}. {escape(operation.get('description', ''))}</p>"
            yield from _fields(operation, schemas)


def _fields(operation: Document, schemas: Mapping[str, Document]) -> Iterator[str]:
    if "requestBody" not in operation:
        return
    reference = operation["requestBody"]["content"][JSON]["schema"]["$ref"]
    schema = schemas[reference.rpartition("/")[2]]
    yield "<table><tr><th>Field</th><th>Type</th><th></th></tr>"
    for name, field in schema["properties"].items():
        required = "required" if name in schema["required"] else ""
        yield f"<tr><td><code>{escape(name)}</code></td><td>{escape(_type(field))}</td><td>{required}</td></tr>"
    yield "</table>"


def _type(field: Document) -> str:
    if "anyOf" in field:
        return " or ".join(_type(option) for option in field["anyOf"])
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("type", "any"))
