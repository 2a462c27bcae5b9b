"""Gemini over real sockets: how it is asked, what is made of its answers and of its faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.egress.servers.dialects import Body, Refusal
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.server import Fault, FaultKind, RecordingServer
from tests.egress.servers.speech import Asked
from tests.providers.cloud.conftest import cloud, reply, sends
from tests.providers.gate import gate
from tests.providers.outside import IBAN, PLACES, conversation, outside, text_of, whole_and_cut
from vestibule.core.chat import Message, ResponseFormat, Sampling, Tool, ToolChoice
from vestibule.core.errors import EgressRefused, InvalidRequest, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.gemini import GeminiProvider
from vestibule.providers.home.transport import HomeTransport

MODEL = "gemini-2.5-flash"
REQUEST = ModelRequest((Message("user", "How does an economiser work, and when is it worth its money?"),))
TOOL = Tool("find", "finds", {"type": "object", "properties": {"who": {"type": "string"}}})


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(GeminiNative(), key="right") as running:
        yield running


async def told(*responses: Body) -> list[Chunk]:
    """The answer to a stream of these responses."""
    stream = b"".join(f"data: {json.dumps(response)}\r\n\r\n".encode() for response in responses)
    async with cloud(sends(reply(stream))) as running, outside("gemini", f"http://127.0.0.1:{running.port}") as asked:
        return await asked.ask(REQUEST, MODEL)


def said(*parts: Body, finish: str | None = None, **more: object) -> Body:
    candidate: Body = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    return {"candidates": [candidate | ({"finishReason": finish} if finish else {})]} | more


@pytest.mark.parametrize("base", ["", "/v1beta", "/v1beta/"])
async def test_an_answer_arrives_whole_with_its_usage(server: RecordingServer, base: str) -> None:
    async with outside("gemini", server.base_url + base) as asked:
        answer = await asked.ask(REQUEST, MODEL)
    assert text_of(answer) == server.speech.said[0]
    last = answer[-1]
    assert (last.finish_reason, last.tool_calls) == ("stop", ())
    assert last.usage is not None
    assert last.usage.completion_tokens == max(1, len(server.speech.said[0]) // 4)
    (request,) = server.requests
    assert request.target == f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse"
    assert request.headers["x-goog-api-key"] == "right"
    assert "authorization" not in request.headers


async def test_an_answer_that_was_cut_for_its_length_says_so(server: RecordingServer) -> None:
    async with outside("gemini", server.base_url) as asked:
        answer = await asked.ask(ModelRequest(REQUEST.messages, sampling=Sampling(max_tokens=2)), MODEL)
    assert (len(text_of(answer).split(" ")), answer[-1].finish_reason) == (2, "length")


async def test_functions_are_called_and_their_results_answered(server: RecordingServer) -> None:
    request = ModelRequest(REQUEST.messages, tools=(TOOL,), tool_choice=ToolChoice("required", "find"))
    async with outside("gemini", server.base_url) as asked:
        last = (await asked.ask(request, "gemini-3-flash"))[-1]
        (call,) = last.tool_calls
        assert (last.finish_reason, call.name) == ("tool_calls", "find")
        assert set(json.loads(call.arguments)) == {"who"}
        turns = (
            *REQUEST.messages,
            Message("assistant", tool_calls=(call,)),
            Message("tool", "Ada", tool_call_id=call.id),
        )
        answer = await asked.ask(ModelRequest(turns, tools=(TOOL,)), "gemini-3-flash")
    assert text_of(answer) == server.speech.said[1]
    first, second = (json.loads(received.body) for received in server.requests)
    assert first["toolConfig"] == {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["find"]}}
    called, result = second["contents"][1:]
    assert called["parts"][0]["functionCall"]["args"] == json.loads(call.arguments)
    assert called["parts"][0]["thoughtSignature"]
    response = {"id": call.id, "name": "find", "response": {"result": "Ada"}}
    assert result == {"role": "user", "parts": [{"functionResponse": response}]}


async def test_a_format_is_kept_to(server: RecordingServer) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "string"}}, "additionalProperties": False}
    async with outside("gemini", server.base_url) as asked:
        for wanted in (ResponseFormat("json_schema", "answer", schema), ResponseFormat("json_object")):
            answer = await asked.ask(ModelRequest(REQUEST.messages, response_format=wanted), MODEL)
            assert set(json.loads(text_of(answer))) == {"answer"}


async def test_thoughts_are_apart_from_the_answer_and_counted_with_it() -> None:
    answer = await told(
        said({"text": "hm", "thought": True}),
        said({"text": "yes"}, {"text": ""}, {"inlineData": {"data": ""}}, finish="STOP", usageMetadata={
            "promptTokenCount": 30, "candidatesTokenCount": 4, "thoughtsTokenCount": 5, "cachedContentTokenCount": 20,
        }),
    )  # fmt: skip
    assert [(chunk.text, chunk.reasoning) for chunk in answer] == [("", "hm"), ("yes", ""), ("", "")]
    usage = answer[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (30, 9, 20)


async def test_calls_side_by_side_each_have_an_id() -> None:
    first, second = {"name": "f", "args": {"a": "ü"}, "id": "given"}, {"name": "g"}
    last = (await told(said({"functionCall": first}), said({"functionCall": second}, finish="STOP")))[-1]
    assert [(call.name, json.loads(call.arguments)) for call in last.tool_calls] == [("f", {"a": "ü"}), ("g", {})]
    assert last.tool_calls[0].id == "given"
    assert last.tool_calls[1].id.startswith("call_")
    assert last.finish_reason == "tool_calls"


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"])
async def test_an_answer_that_was_filtered_says_so(reason: str) -> None:
    answer = await told(said({"text": "well"}), {"candidates": [{"finishReason": reason, "index": 0}]})
    assert (text_of(answer), answer[-1].finish_reason) == ("well", "content_filter")


@pytest.mark.parametrize(
    ("response", "says"),
    [
        (said(finish="MALFORMED_FUNCTION_CALL"), r"broke off its answer \(MALFORMED_FUNCTION_CALL\)"),
        (said(finish="OTHER"), r"broke off its answer \(OTHER\)"),
        (said(finish="secret"), r"broke off its answer\."),
        ({"error": {"code": 503, "status": "UNAVAILABLE", "message": "secret"}}, "reported an error"),
        ({"candidates": "secret"}, "no part of an answer"),
        (said(*[{"functionCall": {"name": "f"}}] * 129), "more than 128 calls"),
    ],
)
async def test_an_answer_that_goes_wrong_is_a_failure(response: Body, says: str) -> None:
    with pytest.raises(UpstreamFailed, match=says) as failed:
        await told(said({"text": "half"}), response)
    assert "secret" not in str(failed.value)


@pytest.mark.parametrize(
    ("reason", "shown"),
    [("SAFETY", "SAFETY"), ("PROHIBITED_CONTENT", "PROHIBITED_CONTENT"), ("secret", "content_filter")],
)
async def test_a_question_that_was_blocked_is_the_callers_to_mend(reason: str, shown: str) -> None:
    with pytest.raises(InvalidRequest, match=rf"blocked the question .*\({shown}\).*ask a model at home"):
        await told({"promptFeedback": {"blockReason": reason}})


async def test_a_stream_that_just_ends_is_cut() -> None:
    with pytest.raises(UpstreamFailed, match="without finishing") as failed:
        await told(said({"text": "half"}), said(finish="FINISH_REASON_UNSPECIFIED"), {})
    assert failed.value.fault == "cut"


STREAM = b"".join(
    f"data: {json.dumps(response, ensure_ascii=False)}\r\n\r\n".encode()
    for response in (said({"text": "größer"}), said({"text": " 4 °C"}), said({"text": "."}, finish="STOP"))
)


async def test_a_stream_split_at_any_byte_is_whole_and_one_that_ends_there_is_not() -> None:
    finished = len(STREAM) - 3  # the line that says why it ended is over
    for n, (ended, answer) in enumerate(await whole_and_cut("gemini", STREAM, REQUEST)):
        if not ended or n // 2 >= finished:
            assert (text_of(answer), answer[-1].finish_reason) == ("größer 4 °C.", "stop")
        else:
            assert "größer 4 °C.".startswith(text_of(answer))
            assert all(piece.finish_reason is None for piece in answer)


@pytest.mark.parametrize("kind", ["reset", "cut", "error", "stall"])
async def test_a_fault_is_a_failure_and_the_next_request_is_answered(server: RecordingServer, kind: FaultKind) -> None:
    server.faults.append(Fault(kind))
    async with outside("gemini", server.base_url) as asked:
        with pytest.raises(UpstreamFailed):
            await asked.ask(REQUEST, MODEL)
        assert text_of(await asked.ask(REQUEST, MODEL)) == server.speech.said[-1]


async def test_too_many_requests_say_how_long_to_wait(server: RecordingServer) -> None:
    server.faults.append(Fault("rate_limited", retry_after_s=17))
    async with outside("gemini", server.base_url) as asked:
        with pytest.raises(UpstreamFailed, match="outside wants fewer requests") as limited:
            await asked.ask(REQUEST, MODEL)
    assert limited.value.fault == "rate_limited"
    assert limited.value.retry_after_s == pytest.approx(17, abs=1)


@pytest.mark.parametrize(
    ("head", "body", "wait_s"),
    [
        ("Retry-After: 3", b'{"error": {"details": [{"retryDelay": "33s"}]}}', 3.0),
        ("X-None: 1", b'{"error": {"details": [{"retryDelay": "33.5s"}]}}', 33.5),
        ("Retry-After: Sat, 21 Nov 2020 10:00:00 GMT", b"{}", 0.1),
    ],
)
async def test_how_long_to_wait_is_in_a_header_or_the_body(head: str, body: bytes, wait_s: float) -> None:
    refusal = sends(reply(body, 429, head))
    async with cloud(refusal) as running, outside("gemini", f"http://127.0.0.1:{running.port}") as asked:
        with pytest.raises(UpstreamFailed) as limited:
            await asked.ask(REQUEST, MODEL)
    assert limited.value.retry_after_s == pytest.approx(wait_s, abs=0.1)


class Refusing(GeminiNative):
    """A Gemini that refuses, and quotes the question as providers do."""

    def __init__(self, status: int) -> None:
        self.status = status

    def read(self, target: str, body: Body) -> Asked:
        raise Refusal(self.status, "refused", f"You asked: {body['contents']}")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (400, "did not understand the request"),
        (401, "did not accept the API key .*`keys`"),
        (403, "did not accept the API key .*`keys`"),
        (404, "does not know the model .*`name`"),
        (500, r"failed \(status 500\)"),
        (503, "is overloaded .*Ask again later"),
        (504, r"failed \(status 504\)"),
    ],
)
async def test_an_error_status_is_explained_and_quotes_nothing(status: int, says: str) -> None:
    with RecordingServer(Refusing(status)) as server:
        async with outside("gemini", server.base_url) as asked:
            with pytest.raises(UpstreamFailed, match=rf"outside {says}") as refused:
                await asked.ask(REQUEST, MODEL)
    assert "economiser" not in str(refused.value)


@pytest.mark.parametrize("status", [400, 403])
async def test_a_key_that_is_not_taken_makes_way_for_the_next(status: int) -> None:
    """Gemini says 400 for a key that is none: https://ai.google.dev/gemini-api/docs/troubleshooting."""
    said = b'{"error": {"code": 400, "message": "API key not valid.", "details": [{"reason": "API_KEY_INVALID"}]}}'
    refusal = sends(reply(said, status))
    async with cloud(refusal) as running, outside("gemini", f"http://127.0.0.1:{running.port}", "old", "new") as asked:
        for _ in range(2):
            with pytest.raises(UpstreamFailed, match="did not accept the API key"):
                await asked.ask(REQUEST, MODEL)
    sent = [line for head, _ in running.requests for line in head.split("\r\n") if "goog" in line]
    assert sent == ["x-goog-api-key: old", "x-goog-api-key: new"]


async def test_the_gate_reads_every_place_of_a_body(tmp_path: Path) -> None:
    clear = gate(tmp_path)
    provider = GeminiProvider("g", "https://generativelanguage.example.com", HomeTransport())
    for model in (MODEL, "gemini-3-pro-preview"):
        await clear(provider.encode(conversation(), model))
    for place in PLACES:
        body = provider.encode(conversation(**{place: IBAN}), MODEL)
        assert IBAN.encode() in body, place
        with pytest.raises(EgressRefused, match="BANK_ACCOUNT is in what would leave"):
            await clear(body)
