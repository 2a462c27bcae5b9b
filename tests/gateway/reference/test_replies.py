"""What the whole house really answers is what the document says: every operation is asked, each reply checked."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.gateway.conftest import Reply, Server
from tests.gateway.house import whole_house
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access.keys import ADMIN_TENANT
from vestibule.core.caller import SCOPES
from vestibule.core.settings import Settings
from vestibule.gateway.docs import Document

CHAT = {"model": "extractive", "messages": [{"role": "user", "content": "How does the night setback work?"}]}
LINE = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": CHAT}
FORM = (
    b'--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--x\r\ncontent-disposition: form-data; '
    b'name="file"; filename="a.jsonl"\r\n\r\n' + json.dumps(LINE).encode() + b"\r\n--x--\r\n"
)


class Checked:
    """Asks, and holds each answer to the document as that server answers it. `asked` are the operations so far."""

    def __init__(self, server: Server, document: Document) -> None:
        self._server = server
        self.document = document
        self.asked: set[str] = set()

    async def __call__(self, operation: str, body: object = None, *, query: str = "", **ids: str) -> Any:
        method, template = operation.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], template) + query
        form = {"content-type": "multipart/form-data; boundary=x"} if body is FORM else {}
        reply = await self._server.ask(method, path, body, **form)
        described = self.document["paths"][template][method.lower()]["responses"]
        self._hold(operation, reply, described.get(str(reply.status), described["default"]))
        self.asked.add(operation)
        return reply.json if reply.headers.get("content-type", "").startswith("application/json") else reply

    def _hold(self, operation: str, reply: Reply, described: Document) -> None:
        if "$ref" in described:
            described = self.document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        if reply.status == 204:
            return
        kind = reply.headers["content-type"].partition(";")[0]
        content = described.get("content", {})
        assert kind in content, f"{operation} answers {reply.status} with {kind}, which is not described"
        if kind == "application/json":
            self.take(operation, reply.json, content[kind]["schema"])

    def take(self, what: str, value: object, schema: Document) -> None:
        root = {**schema, "components": self.document["components"]}
        errors = [
            f"{e.instance_path}: {e.message}" for e in jsonschema_rs.Draft202012Validator(root).iter_errors(value)
        ]
        assert errors == [], what


@pytest.fixture
async def checked(storage_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Checked]:
    async with whole_house(Settings(home=storage_home), monkeypatch) as (house, port, _):
        key = (await house.keys.create(ADMIN_TENANT, SCOPES)).token
        server = Server(port, ScriptedPipeline(house.pipeline.access), house.metrics, key)
        yield Checked(server, (await server.ask("GET", "/openapi.json")).json)


async def test_every_operation_answers_as_described(checked: Checked, tenant: str) -> None:
    ask = checked
    await _openai(ask)
    await _kept(ask)
    await _administration(ask, tenant)
    for path in ("/healthz", "/readyz", "/v1/controls"):
        await ask(f"GET {path}")
    described = {f"{m.upper()} {path}" for path, found in ask.document["paths"].items() for m in found}
    assert described - ask.asked == set()


async def _openai(ask: Checked) -> None:
    await ask("POST /v1/chat/completions", CHAT)
    stream = await ask("POST /v1/chat/completions", CHAT | {"stream": True, "stream_options": {"include_usage": True}})
    chunk = {"$ref": "#/components/schemas/ChatCompletionChunk"}
    events = [line.removeprefix("data: ") for line in stream.body.decode().split("\n\n") if line]
    assert events.pop() == "[DONE]"
    for event in events:
        ask.take("a chunk", json.loads(event), chunk)
    assert (await ask("POST /v1/chat/completions", {"model": "auto"}))["error"]["code"] == "invalid_request"
    await ask("GET /v1/models")
    await ask("GET /v1/models/{model}", model="extractive")
    assert (await ask("GET /v1/models/{model}", model="none"))["error"]["code"] == "not_found"
    for encoding in ("float", "base64"):
        await ask("POST /v1/embeddings", {"model": "auto", "input": ["a", "b"], "encoding_format": encoding})
    await ask("POST /v1/moderations", {"input": "Ask Maria Lindqvist (maria@example.com)."})
    templates = await ask("GET /v1/agents/templates")
    await ask("GET /v1/agents/templates/{name}", name=templates["data"][0]["name"])


async def _kept(ask: Checked) -> None:
    response = (await ask("POST /v1/responses", {"model": "extractive", "input": "How does it work?"}))["id"]
    await ask("GET /v1/responses/{response_id}", response_id=response)
    await ask("GET /v1/responses/{response_id}/input_items", query="?limit=5&order=asc", response_id=response)
    await ask("POST /v1/responses/{response_id}/cancel", response_id=response)
    await ask("DELETE /v1/responses/{response_id}", response_id=response)
    file = (await ask("POST /v1/files", FORM))["id"]
    await ask("GET /v1/files", query="?limit=2")
    await ask("GET /v1/files/{file_id}", file_id=file)
    await ask("GET /v1/files/{file_id}/content", file_id=file)
    made = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    batch = (await ask("POST /v1/batches", made))["id"]
    await ask("GET /v1/batches", query="?limit=2")
    await ask("GET /v1/batches/{batch_id}", batch_id=batch)
    await ask("POST /v1/batches/{batch_id}/cancel", batch_id=batch)
    await ask("DELETE /v1/files/{file_id}", file_id=file)


async def _administration(ask: Checked, tenant: str) -> None:
    key = (await ask("POST /admin/v1/keys", {"tenant": tenant, "origins": ["https://a.example"]}))["id"]
    await ask("GET /admin/v1/keys", query=f"?tenant={tenant}")
    await ask("GET /admin/v1/keys/{key_id}", key_id=key)
    await ask("POST /admin/v1/keys/{key_id}/rotate", {"overlap_s": 60}, key_id=key)
    named = {"kind": "key", "id": key}
    await ask("PUT /admin/v1/limits/{kind}/{id}", {"concurrency": 4, "eur_per_month": 2.5}, **named)
    await ask("GET /admin/v1/limits/{kind}/{id}", **named)
    await ask("GET /admin/v1/limits")
    await ask("DELETE /admin/v1/limits/{kind}/{id}", **named)
    await ask("GET /admin/v1/usage")
    await ask("DELETE /admin/v1/keys/{key_id}", key_id=key)
    await ask("POST /admin/v1/tenants", {"id": f"{tenant}-b", "name": "B"})
    await ask("GET /admin/v1/tenants")
    await ask("GET /admin/v1/tenants/{tenant}", tenant=f"{tenant}-b")
    await ask("PATCH /admin/v1/tenants/{tenant}", {"disabled": True}, tenant=f"{tenant}-b")
    user = (await ask("POST /admin/v1/users", {"tenant": tenant, "name": "Anna", "role": "viewer"}))["id"]
    await ask("GET /admin/v1/users", query=f"?tenant={tenant}")
    await ask("GET /admin/v1/users/{user}", user=user)
    await ask("PATCH /admin/v1/users/{user}", {"role": "operator"}, user=user)
    await ask("DELETE /admin/v1/users/{user}", user=user)
    await ask("POST /admin/v1/privacy/check", {"text": "Ask Maria Lindqvist (maria@example.com)."})
    await ask("POST /admin/v1/privacy/check", {"messages": [{"role": "user", "content": "Who?"}]})
    await ask("POST /admin/v1/privacy/erase", {"tenant": tenant, "person": "Maria Lindqvist"})
    live = (await ask("GET /admin/v1/configuration"))["version"]
    text = {"text": "cache: {seconds: 60}\n"}
    assert (await ask("POST /admin/v1/configuration/validate", text))["valid"]
    assert not (await ask("POST /admin/v1/configuration/validate", {"text": "cache: {second: 60}"}))["valid"]
    await ask("POST /admin/v1/configuration/apply", text | {"reason": "fresher answers", "if": live})
    await ask("GET /admin/v1/configuration/versions")
    await ask("GET /admin/v1/configuration/versions/{number}", number="0")
    await ask("POST /admin/v1/configuration/rollback", {"version": live, "reason": "it was a test"})
    explained = await ask("POST /admin/v1/routing/explain", CHAT | {"model": "auto"})
    assert explained["chosen"] == "extractive"
    await ask("GET /admin/v1/routing/savings", query="?hours=1")
    await _experimenting(ask)
    await ask("GET /admin/v1/audit", query="?limit=3")
    await ask("GET /admin/v1/audit/verify")


async def _experimenting(ask: Checked) -> None:
    text = "prompts: {short: Be brief.}\nexperiments: [{id: words, arms: [{id: was}, {id: brief, prompt: short}]}]"
    made = await ask("POST /admin/v1/configuration/apply", {"text": text, "reason": "a test"})
    async with asyncio.timeout(30):
        while "experiments" not in (answer := await ask("POST /v1/chat/completions", CHAT))["vestibule"]["route"]:  # noqa: ASYNC110 it is another task
            await asyncio.sleep(0.05)  # a worker changes over a moment after the version went live
    await ask("POST /v1/feedback", {"id": answer["id"], "rating": "up"})
    assert (await ask("POST /v1/feedback", {"id": "none", "rating": "up"}))["error"]["code"] == "not_found"
    await ask("GET /admin/v1/experiments")
    await ask("GET /admin/v1/experiments/{experiment}", experiment="words")
    await ask("POST /admin/v1/experiments/{experiment}/stop", {"reason": "a test"}, experiment="words")
    chosen = {"arm": "was", "reason": "a test"}
    await ask("POST /admin/v1/experiments/{experiment}/promote", chosen, experiment="words")
    back = {"version": made["version"]["number"] - 1, "reason": "it was a test"}
    await ask("POST /admin/v1/configuration/rollback", back)
