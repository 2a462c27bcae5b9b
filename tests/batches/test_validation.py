"""What is wrong with which line of an input file, whatever pieces it comes in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.batches.conftest import CHAT, line
from vestibule.batches import validation
from vestibule.batches.validation import LONGEST_ID, Reading, read_requests

SECRET = "the alarm code is 4711"


async def read(content: bytes, size: int = 7) -> tuple[Reading, list[tuple[int, str]]]:
    reading = Reading(CHAT)

    async def arriving() -> AsyncIterator[bytes]:
        for at in range(0, len(content), size):
            yield content[at : at + size]

    found = [one async for requests in read_requests(arriving(), reading) for one in requests]
    return reading, [(number, request.custom_id) for number, request in found]


def problems(reading: Reading) -> list[tuple[str, int | None, str | None]]:
    return [(problem.code, problem.line, problem.param) for problem in reading.problems]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n  \n"])
@pytest.mark.parametrize("size", [1, 50, 10_000])
async def test_requests_have_the_numbers_of_their_lines(end: str, size: int) -> None:
    content = ("\n".join([line("a", "1"), "", line("b", "2"), line("ü", "3")]) + end).encode()
    reading, found = await read(content, size)
    assert found == [(1, "a"), (3, "b"), (4, "ü")]
    assert (reading.problems, reading.total, reading.model) == ([], 3, "m")


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"method": "GET"}, "invalid_method", "method"),
        ({"url": "/v1/embeddings"}, "invalid_url", "url"),
        ({"url": "https://example.org/v1/chat/completions"}, "invalid_url", "url"),
        ({"custom_id": ""}, "invalid_custom_id", "custom_id"),
        ({"custom_id": "x" * (LONGEST_ID + 1)}, "invalid_custom_id", "custom_id"),
        ({"custom_id": 7}, "invalid_type", "custom_id"),
        ({"body": {"messages": []}}, "missing_required_parameter", "body.model"),
        ({"body": {"model": 7}}, "invalid_type", "body.model"),
        ({"body": [SECRET]}, "invalid_type", "body"),
        ({"body": {"model": "another"}}, "mismatched_model", "body.model"),
    ],
)
async def test_what_is_wrong_is_named(fields: dict[str, Any], code: str, param: str) -> None:
    reading, found = await read("\n".join([line("a", "1"), line("b", SECRET, **fields)]).encode(), 10_000)
    assert problems(reading) == [(code, 2, param)]
    assert SECRET not in str(reading.problems)
    assert 2 not in [number for number, _ in found]


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "null", SECRET, '{"custom_id": "a"'])
async def test_what_is_no_request(text: str) -> None:
    reading, _ = await read(text.encode())
    assert [problem.line for problem in reading.problems] == [1]
    assert reading.problems[0].code in ("invalid_json_line", "invalid_type")
    assert SECRET not in str(reading.problems)


async def test_bytes_that_are_no_text() -> None:
    reading, _ = await read(line("a", "1").encode().replace(b'"a"', b'"\xff"'))
    assert problems(reading) == [("invalid_json_line", 1, None)]
    deep, _ = await read(b'{"custom_id": ' + b"[" * 100_000)
    assert [problem.line for problem in deep.problems] == [1]


async def test_every_missing_field_is_named() -> None:
    for name in ("custom_id", "method", "url", "body"):
        whole = json.loads(line("a", "1"))
        del whole[name]
        reading, _ = await read(json.dumps(whole).encode())
        assert problems(reading) == [("missing_required_parameter", 1, name)]


async def test_a_custom_id_that_comes_again_names_the_first() -> None:
    reading, _ = await read("\n".join([line("a", "1"), line("b", "1"), line("a", "2")]).encode())
    assert problems(reading) == [("duplicate_custom_id", 3, "custom_id")]
    assert "Line 1 " in reading.problems[0].message


@pytest.mark.parametrize("content", [b"", b"\n \r\n\t\n"])
async def test_an_empty_file(content: bytes) -> None:
    reading, _ = await read(content)
    assert problems(reading) == [("empty_file", None, "input_file_id")]


async def test_after_so_many_problems_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MOST_PROBLEMS", 3)
    reading, _ = await read(b"x\n" * 50)
    assert problems(reading) == [("invalid_json_line", number, None) for number in (1, 2, 3)]


async def test_too_many_lines_and_too_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation, "MOST_LINES", 2)
    reading, _ = await read("\n".join(line(f"c{n}", "1") for n in range(5)).encode(), 10_000)
    assert problems(reading) == [("too_many_tasks", 3, None)]
    monkeypatch.setattr(validation, "LONGEST_LINE", 200)
    reading, _ = await read((line("a", "1") + "\n" + line("b", "1" * 300) + "\n" + line("c", "1")).encode(), 10)
    assert problems(reading) == [("line_too_long", 2, None)]


@given(st.binary(max_size=200), st.integers(1, 50))
async def test_no_bytes_break_it(content: bytes, size: int) -> None:
    reading, found = await read(content, size)
    assert reading.problems
    assert found == []
