"""How a provider speaks: one small Protocol, and what the three dialects share. Knows no socket."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.egress.servers.faults import FaultKind
from tests.egress.servers.speech import Asked, Reply

Body = dict[str, Any]  # a provider's JSON as it came: each dialect reads the parts it knows


@dataclass
class Refusal(Exception):
    """An error of the provider: `reason` is its short machine-readable name."""

    status: int
    reason: str
    message: str


class Dialect(Protocol):
    base_path: str
    """What a client puts behind host and port."""
    end_mark: bytes
    """The event that ends a stream and says nothing else; empty where there is none."""

    def key(self, headers: Mapping[str, str], target: str) -> str:
        """The API key that came with a request, or ''."""

    def read(self, target: str, body: Body) -> Asked:
        """What was asked. Raise `Refusal` for a path or body that the provider would refuse."""

    def look(self, method: str, target: str, body: Body) -> bytes | None:
        """The answer to a question about the server and its models, which never fails; None for any other."""

    def other(self, target: str, body: Body) -> bytes | None:
        """The answer to what is no conversation (an embedding), or None where it is one."""

    def whole(self, asked: Asked, reply: Reply, id: str) -> bytes:
        """The answer in one body."""

    def events(self, asked: Asked, reply: Reply, id: str) -> Iterator[bytes]:
        """The answer as the bytes of one stream event after the other, the end mark included."""

    def framed(self, body: object, asked: Asked) -> bytes:
        """A JSON value as one event of a stream."""

    def trouble(self) -> object:
        """What the provider sends inside a stream to say that it failed."""

    def refusal(self, kind: FaultKind) -> Refusal:
        """What the provider says to refuse a request in that way."""

    def blocked(self, asked: Asked, id: str) -> bytes | None:
        """A prompt that is refused for what it says, where that is told under status 200."""

    def stream_type(self, target: str) -> str:
        """The content type of a stream."""

    def error(self, refusal: Refusal, retry_after_s: int | None = None) -> bytes:
        """The body of an error."""


def texts(value: object) -> Iterator[str]:
    """Every string within a JSON value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


def tokens(text: str) -> int:
    return max(1, len(text) // 4)


def vector(text: str) -> list[float]:
    """Eight numbers that depend on every byte of the text."""
    digest = hashlib.sha256(text.encode()).digest()
    return [byte / 255 - 0.5 for byte in digest[:8]]
