"""`/v1/moderations` through the official SDK: our classes, and honest about what is not judged."""

from __future__ import annotations

import logging
from pathlib import Path

import openai
import pytest

from tests.gateway.conftest import Serve, Server
from tests.gateway.openapi import PUBLISHED, departures
from tests.gateway.operating import operator
from vestibule.gateway.wire.moderation import CATEGORIES, INPUTS_AT_MOST
from vestibule.privacy.audit.trail import Trail
from vestibule.storage.database import Database

PATH = "/v1/moderations"
CODE = "The alarm code of the plant room is 4711."
MAIL = "Write to m.berg@example.org today."
GENERAL = "What is a chiller?"


@pytest.fixture
async def judge(serve: Serve, database: Database, storage_home: Path) -> Server:
    return await serve(operator=operator(Trail(database, storage_home)))


async def test_the_sdk_is_told_how_private_texts_are(judge: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with judge.sdk() as client:
        judged = await client.moderations.create(model="omni-moderation-latest", input=[CODE, MAIL, GENERAL])
    assert judged.model == "vestibule-privacy"
    assert judged.id.startswith("modr-")
    ours = [(result.model_extra or {})["vestibule"] for result in judged.results]
    assert [one["class"] for one in ours[:2]] == ["restricted", "confidential"]
    assert [result.flagged for result in judged.results] == [True, False, False]
    (span,) = ours[1]["spans"]
    assert (span["type"], MAIL[span["start"] : span["end"]]) == ("EMAIL", "m.berg@example.org")
    assert "4711" not in caplog.text


async def test_what_is_not_judged_is_not_claimed(judge: Server) -> None:
    async with judge.sdk() as client:
        (result,) = (await client.moderations.create(input=CODE)).results
    assert set(result.categories.to_dict().values()) == {False}
    assert set(result.category_scores.to_dict().values()) == {0}
    assert all(types == [] for types in result.category_applied_input_types.to_dict().values())
    assert set(result.categories.to_dict()) == set(CATEGORIES)


async def test_parts_are_judged_together(judge: Server) -> None:
    parts = [{"type": "text", "text": GENERAL}, {"type": "text", "text": CODE}]
    reply = await judge.ask("POST", PATH, {"input": parts})
    assert [result["flagged"] for result in reply.json["results"]] == [True]
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.skipif(not PUBLISHED.exists(), reason="OpenAI's published schema is not on this machine")
async def test_the_reply_is_as_published(judge: Server) -> None:
    reply = (await judge.ask("POST", PATH, {"input": [CODE, GENERAL]})).json
    for result in reply["results"]:
        assert result.pop("vestibule")
    assert departures(reply, "CreateModerationResponse") == []


CANNOT: list[tuple[dict[str, object], int, str]] = [
    ({}, 400, "input"),
    ({"input": []}, 400, "input"),
    ({"input": ["x"] * (INPUTS_AT_MOST + 1)}, 400, "input"),
    ({"input": ["x", {"type": "text", "text": "y"}]}, 400, "input"),
    ({"input": [{"type": "image_url", "image_url": {"url": "https://x/y"}}]}, 400, "input[0].type"),
    ({"input": [{"type": "text"}]}, 400, "input[0].text"),
    ({"input": "x\0"}, 400, "input"),
    ({"input": "x", "colour": 1}, 400, "colour"),
    ({"input": "x", "model": "someone-elses"}, 404, "model"),
]


async def test_what_cannot_be_judged_is_named(judge: Server) -> None:
    for fields, status, param in CANNOT:
        reply = await judge.ask("POST", PATH, fields)
        assert (reply.status, reply.json["error"]["param"]) == (status, param), fields


async def test_a_text_that_is_too_long(judge: Server) -> None:
    async with judge.sdk() as client:
        with pytest.raises(openai.APIStatusError) as refused:
            await client.moderations.create(input="x" * 100_001)
    assert refused.value.status_code == 413
