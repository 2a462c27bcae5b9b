"""What will go is announced in the headers, as the RFCs write them, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from vestibule.gateway.deprecations import DEPRECATIONS, Deprecation, announced
from vestibule.gateway.reference import document as documents
from vestibule.gateway.reference import offline

GOING = Deprecation(
    since=datetime(2026, 1, 1, tzinfo=UTC), sunset=datetime(2026, 7, 1, tzinfo=UTC), link="https://example.com/changes"
)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).url.path)(scope, receive, send)


async def headers(method: str, path: str) -> dict[str, str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "server": ("x", 1)}
    table = {("get", "/v1/old/{thing_id}"): GOING}
    await announced(app, table)(scope, receive, send)
    assert sent[1]["body"] == path.encode()
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


async def test_what_is_deprecated_says_since_when_until_when_and_where_to_read() -> None:
    said = await headers("GET", "/v1/old/7")
    assert said["deprecation"] == "@1767225600"  # RFC 9745: a date as a structured field
    assert said["sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"  # RFC 8594: an HTTP date
    assert said["link"] == '<https://example.com/changes>; rel="deprecation"; type="text/markdown"'


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/old/7"), ("GET", "/v1/old"), ("GET", "/v1/old/7/more"), ("GET", "/v1/new/7")]
)
async def test_nothing_else_is_announced(method: str, path: str) -> None:
    assert not {"deprecation", "sunset", "link"} & set(await headers(method, path))


def test_without_anything_to_announce_nothing_stands_in_the_way() -> None:
    assert announced(app, {}) is app


async def test_the_document_marks_what_is_deprecated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DEPRECATIONS", {("get", "/v1/models"): GOING})
    described = await offline.document()
    assert described["paths"]["/v1/models"]["get"]["deprecated"]
    assert "deprecated" not in described["paths"]["/v1/models/{model}"]["get"]


async def test_the_table_names_operations_there_are_and_leaves_half_a_year() -> None:
    described = await offline.document()
    for (method, path), going in DEPRECATIONS.items():
        assert method in described["paths"][path]
        assert (going.sunset - going.since).days >= 180
