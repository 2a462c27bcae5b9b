"""The OpenAPI document: FastAPI's of the ordinary routes, completed by the fast path, types, examples, refusals."""

from __future__ import annotations

import re

from vestibule.gateway.chat import PATH as CHAT
from vestibule.gateway.deprecations import DEPRECATIONS
from vestibule.gateway.docs import Document, body, content
from vestibule.gateway.ordinary import Ordinary
from vestibule.gateway.reference.examples import EVENTS, EXAMPLES
from vestibule.gateway.reference.operations import OPEN, PARAMETERS, TAGS, TOLD, UNTOLD, Query, Told, tag_of
from vestibule.gateway.reference.refusals import components, refusals_of
from vestibule.gateway.reference.schemas import schemas
from vestibule.gateway.reply import JSON
from vestibule.gateway.responses.create import PATH as RESPONSES

_REFERENCE = "#/components/schemas/{name}"
_KEY = "A key of `vestibule keys create`, or a token of an identity provider. A demo takes any, or none, at home."
_EVENTS = "text/event-stream"
_FAST: dict[str, Document] = {
    CHAT: {
        "summary": "Answer a conversation",
        "description": "The whole answer, or with `stream` server-sent events ending with `[DONE]`; `vestibule` in the "
        "answer or in the last chunk says where it came from. An error after the first event is an event with `error`.",
        **body("ChatBody"),
        "responses": {
            "200": {
                "description": "The answer",
                "content": {**content("ChatCompletion"), _EVENTS: content("ChatCompletionChunk")[JSON]},
            },
        },
    },
    RESPONSES: {
        "summary": "Answer, and keep the answer to go on from",
        "description": "The same as a chat completion, in OpenAI's newer shape: items in, items out. It is stored, "
        "sealed, unless `store` is false. With `stream` typed events, the last of them completed, incomplete or "
        "failed.",
        **body("ResponseBody"),
        "responses": {
            "200": {
                "description": "The response",
                "content": {**content("Response"), _EVENTS: {"schema": {"type": "string"}}},
            },
        },
    },
}


def openapi(app: Ordinary) -> Document:
    """Describe every operation: what it reads and answers, with examples, who may ask, and what may go wrong."""
    document: Document = app.openapi()
    if CHAT not in document["paths"]:
        document["paths"] |= {path: {"post": dict(described)} for path, described in _FAST.items()}
        document["components"] = {
            "schemas": schemas(),
            "responses": components(),
            "securitySchemes": {"ApiKey": {"type": "http", "scheme": "bearer", "description": _KEY}},
        }
        document["security"] = [{"ApiKey": []}]
        named = dict.fromkeys((tag, help) for _, tag, help in (*TAGS, ("", UNTOLD, "")))
        document["tags"] = [{"name": tag, "description": help} for tag, help in named]
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _complete(method, path, operation)
    return document


def _complete(method: str, path: str, operation: Document) -> None:
    told = TOLD.get((method, path), Told())
    operation["tags"] = [tag_of(path)]
    operation["operationId"] = _identifier(method, path)
    if path in OPEN:
        operation["security"] = []
    if (method, path) in DEPRECATIONS:
        operation["deprecated"] = True
    parameters = [*map(_path_parameter, re.findall(r"\{(\w+)\}", path)), *map(_query, told.queries)]
    if parameters:
        operation["parameters"] = parameters
    if told.body == "FileForm":
        form = {"multipart/form-data": {"schema": {"$ref": _REFERENCE.format(name=told.body)}}}
        operation["requestBody"] = {"required": True, "content": form}
    elif told.body:
        operation |= body(told.body)
    _answer(operation["responses"], told)
    understands = bool(parameters) or "requestBody" in operation
    operation["responses"] |= refusals_of(path, keyed=path not in OPEN, understands=understands)
    for described in (operation.get("requestBody", {}), *operation["responses"].values()):
        for kind, media in described.get("content", {}).items():
            _exemplify(kind, media)


def _answer(responses: Document, told: Told) -> None:
    responses.pop("422", None)
    if told.reply:
        responses["200"] = {"description": "Done", "content": content(told.reply)}
    elif told.replies_with:
        schema = {"type": "string", "contentMediaType": told.replies_with}
        responses["200"] = {"description": "Done", "content": {told.replies_with: {"schema": schema}}}
    elif responses.get("200", {}).get("content") == {JSON: {"schema": {}}}:
        responses["200"] = {"description": "Done"}
    responses["default"] = {"description": "A refusal or a failure", "content": content("ErrorBody")}
    if "204" in responses:
        responses["204"] = {"description": "Done"}


def _exemplify(kind: str, media: Document) -> None:
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if kind == _EVENTS:
        media["example"] = EVENTS[name]
    elif name in EXAMPLES:
        media["example"] = EXAMPLES[name]


def _path_parameter(name: str) -> Document:
    help = PARAMETERS.get(name, "")
    return {"name": name, "in": "path", "required": True, "description": help, "schema": {"type": "string"}}


def _query(query: Query) -> Document:
    schema: Document = {"type": query.kind} | ({"enum": list(query.values)} if query.values else {})
    return {"name": query.name, "in": "query", "required": False, "description": query.help, "schema": schema}


def _identifier(method: str, path: str) -> str:
    """One that stays: "get_v1_files_file_id_content"."""
    return "_".join([method, *re.findall(r"\w+", path)])
