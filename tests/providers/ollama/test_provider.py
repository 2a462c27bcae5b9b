"""Chat with a daemon: whole answers however they are cut, faults that are failures, and no word to what is not home."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace

import jsonschema_rs
import pytest
from msgspec import structs

from tests.providers.ollama.address import outward_address
from tests.providers.ollama.daemon import REMOTE, Daemon, final, lines, piece
from vestibule.core.chat import Image, Message, ResponseFormat, Sampling, Tool, ToolCall, ToolChoice
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import EgressRefused, InvalidRequest, UpstreamFailed
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
            "truncate": False,
            "shift": False,
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
    ("daemon", "says", "fault"),
    [
        (Daemon(chat=lines(piece("half")), whole=False), "closed the connection before the end", "cut"),
        (Daemon(chat=lines(piece("half"), {"error": "secret"})), "reported an error in the middle", "failed"),
        (Daemon(chat=b'{"error": "secret"}'), "reported an error", "failed"),
        (Daemon(chat=lines(piece("half")) + b"{half\n"), "no chat reply", "malformed"),
        (Daemon(chat=b"<html>secret</html>"), "no chat reply", "malformed"),
        (Daemon(chat=b'{"message": 3}'), "no chat reply", "malformed"),
        (Daemon(chat=b"x" * 1_100_000), "a line of more than", "malformed"),
        (Daemon(chat=lines(final(done_reason="unload"))), "unloaded the model", "cut"),
        (Daemon(status=500, chat=b'{"error": "secret"}'), "status 500", "failed"),
        (Daemon(status=503, chat=b"{}"), "ask again later", "overloaded"),
        (Daemon(status=429, chat=b"{}"), "status 429", "rate_limited"),
        (Daemon(status=404, chat=b'{"error": "secret"}'), "models pull llama3.2:latest", "refused"),
        (Daemon(status=400, chat=b'{"error": "secret does not support tools"}'), "models show", "refused"),
        (Daemon(status=400, chat=b'{"error": "secret"}'), "status 400", "refused"),
    ],
)
async def test_faults_are_failures_and_quote_nothing(daemon: Daemon, says: str, fault: str) -> None:
    async with replace(daemon).running() as fresh:
        with pytest.raises(UpstreamFailed, match=says) as failed:
            await ask(fresh)
    assert failed.value.fault == fault
    assert "secret" not in str(failed.value)


async def test_a_daemon_that_is_away_is_named_as_what_it_is() -> None:
    async with Daemon().running() as daemon:
        pass
    with pytest.raises(
        UpstreamFailed, match=r"which runs llama3\.2:latest, does not answer.*vestibule doctor"
    ) as failed:
        await ask(daemon)
    assert failed.value.fault == "unreachable"


async def test_a_conversation_longer_than_the_context_is_refused_and_not_cut() -> None:
    """The daemon is asked for that by `truncate` and `shift`."""
    said = b'{"error": "the input length exceeds the context length"}'
    async with Daemon(status=400, chat=said).running() as daemon:
        with pytest.raises(InvalidRequest, match=r"longer than the 8,192 tokens of llama3\.2:latest"):
            await ask(daemon)


async def test_a_model_that_was_never_pulled_says_how_to_bring_it() -> None:
    async with Daemon().running() as daemon:
        with pytest.raises(UpstreamFailed, match="models pull never-pulled") as failed:
            await ask(daemon, "never-pulled")
    assert (failed.value.fault, daemon.asked) == ("refused", [])


@pytest.mark.parametrize("remote", [{"remote_host": "https://ollama.com:443"}, {"remote_model": "large"}])
async def test_a_reply_that_was_forwarded_after_all_is_not_used(remote: dict[str, object]) -> None:
    """The schema `ModelSummary` has the two fields; newer daemons say them in each reply too."""
    async with Daemon(chat=lines(piece("Good ") | remote, final())).running() as daemon:
        with pytest.raises(EgressRefused, match="runs itself"):
            await ask(daemon)


async def test_fields_nobody_knows_are_passed_over() -> None:
    async with Daemon(chat=lines(piece("ok") | {"logprobs": [], "x": {"y": 1}}, final(z=2))).running() as daemon:
        assert "".join(c.text for c in await ask(daemon)) == "ok"


async def test_what_is_thought_is_no_part_of_the_answer() -> None:
    """ "Generate a chat completion", `thinking`."""
    thought = piece("") | {"message": {"role": "assistant", "content": "", "thinking": "hm"}}
    async with Daemon(chat=lines(thought, piece("ok"), final())).running() as daemon:
        answer = await ask(daemon)
    assert ("".join(c.text for c in answer), answer[0].reasoning) == ("ok", "hm")


async def test_a_name_that_leads_elsewhere_from_one_request_to_the_next_gets_no_byte(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The machine's own other address stands for one of somebody else."""
    outside, loop, moved = outward_address(), asyncio.get_running_loop(), False
    resolve = loop.getaddrinfo

    async def getaddrinfo(host: object, port: int, **named: object) -> list[object]:
        return list(await resolve(outside if moved else "127.0.0.1", port, type=socket.SOCK_STREAM))

    async with Daemon(host="0.0.0.0").running() as daemon:
        daemon.url = f"http://localhost:{daemon.port}"
        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
        assert (await ask(daemon))[-1].finish_reason == "stop"
        seen = len(daemon.seen)
        moved = True
        with pytest.raises(EgressRefused, match="out of the house"):
            await ask(daemon)
        assert len(daemon.seen) == seen


@pytest.mark.parametrize("model", ["large", "large:latest", "other:120b-cloud"])
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


async def test_images_are_sent_in_base64_beside_the_text() -> None:
    """ "Chat request (with images)"."""
    image = Image("image/png", b"\x89PNG")
    async with Daemon().running() as daemon:
        await ask(daemon, request=ModelRequest((Message("user", "what is it?", images=(image,)),)))
    assert daemon.asked[0]["messages"] == [{"role": "user", "content": "what is it?", "images": ["iVBORw=="]}]


async def test_a_turn_of_the_assistant_at_the_end_is_sent_to_be_gone_on_with() -> None:
    turns = (Message("user", "count"), Message("assistant", "one, two,"))
    async with Daemon().running() as daemon:
        await ask(daemon, request=ModelRequest(turns))
        assert OllamaProvider("ollama", daemon.url).continues
    assert daemon.asked[0]["messages"] == [
        {"role": "user", "content": "count"},
        {"role": "assistant", "content": "one, two,"},
    ]


async def test_context_and_stay_are_what_the_settings_and_the_model_allow() -> None:
    provider = OllamaProvider(
        "ollama", "http://127.0.0.1:9", (), 32_768, keep_alive="-1s", capacity=4, trained={"small": 2048}
    )
    asked = {name: json.loads(provider.encode(REQUEST, name)) for name in ("small", "large")}
    assert {name: body["options"]["num_ctx"] for name, body in asked.items()} == {"small": 2048, "large": 32_768}
    assert asked["small"]["keep_alive"] == "-1s"
    assert provider.capacity == 4


WEATHER = Tool("weather", "Tell the weather", {"type": "object", "properties": {"city": {"type": "string"}}})
SHAPE = {"$defs": {"Id": {"type": "integer"}}, "type": "object", "properties": {"id": {"$ref": "#/$defs/Id"}}}


async def test_a_function_that_must_be_called_is_the_only_thing_that_can_be_said() -> None:
    """Ollama has no `tool_choice`; its structured output is held to the schema of a call instead."""
    request = structs.replace(REQUEST, tools=(WEATHER, Tool("order", "", SHAPE)), tool_choice=ToolChoice("required"))
    said = '{"name": "weather", "arguments": {"city": "Rome"}}'
    async with Daemon(chat=lines(piece(said[:20]), piece(said[20:]), final())).running() as daemon:
        answer = await ask(daemon, request=request)
    assert [(c.name, c.arguments) for c in answer[-1].tool_calls] == [("weather", '{"city":"Rome"}')]
    assert (answer[-1].finish_reason, "".join(c.text for c in answer)) == ("tool_calls", "")
    sent = daemon.asked[0]
    assert "tools" not in sent
    assert sent["messages"][0]["role"] == "system"  # type: ignore[index]
    assert "Tell the weather" in sent["messages"][0]["content"]  # type: ignore[index]
    format_ = sent["format"]
    assert isinstance(format_, dict)
    validator = jsonschema_rs.validator_for(format_)
    assert validator.is_valid(json.loads(said))
    assert validator.is_valid({"name": "order", "arguments": {"id": 3}})
    assert not validator.is_valid({"name": "order", "arguments": {"id": "x"}})
    assert not validator.is_valid({"name": "other", "arguments": {}})


async def test_the_function_that_was_named_is_the_only_one_that_can_be_called() -> None:
    request = structs.replace(
        REQUEST, tools=(WEATHER, Tool("order", "", SHAPE)), tool_choice=ToolChoice("required", "order")
    )
    async with Daemon(chat=lines(piece('{"name": "order"}'), final())).running() as daemon:
        assert (await ask(daemon, request=request))[-1].tool_calls[0].name == "order"
    assert daemon.asked[0]["format"]["properties"]["name"] == {"type": "string", "enum": ["order"]}  # type: ignore[index]


async def test_what_is_no_call_though_it_had_to_be_is_a_failure() -> None:
    request = structs.replace(REQUEST, tools=(WEATHER,), tool_choice=ToolChoice("required"))
    async with Daemon(chat=lines(piece("Sunny."), final())).running() as daemon:
        with pytest.raises(UpstreamFailed, match="called no function") as failed:
            await ask(daemon, request=request)
    assert failed.value.fault == "malformed"
    async with Daemon(chat=lines(piece('{"name": "wea'), final(done_reason="length"))).running() as daemon:
        last = (await ask(daemon, request=request))[-1]
        assert (last.finish_reason, last.tool_calls) == ("length", ())
