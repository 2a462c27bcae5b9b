"""The official Python SDK drives every endpoint of OpenAI's that we serve, and plain requests every way it can be
refused; every reply is held against OpenAI's published schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletionToolParam
from openai.types.responses import ToolParam

from tests.gateway.batches.conftest import OVER, Office, asked, office, office_of
from tests.gateway.conformance import Witness, published
from tests.gateway.openapi import PUBLISHED
from tests.gateway.scripted import ANSWER, REFUSALS
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.storage.database import Database

__all__ = ["office"]

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")

CALL: ChatCompletionToolParam = {"type": "function", "function": {"name": "get_peak", "parameters": {}}}
PEAK: ToolParam = {"type": "function", "name": "get_peak", "parameters": {"type": "object"}, "strict": False}
SEARCH: ToolParam = {"type": "file_search", "vector_store_ids": ["vs_knowledge"]}
OURS_ALONE = {"GET /v1/controls", "GET /v1/agents/templates", "GET /v1/agents/templates/{name}"}
UNKNOWN = b'{"modell": 1}'
MANY_BYTES = b'{"model": "' + b"x" * 1_200_000 + b'"}'
CANCEL = "POST /v1/responses/{response_id}/cancel"
CHAT, RESPONSES = "POST /v1/chat/completions", "POST /v1/responses"


def surface(office: Office) -> list[str]:
    """The routes of OpenAI's that are served."""
    routes = [route.replace(":path}", "}") for route in office.routes if " /v1/" in route]
    assert {route for route in routes if route not in published()} == OURS_ALONE
    return [route for route in routes if route in published()]


@dataclass(frozen=True)
class Plain:
    """A client that sends what no SDK would."""

    http: httpx.AsyncClient
    key: str

    async def send(self, method: str, path: str, key: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"} if key != "" else {}
        return await self.http.request(method, path, headers=headers | more.pop("headers", {}), **more)


@asynccontextmanager
async def witnessed(office: Office) -> AsyncIterator[tuple[AsyncOpenAI, Plain, Witness]]:
    witness, key = Witness(surface(office)), office.server.key or ""
    address, hooks = f"http://127.0.0.1:{office.server.port}/v1", {"response": [witness.hear]}
    async with (
        httpx.AsyncClient(base_url=address, event_hooks=hooks) as http,
        AsyncOpenAI(
            base_url=address, api_key=key, max_retries=0, http_client=DefaultAsyncHttpxClient(event_hooks=hooks)
        ) as client,
    ):
        yield client, Plain(http, key), witness


async def models(client: AsyncOpenAI) -> None:
    async for _ in client.models.list():
        pass
    await client.models.retrieve("auto")


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


async def logprobs(client: AsyncOpenAI) -> None:
    asked: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "Why?"}], "logprobs": True}
    for n in (1, 2):
        whole = await client.chat.completions.create(**asked, n=n, top_logprobs=1)
        for choice in whole.choices:
            assert choice.logprobs is not None
            assert "".join(token.token for token in choice.logprobs.content or []) == ANSWER
        said = ""
        async for chunk in await client.chat.completions.create(**asked, n=n, stream=True):
            told = [choice.logprobs.content or [] for choice in chunk.choices if choice.logprobs]
            said += "".join(token.token for tokens in told for token in tokens)
        assert len(said) == n * len(ANSWER)
    again: dict[str, Any] = {"model": "auto", "input": "Why?", "include": ["message.output_text.logprobs"]}
    response = await client.responses.create(**again, top_logprobs=1)
    (message,) = response.output
    assert message.type == "message"
    (text,) = message.content
    assert text.type == "output_text"
    assert "".join(token.token for token in text.logprobs or []) == text.text == ANSWER
    assert response.top_logprobs == 1
    kept = await client.responses.retrieve(response.id)
    assert kept.output == response.output
    said = ""
    async for event in await client.responses.create(**again, stream=True):
        if event.type == "response.output_text.delta":
            said += "".join(token.token for token in event.logprobs)
    assert said == ANSWER


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


async def files_and_batches(client: AsyncOpenAI) -> None:
    lines = [asked("a"), asked("b", "invalid_request"), asked("c", "call it", n=2)]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    file = await client.files.create(
        file=("in.jsonl", content), purpose="batch", expires_after={"anchor": "created_at", "seconds": 7200}
    )
    await client.files.retrieve(file.id)
    await client.files.content(file.id)
    batch = await client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h", metadata={"for": "it"}
    )
    async with asyncio.timeout(60):
        while (batch := await client.batches.retrieve(batch.id)).status not in OVER:  # noqa: ASYNC110 it is in a database
            await asyncio.sleep(0.05)
    assert batch.status == "completed"
    for kept in (json.dumps(asked("a", "silence")).encode(), b"{}"):
        made_of = await client.files.create(file=("in.jsonl", kept), purpose="batch")
        made = await client.batches.create(
            input_file_id=made_of.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        with suppress(openai.APIStatusError):
            await client.batches.cancel(made.id)
        await client.batches.retrieve(made.id)
    async for _ in client.batches.list(limit=2):
        pass
    async for _ in client.files.list(limit=2):
        pass
    await client.files.delete(file.id)


SUCCESSES = (models, chat, logprobs, embeddings, moderations, responses, files_and_batches)


async def test_every_success_of_every_route_is_as_published(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    async with witnessed(office) as (client, plain, witness):
        for drive in SUCCESSES:
            await drive(client)
        for path in ("/files", "/batches"):
            for query in ("limit=1", "limit=0", "after=nobody", "order=up"):
                await plain.send("GET", f"{path}?{query}")
    told(witness, capsys)
    answered = {route for route, status in witness.seen if status < 300}
    # nothing is made in the background that could be cancelled
    assert set(surface(office)) - answered == {CANCEL}


async def test_every_refusal_of_every_route_is_as_published(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    other = (await office.keys.create(office.tenant, ("feedback",))).token
    async with witnessed(office) as (client, plain, witness):
        for route in surface(office):
            await refused(plain, route, other)
        await failures(client)
    told(witness, capsys)
    statuses = {route: {status for seen, status in witness.seen if seen == route} for route in surface(office)}
    assert all({401, 403} <= seen for seen in statuses.values()), statuses
    assert {filled(route)[1] for route, seen in statuses.items() if 405 in seen} == {filled(r)[1] for r in statuses}
    assert all(404 in seen for route, seen in statuses.items() if "{" in route), statuses
    for route in (CHAT, RESPONSES):
        assert {400, 402, 403, 404, 413, 429, 500, 502, 503, 504} <= statuses[route], statuses[route]


async def test_what_is_too_often_is_as_published(
    database: Database, storage_home: Path, tenant: str, embedder: MiniLM, capsys: pytest.CaptureFixture[str]
) -> None:
    async with (
        office_of(database, storage_home, tenant, embedder, per_minute=1) as office,
        witnessed(office) as (client, plain, witness),
    ):
        await client.models.list()
        for route in surface(office):
            reply = await plain.send(*filled(route), **good(route))
            assert reply.status_code == 429, (route, reply.text[:200])
            assert int(reply.headers["retry-after"]) >= 1
    told(witness, capsys)


async def refused(plain: Plain, route: str, other: str) -> None:
    """Ask in each way that a route refuses, whatever it does; `other` is a key without the right."""

    async def ask(wanted: set[int], method: str, path: str, **how: Any) -> None:
        reply = await plain.send(method, path, **how)
        assert reply.status_code in wanted, (route, reply.status_code, wanted, reply.text[:300])

    method, path = filled(route)
    for key, status in (("", 401), ("vst_wrong", 401), (other, 403)):
        await ask({status}, method, path, key=key, **good(route))
    await ask({405}, "PATCH", path)
    if "{" in route:
        await ask({404}, method, path, **good(route))
    if method == "POST" and "{" not in route:
        for body, wanted in (
            (b"", {400, 415}),
            (b"[", {400, 415}),
            (UNKNOWN, {400, 415}),
            (MANY_BYTES, {400, 413, 415}),
        ):
            await ask(wanted, method, path, content=body, headers={"Content-Type": "application/json"})


async def failures(client: AsyncOpenAI) -> None:
    """What a pipeline may say, before the first word and after it, whole and streamed."""
    for code in (*REFUSALS, "crash"):
        for question in (code, f"{code} midway"):
            for stream in (False, True):
                with suppress(openai.APIError):
                    answer: Any = await client.chat.completions.create(
                        model="auto", messages=[{"role": "user", "content": question}], stream=stream
                    )
                    if stream:
                        async for _ in answer:
                            pass
                with suppress(openai.APIError):
                    response: Any = await client.responses.create(model="auto", input=question, stream=stream)
                    if stream:
                        async for _ in response:
                            pass
    failing: list[Callable[[], Awaitable[object]]] = [
        lambda: client.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "Why?"}]),
        lambda: client.responses.create(model="nobody", input="Why?"),
        lambda: client.responses.create(model="auto", input="x", background=True),
        lambda: client.embeddings.create(model="nobody", input="a"),
        lambda: client.moderations.create(input=[]),
    ]
    for ask in failing:
        with pytest.raises(openai.APIStatusError):
            await ask()


def filled(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return method, "/".join("nobody" if part.startswith("{") else part for part in path.removeprefix("/v1").split("/"))


GOOD = {
    "/chat/completions": {"model": "auto", "messages": [{"role": "user", "content": "Why?"}]},
    "/responses": {"model": "auto", "input": "Why?"},
    "/embeddings": {"model": "auto", "input": "a"},
    "/moderations": {"input": "a"},
    "/batches": {"input_file_id": "nobody", "endpoint": "/v1/chat/completions", "completion_window": "24h"},
}


def good(route: str) -> dict[str, Any]:
    """What a request holds that would be answered."""
    method, path = filled(route)
    if route == "POST /v1/files":
        return {"files": {"file": ("in.jsonl", b"{}")}, "data": {"purpose": "batch"}}
    return {"json": GOOD.get(path, {})} if method == "POST" else {}


def told(witness: Witness, capsys: pytest.CaptureFixture[str]) -> None:
    assert witness.departures == []
    with capsys.disabled():
        print(f"\nconformance: {witness.told()}")


async def test_the_witness_sees_a_departure() -> None:
    for body in ({"object": "list", "data": [{"id": 1}]}, {"object": "list"}):
        witness = Witness(["GET /v1/models"])
        request = httpx.Request("GET", "http://127.0.0.1/v1/models")
        await witness.hear(httpx.Response(200, json=body, request=request))
        assert len(witness.departures) >= 1
    failing = Witness(["GET /v1/models"])
    await failing.hear(httpx.Response(404, json={"detail": "no"}, request=request))
    assert len(failing.departures) >= 1
