"""A model server that speaks OpenAI's streaming protocol at a steady pace: `python -m benchmarks.providers.upstream`.

Prints its port. The first token says when the request came and when the token left, in nanoseconds of the clock that
all processes of a machine share, so that whoever reads it knows what lay in between. Tokens follow every 20 ms;
a sentence ends after `first` tokens and then after every `SENTENCE`. Knows no product.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

PACE_S = 0.02
SENTENCE = 12
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_EVENT = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"paced","choices":[%s]}'


class Upstream(asyncio.Protocol):
    """One connection. The body may ask for `max_tokens`; `seed` is how many tokens the first sentence has."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        fields = (line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:])
        length = next((int(value) for name, value in fields if name == b"content-length"), 0)
        if len(body) < length:
            return
        self._received = body[length:]
        self._answer(json.loads(body[:length]), time.monotonic_ns())

    def _answer(self, asked: dict[str, int], received_ns: int) -> None:
        assert self._transport
        first = asked.get("seed") or 1
        self._transport.write(_HEAD + _event("role", "assistant"))
        said = f"{received_ns} {time.monotonic_ns()}"
        self._transport.write(_event("content", said + ("\n" if first == 1 else " ")))
        self._say(1, asked.get("max_tokens") or 250, first, self._loop.time() + PACE_S)

    def _say(self, told: int, tokens: int, first: int, at: float) -> None:
        if told < tokens:
            self._timer = self._loop.call_at(at, self._token, told, tokens, first, at)
        elif self._transport:
            finish = _EVENT % '{"index":0,"delta":{},"finish_reason":"stop"}'
            usage = '{"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":%d,"total_tokens":%d}}'
            end = "".join(f"data: {event}\n\n" for event in (finish, usage % (tokens, tokens + 9), "[DONE]"))
            self._transport.write(_chunk(end.encode()) + b"0\r\n\r\n")

    def _token(self, told: int, tokens: int, first: int, at: float) -> None:
        if self._transport:
            ends = (told + 1 - first) % SENTENCE == 0
            self._transport.write(_event("content", "word.\n" if ends else "word "))
            self._say(told + 1, tokens, first, at + PACE_S)


def _event(name: str, value: str) -> bytes:
    choice = json.dumps({"index": 0, "delta": {name: value}, "finish_reason": None}, separators=(",", ":"))
    return _chunk(f"data: {_EVENT % choice}\n\n".encode())


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
