"""Whether an answer is whole and what its model says. Tells what is wrong with it, never its words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from benchmarks.gateway.soak.client import Got, Unexpected
from benchmarks.gateway.soak.tally import Tally

WORDS = re.compile(r"token00(?: token\d\d)*")


def told(got: Got, tally: Tally) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Text, finish reason and calls of each choice of a chat completion, whole or streamed, each of which must have
    come to an end. Notes what was said to come from the cache."""
    got.require(200)
    parts = got.events() if got.headers.get("content-type", "").startswith("text/event-stream") else [got.json]
    if failed := [part for part in parts if "error" in part]:
        raise Unexpected(f"a stream that ends with {failed[0]['error'].get('code')}")
    reports = [part["vestibule"] for part in parts if part.get("vestibule")]
    if not reports:
        raise Unexpected("an answer without our report")
    tally.hits += reports[-1]["cache"]["status"] == "hit"
    texts: dict[int, str] = {}
    finished: dict[int, str] = {}
    calls: dict[int, list[dict[str, Any]]] = {}
    for part in parts:
        for choice in part["choices"]:
            index, said = choice["index"], choice.get("message") or choice.get("delta") or {}
            texts[index] = texts.get(index, "") + (said.get("content") or "")
            calls.setdefault(index, []).extend(said.get("tool_calls") or [])
            finished[index] = choice.get("finish_reason") or finished.get(index, "")
    if missing := [index for index in texts if not finished[index]]:
        raise Unexpected(f"{len(missing)} of {len(texts)} choices have no finish reason")
    return [(texts[index], finished[index], calls[index]) for index in sorted(texts)]


def require_words(got: Got, tally: Tally, choices: int = 1) -> None:
    """What a paced model says to who asks for words."""
    answered = told(got, tally)
    if len(answered) != choices:
        raise Unexpected(f"{len(answered)} choices instead of {choices}")
    for text, finish, _ in answered:
        if finish != "stop" or not WORDS.fullmatch(text):
            raise Unexpected(f"not what the model says: {len(text)} characters, finish reason {finish}")


def require_json(text: str, expected: str) -> None:
    try:
        same = json.loads(text) == json.loads(expected)
    except ValueError:
        same = False
    if not same:
        raise Unexpected(f"not the JSON that the model says: {len(text)} characters")


def response_of(got: Got) -> Mapping[str, Any]:
    """The response of `POST /v1/responses`, whole or streamed, which must be completed."""
    got.require(200)
    response: Mapping[str, Any] = got.json if got.body.startswith(b"{") else _last(got.body).get("response") or {}
    if response.get("status") != "completed":
        raise Unexpected(f"a response that is {response.get('status')}")
    return response


def _last(body: bytes) -> dict[str, Any]:
    lines = [line[6:] for line in body.splitlines() if line.startswith(b"data: {")]
    value: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return value
