"""The soak of the gateway, for seconds instead of minutes; and that it finds what is not as it should be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import msgspec
import pytest
from benchmarks.gateway.soak.__main__ import table
from benchmarks.gateway.soak.answers import require_json, require_words, response_of, told
from benchmarks.gateway.soak.client import Got, Unexpected
from benchmarks.gateway.soak.kinds import KINDS
from benchmarks.gateway.soak.ledger import Books, disagreements
from benchmarks.gateway.soak.run import soak
from benchmarks.gateway.soak.tally import Latency, Tally, window

from tests.acceptance.product import temporary_home

AGREED = Books(
    requests=10,
    from_cache=2,
    failed=0,
    audited=8,
    to_servers=7,
    audited_without_request=0,
    answered_without_audit=0,
    lost=0,
)
WHOLE = {
    "choices": [{"index": 0, "message": {"content": "token00 token01"}, "finish_reason": "stop"}],
    "vestibule": {"cache": {"status": "miss"}},
}


def got(body: object, status: int = 200) -> Got:
    return Got(status, json.dumps(body).encode(), {"content-type": "application/json"}, 0.1, 0.2)


def streamed(*events: object, end: bytes = b"data: [DONE]\n\n") -> Got:
    said = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events) + end
    return Got(200, said, {"content-type": "text/event-stream"}, 0.1, 0.2)


@pytest.mark.slow
def test_seconds_of_everything_at_once_end_without_an_error_and_with_books_that_agree() -> None:
    with temporary_home() as home:
        report = soak(home.parent, 20.0, len(KINDS))
    assert report.wrong == []
    assert report.errors == {}
    assert set(report.requests) == {kind.__name__ for kind in KINDS}
    refused = {what.partition(":")[0] for what in report.refusals}
    assert refused >= {"malformed", "narrow", "responses", "too_large", "unknown", "unscoped", "wrong_key"}
    assert report.books["requests"] > report.books["audited"] > report.books["from_cache"] > 0
    assert report.last["answers"]
    written = table(report)
    assert "the books agree" in written
    assert "narrow: 429 rate_limited" in written


def test_what_the_books_do_not_hold_is_found() -> None:
    tally = Tally(rows=10, hits=2)
    assert disagreements(AGREED, tally, used=10, reached=7) == []
    lacking = {"requests": 9, "from_cache": 3, "to_servers": 6, "failed": 1, "lost": 1}
    lacking |= {"audited_without_request": 1, "answered_without_audit": 1}
    for field, value in lacking.items():
        (wrong,) = disagreements(msgspec.structs.replace(AGREED, **{field: value}), tally, used=10, reached=7)
        assert f": {value} instead of {getattr(AGREED, field)}" in wrong
    assert disagreements(AGREED, tally, used=9, reached=7) == [
        "requests in the usage report = replies: 9 instead of 10"
    ]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (got({"error": {"code": "internal", "message": "It failed."}}, 500), "status 500 internal: It failed."),
        (replace(got(WHOLE), body=b"<html>", status=502), "status 502 with 6 bytes that are no JSON"),
        (got(WHOLE | {"vestibule": None}), "an answer without our report"),
        (got(WHOLE | {"choices": [*WHOLE["choices"], *WHOLE["choices"]]}), "not what the model says"),
        (streamed(WHOLE, end=b""), "without its end"),
        (streamed({"error": {"code": "upstream_failed"}}), "a stream that ends with upstream_failed"),
        (streamed({"choices": [{"index": 0, "delta": {"content": "token00"}}]}, WHOLE | {"choices": []}), "no finish"),
    ],
)
def test_what_is_no_whole_answer_is_an_error_that_tells_no_words(answer: Got, what: str) -> None:
    with pytest.raises(Unexpected, match=what) as raised:
        require_words(answer, Tally())
    assert "token0" not in str(raised.value)


def test_a_whole_answer_is_taken_and_said_to_come_from_the_cache_or_not() -> None:
    tally = Tally()
    require_words(got(WHOLE), tally)
    pieces = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in ("token00", " token01")]
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "vestibule": {"cache": {"status": "hit"}}}
    assert told(streamed(*pieces, last), tally) == [("token00 token01", "stop", [])]
    assert tally.hits == 1
    require_json('{"a": 1}', '{"a":1}')
    with pytest.raises(Unexpected, match="not the JSON"):
        require_json('{"a": 2}', '{"a":1}')
    completed = {"response": {"id": "resp_1", "status": "completed"}}
    assert response_of(streamed(completed))["id"] == "resp_1"
    with pytest.raises(Unexpected, match="a response that is incomplete"):
        response_of(got({"status": "incomplete"}))


def test_errors_are_counted_with_one_example_of_each_kind() -> None:
    tally = Tally()
    for number in range(3):
        tally.note_wrong("stream", f"example {number}")
    assert (tally.wrong, tally.examples) == (Counter(stream=3), {"stream": "example 0"})


def test_the_ends_of_a_soak_are_told_apart() -> None:
    tally = Tally()
    tally.latencies.extend(Latency(at, at / 10, at / 100 if at % 2 else None) for at in range(1, 101))
    first = window(tally, 0, 11)
    assert (first.answers, first.total_ms["p50"], first.first_token_ms["p99"]) == (10, 600.0, 90.0)
    assert window(tally, 200, 300).total_ms == {}
