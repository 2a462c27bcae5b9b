"""Chat with a daemon: whole answers however they are cut, faults that are failures, and no word to what is not home."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tests.providers.ollama.daemon import REMOTE, Daemon, final, lines, piece
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolCall, ToolChoice
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import MOST_TOKENS, Chunk
from vestibule.providers.ollama import OllamaProvider

REQUEST = ModelRequest(
    (Message("user", "hello"),),
    prompt=(Message("developer", "Be brief."), Message("user", "hello")),
    sampling=Sampling(temperature=0.5, max_tokens=9, stop=("END",), seed=1),
)


async def ask(daemon: Daemon, model: str = "llama3.2:latest", request: ModelRequest = REQUEST) -> list[Chunk]:
    provider = OllamaProvider("ollama", daemon.url)
    cleared = ClearedRequest(provider.encode(request, model), provider.destination, model, 1, "a", 1e12)
    return [chunk async for chunk in provider.send(cleared)]


@pytest.mark.parametrize("cut", [1, 7, 10_000])
async def test_an_answer_is_whole_however_it_is_cut(cut: int) -> None:
    async with Daemon(cut=cut).running() as daemon:
        answer = await ask(daemon)
    assert "".join(c.text for c in answer) == "Good morning"
    assert answer[-1].finish_reason == "stop"
    assert answer[-1].usage is not None
    assert (answer[-1].usage.prompt_tokens, answer[-1].usage.completion_tokens) == (26, 282)


async def test_what_is_sent_is_the_protocol() -> None:
    """ "Generate a chat completion", "Parameters"; the options are those of the Modelfile page."""
    async with Daemon().running() as daemon:
        await ask(daemon)
    assert daemon.asked == [
        {
            "model": "llama3.2:latest",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
            "stream": True,
            "options": {"num_ctx": 8192, "temperature": 0.5, "num_predict": 9, "stop": ["END"], "seed": 1},
        }
    ]


async def test_a_name_without_a_tag_means_the_latest() -> None:
    """ "Conventions", "Model names"."""
    async with Daemon().running() as daemon:
        assert (await ask(daemon, "llama3.2"))[-1].finish_reason == "stop"


@pytest.mark.parametrize(
    ("end", "reason"),
    [(final(done_reason="length"), "length"), (final(done_reason="stop"), "stop"), (final(done_reason=""), "stop")],
)
async def test_why_it_ended(end: dict[str, object], reason: str) -> None:
    async with Daemon(chat=lines(piece("ok"), end)).running() as daemon:
        assert (await ask(daemon))[-1].finish_reason == reason


async def test_counts_of_zero_are_left_out_by_the_daemon() -> None:
    end = {name: value for name, value in final().items() if not name.endswith("_count")}
    async with Daemon(chat=lines(end)).running() as daemon:
        usage = (await ask(daemon))[-1].usage
    assert usage is not None
    assert usage.total_tokens == 0


async def test_an_answer_without_an_end_has_no_last_chunk() -> None:
    async with Daemon(chat=lines(piece("half"))).running() as daemon:
        assert [c.finish_reason for c in await ask(daemon)] == [None]


@pytest.mark.parametrize(
    ("daemon", "says"),
    [
        (Daemon(chat=lines(piece("half")), whole=False), "closed the connection before the end"),
        (Daemon(chat=lines(piece("half"), {"error": "secret"})), "reported an error in the middle"),
        (Daemon(chat=b'{"error": "secret"}'), "reported an error"),
        (Daemon(chat=lines(piece("half")) + b"{half\n"), "no chat reply"),
        (Daemon(chat=b"x" * 1_100_000), "a line of more than"),
        (Daemon(chat=lines(final(done_reason="unload"))), "unloaded the model"),
        (Daemon(status=500, chat=b'{"error": "secret"}'), "status 500"),
        (Daemon(status=503, chat=b"{}"), "ask again later"),
    ],
)
async def test_faults_are_failures_and_quote_nothing(daemon: Daemon, says: str) -> None:
    async with replace(daemon).running() as fresh:
        with pytest.raises(UpstreamFailed, match=says) as failed:
            await ask(fresh)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize("model", ["large:latest", "other:120b-cloud", "never-pulled:latest"])
async def test_what_the_daemon_does_not_run_itself_is_asked_nothing(model: str) -> None:
    async with Daemon().running() as daemon:
        with pytest.raises(EgressRefused, match="runs itself"):
            await ask(daemon, model)
    assert daemon.asked == []


async def test_a_model_that_has_become_remote_is_asked_nothing_more() -> None:
    async with Daemon().running() as daemon:
        await ask(daemon)
        daemon.models = [REMOTE | {"name": "llama3.2:latest"}]
        with pytest.raises(EgressRefused):
            await ask(daemon)
    assert len(daemon.asked) == 1


def call(name: str, **arguments: object) -> dict[str, object]:
    """ "Generate a chat completion", "Chat request (Streaming with tools)", a response of the stream."""
    made = {"function": {"name": name, "arguments": arguments}}
    return piece("") | {"message": {"role": "assistant", "content": "", "tool_calls": [made]}}


async def test_functions_are_offered_and_called_as_published() -> None:
    """ "Chat request (Streaming with tools)", "Chat request (with history, with tools)"."""
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    request = ModelRequest(
        (
            Message("user", "weather?"),
            Message("assistant", tool_calls=(ToolCall("call_1", "get_weather", '{"city": "Tokyo"}'),)),
            Message("tool", "11 degrees", tool_call_id="call_1"),
            Message("assistant", tool_calls=(ToolCall("call_2", "get_weather", "not JSON"),)),
            Message("tool", "none", tool_call_id="call_9"),
        ),
        tools=(Tool("get_weather", "Get the weather", schema),),
    )
    chat = lines(call("get_weather", city="Paris"), call("get_weather", city="Rome"), final())
    async with Daemon(chat=chat).running() as daemon:
        answer = await ask(daemon, request=request)
    assert [(c.name, c.arguments) for c in answer[-1].tool_calls] == [
        ("get_weather", '{"city":"Paris"}'),
        ("get_weather", '{"city":"Rome"}'),
    ]
    assert len({c.id for c in answer[-1].tool_calls}) == 2
    assert answer[-1].finish_reason == "tool_calls"
    function = {"name": "get_weather", "description": "Get the weather", "parameters": schema}
    assert daemon.asked[0]["tools"] == [{"type": "function", "function": function}]
    assert daemon.asked[0]["messages"] == [
        {"role": "user", "content": "weather?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": "get_weather", "arguments": {"city": "Tokyo"}}}],
        },
        {"role": "tool", "content": "11 degrees", "tool_name": "get_weather"},
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "get_weather", "arguments": {}}}]},
        {"role": "tool", "content": "none"},
    ]


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        (ResponseFormat("json_object"), "json"),
        (ResponseFormat("json_schema", "x", {"type": "object"}), {"type": "object"}),
    ],
)
async def test_a_format_is_asked_for_as_published(wanted: ResponseFormat, sent: object) -> None:
    """ "Structured outputs": `format` is `json` or a JSON schema."""
    async with Daemon().running() as daemon:
        await ask(daemon, request=structs.replace(REQUEST, response_format=wanted))
    assert daemon.asked[0]["format"] == sent


async def test_functions_that_must_not_be_called_are_not_offered() -> None:
    request = structs.replace(REQUEST, tools=(Tool("f"),), tool_choice=ToolChoice("none"))
    async with Daemon().running() as daemon:
        await ask(daemon, request=request)
    assert "tools" not in daemon.asked[0]


async def test_an_answer_without_a_bound_gets_one() -> None:
    async with Daemon().running() as daemon:
        await ask(daemon, request=structs.replace(REQUEST, sampling=Sampling()))
    assert daemon.asked[0]["options"] == {"num_ctx": 8192, "num_predict": MOST_TOKENS}
