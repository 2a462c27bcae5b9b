"""Several answers to one chat request, and one call at a time, through the official SDK."""

from __future__ import annotations

import asyncio
import json

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from tests.gateway.conftest import Server
from tests.gateway.scripted import ANSWER, CALLS, PIECES

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Why?"}]
PEAK: ChatCompletionToolParam = {"type": "function", "function": {"name": "get_peak", "parameters": {}}}


async def test_each_choice_is_an_answer_of_its_own(server: Server) -> None:
    async with server.sdk() as client:
        answer = await client.chat.completions.create(model="auto", messages=ASKED, n=3, seed=5)
    assert [(c.index, c.message.content, c.finish_reason) for c in answer.choices] == [
        (index, ANSWER, "stop") for index in range(3)
    ]
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (33, 21, 54)
    assert answer.usage.prompt_tokens_details is not None
    assert answer.usage.prompt_tokens_details.cached_tokens == 0
    assert sorted(request.sampling.seed or 0 for request in server.pipeline.requests) == [5, 6, 7]
    assert {request.options.cache for request in server.pipeline.requests} == {"bypass"}
    assert all((choice.model_extra or {})["vestibule"]["id"] for choice in answer.choices)


async def test_the_largest_seed_goes_round(server: Server) -> None:
    await server.chat("Why?", n=2, seed=2**63 - 1)
    assert {request.sampling.seed for request in server.pipeline.requests} == {2**63 - 1, -(2**63)}


async def test_one_choice_is_the_same_as_none_named(server: Server) -> None:
    assert (await server.chat("Why?", n=1)).body == (await server.chat("Why?")).body
    assert server.pipeline.requests[0].options.cache == "default"


@pytest.mark.parametrize("include_usage", [True, False])
async def test_choices_are_streamed_side_by_side(server: Server, include_usage: bool) -> None:
    async with server.sdk() as client:
        stream = await client.chat.completions.create(
            model="auto", messages=ASKED, n=2, stream=True, stream_options={"include_usage": include_usage}
        )
        chunks = [chunk async for chunk in stream]
    for index in range(2):
        mine = [choice for chunk in chunks for choice in chunk.choices if choice.index == index]
        assert mine[0].delta.role == "assistant"
        assert [choice.delta.content for choice in mine[1:-1]] == list(PIECES)
        assert mine[-1].finish_reason == "stop"
        assert (mine[-1].model_extra or {})["vestibule"]["citations"]
    assert len({chunk.id for chunk in chunks}) == 1
    last = chunks[-1]
    assert last.model_extra is not None
    assert last.model_extra["vestibule"]["route"]["model"] == "extractive"
    assert (last.usage.total_tokens if last.usage else None) == (36 if include_usage else None)
    assert bool(last.choices) is not include_usage
    body = (await server.chat("Why?", n=2, stream=True)).body
    assert body.count(b"[DONE]") == 1
    assert body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("stream", [True, False])
async def test_one_that_fails_fails_all(server: Server, stream: bool) -> None:
    for question in ("no_candidate", "cut"):
        reply = await server.chat(question, n=3, stream=stream)
        assert b"[DONE]" not in reply.body
        told = json.loads(reply.body.rstrip().rpartition(b"data: ")[2])["error"]
        assert told["code"] == ("upstream_failed" if question == "cut" else "no_candidate")


async def test_who_leaves_ends_them_all(server: Server) -> None:
    async with server.sdk() as client:
        stream = await client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "endless"}], n=2, stream=True
        )
        async for chunk in stream:
            if chunk.choices[0].delta.content == PIECES[-1]:
                break
        await stream.close()
    for _ in range(2):
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"


@pytest.mark.parametrize(("fields", "param"), [({"n": 0}, "n"), ({"n": 9}, "n")])
async def test_numbers_of_choices_that_are_none(server: Server, fields: dict[str, object], param: str) -> None:
    reply = await server.chat("Why?", **fields)
    assert (reply.status, reply.json["error"]["param"]) == (400, param)


async def test_several_are_not_in_the_cache(server: Server) -> None:
    reply = await server.chat("Why?", n=2, vestibule={"cache": "only"})
    assert (reply.status, reply.json["error"]["param"]) == (400, "n")


@pytest.mark.parametrize("parallel", [True, False])
async def test_functions_are_called_one_at_a_time_if_that_is_asked(server: Server, parallel: bool) -> None:
    asked: list[ChatCompletionMessageParam] = [{"role": "user", "content": "call it"}]
    async with server.sdk() as client:
        whole = await client.chat.completions.create(
            model="auto", messages=asked, tools=[PEAK], parallel_tool_calls=parallel
        )
        stream = await client.chat.completions.create(
            model="auto", messages=asked, tools=[PEAK], parallel_tool_calls=parallel, stream=True
        )
        chunks = [chunk async for chunk in stream]
    expected = [call.id for call in (CALLS if parallel else CALLS[:1])]
    assert [call.id for call in whole.choices[0].message.tool_calls or ()] == expected
    streamed = [call.id for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()]
    assert streamed == expected
    assert whole.choices[0].finish_reason == "tool_calls"


async def test_a_key_that_is_unknown_asks_for_nothing(server: Server) -> None:
    async with server.sdk("vst_unknown") as client:
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model="auto", messages=ASKED, n=2)
    assert server.pipeline.requests == []
