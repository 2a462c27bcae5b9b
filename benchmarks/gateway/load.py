"""A load generator on asyncio's own protocols, in a process of its own. Whatever it sends it waits for: counts agree.

`python -m benchmarks.gateway.load PORT --connections 32 …` prints one JSON object. It costs about as much as nginx does
behind it; where it is the bottleneck, CPU per request is still the gateway's own. See `bench.py --load-generator`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections import deque
from typing import cast

import uvloop
from benchmarks.gateway.prompts import Prompts

DRAIN_S = 30.0


class Load:
    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._prompts = Prompts(
            asked.model, stream=asked.stream, fresh=asked.fresh, first=asked.first, plain=asked.plain
        )
        self._head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{asked.port}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {os.environ['BENCH_KEY']}\r\nContent-Length: "
        ).encode()
        self.latencies_us: list[int] = []
        self.ok = self.bad = self.broken = 0
        self.first_bad = ""
        self.idle: deque[_Client] = deque()
        self.due: deque[float] = deque()
        self._under_way = 0
        self._over = False
        self._drained = asyncio.Event()

    async def run(self) -> dict[str, object]:
        loop = asyncio.get_running_loop()
        for _ in range(self._asked.connections):
            await loop.create_connection(lambda: _Client(self), "127.0.0.1", self._asked.port)
        begun = time.perf_counter()
        if self._asked.rate:
            await self._open_loop(begun)
        else:
            while self.idle:
                self._send(self.idle.popleft(), time.perf_counter())
            await asyncio.sleep(self._asked.seconds)
        self._over = True
        took_s = time.perf_counter() - begun
        if self._under_way:
            await asyncio.wait_for(self._drained.wait(), DRAIN_S)
        return self._told(took_s)

    async def _open_loop(self, begun: float) -> None:
        """At a rate, whoever is slow: latency counts from when a request was due."""
        due, interval = begun, 1 / self._asked.rate
        while due < begun + self._asked.seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self.idle:
                self._send(self.idle.popleft(), due)
            else:
                self.due.append(due)
            due += interval

    def _send(self, client: _Client, due: float) -> None:
        body = self._prompts.next()
        self._under_way += 1
        client.ask(self._head + b"%d\r\n\r\n%s" % (len(body), body), due)

    def done(self, client: _Client, status: int, whole: bool, begun: float) -> None:
        self._under_way -= 1
        if status == 200 and whole:
            self.ok += 1
            self.latencies_us.append(int((time.perf_counter() - begun) * 1e6))
        else:
            self.bad += 1
            self.first_bad = self.first_bad or f"status {status}"
        if self.due:
            self._send(client, self.due.popleft())
        elif self._over or self._asked.rate:
            self.idle.append(client)
        else:
            self._send(client, time.perf_counter())
        if self._over and not self._under_way:
            self._drained.set()

    def _told(self, took_s: float) -> dict[str, object]:
        ordered = sorted(self.latencies_us) or [0]
        at = {f"p{share}_us": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 90, 99)}
        told = {"replies": self.ok + self.bad, "ok": self.ok, "bad": self.bad, "broken": self.broken, **at}
        return told | {"per_s": self.ok / took_s, "planted": self._prompts.planted, "first_bad": self.first_bad}


class _Client(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self._load = load
        self._held = b""
        self._begun: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)
        self._load.idle.append(self)

    def ask(self, request: bytes, begun: float) -> None:
        self._held, self._begun = b"", begun
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end or self._begun is None:
            return
        head = head.lower()
        if b"transfer-encoding: chunked" in head:
            over, whole = body.endswith(b"0\r\n\r\n"), b"data: [DONE]" in body
        else:
            over = whole = len(body) >= int(head.partition(b"content-length:")[2].partition(b"\r")[0] or 0)
        if over:
            begun, self._begun = self._begun, None
            self._load.done(self, int(head[9:12]), whole, begun)

    def connection_lost(self, error: Exception | None) -> None:
        if self._begun is not None:
            self._load.broken += 1
            self._load.done(self, 0, False, self._begun)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rate", type=float, default=0.0, help="requests per second; 0 is as fast as it goes")
    parser.add_argument("--model", default="fast")
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--fresh", action="store_true", help="no two prompts are the same")
    parser.add_argument("--plain", action="store_true", help="no planted e-mail addresses")
    parser.add_argument("--first", type=int, default=0, help="number of the first prompt")
    return parser.parse_args()


if __name__ == "__main__":
    print(json.dumps(uvloop.run(Load(_arguments()).run())))
