"""Streaming sessions of many clients at once: `python -m benchmarks.providers.sessions URL …` prints one JSON object.

Each client asks again as soon as its answer is whole; they begin one after the other over the length of an answer, as
people do. What lies between the client and the model server is what the server did not itself take: the way there
(from sending to its receiving) and the way back (from its first token to ours). Knows no product.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

import uvloop
from benchmarks.providers.upstream import PACE_S


@dataclass
class Tally:
    """`there_ms` and `back_ms` of each answer, and of those that tell of it how long each step took; `dropped` says how
    those ended that are not whole."""

    tokens: int
    there_ms: list[float] = field(default_factory=list)
    back_ms: list[float] = field(default_factory=list)
    steps_ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    dropped: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, object]:
        added = sorted(there + back for there, back in zip(self.there_ms, self.back_ms, strict=True))
        return {
            "sessions": len(added),
            "dropped": self.dropped.total(),
            "endings": dict(self.dropped),
            "steps_p50_ms": {name: _at(sorted(values), 0.5) for name, values in self.steps_ms.items()},
            "steps_p99_ms": {name: _at(sorted(values), 0.99) for name, values in self.steps_ms.items()},
            **{f"{name}_p50_ms": _at(sorted(values), 0.5) for name, values in self._parts(added)},
            **{f"{name}_p99_ms": _at(sorted(values), 0.99) for name, values in self._parts(added)},
        }

    def _parts(self, added: list[float]) -> list[tuple[str, list[float]]]:
        return [("between", added), ("there", self.there_ms), ("back", self.back_ms)]


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else float("nan")


class Client(asyncio.Protocol):
    """One session: sends one request, reads until the last chunk."""

    def __init__(self, request: bytes, tally: Tally, ended: asyncio.Future[None]) -> None:
        self._request = request
        self._tally = tally
        self._ended = ended
        self._received = bytearray()
        self._sent_ns = self._first_ns = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self._sent_ns = time.monotonic_ns()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._first_ns and b'"content":"' in self._received and _text(self._received):
            self._first_ns = time.monotonic_ns()
        if self._received.endswith(b"0\r\n\r\n"):
            self._end(_ending(bytes(self._received), self._tally.tokens))

    def connection_lost(self, error: Exception | None) -> None:
        self._end(f"connection lost after {len(self._received)} bytes ({type(error).__name__})")

    def _end(self, ending: str) -> None:
        if self._ended.done():
            return
        self._transport.abort()
        if ending == "whole":
            received_ns, left_ns = map(int, _text(self._received).split()[:2])
            self._tally.there_ms.append((received_ns - self._sent_ns) / 1e6)
            self._tally.back_ms.append((self._first_ns - left_ns) / 1e6)
            for name, took_ms in _steps(bytes(self._received)).items():
                self._tally.steps_ms[name].append(took_ms)
        else:
            self._tally.dropped[ending] += 1
        self._ended.set_result(None)


def _text(received: bytes | bytearray) -> str:
    """The first piece of content that is not empty."""
    for line in bytes(received).split(b"\n"):
        if line.startswith(b"data: {") and b'"content":"' in line:
            try:
                content = json.loads(line[6:])["choices"][0]["delta"].get("content")
            except ValueError:  # cut within the line
                continue
            if content:
                return str(content)
    return ""


def _steps(received: bytes) -> dict[str, float]:
    """What the answer says itself of where the time went."""
    told = next(
        (line for line in received.split(b"\n") if line.startswith(b"data: {") and b'"timings_ms"' in line), b""
    )
    steps: dict[str, float] = json.loads(told[6:])["vestibule"]["timings_ms"] if told else {}
    return steps


def _ending(received: bytes, tokens: int) -> str:
    events = [json.loads(line[6:]) for line in received.split(b"\n") if line.startswith(b"data: {")]
    if not received.startswith(b"HTTP/1.1 200"):
        return received[:12].decode()
    if any("error" in event for event in events):
        return "an error inside the stream"
    said = "".join(c["delta"].get("content") or "" for e in events for c in e.get("choices", []))
    words = said.count("word")
    return "whole" if b"data: [DONE]" in received and words == tokens - 1 else f"{words} of {tokens - 1} words"


async def run(url: str, key: str, *, clients: int, rounds: int, tokens: int, first: int) -> Tally:
    tally, where = Tally(tokens), urlsplit(url)

    async def session(who: int) -> None:
        await asyncio.sleep(who / clients * tokens * PACE_S)
        for count in range(rounds):
            body = {
                "model": "paced",
                "messages": [{"role": "user", "content": f"Hello, how are you? This is {who} for the time {count}."}],
                "stream": True,
                "max_tokens": tokens,
                "seed": first,
                "vestibule": {"knowledge": False, "cache": "bypass"},
            }
            written = json.dumps(body).encode()
            head = (
                f"POST {where.path}/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {key}\r\nContent-Length: {len(written)}\r\n\r\n"
            )
            ended = asyncio.get_running_loop().create_future()
            try:
                await asyncio.get_running_loop().create_connection(
                    lambda: Client(head.encode() + written, tally, ended),  # noqa: B023 it is called at once
                    where.hostname,
                    where.port,
                )
            except OSError as error:
                tally.dropped[type(error).__name__] += 1
                continue
            await ended

    await asyncio.gather(*(session(who) for who in range(clients)))
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--key", default="any")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=250)
    parser.add_argument("--first", type=int, default=1)
    asked = vars(parser.parse_args())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(asked.pop("url"), asked.pop("key"), **asked)).figures()))


if __name__ == "__main__":
    main()
