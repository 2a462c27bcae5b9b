"""The recording OpenAI and DeepSeek servers, driven by OpenAI's own SDK over TLS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolParam

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.deepseek_chat import DeepSeekChat
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Fault, FaultKind, RecordingServer
from tests.egress.servers.speech import Speech
from tests.gateway.openapi import PUBLISHED, schemas, violations

ASKED: list[ChatCompletionMessageParam] = [
    {"role": "system", "content": "You help building operators."},
    {"role": "user", "content": "Is ⟦PERSON_1⟧ or ⟦PERSON_12⟧ in charge of the chiller at ⟦ADDRESS_1⟧? Größe: 5 m²."},
]
TOOL: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "find_person",
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "limit": {"type": "integer"}, "near": {"type": "array"}},
        },
    },
}
MODEL = "gpt-4o"


@pytest.fixture
def server(certificates: Certificates) -> Iterator[RecordingServer]:
    with RecordingServer(OpenAIChat(), certificates, key="sk-right") as running:
        yield running


@contextmanager
def connected(
    server: RecordingServer, certificates: Certificates, key: str = "sk-right", retries: int = 0, read_s: float = 20
) -> Iterator[openai.OpenAI]:
    patience = httpx2.Timeout(20, read=read_s)
    http = httpx2.Client(verify=certificates.client_context(), trust_env=False, timeout=patience)
    with openai.OpenAI(
        api_key=key, base_url=server.base_url, max_retries=retries, timeout=patience, http_client=http
    ) as client:
        yield client


@pytest.fixture
def client(server: RecordingServer, certificates: Certificates) -> Iterator[openai.OpenAI]:
    with connected(server, certificates) as connection:
        yield connection


def test_a_whole_answer_repeats_the_prompt_and_its_placeholders(server: RecordingServer, client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=ASKED)
    assert answer.choices[0].message.content == server.speech.said[0]
    assert all(p in server.speech.said[0] for p in ("⟦PERSON_1⟧", "⟦PERSON_12⟧", "⟦ADDRESS_1⟧"))
    assert (answer.choices[0].finish_reason, answer.model) == ("stop", MODEL)
    assert answer.usage
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_streamed_answer_is_the_same_in_pieces(server: RecordingServer, client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model=MODEL, messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    pieces = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(pieces) == server.speech.said[0]
    assert len(pieces) > 10
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage
    assert chunks[-1].choices == []


def test_offered_tools_are_called_until_their_result_is_there(server: RecordingServer, client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=ASKED, tools=[TOOL])
    (call,) = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert answer.choices[0].finish_reason == "tool_calls"
    arguments = json.loads(call.function.arguments)
    assert set(arguments) == {"name", "limit", "near"}
    assert "⟦" in arguments["name"]
    result: list[ChatCompletionMessageParam] = [
        *ASKED,
        {"role": "assistant", "tool_calls": [call.model_dump()]},  # type: ignore[list-item]  # the SDK's own answer, sent back
        {"role": "tool", "tool_call_id": call.id, "content": "nobody"},
    ]
    final = client.chat.completions.create(model=MODEL, messages=result, tools=[TOOL])
    assert final.choices[0].message.content == server.speech.said[-1]


def test_tool_arguments_stream_in_pieces(server: RecordingServer, client: openai.OpenAI) -> None:
    with client.chat.completions.create(model=MODEL, messages=ASKED, tools=[TOOL], stream=True) as stream:
        deltas = [d for chunk in stream for d in chunk.choices[0].delta.tool_calls or []]
    assert deltas[0].function
    assert deltas[0].function.name == "find_person"
    written = "".join((d.function.arguments or "") for d in deltas if d.function)
    assert json.loads(written) == json.loads(server.speech.said[0])
    assert len(deltas) > 3


def test_a_schema_and_a_limit_are_kept(client: openai.OpenAI) -> None:
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"who": {"type": "string"}, "sure": {"type": "boolean"}},
    }
    answer = client.chat.completions.create(
        model=MODEL,
        messages=ASKED,
        response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": schema}},
    )
    assert set(json.loads(answer.choices[0].message.content or "")) == {"who", "sure"}
    short = client.chat.completions.create(model=MODEL, messages=ASKED, max_completion_tokens=2)
    assert short.choices[0].finish_reason == "length"
    assert len((short.choices[0].message.content or "").split()) == 2


def test_embeddings_come_as_numbers_that_depend_on_the_text(client: openai.OpenAI) -> None:
    first, second = client.embeddings.create(model="text-embedding-3-small", input=["chiller", "boiler"]).data
    plain = client.embeddings.create(model="text-embedding-3-small", input="chiller", encoding_format="float").data[0]
    assert first.embedding == pytest.approx(plain.embedding, abs=1e-6)
    assert first.embedding != second.embedding


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published description is not there")
def test_every_reply_is_what_openai_published(server: RecordingServer, certificates: Certificates) -> None:
    with httpx2.Client(verify=certificates.client_context(), trust_env=False, base_url=server.base_url) as client:
        head = {"Authorization": "Bearer sk-right"}
        asked = {"model": MODEL, "messages": ASKED, "stream_options": {"include_usage": True}}
        for tools in ([], [TOOL]):
            whole = client.post("/chat/completions", headers=head, json=asked | {"tools": tools})
            assert not list(violations(whole.json(), schemas()["CreateChatCompletionResponse"]))
            stream = client.post("/chat/completions", headers=head, json=asked | {"tools": tools, "stream": True})
            lines = [line[6:] for line in stream.text.split("\n\n") if line]
            assert lines.pop() == "[DONE]"
            for line in lines:
                assert not list(violations(json.loads(line), schemas()["CreateChatCompletionStreamResponse"]))
        refused = client.post("/chat/completions", headers=head, json={})
        assert refused.status_code == 400
        assert not list(violations(refused.json(), schemas()["ErrorResponse"]))


def test_faults_are_what_the_sdk_takes_them_for(server: RecordingServer, certificates: Certificates) -> None:
    cases: list[tuple[FaultKind, bool, type[Exception]]] = [
        ("rate_limited", False, openai.RateLimitError),
        ("error", True, openai.InternalServerError),
        ("reset", True, openai.APIConnectionError),
        ("reset", False, openai.APIConnectionError),
        ("cut", False, openai.APIConnectionError),
        ("stall", False, openai.APITimeoutError),
    ]
    for kind, stream, expected in cases:
        server.faults.append(Fault(kind))
        patience_s = 1 if kind == "stall" else 20
        with connected(server, certificates, read_s=patience_s) as client, pytest.raises(expected):
            list(client.chat.completions.create(model=MODEL, messages=ASKED, stream=stream))
    assert [r.fault.kind for r in server.requests if r.fault] == [kind for kind, _, _ in cases]


def collect(chunks: Iterable[ChatCompletionChunk], pieces: list[str]) -> None:
    for chunk in chunks:
        pieces.append(chunk.choices[0].delta.content or "")


@pytest.mark.parametrize(("kind", "raised"), [("cut", httpx2.NetworkError), ("stall", httpx2.ReadTimeout)])
def test_a_stream_breaks_after_its_first_events(
    server: RecordingServer, certificates: Certificates, kind: FaultKind, raised: type[Exception]
) -> None:
    server.faults.append(Fault(kind, after=4))
    pieces: list[str] = []
    with (
        connected(server, certificates, read_s=2) as client,
        pytest.raises((raised, httpx2.RemoteProtocolError, openai.APIConnectionError)),
    ):
        collect(client.chat.completions.create(model=MODEL, messages=ASKED, stream=True), pieces)
    assert server.speech.said[0].startswith("".join(pieces))
    assert 0 < len(pieces) <= 4


def test_a_rate_limit_says_when_to_come_back_and_ends(server: RecordingServer, certificates: Certificates) -> None:
    server.faults.append(Fault("rate_limited", retry_after_s=7))
    with connected(server, certificates) as client, pytest.raises(openai.RateLimitError) as refused:
        client.chat.completions.create(model=MODEL, messages=ASKED)
    assert refused.value.response.headers["retry-after"] == "7"
    server.faults.append(Fault("reset"))
    with connected(server, certificates, retries=1) as client:
        assert client.chat.completions.create(model=MODEL, messages=ASKED).choices
    assert len(server.requests) == 3


def test_a_server_can_be_broken_until_mended(server: RecordingServer, client: openai.OpenAI) -> None:
    server.broken = Fault("error")
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model=MODEL, messages=ASKED)
    server.broken = None
    assert client.chat.completions.create(model=MODEL, messages=ASKED).choices


def test_keys_paths_and_bodies_are_checked(server: RecordingServer, certificates: Certificates) -> None:
    with connected(server, certificates, key="sk-wrong") as client, pytest.raises(openai.AuthenticationError):
        client.chat.completions.create(model=MODEL, messages=ASKED)
    with connected(server, certificates) as client:
        with pytest.raises(openai.NotFoundError):
            client.models.list()
        with pytest.raises(openai.NotFoundError):
            client.responses.create(model=MODEL, input="hello")
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model=MODEL, messages=[])


def test_a_client_that_does_not_trust_the_authority_sends_nothing(server: RecordingServer) -> None:
    with httpx2.Client(trust_env=False) as client, pytest.raises(httpx2.ConnectError):
        client.post(f"{server.base_url}/chat/completions", content=b"BOILER-ROOM-CODE")
    assert server.requests == []
    assert server.seen(["BOILER-ROOM-CODE"]) == []


def test_whatever_arrives_is_recorded_and_found(server: RecordingServer, client: openai.OpenAI) -> None:
    said = (
        'plain GATE-77-QX, "q\\" ⟦ü⟧ \u3000ＷＩＤＥ-41-KZ, R09PRC1DT0RFLTQ0MTI5LVhZ and %4DETER%2D5521, 4 4 0 1 9 9 2'
    )
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": said}])
    sent = ["gate-77-qx", 'q\\" ⟦ü⟧', "WIDE-41-KZ", "GOOD-CODE-44129-XY", "METER-5521", "4401992"]
    assert server.seen([*sent, "GATE-78-QX", "sk-other"]) == sent
    assert b"GATE-77-QX" in server.received
    assert server.requests[0].headers["authorization"] == "Bearer sk-right"


def test_deepseek_answers_with_reasoning_and_counts_of_its_cache(certificates: Certificates) -> None:
    with (
        RecordingServer(DeepSeekChat(), certificates) as server,
        connected(server, certificates) as client,
    ):
        whole = client.chat.completions.create(model="deepseek-chat", messages=ASKED)
        assert whole.choices[0].message.content == server.speech.said[0]
        assert whole.usage
        assert whole.usage.model_dump()["prompt_cache_miss_tokens"] == whole.usage.prompt_tokens
        chunks = list(client.chat.completions.create(model="deepseek-reasoner", messages=ASKED, stream=True))
        deltas = [c.choices[0].delta.model_dump() for c in chunks]
        assert "".join(d.get("content") or "" for d in deltas) == server.speech.said[1]
        assert "".join(d.get("reasoning_content") or "" for d in deltas).startswith("First, what is asked")
        assert chunks[-1].usage
        with client.chat.completions.create(model="deepseek-chat", messages=ASKED, tools=[TOOL], stream=True) as stream:
            calls = [d for chunk in stream for d in chunk.choices[0].delta.tool_calls or []]
        assert "".join((d.function.arguments or "") for d in calls if d.function)
        with pytest.raises(openai.NotFoundError):
            client.embeddings.create(model="deepseek-chat", input="none here")


def test_deepseek_keeps_a_waiting_stream_alive_with_comments(certificates: Certificates) -> None:
    with (
        RecordingServer(DeepSeekChat(), certificates) as server,
        httpx2.Client(verify=certificates.client_context(), trust_env=False) as client,
    ):
        answer = client.post(
            f"{server.base_url}/chat/completions",
            headers={"Authorization": "Bearer any"},
            json={"model": "deepseek-chat", "messages": ASKED, "stream": True},
        )
    assert answer.text.startswith(": keep-alive\n\n")


def test_mangled_placeholders_come_back_in_many_forms(certificates: Certificates) -> None:
    with (
        RecordingServer(OpenAIChat(), certificates, Speech(mangled=True)) as server,
        connected(server, certificates) as client,
    ):
        for _ in range(12):
            client.chat.completions.create(model=MODEL, messages=ASKED)
    whole = "\n".join(server.speech.said)
    assert sum(form in whole for form in ("[PERSON_1]", "⟦person_1⟧", "⟦ PERSON_1 ⟧", "⟦Person_1⟧", "⟦PERSON 1⟧")) >= 2
