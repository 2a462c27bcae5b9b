"""Chat as the official SDK sees it, whole and streamed, and what a client's leaving does."""

from __future__ import annotations

import asyncio
import json

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from tests.gateway.conftest import Server
from tests.gateway.scripted import ANSWER, CALLS, PIECES, SECRET
from vestibule.core.chat import Options, Tool


async def test_the_sdk_gets_an_answer(server: Server) -> None:
    async with server.sdk() as client:
        answer = await client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "Why was it high in July?"}]
        )
    assert answer.choices[0].message.content == ANSWER
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens, answer.usage.total_tokens) == (11, 7, 18)
    assert (answer.id, answer.model, answer.created) == ("chatcmpl-1", "extractive", 1_764_000_000)
    assert answer.model_extra is not None
    report = answer.model_extra["vestibule"]
    assert report["privacy"]["class"] == "restricted"
    assert report["citations"][0]["locator"] == "page 2"
    assert report["quality"] == {"score": None, "checks": {"citations": 1.0, "numbers": None}}
    assert report["cache"] == {"status": "miss"}
    assert answer._request_id is not None
    assert answer._request_id.startswith("req_")


async def test_the_demo_wants_no_key(demo: Server) -> None:
    async with demo.sdk("whatever") as client:
        answer = await client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "Why?"}])
    assert answer.choices[0].message.content == ANSWER


async def test_the_sdk_streams(server: Server) -> None:
    async with server.sdk() as client:
        stream = await client.chat.completions.create(
            model="auto", messages=[{"role": "user", "content": "Why?"}], stream=True
        )
        chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].delta.content for chunk in chunks[1:-1]] == list(PIECES)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert all(chunk.usage is None for chunk in chunks)
    assert {(chunk.id, chunk.model, chunk.created) for chunk in chunks} == {("chatcmpl-1", "extractive", 1_764_000_000)}
    assert [bool((chunk.model_extra or {}).get("vestibule")) for chunk in chunks] == [False] * (len(chunks) - 1) + [
        True
    ]


async def test_usage_comes_last_when_asked_for(server: Server) -> None:
    async with server.sdk() as client:
        stream = await client.chat.completions.create(
            model="auto",
            messages=[{"role": "user", "content": "Why?"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    *before, last = chunks
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.total_tokens == 18
    assert last.model_extra is not None
    assert last.model_extra["vestibule"]["route"]["location"] == "home"
    assert before[-1].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None and not (chunk.model_extra or {}).get("vestibule") for chunk in before)


async def test_a_stream_is_events_ending_with_done(server: Server) -> None:
    reply = await server.chat("Why?", stream=True)
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = reply.body.decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(event.startswith("data: ") for event in events[:-1])


async def test_a_truncated_answer_says_so(server: Server) -> None:
    async with server.sdk() as client:
        answer = await client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "long"}])
    assert answer.choices[0].finish_reason == "length"


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_that_breaks_off_is_an_error(server: Server, stream: bool) -> None:
    async with server.sdk() as client:
        with pytest.raises(openai.APIError, match="before it was complete") as failure:
            await _consume(client, "cut", stream)
    assert failure.value.code == "upstream_failed"
    assert isinstance(failure.value, openai.InternalServerError) is not stream


@pytest.mark.parametrize("what", ["upstream_failed", "unavailable", "crash"])
async def test_a_failure_midway_is_told_in_the_stream(server: Server, what: str) -> None:
    async with server.sdk() as client:
        with pytest.raises(openai.APIError) as failure:
            await _consume(client, f"{what} midway", True)
    assert failure.value.code == ("internal" if what == "crash" else what)
    reply = await server.chat(f"{what} midway", stream=True)
    assert reply.status == 200
    assert b"[DONE]" not in reply.body
    assert b'finish_reason":"stop' not in reply.body
    assert SECRET.encode() not in reply.body
    assert json.loads(reply.body.rstrip().rpartition(b"data: ")[2])["error"]["message"]


async def test_what_is_asked_reaches_the_pipeline(server: Server) -> None:
    async with server.sdk() as client:
        await client.chat.completions.create(
            model="auto",
            messages=[
                {"role": "developer", "content": "Be brief."},
                {"role": "assistant", "content": "Of what?"},
                {"role": "user", "content": [{"type": "text", "text": "Peak"}, {"type": "text", "text": "demand?"}]},
            ],
            temperature=0.5,
            max_completion_tokens=64,
            stop=["\n"],
            seed=7,
            metadata={"app": "console"},
            extra_body={"vestibule": {"cache": "bypass", "buildings": ["harbour"], "privacy": {"class": "restricted"}}},
        )
    (request,) = server.pipeline.requests
    assert [(m.role, m.content) for m in request.messages] == [
        ("developer", "Be brief."),
        ("assistant", "Of what?"),
        ("user", "Peak\ndemand?"),
    ]
    assert (request.sampling.temperature, request.sampling.max_tokens, request.sampling.stop) == (0.5, 64, ("\n",))
    assert request.sampling.seed == 7
    assert request.metadata == {"app": "console"}
    assert isinstance(request.options, Options)
    assert (request.options.cache, request.options.buildings) == ("bypass", ["harbour"])
    assert request.options.privacy.level == "restricted"


async def test_an_answer_can_be_sent_back(server: Server) -> None:
    async with server.sdk() as client:
        first = await client.chat.completions.create(model="auto", messages=[{"role": "user", "content": "Why?"}])
        message = first.choices[0].message
        second = await client.chat.completions.create(
            model="auto",
            messages=[
                {"role": "user", "content": "Why?"},
                message,  # type: ignore[list-item]  # the SDK serialises its own reply objects
                {"role": "user", "content": "And August?"},
            ],
        )
    assert second.choices[0].message.content == ANSWER


class TestTheClientLeaves:
    @pytest.mark.parametrize("question", ["endless", "stall"])
    async def test_while_it_streams(self, server: Server, question: str) -> None:
        async with server.sdk() as client:
            stream = await client.chat.completions.create(
                model="auto", messages=[{"role": "user", "content": question}], stream=True
            )
            async for chunk in stream:
                if chunk.choices[0].delta.content == PIECES[-1]:
                    break
            await stream.close()
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"

    @pytest.mark.parametrize("stream", [True, False])
    async def test_before_the_first_byte(self, server: Server, stream: bool) -> None:
        asking = asyncio.create_task(server.chat("silence", stream=stream))
        await server.pipeline.asked.wait()
        asking.cancel()
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"
        assert (await server.chat("Why?")).status == 200

    async def test_behind_a_long_body(self, server: Server) -> None:
        turns = [{"role": "system", "content": "word " * 100_000}, {"role": "user", "content": "silence"}]
        body = json.dumps({"model": "auto", "messages": turns}).encode()
        asking = asyncio.create_task(server.ask("POST", "/v1/chat/completions", body))
        await server.pipeline.asked.wait()
        asking.cancel()
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"

    async def test_one_of_two_requests_that_came_at_once(self, server: Server) -> None:
        """The first is cancelled, and the second is never begun."""
        body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "silence"}]}).encode()
        request = (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {server.key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        async with server.connection() as (_, writer):
            writer.write(request + request)
            await server.pipeline.asked.wait()
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"
        assert (await server.chat("Why?")).status == 200
        assert len(server.pipeline.requests) == 2

    async def test_before_the_body_is_whole(self, server: Server) -> None:
        async with server.connection() as (_, writer):
            writer.write(
                f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {server.key}\r\n"
                "content-type: application/json\r\ncontent-length: 100\r\n\r\n{".encode()
            )
            await writer.drain()
        assert (await server.chat("Why?")).status == 200
        assert len(server.pipeline.requests) == 1

    async def test_a_slow_reader_holds_the_pipeline_back(self, server: Server) -> None:
        async with server.connection() as (reader, writer):
            body = json.dumps(
                {"model": "auto", "stream": True, "messages": [{"role": "user", "content": "endless"}]}
            ).encode()
            writer.write(
                f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {server.key}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await reader.readexactly(1000)
            before = -1
            while server.pipeline.delivered != before:
                before = server.pipeline.delivered
                await asyncio.sleep(0.2)
        assert await asyncio.wait_for(server.pipeline.ended.get(), 10) == "cancelled"


async def _consume(client: openai.AsyncOpenAI, question: str, stream: bool) -> None:
    if not stream:
        await client.chat.completions.create(model="auto", messages=[{"role": "user", "content": question}])
        return
    chunks = await client.chat.completions.create(
        model="auto", messages=[{"role": "user", "content": question}], stream=True
    )
    async for _ in chunks:
        pass


async def test_calls_of_functions_reach_the_sdk_whole_and_streamed(server: Server) -> None:
    tools: list[ChatCompletionToolParam] = [
        {"type": "function", "function": {"name": "get_peak", "parameters": {"type": "object"}}}
    ]
    asked: list[ChatCompletionMessageParam] = [{"role": "user", "content": "call it"}]
    async with server.sdk() as client:
        whole = await client.chat.completions.create(model="auto", messages=asked, tools=tools)
        stream = await client.chat.completions.create(model="auto", messages=asked, tools=tools, stream=True)
        chunks = [chunk async for chunk in stream]
    assert server.pipeline.requests[0].tools == (Tool("get_peak", "", {"type": "object"}),)
    assert whole.choices[0].finish_reason == chunks[-1].choices[0].finish_reason == "tool_calls"
    said = [(c.id, c.function.name, c.function.arguments) for c in whole.choices[0].message.tool_calls or []]  # type: ignore[union-attr]  # only functions are called here
    streamed = [
        (c.index, c.id, c.function and (c.function.name, c.function.arguments))
        for chunk in chunks
        for c in chunk.choices[0].delta.tool_calls or []
    ]
    assert said == [(c.id, c.name, c.arguments) for c in CALLS]
    assert streamed == [(n, c.id, (c.name, c.arguments)) for n, c in enumerate(CALLS)]
