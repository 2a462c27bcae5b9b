"""A model server that costs next to nothing: OpenAI's chat completions as a stream of events, at once or after 50 ms.

Run as a process of its own: `python -m benchmarks.gateway.upstream`. Prints its ports, `{"fast", "slow"}`, and then,
for each line it reads, how many requests it has answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial
from typing import cast

import uvloop

PIECES = 20
DELAY_S = 0.05


def event(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def reply(value: dict[str, object]) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


_USAGE = {"prompt_tokens": 300, "completion_tokens": PIECES, "total_tokens": 300 + PIECES}
_EVENTS = (
    event({"role": "assistant", "content": ""}),
    *(event({"content": f"token{number:02} "}) for number in range(PIECES)),
    event({}, "stop"),
    b"data: " + json.dumps({"choices": [], "usage": _USAGE}).encode() + b"\n\n",
    b"data: [DONE]\n\n",
)
_STREAM = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    + b"".join(map(chunked, _EVENTS))
    + b"0\r\n\r\n"
)
_MESSAGE = {"role": "assistant", "content": "".join(f"token{number:02} " for number in range(PIECES))}
_WHOLE = reply(
    {
        **{"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": _USAGE},
        "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop"}],
    }
)
_MODELS = reply({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "bench"}]})


class Server(asyncio.Protocol):
    """Reads one request after the other. Whether it is well it says itself."""

    def __init__(self) -> None:
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end or len(body) < length_of(head):
            return
        self._held = b""
        if head.startswith(b"POST"):
            self.asked(body)
        else:
            self.transport.write(_MODELS)

    def asked(self, body: bytes) -> None:
        """Answer a request for a chat completion."""
        raise NotImplementedError


class _Instant(Server):
    answered = 0

    def __init__(self, delay_s: float) -> None:
        super().__init__()
        self._delay_s = delay_s

    def asked(self, body: bytes) -> None:
        answer = _STREAM if b'"stream":true' in body.replace(b" ", b"") else _WHOLE
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        type(self).answered += 1
        self.transport.write(answer)


def length_of(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r")[0] or 0)


async def _main() -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(partial(_Instant, d), "127.0.0.1", 0) for d in (0.0, DELAY_S)]
    fast, slow = (server.sockets[0].getsockname()[1] for server in servers)
    print(json.dumps({"fast": fast, "slow": slow}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(_Instant.answered, flush=True)


if __name__ == "__main__":
    uvloop.run(_main())
