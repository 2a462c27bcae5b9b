"""Model servers that speak OpenAI's protocol at the assumed paces, each on a socket of its own, over TLS outside.

Run as a process of its own: `python -m benchmarks.routing.simulation.server FILE`, where FILE holds `Serving` as JSON.
Prints the ports by model, and for each line it reads what became of all requests until now (`Served`). Every byte that
arrives is kept in `folder`/MODEL.bytes. Knows no product.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import random
import re
import ssl
import sys
import time
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
import uvloop
from benchmarks.routing.simulation.assumptions import Pace
from benchmarks.routing.simulation.trace import answer, tokens_of

ITEM = re.compile(r"\(Item ([a-z]+-[a-z]+ of [a-z]+-[a-z]+, [a-z]+)\.\)")
EVENTS_PER_S = 40.0
"""At most, of one stream: faster ones say several tokens in an event."""
UNKNOWN_TOKENS = 60
RETRY_AFTER_S = 1
Outcome = Literal["answered", "limited", "error", "cut", "left"]


class Serving(msgspec.Struct, frozen=True):
    """`answers` are the tokens of each thread's answer. `certificate` is for those that are not home."""

    paces: dict[str, Pace]
    answers: dict[str, int]
    factor: float
    seed: int
    folder: str
    certificate: str | None = None


class Served(msgspec.Struct, frozen=True):
    """One request: when it arrived by the monotonic clock, seconds of the run, tokens as a provider would bill them."""

    model: str
    thread: str
    outcome: Outcome
    arrived: float
    queued_s: float
    first_s: float
    total_s: float
    prompt_tokens: int
    told_tokens: int


class Drawn(msgspec.Struct, frozen=True):
    """How one answer goes, in seconds of the run."""

    outcome: Outcome
    first_s: float
    token_s: float
    cut_after: float = 1.0


def drawn(pace: Pace, rng: random.Random, prompt_tokens: int, factor: float) -> Drawn:
    """Failures first, then the paces of this answer: those assumed, times what is drawn for it."""
    chance, fail = rng.random(), pace.fail
    slow = math.exp(rng.gauss(0, pace.sigma)) * (pace.straggle_by if rng.random() < pace.straggle else 1.0)
    first_s = (pace.first_s + prompt_tokens / pace.reads_per_s) * slow / factor
    token_s = slow / pace.tokens_per_s / factor
    if chance < fail.limited:
        return Drawn("limited", 0.0, token_s)
    if chance < fail.limited + fail.error:
        return Drawn("error", first_s, token_s)
    if chance < fail.limited + fail.error + fail.cut:
        return Drawn("cut", first_s, token_s, rng.uniform(0.1, 0.9))
    return Drawn("answered", first_s, token_s)


class Model:
    """One server."""

    def __init__(self, name: str, serving: Serving, served: list[Served]) -> None:
        self.name = name
        self._pace = serving.paces[name]
        self._serving = serving
        self._served = served
        self._rng = random.Random(f"{serving.seed}/{name}")
        self._slots = asyncio.Semaphore(self._pace.slots)
        self._bytes: IO[bytes] = (Path(serving.folder) / f"{name}.bytes").open("ab")
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen, and return the port."""
        context = None
        if not self._pace.home and self._serving.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._serving.certificate)
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, ssl=context)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read a request and answer it; False where the connection is not to be used again."""
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await reader.readexactly(int(found[1]) if found else 0)
        self._bytes.write(head + body + b"\n")
        self._bytes.flush()
        if not head.startswith(b"POST"):
            known = {"object": "list", "data": [{"id": self.name, "object": "model", "created": 1, "owned_by": "s"}]}
            writer.write(_reply(200, known))
            return True
        arrived = time.monotonic()
        asked = json.loads(body)
        prompt = sum(tokens_of(_text(message)) for message in asked["messages"])
        going = drawn(self._pace, self._rng, prompt, self._serving.factor)
        thread = _thread(asked["messages"])
        whole = answer(thread, self._serving.answers.get(thread, UNKNOWN_TOKENS))
        most = asked.get("max_completion_tokens") or asked.get("max_tokens") or len(whole)
        answering = Answering(asked, whole[:most], "length" if most < len(whole) else "stop", prompt, going, writer)
        outcome: Outcome = going.outcome
        if outcome == "limited":
            writer.write(_reply(429, _error("slow down"), f"retry-after: {RETRY_AFTER_S}\r\n"))
            queued_s = 0.0
        else:
            async with self._slots:
                queued_s = time.monotonic() - arrived
                outcome = await answering.run()
        total_s = time.monotonic() - arrived
        first_s = (answering.first_at or arrived) - arrived
        self._served.append(
            Served(self.name, thread, outcome, arrived, queued_s, first_s, total_s, prompt, answering.told)
        )
        return outcome in ("answered", "limited", "error")


class Answering:
    """Says one answer, token by token in time by the clock, however late the last one was."""

    def __init__(
        self,
        asked: dict[str, Any],
        words: list[str],
        finish: str,
        prompt: int,
        going: Drawn,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._stream = bool(asked.get("stream"))
        self._words = words
        self._finish = finish
        self._prompt = prompt
        self._going = going
        self._writer = writer
        self.told = 0
        self.first_at: float | None = None

    async def run(self) -> Outcome:
        begun = time.monotonic()
        going = self._going
        await asyncio.sleep(going.first_s)
        if going.outcome == "error":
            self._writer.write(_reply(500, _error("out of order")))
            return "error"
        last = len(self._words) if going.outcome == "answered" else max(1, int(len(self._words) * going.cut_after))
        at_once = max(1, math.ceil(1 / going.token_s / EVENTS_PER_S))
        if self._stream:
            self._writer.write(_HEAD)
        for start in range(0, last, at_once):
            end = min(last, start + at_once)
            await asyncio.sleep(begun + going.first_s + end * going.token_s - time.monotonic())
            if self._writer.transport.is_closing():
                return "left"
            self.first_at = self.first_at or time.monotonic()
            self.told = end
            if self._stream:
                self._writer.write(_event({"content": "".join(self._words[start:end])}))
        if going.outcome == "cut":
            self._writer.transport.abort()
            return "cut"
        self._writer.write(self._end() if self._stream else self._whole())
        await self._writer.drain()
        return "answered"

    def _usage(self) -> dict[str, int]:
        return {"prompt_tokens": self._prompt, "completion_tokens": self.told, "total_tokens": self._prompt + self.told}

    def _end(self) -> bytes:
        used = _chunked(b"data: " + json.dumps({"choices": [], "usage": self._usage()}).encode() + b"\n\n")
        return _event({}, self._finish) + used + _chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n"

    def _whole(self) -> bytes:
        message = {"role": "assistant", "content": "".join(self._words)}
        choice = {"index": 0, "message": message, "finish_reason": self._finish}
        opened = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": self._usage()}
        return _reply(200, opened | {"choices": [choice]})


def busy_s(served: list[Served]) -> dict[str, float]:
    """Seconds of the run in which each model answered anything."""
    spent: dict[str, float] = {}
    by_model = itertools.groupby(sorted(served, key=lambda s: (s.model, s.arrived + s.queued_s)), lambda s: s.model)
    for model, requests in by_model:
        until = 0.0
        for one in requests:
            begun, ended = one.arrived + one.queued_s, one.arrived + one.total_s
            spent[model] = spent.get(model, 0.0) + max(0.0, ended - max(begun, until))
            until = max(until, ended)
    return spent


_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return _chunked(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _reply(status: int, value: dict[str, Any], headers: str = "") -> bytes:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} S\r\ncontent-type: application/json\r\n{headers}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _error(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "server_error", "code": None}}


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _thread(messages: list[dict[str, Any]]) -> str:
    asked = [found for message in messages if message["role"] == "user" for found in ITEM.findall(_text(message))]
    return asked[-1] if asked else ""


async def _main(serving: Serving) -> None:
    served: list[Served] = []
    models = [Model(name, serving, served) for name in serving.paces]
    print(json.dumps({model.name: await model.open() for model in models}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(msgspec.json.encode(served).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(_main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Serving)))
