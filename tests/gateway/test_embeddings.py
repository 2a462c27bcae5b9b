"""`/v1/embeddings` through the official SDK, in both encodings."""

from __future__ import annotations

import base64
from typing import Literal

import numpy as np
import openai
import pytest

from tests.gateway.conftest import Server
from vestibule.providers.embedder.minilm import MiniLM

TEXTS = ["chiller plant", "the boiler of the school", "Größe 😀"]


@pytest.mark.parametrize("encoding", ["float", "base64", None])
async def test_vectors_arrive_as_they_were_made(
    server: Server, embedder: MiniLM, encoding: Literal["float", "base64"] | None
) -> None:
    expected = await embedder.embed(TEXTS)
    async with server.sdk() as client:
        reply = await client.embeddings.create(
            model=MiniLM.name, input=TEXTS, encoding_format=encoding or openai.omit, user="harbour"
        )
    assert [item.index for item in reply.data] == [0, 1, 2]
    rows = [
        np.frombuffer(base64.b64decode(item.embedding), "<f4") if isinstance(item.embedding, str) else item.embedding
        for item in reply.data
    ]
    assert np.array_equal(np.asarray(rows, dtype=np.float32), expected)
    assert reply.model == MiniLM.name
    assert reply.usage.prompt_tokens == reply.usage.total_tokens == sum(map(embedder.count_tokens, TEXTS))


async def test_one_string_and_many(server: Server) -> None:
    async with server.sdk() as client:
        assert len((await client.embeddings.create(model="auto", input="chiller")).data) == 1
        assert len((await client.embeddings.create(model=MiniLM.name, input=["x"] * 2048, dimensions=384)).data) == 2048


CANNOT: list[tuple[dict[str, object], str]] = [
    ({"input": []}, "input"),
    ({"input": ""}, "input"),
    ({"input": ["x", " "]}, "input[1]"),
    ({"input": ["x\0"]}, "input[0]"),
    ({"input": ["x"] * 2049}, "input"),
    ({"input": [1, 2, 3]}, "input"),
    ({"input": [[1, 2], [3]]}, "input"),
    ({"input": [1.5]}, "input[0]"),
    ({"input": {"text": "x"}}, "input"),
    ({"input": "x", "dimensions": 8}, "dimensions"),
    ({"input": "x", "encoding_format": "int8"}, "encoding_format"),
    ({"input": "x", "encoding": "float"}, "encoding"),
    ({}, "input"),
]


async def test_what_cannot_be_embedded_is_named(server: Server) -> None:
    for fields, param in CANNOT:
        reply = await server.ask("POST", "/v1/embeddings", {"model": MiniLM.name, **fields})
        assert (reply.status, reply.code) == (400, "invalid_request"), fields
        assert reply.json["error"]["param"] == param


async def test_token_numbers_are_explained(server: Server) -> None:
    reply = await server.ask("POST", "/v1/embeddings", {"model": MiniLM.name, "input": [[1, 2]]})
    assert "tokenizer" in reply.json["error"]["message"]


async def test_an_unknown_model(server: Server) -> None:
    async with server.sdk() as client:
        with pytest.raises(openai.NotFoundError, match="`all-MiniLM-L6-v2`"):
            await client.embeddings.create(model="text-embedding-3-small", input="x")


async def test_bodies_that_are_no_request(server: Server) -> None:
    for body in (b"", b"{", b"\xff", b'{"input": ' + b"[" * 100_000):
        reply = await server.ask("POST", "/v1/embeddings", body)
        assert (reply.status, reply.code) == (400, "invalid_request")
