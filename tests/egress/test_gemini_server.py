"""The recording Gemini server, driven as its published REST description says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.server import Fault, RecordingServer

MODEL = "/v1beta/models/gemini-2.5-flash"
ASKED: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "You help building operators."}]},
    "contents": [{"role": "user", "parts": [{"text": "Is ⟦PERSON_1⟧ in charge of the chiller at ⟦ADDRESS_1⟧?"}]}],
}
TOOLS = [
    {
        "functionDeclarations": [
            {"name": "find", "parameters": {"type": "OBJECT", "properties": {"who": {"type": "STRING"}}}}
        ]
    }
]


@pytest.fixture
def server(certificates: Certificates) -> Iterator[RecordingServer]:
    with RecordingServer(GeminiNative(), certificates, key="right") as running:
        yield running


@pytest.fixture
def client(server: RecordingServer, certificates: Certificates) -> Iterator[httpx2.Client]:
    with httpx2.Client(
        verify=certificates.client_context(),
        trust_env=False,
        base_url=server.base_url,
        headers={"x-goog-api-key": "right"},
        timeout=20,
    ) as connection:
        yield connection


def said(response: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in response["candidates"][0]["content"]["parts"])


def test_a_whole_answer(server: RecordingServer, client: httpx2.Client) -> None:
    answer = client.post(f"{MODEL}:generateContent", json=ASKED).json()
    assert said(answer) == server.speech.said[0]
    assert "⟦PERSON_1⟧" in said(answer)
    candidate, usage = answer["candidates"][0], answer["usageMetadata"]
    assert (candidate["finishReason"], candidate["content"]["role"]) == ("STOP", "model")
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]


def test_a_stream_of_events(server: RecordingServer, client: httpx2.Client) -> None:
    answer = client.post(f"{MODEL}:streamGenerateContent?alt=sse", json=ASKED)
    assert answer.headers["content-type"] == "text/event-stream"
    responses = [json.loads(line[6:]) for line in answer.text.split("\r\n\r\n") if line]
    assert "".join(said(r) for r in responses) == server.speech.said[0]
    finished = [r["candidates"][0].get("finishReason") for r in responses]
    assert (set(finished[:-1]), finished[-1]) == ({None}, "STOP")


def test_a_stream_without_events_is_one_json_array(server: RecordingServer, client: httpx2.Client) -> None:
    answer = client.post(f"{MODEL}:streamGenerateContent", json=ASKED)
    assert answer.headers["content-type"].startswith("application/json")
    assert "".join(said(r) for r in answer.json()) == server.speech.said[0]


@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent"])
def test_functions_are_called_until_their_response_is_there(
    server: RecordingServer, client: httpx2.Client, method: str
) -> None:
    answer = client.post(f"{MODEL}:{method}", json=ASKED | {"tools": TOOLS}).json()
    response = answer[0] if isinstance(answer, list) else answer
    (part,) = response["candidates"][0]["content"]["parts"]
    assert part["functionCall"]["name"] == "find"
    assert "⟦" in part["functionCall"]["args"]["who"]
    answered = [
        *ASKED["contents"],
        {"role": "model", "parts": [part]},
        {"role": "user", "parts": [{"functionResponse": {"name": "find", "response": {"result": "nobody"}}}]},
    ]
    final = client.post(f"{MODEL}:generateContent", json={"contents": answered, "tools": TOOLS}).json()
    assert said(final) == server.speech.said[-1]
    forbidden = {"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}, "tools": TOOLS}
    assert said(client.post(f"{MODEL}:generateContent", json=ASKED | forbidden).json())


def test_json_and_limits_are_kept(client: httpx2.Client) -> None:
    wanted = {"responseMimeType": "application/json"}
    schema = wanted | {"responseSchema": {"type": "OBJECT", "properties": {"n": {"type": "INTEGER"}}}}
    with_schema = client.post(f"{MODEL}:generateContent", json=ASKED | {"generationConfig": schema}).json()
    assert set(json.loads(said(with_schema))) == {"n"}
    without = client.post(f"{MODEL}:generateContent", json=ASKED | {"generationConfig": wanted}).json()
    assert set(json.loads(said(without))) == {"answer"}
    short = client.post(f"{MODEL}:generateContent", json=ASKED | {"generationConfig": {"maxOutputTokens": 2}}).json()
    assert short["candidates"][0]["finishReason"] == "MAX_TOKENS"


def test_embeddings(client: httpx2.Client) -> None:
    content = {"parts": [{"text": "chiller"}]}
    one = client.post(f"{MODEL}:embedContent", json={"content": content}).json()
    many = client.post(f"{MODEL}:batchEmbedContents", json={"requests": [{"content": content}] * 2}).json()
    assert many["embeddings"] == [one["embedding"]] * 2


def test_errors_are_in_its_own_shape(server: RecordingServer, client: httpx2.Client) -> None:
    server.faults.extend([Fault("rate_limited", retry_after_s=3), Fault("error")])
    limited, failed = (client.post(f"{MODEL}:generateContent", json=ASKED) for _ in range(2))
    assert limited.status_code == limited.json()["error"]["code"] == 429
    assert limited.json()["error"]["details"][0]["retryDelay"] == "3s"
    assert limited.headers["retry-after"] == "3"
    assert failed.json()["error"]["status"] == "INTERNAL"
    for path, body, status in [
        (f"{MODEL}:generateContent", {}, "INVALID_ARGUMENT"),
        (f"{MODEL}:countTokens", ASKED, "NOT_FOUND"),
        ("/v1beta/other", ASKED, "NOT_FOUND"),
    ]:
        assert client.post(path, json=body).json()["error"]["status"] == status
    assert client.post(f"{MODEL}:generateContent", content=b"[1]").json()["error"]["code"] == 400
    assert client.post(f"{MODEL}:generateContent", content=b"{").json()["error"]["code"] == 400
    wrong = client.post(f"{MODEL}:generateContent?key=wrong", headers={"x-goog-api-key": ""}, json=ASKED)
    assert wrong.json()["error"]["status"] == "UNAUTHENTICATED"
    assert client.post(f"{MODEL}:generateContent?key=right", headers={"x-goog-api-key": ""}, json=ASKED).is_success


def test_a_stream_is_cut_even_if_it_has_one_event(server: RecordingServer, client: httpx2.Client) -> None:
    server.faults.append(Fault("cut", after=9))
    with pytest.raises((httpx2.NetworkError, httpx2.RemoteProtocolError)):
        client.post(f"{MODEL}:streamGenerateContent?alt=sse", json=ASKED | {"tools": TOOLS})
