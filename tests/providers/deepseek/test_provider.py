"""DeepSeek over real sockets: what it is sent, what is made of its answers and of its faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.egress.servers.deepseek_chat import REASONER, DeepSeekChat
from tests.egress.servers.dialects import Body, Refusal
from tests.egress.servers.server import Fault, FaultKind, RecordingServer
from tests.egress.servers.speech import Asked, Speech
from tests.providers.cloud.conftest import cloud, reply, sends
from tests.providers.gate import gate
from tests.providers.outside import IBAN, PLACES, conversation, outside, text_of, whole_and_cut
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolChoice
from vestibule.core.errors import EgressRefused, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.deepseek import DeepSeekProvider
from vestibule.providers.home.transport import HomeTransport

REQUEST = ModelRequest((Message("user", "How does an economiser work, and when is it worth its money?"),))
TOOL = Tool("find", "finds", {"type": "object", "properties": {"who": {"type": "string"}}})


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(DeepSeekChat(), key="right") as running:
        yield running


def encoded(request: ModelRequest, model: str = "deepseek-chat") -> dict[str, Any]:
    provider = DeepSeekProvider("d", "http://127.0.0.1:1", HomeTransport())
    body: dict[str, Any] = json.loads(provider.encode(request, model))
    return body


async def test_an_answer_arrives_whole_with_its_usage(server: RecordingServer) -> None:
    async with outside("deepseek", server.base_url) as asked:
        answer = await asked.ask(REQUEST, "deepseek-chat")
    assert text_of(answer) == server.speech.said[0]
    last = answer[-1]
    assert (last.finish_reason, last.tool_calls) == ("stop", ())
    assert last.usage is not None
    assert last.usage.completion_tokens == max(1, len(server.speech.said[0]) // 4)
    assert {chunk.reasoning for chunk in answer} == {""}
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/chat/completions")
    assert request.headers["authorization"] == "Bearer right"


async def test_reasoning_is_apart_from_the_answer(server: RecordingServer) -> None:
    async with outside("deepseek", server.base_url) as asked:
        answer = await asked.ask(REQUEST, REASONER)
    assert text_of(answer) == server.speech.said[0]
    assert "".join(chunk.reasoning for chunk in answer).startswith("First, what is asked: ")
    assert all(not chunk.text for chunk in answer if chunk.reasoning)


async def test_functions_are_called_and_their_results_answered(server: RecordingServer) -> None:
    request = ModelRequest(REQUEST.messages, tools=(TOOL,), tool_choice=ToolChoice("required", "find"))
    async with outside("deepseek", server.base_url) as asked:
        last = (await asked.ask(request))[-1]
        (call,) = last.tool_calls
        assert (last.finish_reason, call.name) == ("tool_calls", "find")
        assert set(json.loads(call.arguments)) == {"who"}
        turns = (
            *REQUEST.messages,
            Message("assistant", tool_calls=(call,)),
            Message("tool", "Ada", tool_call_id=call.id),
        )
        answer = await asked.ask(ModelRequest(turns, tools=(TOOL,)))
    assert text_of(answer) == server.speech.said[1]
    first, second = (json.loads(received.body) for received in server.requests)
    assert ("thinking" in first, second["thinking"]) == (False, {"type": "disabled"})
    assert first["tool_choice"] == {"type": "function", "function": {"name": "find"}}
    assert second["messages"][-1] == {"role": "tool", "content": "Ada", "tool_call_id": call.id}


async def test_json_is_asked_for_in_words_as_well(server: RecordingServer) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    request = ModelRequest(REQUEST.messages, response_format=ResponseFormat("json_schema", "answer", schema))
    async with outside("deepseek", server.base_url) as asked:
        assert set(json.loads(text_of(await asked.ask(request)))) == {"answer"}
    sent = json.loads(server.requests[0].body)
    assert sent["response_format"] == {"type": "json_object"}
    said = sent["messages"][0]["content"]
    assert json.loads(said[said.index("{") :]) == schema
    loose = encoded(ModelRequest(REQUEST.messages, response_format=ResponseFormat("json_object")))
    assert "JSON" in loose["messages"][0]["content"]
    assert "schema" not in loose["messages"][0]["content"]


def test_what_is_sent_is_what_deepseek_takes() -> None:
    turns = (
        Message("developer", "Be brief."),
        Message("user", "hello"),
        Message("assistant", "hi"),
        Message("user", "x"),
    )
    sent = encoded(ModelRequest(turns, sampling=Sampling(0.5, 0.9, 7, ("END",), seed=3)))
    assert [turn["role"] for turn in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert (sent["temperature"], sent["top_p"], sent["max_tokens"], sent["stop"]) == (0.5, 0.9, 7, ["END"])
    assert sent["stream_options"] == {"include_usage": True}
    assert not {"seed", "tools", "tool_choice", "response_format"} & sent.keys()
    assert "reasoning_content" not in json.dumps(sent)


def chunk(delta: Body, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({'id': 'x', 'choices': [choice]} | more, ensure_ascii=False)}\n\n".encode()


USAGE: Body = {
    "prompt_tokens": 30,
    "completion_tokens": 4,
    "prompt_cache_hit_tokens": 20,
    "prompt_cache_miss_tokens": 10,
}
STREAM = (
    b": keep-alive\n\n"
    + chunk({"reasoning_content": "hm ü", "content": None})
    + chunk({"content": "größer"})
    + b": keep-alive\n\n"
    + chunk({"content": " 4 °C"}, "stop", usage=USAGE)
    + b"data: [DONE]\n\n"
)


async def test_what_was_read_before_is_counted() -> None:
    async with cloud(sends(reply(STREAM))) as running, outside("deepseek", f"http://127.0.0.1:{running.port}") as asked:
        usage = (await asked.ask(REQUEST))[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (30, 4, 20)


async def test_a_stream_split_at_any_byte_is_whole_and_one_that_ends_there_is_not() -> None:
    finished = STREAM.index(b"data: [DONE]") - 1  # the line that says why it ended is over
    for n, (ended, answer) in enumerate(await whole_and_cut("deepseek", STREAM, REQUEST)):
        if not ended or n // 2 >= finished:
            assert (text_of(answer), answer[-1].finish_reason) == ("größer 4 °C", "stop")
        else:
            assert "größer 4 °C".startswith(text_of(answer))
            assert all(piece.finish_reason is None for piece in answer)


@pytest.mark.parametrize("kind", ["reset", "cut", "error", "stall"])
async def test_a_fault_is_a_failure_and_the_next_request_is_answered(server: RecordingServer, kind: FaultKind) -> None:
    server.faults.append(Fault(kind))
    async with outside("deepseek", server.base_url) as asked:
        with pytest.raises(UpstreamFailed):
            await asked.ask(REQUEST)
        assert text_of(await asked.ask(REQUEST)) == server.speech.said[-1]


async def test_too_many_requests_say_how_long_to_wait(server: RecordingServer) -> None:
    server.faults.append(Fault("rate_limited", retry_after_s=17))
    async with outside("deepseek", server.base_url) as asked:
        with pytest.raises(UpstreamFailed, match="outside wants fewer requests") as limited:
            await asked.ask(REQUEST)
    assert limited.value.fault == "rate_limited"
    assert limited.value.retry_after_s == pytest.approx(17, abs=1)


class Refusing(DeepSeekChat):
    """A DeepSeek that refuses, and quotes the question as providers do."""

    def __init__(self, status: int) -> None:
        self.status = status

    def read(self, target: str, body: Body) -> Asked:
        raise Refusal(self.status, "refused", f"You asked: {body['messages']}")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (400, "did not understand the request"),
        (401, "did not accept the API key .*`keys`"),
        (402, "has no money left .*Top up"),
        (403, "did not accept the API key"),
        (404, "does not know the model .*`name`"),
        (418, "refused the request"),
        (422, "takes a parameter of the request for invalid"),
        (500, r"failed \(status 500\)"),
        (503, "is overloaded .*Ask again later"),
    ],
)
async def test_an_error_status_is_explained_and_quotes_nothing(status: int, says: str) -> None:
    with RecordingServer(Refusing(status), speech=Speech()) as server:
        async with outside("deepseek", server.base_url) as asked:
            with pytest.raises(UpstreamFailed, match=rf"outside {says}") as refused:
                await asked.ask(REQUEST)
    assert "economiser" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("stream", "says"),
    [
        (chunk({"content": "half"}, "insufficient_system_resource"), "broke off its answer"),
        (b'data: {"error": {"message": "secret"}}\n\n', "reported an error"),
        (b"data: <html>secret</html>\n\n", "no chat completion chunk"),
    ],
)
async def test_an_answer_that_goes_wrong_is_a_failure(stream: bytes, says: str) -> None:
    async with cloud(sends(reply(stream))) as running, outside("deepseek", f"http://127.0.0.1:{running.port}") as asked:
        with pytest.raises(UpstreamFailed, match=says) as failed:
            await asked.ask(REQUEST)
    assert "secret" not in str(failed.value)


async def test_the_gate_reads_every_place_of_a_body(tmp_path: Path) -> None:
    clear = gate(tmp_path)
    provider = DeepSeekProvider("d", "https://api.deepseek.example", HomeTransport())
    await clear(provider.encode(conversation(), "deepseek-chat"))
    for place in PLACES:
        body = provider.encode(conversation(**{place: IBAN}), "deepseek-chat")
        assert IBAN.encode() in body, place
        with pytest.raises(EgressRefused, match="BANK_ACCOUNT is in what would leave"):
            await clear(body)
