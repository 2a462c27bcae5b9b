"""Every server of the laboratory driven by that provider's own SDK before our client meets it: answers, then faults."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import httpx
import httpx2
import ollama
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors

from tests.egress.servers.deepseek_chat import DeepSeekChat
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.ollama_native import OllamaNative, Served
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Fault, FaultKind, RecordingServer
from tests.laboratory.speeches import KNOWN, KnownText

QUESTION = "When does the chiller run?"
Ask = Callable[[RecordingServer], Iterator[str]]


def ask_openai(server: RecordingServer) -> Iterator[str]:
    with openai.OpenAI(api_key="sk-any", base_url=server.base_url, max_retries=0, timeout=2) as client:
        stream = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": QUESTION}], stream=True
        )
        for chunk in stream:
            if chunk.choices:
                yield chunk.choices[0].delta.content or ""


def ask_ollama(server: RecordingServer) -> Iterator[str]:
    with ollama.Client(server.base_url, timeout=2) as client:
        for part in client.chat("llama3.2", [{"role": "user", "content": QUESTION}], stream=True):
            yield part.message.content or ""


def ask_gemini(server: RecordingServer) -> Iterator[str]:
    options = genai.types.HttpOptions(
        base_url=server.base_url, timeout=2_000, retry_options=genai.types.HttpRetryOptions(attempts=1)
    )
    with genai.Client(api_key="any", http_options=options) as client:
        for chunk in client.models.generate_content_stream(model="gemini-2.5-flash", contents=QUESTION):
            yield chunk.text or ""


DIALECTS: dict[str, tuple[Callable[[], RecordingServer], Ask]] = {
    "openai": (lambda: RecordingServer(OpenAIChat(), speech=KnownText()), ask_openai),
    "deepseek": (lambda: RecordingServer(DeepSeekChat(), speech=KnownText()), ask_openai),
    "ollama": (lambda: RecordingServer(OllamaNative(), speech=KnownText()), ask_ollama),
    "gemini": (lambda: RecordingServer(GeminiNative(), speech=KnownText()), ask_gemini),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_an_answer_reaches_the_providers_own_sdk(name: str) -> None:
    make, ask = DIALECTS[name]
    with make() as server:
        assert "".join(ask(server)) == KNOWN
        server.faults.append(Fault("no_counts"))
        assert "".join(ask(server)) == KNOWN


Raised = type[Exception] | tuple[type[Exception], ...]
FAULTS: dict[FaultKind, dict[str, Raised]] = {
    "rate_limited": {
        "openai": openai.RateLimitError,
        "ollama": ollama.ResponseError,
        "gemini": genai_errors.ClientError,
    },
    "error": {
        "openai": openai.InternalServerError,
        "ollama": ollama.ResponseError,
        "gemini": genai_errors.ServerError,
    },
    "unavailable": {
        "openai": openai.InternalServerError,
        "ollama": ollama.ResponseError,
        "gemini": genai_errors.ServerError,
    },
    "context_length": {
        "openai": openai.BadRequestError,
        "ollama": ollama.ResponseError,
        "gemini": genai_errors.ClientError,
    },
    "reset": {
        "openai": openai.APIConnectionError,
        "ollama": (httpx.HTTPError, ConnectionError),
        "gemini": httpx2.HTTPError,
    },
    "silent": {"openai": openai.APITimeoutError, "ollama": httpx.TimeoutException, "gemini": httpx2.TimeoutException},
    "slow": {"openai": openai.APITimeoutError, "ollama": httpx.TimeoutException, "gemini": httpx2.TimeoutException},
    "error_inside": {
        "openai": openai.APIError,
        "ollama": ollama.ResponseError,
        "gemini": (genai_errors.APIError, ValueError),
    },
}


def test_openai_refuses_a_prompt_for_what_it_says() -> None:
    for name in ("openai", "deepseek"):
        with DIALECTS[name][0]() as server:
            server.faults.append(Fault("content_filter"))
            with pytest.raises(openai.BadRequestError):
                "".join(ask_openai(server))


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("kind", FAULTS)
def test_the_sdk_takes_a_fault_for_what_it_is(name: str, kind: FaultKind) -> None:
    make, ask = DIALECTS[name]
    family = "openai" if name == "deepseek" else name
    with make() as server:
        server.faults.append(Fault(kind))
        with pytest.raises(FAULTS[kind][family]):
            "".join(ask(server))
        assert [r.fault.kind for r in server.requests if r.fault] == [kind]


BROKEN = (openai.APIError, httpx.HTTPError, httpx2.HTTPError, ValueError, genai_errors.APIError)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("kind", ["cut", "stall", "malformed"])
def test_a_broken_stream_gives_the_sdk_its_beginning_only(name: str, kind: FaultKind) -> None:
    make, ask = DIALECTS[name]
    got: list[str] = []
    with make() as server:
        server.faults.append(Fault(kind, after=6))
        with pytest.raises(BROKEN):
            got.extend(ask(server))
        said = server.speech.said[0]
    assert "".join(got) != said
    gc.collect()  # an SDK that raised from a generator closes its connection when it is collected


@pytest.mark.parametrize("name", DIALECTS)
def test_a_line_can_be_endless(name: str) -> None:
    """No SDK bounds a line: it is read here, until we have had enough."""
    path = {
        "openai": "/chat/completions",
        "deepseek": "/chat/completions",
        "ollama": "/api/chat",
        "gemini": "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    }[name]
    messages = [{"role": "user", "content": QUESTION}]
    body = {"model": "llama3.2", "messages": messages, "stream": True, "contents": [{"parts": [{"text": QUESTION}]}]}
    head = {"Authorization": "Bearer any", "x-goog-api-key": "any"}
    with DIALECTS[name][0]() as server, httpx2.Client(trust_env=False) as client:
        server.faults.append(Fault("endless_line"))
        with client.stream("POST", server.base_url + path, json=body, headers=head) as answer:
            pieces = answer.iter_raw()
            seen = b"".join(next(pieces) for _ in range(50))
    assert seen.rpartition(b"\n")[2].count(b"x") > 500_000


def test_gemini_says_under_status_200_that_a_prompt_was_blocked() -> None:
    with RecordingServer(GeminiNative()) as server:
        server.faults.append(Fault("content_filter"))
        options = genai.types.HttpOptions(base_url=server.base_url)
        with genai.Client(api_key="any", http_options=options) as client:
            answer = client.models.generate_content(model="gemini-2.5-flash", contents=QUESTION)
    assert answer.prompt_feedback
    assert answer.prompt_feedback.block_reason == genai.types.BlockedReason.SAFETY
    assert not answer.candidates


def test_geminis_whole_answer_and_its_calls_reach_its_sdk() -> None:
    find = genai.types.FunctionDeclaration(
        name="find", parameters_json_schema={"type": "object", "properties": {"who": {"type": "string"}}}
    )
    offered = genai.types.GenerateContentConfig(tools=[genai.types.Tool(function_declarations=[find])])
    with RecordingServer(GeminiNative()) as server:
        options = genai.types.HttpOptions(base_url=server.base_url)
        with genai.Client(api_key="any", http_options=options) as client:
            whole = client.models.generate_content(model="gemini-2.5-flash", contents=QUESTION)
            called = client.models.generate_content(model="gemini-2.5-flash", contents=QUESTION, config=offered)
    assert whole.text == server.speech.said[0]
    assert whole.usage_metadata
    assert called.function_calls
    assert called.function_calls[0].name == "find"


def test_ollamas_whole_answer_calls_schema_and_embeddings_reach_its_sdk() -> None:
    find = {
        "type": "function",
        "function": {"name": "find", "parameters": {"type": "object", "properties": {"who": {"type": "string"}}}},
    }
    schema = {"type": "object", "properties": {"sure": {"type": "boolean"}}}
    with RecordingServer(OllamaNative()) as server, ollama.Client(server.base_url) as client:
        asked = [{"role": "user", "content": QUESTION}]
        whole = client.chat("llama3.2", asked)
        called = client.chat("llama3.2", asked, tools=[find])
        shaped = client.chat("llama3.2", asked, format=schema)
        short = client.chat("llama3.2", asked, options={"num_predict": 2})
        vectors = client.embed("all-minilm", ["chiller", "boiler"]).embeddings
    assert whole.message.content == server.speech.said[0]
    assert (whole.done_reason, short.done_reason) == ("stop", "length")
    assert whole.eval_count
    assert called.message.tool_calls
    assert called.message.tool_calls[0].function.name == "find"
    assert shaped.message.content in ('{"sure": true}', '{"sure": false}')
    assert vectors[0] != vectors[1]


def test_ollamas_sdk_lists_a_model_that_another_host_runs() -> None:
    served = [Served("llama3.2:latest"), Served("large:120b-cloud", remote_host="https://ollama.com:443")]
    with RecordingServer(OllamaNative(served)) as server, ollama.Client(server.base_url) as client:
        names = [model.model for model in client.list().models]
        assert client.show("llama3.2").capabilities == ["completion", "tools"]
        with pytest.raises(ollama.ResponseError, match="not found"):
            client.show("missing")
        with pytest.raises(ollama.ResponseError, match="not found"):
            client.chat("missing", [{"role": "user", "content": QUESTION}])
    assert names == ["llama3.2:latest", "large:120b-cloud"]


def test_a_last_turn_of_the_assistant_is_continued_or_refused() -> None:
    asked: list[openai.types.chat.ChatCompletionMessageParam] = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": KNOWN[:40]},
    ]
    with (
        RecordingServer(OpenAIChat(), speech=KnownText(continues=True)) as server,
        openai.OpenAI(api_key="sk-any", base_url=server.base_url, max_retries=0) as client,
    ):
        answer = client.chat.completions.create(model="m", messages=asked)
        assert answer.choices[0].message.content == KNOWN[40:]
        server.broken = Fault("prefill_rejected")
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(model="m", messages=asked)
        fresh = client.chat.completions.create(model="m", messages=asked[:1])
        assert fresh.choices[0].message.content == KNOWN
