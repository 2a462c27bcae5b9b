"""Sets of cases: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from vestibule.core.errors import InvalidRequest
from vestibule.evaluation import Case, Expected, Figure, read_cases
from vestibule.evaluation.case import Turn, written

GOOD = '{"id": "a", "question": "How much?", "expect": {"contains": "kWh", "number": {"value": 12, "unit": "kWh"}}}'
MANY = (
    '{"id": "b", "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Why?"}], '
    '"task": "analysis", "expect": {"contains": ["one", "two"], "regex": "dam.er", "citation": "the damper was stuck"}}'
)


def test_a_set_is_read_line_by_line_and_written_back(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"{GOOD}\n\n{MANY}\n")
    first, second = read_cases(path)
    assert first.turns == (Turn("user", "How much?"),)
    assert (first.expect.words, first.expect.figures) == (("kWh",), (Figure(12, unit="kWh"),))
    assert [turn.role for turn in second.turns] == ["system", "user"]
    assert (second.task, second.expect.words) == ("analysis", ("one", "two"))
    again = tmp_path / "again.jsonl"
    again.write_bytes(written([first, second]))
    assert read_cases(again) == (first, second)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Line 2"),
        ('{"id": "a", "question": "Q", "expect": {"contains": "x"}}', "the id `a` is there already"),
        ('{"id": "c", "expect": {"contains": "x"}}', "either `question` or `messages`"),
        ('{"id": "c", "question": "Q", "expect": {}}', "names nothing that can be checked"),
        ('{"id": "c", "question": "Q", "expect": {"regex": "("}}', "no regular expression"),
        ('{"id": "c", "question": "Q", "expect": {"json_schema": {"type": "objekt"}}}', "no JSON schema"),
        ('{"id": "c", "question": "Q", "expect": {"cites": "x"}}', "cites"),
        ('{"id": "c", "question": "Q", "task": "poetry", "expect": {"contains": "x"}}', "poetry"),
    ],
)
def test_what_is_no_case_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f"{GOOD}\n{line}\n")
    with pytest.raises(InvalidRequest, match="Line 2 of the evaluation set") as refused:
        read_cases(path)
    assert said in str(refused.value)


def test_a_set_that_is_not_there_empty_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_cases(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(InvalidRequest, match="has no case"):
        read_cases(tmp_path / "empty.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidRequest, match="UTF-8"):
        read_cases(tmp_path / "bytes.jsonl")


def test_a_question_alone_is_a_turn_of_its_user() -> None:
    assert Case("a", Expected(contains="x"), "Why?").turns == (Turn("user", "Why?"),)
