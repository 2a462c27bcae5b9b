"""What can go wrong with one request, and what that does to the events of an answer. Knows no socket.

The kinds are those that every gateway should survive, and the answers that are no answer at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from tests.egress.servers.speech import Asked

FaultKind = Literal[
    "rate_limited",
    "error",
    "unavailable",
    "context_length",
    "content_filter",
    "prefill_rejected",
    "reset",
    "silent",
    "slow",
    "cut",
    "stall",
    "malformed",
    "half_json",
    "wrong_type",
    "error_inside",
    "no_end",
    "no_counts",
    "html",
    "endless_line",
    "big_body",
    "redirect",
]
REFUSALS = frozenset({"rate_limited", "error", "unavailable", "context_length", "content_filter"})
"""Those that are an error status; `prefill_rejected` is one too, for a request that ends with an assistant's turn."""
BEFORE_ANSWER = frozenset({"reset", "silent", "html", "big_body", "redirect"})
ARRIVES_S = 0.05  # until what was sent has been read: a reset throws away what was not
FLOOD = 256 * 1_048_576
BIG_BODY = 2 * 1024 * 1_048_576
HTML = (
    b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Hotel guests, please sign in</h1></body></html>"
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. Those within a stream come after `after` events of it (or half of a whole
    body); `slow` waits `wait_s` before the first; a 429 without `retry_after_s` does not say when to come back;
    `redirect` leads to `location`."""

    kind: FaultKind
    after: int = 2
    retry_after_s: int | None = 1
    wait_s: float = 5.0
    location: str = "http://127.0.0.1:9/"


@dataclass(frozen=True)
class Act:
    """Something else than bytes, within a stream: wait, break the connection, fall silent, never end a line."""

    kind: Literal["wait", "reset", "stall", "flood"]
    seconds: float = 0.0


class Framing(Protocol):
    end_mark: bytes

    def framed(self, body: object, asked: Asked) -> bytes:
        """A JSON value as one event of a stream."""

    def trouble(self) -> object:
        """What the provider sends inside a stream to say that it failed."""


def spoiled(events: Sequence[bytes], fault: Fault | None, dialect: Framing, asked: Asked) -> list[bytes | Act]:
    """The events of a stream with the fault in them."""
    if fault is None:
        return list(events)
    at = min(fault.after, len(events) - 1)
    before, rest = events[:at], events[at + 1 :]
    match fault.kind:
        case "slow":
            return [Act("wait", fault.wait_s), *events]
        case "cut":
            return [*before, Act("wait", ARRIVES_S), Act("reset")]
        case "stall":
            return [*before, Act("stall")]
        case "malformed":
            return [*before, half(events[at]), *rest]
        case "half_json":
            return [*before, half(events[at]).rstrip()]
        case "wrong_type":
            return [*before, dialect.framed({"choices": 7, "candidates": 7, "message": 7}, asked), *rest]
        case "error_inside":
            return [*before, dialect.framed(dialect.trouble(), asked)]
        case "no_end":
            return [*(e for e in events if e != dialect.end_mark), Act("stall")]
        case "no_counts":
            return [without_counts(event) for event in events]
        case "endless_line":
            return [*before, Act("flood")]
    return list(events)


def half(event: bytes) -> bytes:
    """Half of an event, ended as a whole one is."""
    text = event.rstrip()
    return text[: len(text) // 2 + 1] + event[len(text) :]


def without_counts(event: bytes) -> bytes:
    """The event without what it says of tokens."""
    start = event.find(b"{")
    if start < 0:
        return event
    body, end = json.JSONDecoder().raw_decode(event.decode()[start:])
    for name in ("usage", "usageMetadata", "prompt_eval_count", "eval_count"):
        body.pop(name, None)
    return event[:start] + json.dumps(body).encode() + event.decode()[start + end :].encode()
