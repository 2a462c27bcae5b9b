"""Error statuses and what is said with them: the kind of failure, when to ask again, and nothing of what was said."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from email.utils import format_datetime

import pytest

from tests.providers.bad_answers import KINDS, SPOKEN, event, spoken
from tests.providers.cloud.conftest import Answer, Cloud, cloud, reply, sends
from tests.providers.outside import Outside, inside, outside, text_of
from tests.providers.test_bad_answers import then_good
from vestibule.core.chat import Message
from vestibule.core.errors import InvalidRequest, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderKind
from vestibule.providers.retry_after import LEAST_S, LONGEST_S, retry_after_s

Way = Callable[..., AbstractAsyncContextManager[Outside]]
REQUEST = ModelRequest((Message("user", "Is the secret safe?"),))


@pytest.fixture(params=[inside, outside])
def way(request: pytest.FixtureRequest) -> Way:
    taken: Way = request.param
    return taken


def refusing(status: int, error: object, *headers: str) -> Answer:
    return sends(reply(json.dumps({"error": error}).encode(), status, *headers))


TOO_LONG: dict[str, object] = {
    "openai": {"message": "secret", "type": "invalid_request_error", "code": "context_length_exceeded"},
    "deepseek": {
        "message": "This model's maximum context length is 65536 tokens. secret",
        "code": "invalid_request_error",
    },
    "gemini": {
        "code": 400,
        "message": "The input token count (9) exceeds the maximum number of tokens allowed (8). secret",
    },
    "vllm": {
        "message": "This model's maximum context length is 8 tokens. secret",
        "type": "BadRequestError",
        "code": 400,
    },
    "llama-server": {"code": 400, "message": "secret", "type": "exceed_context_size_error", "n_ctx": 8},
}
FILTERED: dict[str, tuple[object, str]] = {
    "openai": ({"message": "secret", "code": "content_filter"}, "content_filter"),
    "policy": ({"message": "secret", "code": "content_policy_violation"}, "content_policy_violation"),
    "flagged": ({"message": "secret", "code": "invalid_prompt"}, "invalid_prompt"),
    "deepseek": ({"message": "Content Exists Risk", "type": "invalid_request_error"}, "content_exists_risk"),
}


@pytest.mark.parametrize("name", list(TOO_LONG))
async def test_a_conversation_that_is_too_long_is_the_callers_to_shorten(way: Way, name: str) -> None:
    kind: ProviderKind = "deepseek" if name == "deepseek" else "gemini" if name == "gemini" else "openai"
    async with cloud(refusing(400, TOO_LONG[name])) as server, way(kind, f"http://127.0.0.1:{server.port}") as asked:
        with pytest.raises(InvalidRequest, match=r"longer than .*\(context_length_exceeded\)") as refused:
            await asked.ask(REQUEST)
    assert "secret" not in str(refused.value)
    assert refused.value.param == "messages"
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("name", list(FILTERED))
async def test_a_question_that_was_filtered_is_the_callers_to_word(way: Way, name: str) -> None:
    error, reason = FILTERED[name]
    async with cloud(refusing(400, error)) as server, way("deepseek", f"http://127.0.0.1:{server.port}") as asked:
        with pytest.raises(InvalidRequest, match=rf"content filter \({reason}\)") as refused:
            await asked.ask(REQUEST)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("kind", ["openai", "deepseek"])
async def test_what_is_said_within_a_stream_is_understood_as_well(way: Way, kind: ProviderKind) -> None:
    stream = event(spoken(kind, "half")) + event({"error": TOO_LONG["openai"]})
    async with cloud(sends(reply(stream))) as server, way(kind, f"http://127.0.0.1:{server.port}") as asked:
        with pytest.raises(InvalidRequest, match="context_length_exceeded"):
            await asked.ask(REQUEST)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, "refused"),
        (401, "key"),
        (402, "key"),
        (403, "key"),
        (404, "refused"),
        (408, "overloaded"),
        (409, "refused"),
        (413, "refused"),
        (422, "refused"),
        (429, "rate_limited"),
        (500, "failed"),
        (502, "failed"),
        (503, "overloaded"),
        (504, "failed"),
        (529, "overloaded"),
    ],
)
async def test_a_status_says_how_the_provider_failed(way: Way, kind: ProviderKind, status: int, fault: str) -> None:
    async with (
        cloud(refusing(status, {"message": "secret"})) as server,
        way(kind, f"http://127.0.0.1:{server.port}") as asked,
    ):
        with pytest.raises(UpstreamFailed, match=rf"\(status {status}\)") as refused:
            await asked.ask(REQUEST)
    assert refused.value.fault == fault
    assert refused.value.next_step
    assert "secret" not in str(refused.value)


def sent_keys(server: Cloud) -> list[str]:
    lines = [line for head, _ in server.requests for line in head.split("\r\n")]
    return [line.split()[-1] for line in lines if line.lower().startswith(("authorization:", "x-goog-api-key:"))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [401, 429])
async def test_another_key_is_there_for_the_same_request_at_once(way: Way, kind: ProviderKind, status: int) -> None:
    refusal = refusing(status, {"message": "secret"}, "Retry-After: 20")
    async with (
        cloud(then_good(kind, refusal)) as server,
        way(kind, f"http://127.0.0.1:{server.port}", "key-1", "key-2") as asked,
    ):
        with pytest.raises(UpstreamFailed) as refused:
            await asked.ask(REQUEST)
        assert refused.value.retry_after_s == 0
        assert text_of(await asked.ask(REQUEST)) == SPOKEN
    assert sent_keys(server) == ["key-1", "key-2"]
    assert "key-1" not in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_request_is_sent_while_every_key_rests(way: Way, kind: ProviderKind) -> None:
    refusal = refusing(429, {"message": "secret"}, "Retry-After: 20")
    async with cloud(refusal) as server, way(kind, f"http://127.0.0.1:{server.port}", "key-1") as asked:
        waits = []
        for _ in range(3):
            with pytest.raises(UpstreamFailed) as refused:
                await asked.ask(REQUEST)
            assert refused.value.fault == "rate_limited"
            waits.append(refused.value.retry_after_s)
    assert len(server.requests) == 1
    assert waits == [pytest.approx(20, abs=1)] * 3


@pytest.mark.parametrize(
    ("headers", "said", "wait_s"),
    [
        ({}, b"", None),
        ({"retry-after": "17"}, b"", 17),
        ({"retry-after": "1.5"}, b"", 1.5),
        ({"retry-after": "0"}, b"", LEAST_S),
        ({"retry-after": "999999999"}, b"", LONGEST_S),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, b"", LEAST_S),
        ({"retry-after": "Sun, 06 Nov 2094 08:49:37 GMT"}, b"", LONGEST_S),
        ({"retry-after": "soon"}, b"", None),
        ({"retry-after": "-5"}, b"", None),
        ({"retry-after": "nan"}, b"", None),
        ({"retry-after-ms": "250", "retry-after": "9"}, b"", 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, b"", 9),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6m0s"}, b"", 360),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "820ms"}, b"", 0.82),
        ({"x-ratelimit-remaining-tokens": "7", "x-ratelimit-reset-tokens": "820ms"}, b"", None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "later"}, b"", None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "1h2m3.5s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "1s",
            },
            b"",
            3723.5,
        ),
        ({}, b'{"details": [{"@type": "google.rpc.RetryInfo", "retryDelay": "34.07s"}]}', 34.07),
        ({"retry-after": "3"}, b'{"retryDelay": "34s"}', 3),
        ({}, rb'{"message": "you said \"retryDelay\": \"34s\""}', None),
    ],
)
def test_how_long_a_provider_asks_to_be_left_alone(
    headers: Mapping[str, str], said: bytes, wait_s: float | None
) -> None:
    found = retry_after_s(headers, said)
    assert found == (None if wait_s is None else pytest.approx(wait_s))


def test_a_date_is_a_time_from_now() -> None:
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=600)
    found = retry_after_s({"retry-after": format_datetime(then, usegmt=True)})
    assert found is not None
    assert 500 < found <= 600
