"""Responses over the real flow: a house with a document answers, cites it, and goes on from what was stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from openai import AsyncOpenAI
from openai.types.responses import FileSearchToolParam

from tests.gateway.conftest import listening
from tests.test_pipeline import MANUAL, QUESTION, house
from vestibule.app import House
from vestibule.conversations import ResponseStore
from vestibule.gateway.application import build
from vestibule.gateway.responses.kept import Keeping

SEARCH: FileSearchToolParam = {"type": "file_search", "vector_store_ids": ["vs_knowledge"]}


@asynccontextmanager
async def client(home: Path) -> AsyncIterator[tuple[AsyncOpenAI, House]]:
    async with house(home) as (opened, issued):
        app = build(
            pipeline=opened.pipeline,
            access=opened.pipeline.access,
            embedder=opened.embedder,
            models=list,
            readiness=opened.readiness,
            settings=opened.settings,
            metrics=opened.metrics,
            responses=Keeping(
                ResponseStore(opened.database, opened.privacy.keys),
                lambda: opened.privacy.policies.current.terms.retention.response_days,
            ),
        )
        async with (
            listening(app) as port,
            AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=issued.token, max_retries=0) as sdk,
        ):
            yield sdk, opened


async def test_a_search_is_cited_with_the_file_and_what_it_says(storage_home: Path) -> None:
    async with client(storage_home) as (sdk, _):
        response = await sdk.responses.create(
            model="auto", input=QUESTION, tools=[SEARCH], include=["file_search_call.results"]
        )
        assert "close valves V-3 and V-4 [1]" in response.output_text
        search, message = response.output
        assert search.type == "file_search_call"
        assert message.type == "message"
        assert search.results is not None
        (found,) = search.results
        assert found.text is not None
        assert found.text in MANUAL.decode()
        (part,) = message.content
        assert part.type == "output_text"
        assert {annotation.type for annotation in part.annotations} == {"file_citation"}
        for annotation in part.annotations:
            assert annotation.type == "file_citation"
            assert annotation.file_id == found.file_id
            assert part.text[annotation.index :].startswith("[1]")


async def test_a_stream_of_the_same_is_stored_and_gone_on_from(storage_home: Path) -> None:
    async with client(storage_home) as (sdk, opened):
        stream = await sdk.responses.create(model="auto", input=QUESTION, tools=[SEARCH], stream=True)
        told = [event async for event in stream]
        last = told[-1]
        assert last.type == "response.completed"
        kept = await sdk.responses.retrieve(last.response.id)
        assert kept.output_text == last.response.output_text
        after = await sdk.responses.create(
            model="auto", input="And which switch do I lock?", previous_response_id=kept.id
        )
        assert "field 12" in after.output_text
        listed = [item.type async for item in sdk.responses.input_items.list(after.id)]
        assert listed == ["message", "message", "file_search_call", "message"]
        assert opened.privacy.policies.current.terms.retention.response_days == 30


async def test_no_more_is_found_than_was_asked_for(storage_home: Path) -> None:
    async with client(storage_home) as (sdk, opened):
        tenant = (await opened.keys.list())[-1].tenant
        await opened.knowledge.accept(tenant, "second.md", MANUAL.replace(b"V-3 and V-4", b"V-8 and V-9"))
        await opened.knowledge.work(building_names=opened.buildings.names)
        for most in (1, 8):
            few: FileSearchToolParam = {"type": "file_search", "vector_store_ids": ["vs_knowledge"]}
            few["max_num_results"] = most
            response = await sdk.responses.create(
                model="auto", input=QUESTION, tools=[few], include=["file_search_call.results"]
            )
            search = response.output[0]
            assert search.type == "file_search_call"
            assert len({found.file_id for found in search.results or ()}) == min(most, 2)
