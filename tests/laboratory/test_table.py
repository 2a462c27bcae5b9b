"""The table of faults, shortened: the whole product over HTTP, two kinds of providers, what matters most."""

from __future__ import annotations

import pytest

from tests.laboratory.rows import ROWS, Judged
from tests.laboratory.table import judged, markdown

SHORT = (
    "429 with Retry-After: 1",
    "one 500",
    "reset before headers",
    "cut after the first words",
    "cut mid-answer",
    "malformed chunk mid-answer",
    "accepted and silent",
    "context length exceeded (400)",
    "503 for ever",
)
ROWS_HERE = [row for row in ROWS if row.title in SHORT]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ollama", "llama.cpp"])
def test_every_fault_ends_as_a_whole_answer_or_a_clear_error(kind: str) -> None:
    found = judged(kind, ROWS_HERE)
    assert [f"{one.title}: {one.verdict}" for one in found if one.problems] == []
    whole = {one.title for one in found if one.outcome.got.ending == "whole"}
    assert {"reset before headers", "cut after the first words", "accepted and silent"} <= whole


@pytest.mark.slow
def test_outside_too_and_the_table_says_what_was_seen() -> None:
    found = judged("openai", [row for row in ROWS_HERE if row.title in ("one 500", "cut mid-answer")], cloud=True)
    assert [f"{one.title}: {one.verdict}" for one in found if one.problems] == []
    written = markdown(found)
    assert "2 outcomes, 0 of them not as they should be" in written
    assert all(_row(one) in written for one in found)


def _row(one: Judged) -> str:
    return f"| openai, outside | alone | {one.title} | whole answer |"
