"""The rules of the table: outcomes that must not pass do not, and honest ones do."""

from __future__ import annotations

import dataclasses

import pytest

from tests.laboratory.asking import Got
from tests.laboratory.rows import ROWS, Outcome, Row, Seen, judge
from tests.laboratory.speeches import KNOWN

TOLD = Got(
    status=200,
    text=KNOWN,
    finish="stop",
    done=True,
    model="primary",
    attempts=[("primary", "failed"), ("primary", "answered")],
    usage={"completion_tokens": 9},
)
TEXTS = {"primary": KNOWN, "backup": "Hello. Ask me about your buildings."}
ONE_500 = next(row for row in ROWS if row.title == "one 500")
CUT = next(row for row in ROWS if row.title == "cut mid-answer")
CONTEXT = next(row for row in ROWS if row.title.startswith("context"))


def problems(row: Row, got: Got, times: tuple[float, ...] = (0.0, 0.1), *, alone: bool = False) -> list[str]:
    seen = Seen(times, left_s=1.0)
    return judge("openai", row, Outcome(got, seen, TEXTS, "primary", alone, row.unnamed)).problems


def test_a_whole_answer_after_one_retry_is_as_it_should_be() -> None:
    assert problems(ONE_500, TOLD) == []
    assert problems(ONE_500, TOLD, (0.0,))  # it was not asked again
    assert problems(ONE_500, TOLD, (0.0, 0.1, 0.2))  # twice is too often


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": KNOWN[:50]}, "not what primary says"),
        ({"text": KNOWN + KNOWN}, "not what primary says"),
        ({"done": False}, "no whole answer"),
        ({"finish": ""}, "no whole answer"),
        ({"code": "upstream_failed"}, "no whole answer"),
        ({"model": "backup"}, "do not end with backup"),
        ({"attempts": [("primary", "answered")]}, "a failed attempt is not named"),
        ({"attempts": [("primary", "failed"), ("backup", "answered")]}, "do not end with primary"),
        ({"attempts": [("primary", "failed")] * 3 + [("primary", "answered")]}, "4 attempts are named, 2 were made"),
    ],
)
def test_what_only_looks_like_an_answer_is_found(change: dict[str, object], said: str) -> None:
    got = dataclasses.replace(TOLD, **change)  # type: ignore[arg-type]  # of the fields' types
    assert any(said in problem for problem in problems(ONE_500, got))


def test_a_cut_answer_may_be_gone_on_with_by_another_but_not_told_twice() -> None:
    both = [("primary", "cut"), ("backup", "answered")]
    gone_on = dataclasses.replace(TOLD, text=KNOWN[:90] + " And so on.", model="backup", attempts=both)
    assert problems(CUT, gone_on, (0.0,)) == []
    twice = dataclasses.replace(gone_on, text=KNOWN[:90] + KNOWN[:90])
    assert problems(CUT, twice, (0.0,)) == ["a part is told twice"]
    begun_anew = dataclasses.replace(gone_on, text="And so on.")
    assert any("not what backup says" in problem for problem in problems(CUT, begun_anew, (0.0,)))
    truncated = Got(status=200, text=KNOWN[:90], finish="", done=False, model="primary")
    assert any("neither" in problem for problem in problems(CUT, truncated, (0.0,)))


def test_a_refusal_says_why_in_our_words() -> None:
    refused = Got(
        status=400, code="invalid_request", message="The conversation is longer than the context of this model."
    )
    assert problems(CONTEXT, refused, (0.0,), alone=True) == []
    quoted = dataclasses.replace(refused, message="The context is 8192, your messages resulted in 9017 tokens.")
    assert any("own words" in problem for problem in problems(CONTEXT, quoted, (0.0,), alone=True))
    vague = dataclasses.replace(refused, message="Something was wrong with it.")
    assert any("reason" in problem for problem in problems(CONTEXT, vague, (0.0,), alone=True))
    assert problems(CONTEXT, refused, (0.0, 0.1), alone=True)  # asked again, which cannot help
