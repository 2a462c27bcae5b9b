"""Ask a running server one thing and measure it. Whether that is good enough is `judging.py`'s business."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema_rs
import msgspec

from vestibule.cli.acceptance.scenarios import Scenario
from vestibule.cli.client import Client
from vestibule.core.errors import VestibuleError

ENOUGH_TOKENS = 16


class Sample(msgspec.Struct, frozen=True):
    """One answer, in seconds. `first_token_s` only of a streamed one, `tokens_per_s` of one that is not short: over the
    whole of it, since the server releases sentence by sentence. `fault` is empty where the answer was whole, came from
    the model that was asked, and was what was asked for."""

    scenario: str
    kind: str
    streamed: bool
    total_s: float
    first_token_s: float | None = None
    tokens: int = 0
    tokens_per_s: float | None = None
    fault: str = ""


def ask(client: Client, scenario: Scenario, model: str, *, stream: bool) -> Sample:
    """Never raises for an answer that failed: that is what is measured."""
    began = time.perf_counter()
    try:
        return (_streamed if stream else _whole)(client, scenario, model, began)
    except VestibuleError as error:
        return Sample(scenario.name, scenario.kind, stream, _since(began), fault=error.message)


def ask_at_once(client: Client, scenarios: Sequence[Scenario], model: str, at_once: int) -> list[Sample]:
    """As many as `at_once` streams together, taking the scenarios in turn."""
    with ThreadPoolExecutor(at_once) as threads:
        asked = [threads.submit(ask, client, scenarios[i % len(scenarios)], model, stream=True) for i in range(at_once)]
        return [one.result() for one in asked]


def _whole(client: Client, scenario: Scenario, model: str, began: float) -> Sample:
    answer = client.post("/v1/chat/completions", scenario.body(model))
    choice = answer["choices"][0]
    calls = choice["message"].get("tool_calls") or []
    fault = fault_in(scenario, model, answer["vestibule"], choice["message"].get("content") or "", calls)
    return Sample(scenario.name, scenario.kind, False, _since(began), tokens=_tokens(answer), fault=fault)


def _streamed(client: Client, scenario: Scenario, model: str, began: float) -> Sample:
    text, first, last, calls, finish = "", None, dict[str, Any](), list[Any](), None
    usage = {"stream_options": {"include_usage": True}}
    for event in client.stream("/v1/chat/completions", scenario.body(model) | usage):
        for choice in event["choices"]:
            delta = choice["delta"]
            if first is None and (delta.get("content") or delta.get("tool_calls")):
                first = _since(began)
            text += delta.get("content") or ""
            calls += delta.get("tool_calls") or []
            finish = choice.get("finish_reason") or finish
        last |= {key: event[key] for key in ("vestibule", "usage") if event.get(key)}
    total, tokens = _since(began), _tokens(last)
    fault = fault_in(scenario, model, last.get("vestibule", {}), text, calls) if finish else "the stream had no end"
    speed = tokens / total if tokens >= ENOUGH_TOKENS else None
    return Sample(scenario.name, scenario.kind, True, total, first, tokens, speed, fault)


def fault_in(scenario: Scenario, model: str, report: dict[str, Any], text: str, calls: list[Any]) -> str:
    """What is wrong with a whole answer; "" where nothing is. `report` is its `vestibule` block."""
    answered_by = report.get("route", {}).get("model")
    if answered_by != model:
        return f"{answered_by} answered in its stead"
    if scenario.kind == "tools":
        if not calls:
            return "called no function"
        text = calls[0]["function"]["arguments"]
    if not text.strip():
        return "an empty answer"
    return _unlike(text, scenario.schema) if scenario.schema else ""


def _unlike(text: str, schema: dict[str, Any]) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return "no JSON"
    return "" if jsonschema_rs.is_valid(schema, value) else "JSON that does not follow its schema"


def _tokens(answer: dict[str, Any]) -> int:
    return int((answer.get("usage") or {}).get("completion_tokens") or 0)


def _since(began: float) -> float:
    return time.perf_counter() - began
