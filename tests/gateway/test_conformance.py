"""The official Python SDK drives every endpoint of OpenAI's that we serve, and every reply is held against OpenAI's
published schema: whole bodies, each event of a stream, and errors. What is ours alone (`vestibule`) is left aside."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletionToolParam
from openai.types.responses import ToolParam

from tests.gateway.conftest import Serve, Server
from tests.gateway.openapi import PUBLISHED, departures
from tests.gateway.operating import operator
from tests.gateway.responses.conformance import without_ours
from vestibule.privacy.audit.trail import Trail
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.storage.database import Database

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")

CALL: ChatCompletionToolParam = {"type": "function", "function": {"name": "get_peak", "parameters": {}}}
PEAK: ToolParam = {"type": "function", "name": "get_peak", "parameters": {"type": "object"}, "strict": False}
SEARCH: ToolParam = {"type": "file_search", "vector_store_ids": ["vs_knowledge"]}

# by the beginning and the end of a path: the schema of a reply, and that of an event
SCHEMAS = (
    ("GET", "/v1/models", "", "ListModelsResponse", None),
    ("GET", "/v1/models/", "", "Model", None),
    ("POST", "/v1/chat/completions", "", "CreateChatCompletionResponse", "CreateChatCompletionStreamResponse"),
    ("POST", "/v1/embeddings", "", "CreateEmbeddingResponse", None),
    ("POST", "/v1/moderations", "", "CreateModerationResponse", None),
    ("POST", "/v1/responses", "", "Response", "ResponseStreamEvent"),
    ("GET", "/v1/responses/", "/input_items", "ResponseItemList", None),
    ("GET", "/v1/responses/", "", "Response", None),
)


class Witness:
    """Holds everything that the SDK receives against the schema, and counts it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.departures: list[str] = []

    async def hear(self, response: httpx.Response) -> None:
        await response.aread()
        request = response.request
        name = f"{request.method} {request.url.path}"
        if response.status_code >= 400:
            self._hold(name, response.json(), "ErrorResponse")
        elif response.headers["content-type"].startswith("text/event-stream"):
            _, event_schema = self._schemas(request.method, request.url.path)
            for line in response.text.splitlines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    told = json.loads(line.removeprefix("data: "))
                    self._hold(name, told, "ErrorResponse" if "error" in told else str(event_schema))
        elif request.method != "DELETE":  # what is deleted is told in no published shape
            schema, _ = self._schemas(request.method, request.url.path)
            self._hold(name, response.json(), schema)

    def _schemas(self, method: str, path: str) -> tuple[str, str | None]:
        for known, begin, end, schema, event in SCHEMAS:
            exact = path == begin if not begin.endswith("/") else path.startswith(begin) and path.endswith(end)
            if method == known and exact:
                return schema, event
        raise AssertionError(f"no schema is known for {method} {path}")

    def _hold(self, name: str, value: Any, schema: str) -> None:
        self.counts[schema] += 1
        for item in value["data"] if schema == "CreateEmbeddingResponse" else ():
            if isinstance(item["embedding"], str):  # Base64, which the schema does not know and the SDK asks for
                item["embedding"] = np.frombuffer(base64.b64decode(item["embedding"]), "<f4").tolist()
        self.departures += [f"{name} as {schema}: {what}" for what in departures(without_ours(value), schema)]


@asynccontextmanager
async def witnessed(server: Server) -> AsyncIterator[tuple[AsyncOpenAI, Witness]]:
    witness = Witness()
    async with AsyncOpenAI(
        base_url=f"http://127.0.0.1:{server.port}/v1",
        api_key=server.key,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(event_hooks={"response": [witness.hear]}),
    ) as client:
        yield client, witness


async def models(client: AsyncOpenAI) -> None:
    async for _ in client.models.list():
        pass
    await client.models.retrieve("extractive")


async def chat(client: AsyncOpenAI) -> None:
    for question in ("Why?", "long", "call it"):
        asked: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": question}], "tools": [CALL]}
        for n in (1, 3):
            await client.chat.completions.create(**asked, n=n)
            for usage in (True, False):
                stream = await client.chat.completions.create(
                    **asked, n=n, stream=True, stream_options={"include_usage": usage}
                )
                async for _ in stream:
                    pass


async def embeddings(client: AsyncOpenAI) -> None:
    await client.embeddings.create(model=MiniLM.name, input=["a", "b"], encoding_format="float")
    await client.embeddings.create(model="auto", input="a", encoding_format="base64")


async def moderations(client: AsyncOpenAI) -> None:
    await client.moderations.create(input=["The alarm code is 4711.", "What is a chiller?"])


async def responses(client: AsyncOpenAI) -> None:
    asked: dict[str, Any] = {"model": "auto", "tools": [PEAK, SEARCH], "include": ["file_search_call.results"]}
    for question in ("Why?", "long", "call it", "upstream_failed midway"):
        with suppress(openai.APIStatusError):
            kept = await client.responses.create(**asked, input=question, instructions="Be brief.")
            await client.responses.retrieve(kept.id)
            again = await client.responses.create(**asked, input="And August?", previous_response_id=kept.id)
            async for _ in client.responses.input_items.list(again.id, limit=2):
                pass
            await client.responses.delete(kept.id)
        async for _ in await client.responses.create(**asked, input=question, stream=True):
            pass


async def errors(client: AsyncOpenAI) -> None:
    asked: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "crash midway"}]}
    failing: list[Callable[[], Awaitable[object]]] = [
        lambda: client.models.retrieve("nobody"),
        lambda: client.chat.completions.create(**asked | {"model": "nobody"}),
        lambda: client.chat.completions.create(**asked, logprobs=True),
        lambda: client.embeddings.create(model="nobody", input="a"),
        lambda: client.moderations.create(input=[]),
        lambda: client.responses.retrieve("resp_no"),
        lambda: client.responses.delete("resp_no"),
        lambda: client.responses.cancel("resp_no"),
        lambda: client.responses.create(model="auto", input="x", background=True),
    ]
    for ask in failing:
        with pytest.raises(openai.APIStatusError):
            await ask()
    with pytest.raises(openai.APIError):
        async for _ in await client.chat.completions.create(**asked, stream=True):
            pass


async def test_every_reply_is_as_published(
    serve: Serve, database: Database, storage_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = await serve(operator=operator(Trail(database, storage_home)))
    async with witnessed(server) as (client, witness):
        for drive in (models, chat, embeddings, moderations, responses, errors):
            await drive(client)
    with capsys.disabled():
        counted = ", ".join(f"{count} {schema}" for schema, count in sorted(witness.counts.items()))
        print(f"\nconformance: {witness.counts.total()} replies and events held against OpenAI's schema ({counted})")
    assert witness.departures == []
    assert set(witness.counts) >= {schema for *_, schema, _ in SCHEMAS} | {"ResponseStreamEvent", "ErrorResponse"}


async def test_the_witness_sees_a_departure() -> None:
    witness = Witness()
    request = httpx.Request("GET", "http://127.0.0.1/v1/models")
    await witness.hear(httpx.Response(200, json={"object": "list", "data": [{"id": 1}]}, request=request))
    assert len(witness.departures) >= 1
