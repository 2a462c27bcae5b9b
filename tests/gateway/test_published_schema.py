"""What we send and accept against OpenAI's own document, where it is at hand."""

from __future__ import annotations

import json

import pytest

from tests.gateway.conftest import Server
from tests.gateway.openapi import PUBLISHED, properties, schemas, violations
from vestibule.gateway.wire.chat_request import ChatBody, StreamOptions, WireMessage
from vestibule.gateway.wire.embedding import EmbeddingBody

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")


def test_the_checker_sees_departures() -> None:
    model = schemas()["Model"]
    good = {"id": "a", "object": "model", "created": 1, "owned_by": "b"}
    assert list(violations(good, model)) == []
    for bad in (
        good | {"created": "1"},
        good | {"object": "models"},
        good | {"extra": 1},
        {"id": "a"},
        good | {"created": True},
    ):
        assert list(violations(bad, model)) != []


async def test_replies(server: Server) -> None:
    whole = (await server.chat("Why?")).json
    assert whole.pop("vestibule")
    assert list(violations(whole, schemas()["CreateChatCompletionResponse"])) == []
    for fields in ({}, {"stream_options": {"include_usage": True}}):
        events = (await server.chat("Why?", stream=True, **fields)).body.decode().split("\n\n")
        chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
        assert chunks[-1].pop("vestibule")
        for chunk in chunks:
            assert list(violations(chunk, schemas()["CreateChatCompletionStreamResponse"])) == []
    called = (await server.chat("call it")).json
    assert called.pop("vestibule")
    assert list(violations(called, schemas()["CreateChatCompletionResponse"])) == []
    for event in (await server.chat("call it", stream=True)).body.decode().split("\n\n")[:-3]:
        chunk = json.loads(event.removeprefix("data: "))
        assert list(violations(chunk, schemas()["CreateChatCompletionStreamResponse"])) == []
    models = (await server.ask("GET", "/v1/models")).json
    assert list(violations(models, schemas()["ListModelsResponse"])) == []
    vectors = (await server.ask("POST", "/v1/embeddings", {"model": "auto", "input": ["a", "b"]})).json
    assert list(violations(vectors, schemas()["CreateEmbeddingResponse"])) == []


async def test_errors(server: Server) -> None:
    for reply in (
        await server.ask("GET", "/nowhere"),
        await server.ask("POST", "/v1/chat/completions", b"{"),
        await server.chat("crash"),
        await server.ask("GET", "/v1/models", key="sk-unknown"),
        await server.ask("GET", "/v1/models", origin="null"),
    ):
        assert reply.status >= 400
        assert list(violations(reply.json, schemas()["ErrorResponse"])) == []
    stream = (await server.chat("crash midway", stream=True)).body
    told = json.loads(stream.rstrip().rpartition(b"data: ")[2])
    assert list(violations(told, schemas()["ErrorResponse"])) == []


def test_every_published_request_field_is_known() -> None:
    assert set(properties("CreateChatCompletionRequest")) == set(ChatBody.__struct_fields__) - {"vestibule"}
    assert set(properties("CreateEmbeddingRequest")) == set(EmbeddingBody.__struct_fields__)
    (options, _) = schemas()["ChatCompletionStreamOptions"]["anyOf"]
    assert set(options["properties"]) == set(StreamOptions.__struct_fields__)
    published: set[str] = set()
    for option in schemas()["ChatCompletionRequestMessage"]["oneOf"]:
        published |= set(properties(option["$ref"].rpartition("/")[2]))
    assert published <= set(WireMessage.__struct_fields__)
