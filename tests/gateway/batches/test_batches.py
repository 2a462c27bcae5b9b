"""Batches as the official SDK makes them, over a real socket, every reply held against OpenAI's published schema."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest

from tests.gateway.batches.conftest import Office, asked, office_of
from tests.gateway.openapi import PUBLISHED, departures
from tests.gateway.scripted import ANSWER
from vestibule.access.terms import Terms
from vestibule.core.sensitivity import PrivacyClass
from vestibule.providers.embedder.minilm import MiniLM
from vestibule.storage.database import Database

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")


async def test_chat_completions(office: Office) -> None:
    batch = await office.batch(asked("a"), asked("b", "call it"), asked("c", n=2), metadata={"for": "the report"})
    assert batch.status == "validating"
    assert batch.expires_at is not None
    assert batch.expires_at - batch.created_at == timedelta(hours=24).total_seconds()
    done = await office.over(batch)
    assert (done.status, done.errors, done.error_file_id) == ("completed", None, None)
    assert done.request_counts is not None
    assert done.request_counts.to_dict() == {"total": 3, "completed": 3, "failed": 0}
    assert done.metadata == {"for": "the report"}
    assert done.model == "auto"
    lines = await office.lines(done.output_file_id)
    assert [line["custom_id"] for line in lines] == ["a", "b", "c"]
    bodies = [line["response"]["body"] for line in lines]
    assert bodies[0]["choices"][0]["message"]["content"] == ANSWER
    assert len(bodies[1]["choices"][0]["message"]["tool_calls"]) == 2
    assert len(bodies[2]["choices"]) == 2
    for body in bodies:
        body.pop("vestibule")
        assert list(departures(body, "CreateChatCompletionResponse")) == []
    # nobody waits for them
    assert {request.priority for request in office.behind.requests} == {"batch"}
    exposed = (await office.server.ask("GET", "/metrics")).body.decode()
    assert 'vestibule_batch_requests_total{outcome="answered"} 3.0' in exposed


async def test_the_files_of_a_batch(office: Office) -> None:
    batch = await office.batch(
        asked("a"),
        asked("b", "invalid_request"),
        output_expires_after={"anchor": "created_at", "seconds": 7200},
    )
    done = await office.over(batch)
    output = await office.client.files.retrieve(done.output_file_id or "")
    assert (output.purpose, output.filename) == ("batch_output", f"{batch.id}_output.jsonl")
    assert output.expires_at == output.created_at + 7200
    (refused,) = await office.lines(done.error_file_id)
    assert refused["custom_id"] == "b"
    assert refused["error"] is None
    assert refused["response"]["status_code"] == 400
    assert refused["response"]["request_id"].startswith("req_")
    assert list(departures(refused["response"]["body"], "ErrorResponse")) == []


async def test_embeddings(office: Office) -> None:
    bodies: list[dict[str, Any]] = [
        {"model": MiniLM.name, "input": ["a chiller", "a pump"]},
        {"model": MiniLM.name, "input": "a boiler", "encoding_format": "base64"},
    ]
    lines = [
        {"custom_id": f"c{n}", "method": "POST", "url": "/v1/embeddings", "body": body} for n, body in enumerate(bodies)
    ]
    done = await office.over(await office.batch(*lines, endpoint="/v1/embeddings"))
    floats, packed = (line["response"]["body"] for line in await office.lines(done.output_file_id))
    assert list(departures(floats, "CreateEmbeddingResponse")) == []
    assert len(floats["data"]) == 2
    vector = np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), "<f4")
    assert vector.shape == (384,)


async def test_responses(office: Office) -> None:
    line = {"custom_id": "r", "method": "POST", "url": "/v1/responses", "body": {"model": "auto", "input": "Why?"}}
    done = await office.over(await office.batch(line, endpoint="/v1/responses"))
    (answered,) = await office.lines(done.output_file_id)
    body = answered["response"]["body"]
    assert body["object"] == "response"
    assert body["output"][0]["content"][0]["text"] == ANSWER
    # it is stored for the tenant as any other is
    kept = await office.server.ask("GET", f"/v1/responses/{body['id']}")
    assert kept.status == 200


async def test_an_invalid_file_is_told_line_by_line(office: Office) -> None:
    lines = [
        json.dumps(asked("a")),
        "no JSON",
        json.dumps(asked("a")),
        json.dumps(asked("b") | {"method": "GET"}),
        json.dumps(asked("c") | {"url": "/v1/embeddings"}),
        json.dumps({k: v for k, v in asked("d").items() if k != "custom_id"}),
        json.dumps(asked("e", model="other")),
    ]
    file = await office.upload("\n".join(lines).encode())
    batch = await office.client.batches.create(
        input_file_id=file, endpoint="/v1/chat/completions", completion_window="24h"
    )
    failed = await office.over(batch)
    assert failed.status == "failed"
    assert failed.errors is not None
    assert [(error.code, error.line, error.param) for error in failed.errors.data or ()] == [
        ("invalid_json_line", 2, None),
        ("duplicate_custom_id", 3, "custom_id"),
        ("invalid_method", 4, "method"),
        ("invalid_url", 5, "url"),
        ("missing_required_parameter", 6, "custom_id"),
        ("mismatched_model", 7, "body.model"),
    ]
    assert not office.behind.requests


async def test_what_a_line_asks_is_judged_as_its_endpoint_judges(office: Office) -> None:
    done = await office.over(
        await office.batch(asked("a", stream=True), asked("b", temperature=9), asked("c", "crash"), asked("d"))
    )
    errors = {line["custom_id"]: line["response"] for line in await office.lines(done.error_file_id)}
    assert {id_: response["status_code"] for id_, response in errors.items()} == {"a": 400, "b": 400, "c": 500}
    assert errors["a"]["body"]["error"]["param"] == "stream"
    assert errors["b"]["body"]["error"]["param"] == "temperature"
    assert [line["custom_id"] for line in await office.lines(done.output_file_id)] == ["d"]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"endpoint": "/v1/completions"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"metadata": {f"k{n}": "" for n in range(17)}}, "metadata"),
        ({"metadata": {"k": "x" * 513}}, "metadata[...]"),
        ({"output_expires_after": {"anchor": "created_at", "seconds": 60}}, "output_expires_after.seconds"),
        ({"input": "x"}, "input"),
    ],
)
async def test_what_cannot_be_made_is_refused_by_name(office: Office, fields: dict[str, Any], param: str) -> None:
    body = {"input_file_id": "file-x", "endpoint": "/v1/chat/completions", "completion_window": "24h"} | fields
    reply = await office.server.ask("POST", "/v1/batches", body)
    assert (reply.status, reply.json["error"]["param"]) == (400, param)


async def test_only_a_file_for_batches_is_taken(office: Office) -> None:
    done = await office.over(await office.batch(asked("a")))
    for file, kind in ((done.output_file_id, openai.BadRequestError), ("file-unknown", openai.NotFoundError)):
        with pytest.raises(kind):
            await office.client.batches.create(
                input_file_id=file or "", endpoint="/v1/chat/completions", completion_window="24h"
            )


async def test_cancelling(office: Office) -> None:
    batch = await office.batch(asked("a", "silence"), asked("b"))
    cancelling = await office.client.batches.cancel(batch.id)
    assert cancelling.status == "cancelling"
    assert cancelling.cancelling_at is not None
    done = await office.over(await office.batch(asked("a")))
    with pytest.raises(openai.BadRequestError, match="completed"):
        await office.client.batches.cancel(done.id)


async def test_listing(office: Office) -> None:
    assert (await office.client.batches.list()).data == []
    ids = [(await office.batch(asked("a"))).id for _ in range(5)]
    seen = [batch.id async for batch in office.client.batches.list(limit=2)]
    assert seen == ids[::-1]
    for limit in ("0", "101", "x", "²"):
        reply = await office.server.ask("GET", f"/v1/batches?limit={limit.encode().hex() if limit == '²' else limit}")
        assert reply.status == 400


async def test_a_batch_of_another_tenant_is_none(office: Office) -> None:
    batch = await office.batch(asked("a"))
    theirs = office.sdk(await office.key(f"{office.tenant}-b"))
    said = set()
    for id_ in (batch.id, "batch_000000000000000000000000"):
        for asking in (theirs.batches.retrieve, theirs.batches.cancel):
            with pytest.raises(openai.NotFoundError) as refused:
                await asking(id_)
            said.add(str(refused.value.body).replace(id_, "…"))
    assert len(said) == 1
    with pytest.raises(openai.NotFoundError):
        await theirs.batches.create(
            input_file_id=batch.input_file_id, endpoint="/v1/chat/completions", completion_window="24h"
        )
    assert (await theirs.batches.list()).data == []
    assert (await office.over(batch)).status == "completed"


async def test_a_batch_is_shown_to_nobody_below_its_maker(office: Office) -> None:
    batch = await office.over(await office.batch(asked("a")))
    below = office.sdk(await office.key(terms=Terms(clearance=PrivacyClass.INTERNAL)))
    with pytest.raises(openai.NotFoundError):
        await below.batches.retrieve(batch.id)
    with pytest.raises(openai.NotFoundError):
        await below.files.content(batch.output_file_id or "")


async def test_lines_are_asked_with_the_rights_that_the_key_has_then(office: Office, database: Database) -> None:
    narrow = await office.keys.create(office.tenant, ("inference",), terms=Terms(models=("other",)))
    mine = office.client
    office.client = office.sdk(narrow.token)
    async with database.changes.followed():
        async with asyncio.timeout(30):
            while database.changes.stamp("access", "") is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        batch = await office.batch(*(asked(f"c{n}") for n in range(200)))
        await office.keys.revoke(narrow.key.id)
        await database.changes.settled()
        office.client = mine
        done = await office.over(batch)
    codes = {
        line["response"]["body"]["error"]["code"] if line["response"]["status_code"] >= 400 else "answered"
        for file in (done.error_file_id, done.output_file_id)
        if file
        for line in await office.lines(file)
    }
    assert codes <= {"unauthorized", "answered"}
    assert "unauthorized" in codes


async def test_a_batch_leaves_room_for_those_who_wait(
    database: Database, storage_home: Path, tenant: str, embedder: MiniLM
) -> None:
    async with office_of(database, storage_home, tenant, embedder, behind_per_minute=10) as office:
        batch = await office.batch(*(asked(f"c{n}") for n in range(30)))
        async with asyncio.timeout(30):
            while len(office.behind.requests) < 8:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert len(office.behind.requests) <= 9
        assert (await office.client.batches.cancel(batch.id)).status == "cancelling"
        await office.over(batch)
