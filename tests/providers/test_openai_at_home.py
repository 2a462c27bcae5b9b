"""A server at home over a real socket: a whole answer, or a clear failure, never a truncated success.

The server here is written from OpenAI's published description of chat completion chunks.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolCall, ToolChoice
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.openai import OpenAIProvider

REQUEST = ModelRequest((Message("user", "hello"),), sampling=Sampling(max_tokens=9, seed=1))
Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def event(**fields: object) -> bytes:
    return b"data: " + json.dumps({"id": "x", "object": "chat.completion.chunk", **fields}).encode() + b"\n\n"


def text(content: str, finish: str | None = None) -> bytes:
    return event(choices=[{"index": 0, "delta": {"content": content}, "finish_reason": finish}])


USAGE = event(choices=[], usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5})
DONE = b"data: [DONE]\n\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunked(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[str]:
    handled: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handled.add(asyncio.current_task())  # type: ignore[arg-type]  # a handler runs in a task
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(next(x for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")).split(b":")[1])
        await answer(head + await reader.readexactly(length), writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    running = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with running:
        yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}/v1"
        await asyncio.gather(*handled)


def sends(*pieces: bytes) -> Answer:
    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return answer


async def ask(url: str) -> list[Chunk]:
    provider = OpenAIProvider("local", url, HomeTransport())
    body = provider.encode(REQUEST, "tiny")
    cleared = ClearedRequest(body, provider.destination, "tiny", 1, "a", 1e12)
    return [chunk async for chunk in provider.send(cleared)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_an_answer_is_whole_however_it_is_cut(size: int) -> None:
    body = text("Good ") + b": a comment\n\n" + text("morning", "stop") + USAGE + DONE
    pieces = [chunked(body[i : i + size]) for i in range(0, len(body), size)]
    async with server(sends(HEAD, *pieces, b"0\r\n\r\n")) as url:
        answer = await ask(url)
    assert "".join(c.text for c in answer) == "Good morning"
    assert answer[-1].finish_reason == "stop"
    assert answer[-1].usage is not None
    assert answer[-1].usage.total_tokens == 5


async def test_pieces_that_came_together_are_one_chunk_that_knows_them() -> None:
    body = text("Good ") + text("mor") + text("ning", "stop") + USAGE + DONE
    async with server(sends(HEAD + chunked(body) + b"0\r\n\r\n")) as url:
        told, last = await ask(url)
    assert (told.text, told.parts) == ("Good morning", ("Good ", "mor", "ning"))
    assert last.finish_reason == "stop"


async def test_what_came_together_with_a_fault_was_said_before_it() -> None:
    async with server(sends(HEAD + chunked(text("Good ") + b"data: {\n\n"))) as url:
        provider = OpenAIProvider("local", url, HomeTransport())
        cleared = ClearedRequest(provider.encode(REQUEST, "tiny"), provider.destination, "tiny", 1, "a", 1e12)
        answer = provider.send(cleared)
        assert (await anext(answer)).text == "Good "
        with pytest.raises(UpstreamFailed, match="no chat completion chunk"):
            await anext(answer)


async def test_what_is_sent_is_the_protocol() -> None:
    seen: list[bytes] = []

    async def answer(request: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(request)
        writer.write(HEAD + chunked(text("ok", "length") + DONE) + b"0\r\n\r\n")

    async with server(answer) as url:
        assert (await ask(url))[-1].finish_reason == "length"
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    sent = json.loads(body)
    assert sent["messages"] == [{"role": "user", "content": "hello"}]
    assert (sent["max_tokens"], sent["seed"], sent["stream"]) == (9, 1, True)
    assert "temperature" not in sent


async def test_an_answer_without_a_finish_is_no_answer() -> None:
    async with server(sends(HEAD, chunked(text("half")), b"0\r\n\r\n")) as url:
        with pytest.raises(UpstreamFailed, match="without finishing") as failed:
            await ask(url)
    assert failed.value.fault == "cut"


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ((HEAD, chunked(text("half"))), "closed the connection before the end"),
        ((b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",), "status 503"),
        ((HEAD, chunked(b"data: {half\n\n"), b"0\r\n\r\n"), "no chat completion chunk"),
        ((HEAD, chunked(event(error={"message": "secret"})), b"0\r\n\r\n"), "reported an error"),
        ((b"<html>hello</html>\r\n\r\n",), "broke off"),
        ((HEAD, chunked(b"data: " + b"x" * 1_100_000), b"0\r\n\r\n"), "a line of more than"),
        ((), "closed the connection"),
    ],
)
async def test_faults_are_failures_and_quote_nothing(pieces: tuple[bytes, ...], says: str) -> None:
    async with server(sends(*pieces)) as url:
        with pytest.raises(UpstreamFailed, match=says) as failed:
            await ask(url)
    assert "secret" not in str(failed.value)


async def test_nobody_there() -> None:
    async with server(sends()) as url:
        pass
    with pytest.raises(UpstreamFailed, match="cannot be reached"):
        await ask(url)


async def test_home_hosts_are_home() -> None:
    async with server(sends(HEAD, chunked(text("ok", "stop") + DONE), b"0\r\n\r\n")) as url:
        provider = OpenAIProvider("local", url.replace("127.0.0.1", "localhost"), HomeTransport(("localhost",)))
        cleared = ClearedRequest(provider.encode(REQUEST, "tiny"), provider.destination, "tiny", 1, "a", 1e12)
        assert "".join([c.text async for c in provider.send(cleared)]) == "ok"


def called(*pieces: dict[str, object], finish: str | None = None) -> bytes:
    """`ChatCompletionMessageToolCallChunk`."""
    return event(choices=[{"index": 0, "delta": {"tool_calls": list(pieces)}, "finish_reason": finish}])


async def test_calls_of_functions_are_put_together_from_their_pieces() -> None:
    pieces = (
        called({"index": 0, "id": "call_a", "type": "function", "function": {"name": "get_peak", "arguments": ""}}),
        called({"index": 0, "function": {"arguments": '{"building":'}}),
        called({"index": 1, "function": {"name": "list_meters", "arguments": "{}"}}),
        called({"index": 0, "function": {"arguments": ' "A"}'}}),
        called(finish="tool_calls"),
        USAGE,
        DONE,
    )
    async with server(sends(HEAD, *map(chunked, pieces), b"0\r\n\r\n")) as url:
        answer = await ask(url)
    first, second = answer[-1].tool_calls
    assert (first.id, first.name, first.arguments) == ("call_a", "get_peak", '{"building": "A"}')
    assert (second.name, second.arguments) == ("list_meters", "{}")
    assert second.id.startswith("call_")
    assert answer[-1].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    "pieces",
    [
        [called({"index": 0, "function": {"arguments": "{}"}}, finish="tool_calls")],
        [called(*({"index": n, "function": {"name": "f"}} for n in range(129)), finish="tool_calls")],
    ],
)
async def test_calls_without_end_or_name_are_a_failure(pieces: list[bytes]) -> None:
    async with server(sends(HEAD, *map(chunked, pieces), b"0\r\n\r\n")) as url:
        with pytest.raises(UpstreamFailed):
            await ask(url)


async def test_functions_turns_and_formats_are_sent_as_published() -> None:
    schema = {"type": "object", "properties": {}}
    call = ToolCall("call_a", "f", "{}")
    request = ModelRequest(
        (Message("user", "x"), Message("assistant", tool_calls=(call,)), Message("tool", "y", tool_call_id="call_a")),
        tools=(Tool("f", "does f", schema),),
        tool_choice=ToolChoice("required", "f"),
        response_format=ResponseFormat("json_schema", "answer", schema, strict=True),
    )
    provider = OpenAIProvider("local", "http://127.0.0.1:1/v1", HomeTransport())
    body = json.loads(provider.encode(request, "tiny"))
    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "y", "tool_call_id": "call_a"},
    ]
    assert body["tools"] == [
        {"type": "function", "function": {"name": "f", "description": "does f", "parameters": schema}}
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": True},
    }
    free = json.loads(provider.encode(replace(request, tool_choice=ToolChoice("none")), "tiny"))
    assert free["tool_choice"] == "none"
    loose = replace(request, tools=(), response_format=ResponseFormat("json_object"))
    assert json.loads(provider.encode(loose, "tiny"))["response_format"] == {"type": "json_object"}
    assert "tools" not in json.loads(provider.encode(REQUEST, "tiny"))
