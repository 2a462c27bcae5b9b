"""A model server that says 50 tokens a second: words, a call of an offered function, or JSON of the asked form.

Run as a process of its own: `python -m benchmarks.gateway.soak.upstream`. Prints its port, `{"port"}`, and then, for
each line it reads, how many requests have reached it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from typing import Any

import uvloop
from benchmarks.gateway.upstream import Server, chunked, event, reply

TOKENS_PER_S = 50
FEWEST, MOST = 12, 40
"""Tokens of an answer in words; how many it is depends on what was asked alone."""
CALLED = '{"building": "Harbour Office"}'
FORMED = '{"building": "Harbour Office", "demand_kw": 81.5}'
"""Arguments of a call, and an answer in JSON."""

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_DONE = chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Answer:
    """What is said to one request, token by token."""

    def __init__(self, body: bytes) -> None:
        asked: dict[str, Any] = json.loads(body)
        self.stream = bool(asked.get("stream"))
        self._calls = bool(asked.get("tools")) and asked["messages"][-1]["role"] != "tool"
        self._name = asked["tools"][0]["function"]["name"] if self._calls else ""
        whole = CALLED if self._calls else FORMED if asked.get("response_format") else ""
        count = FEWEST + zlib.crc32(body) % (MOST - FEWEST)
        words = [f"{' ' if number else ''}token{number:02}" for number in range(count)]
        self.tokens = [whole[at : at + 6] for at in range(0, len(whole), 6)] if whole else words
        most = asked.get("max_completion_tokens") or asked.get("max_tokens") or len(self.tokens)
        self.finish = "length" if most < len(self.tokens) else "tool_calls" if self._calls else "stop"
        self.tokens = self.tokens[:most]

    def pieces(self) -> list[bytes]:
        """The events of the stream: one a token, the first with the opening before it."""
        said = [chunked(event(self._delta(number, token))) for number, token in enumerate(self.tokens)]
        said[0] = _HEAD + chunked(event({"role": "assistant", "content": ""})) + said[0]
        used = chunked(b"data: " + json.dumps({"choices": [], "usage": self._usage()}).encode() + b"\n\n")
        return [*said, chunked(event({}, self.finish)) + used + _DONE]

    def whole(self) -> bytes:
        text = "".join(self.tokens)
        message: dict[str, object] = {"role": "assistant", "content": None if self._calls else text}
        if self._calls:
            message["tool_calls"] = [{**self._call(text), "type": "function"}]
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        return reply(
            {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": self._usage()}
            | {"choices": [choice]}
        )

    def _delta(self, number: int, token: str) -> dict[str, object]:
        if not self._calls:
            return {"content": token}
        going_on = {"function": {"arguments": token}}
        return {"tool_calls": [{"index": 0, **(going_on if number else self._call(token))}]}

    def _call(self, arguments: str) -> dict[str, object]:
        return {"id": "call_1", "type": "function", "function": {"name": self._name, "arguments": arguments}}

    def _usage(self) -> dict[str, object]:
        spent = len(self.tokens)
        return {"prompt_tokens": 300, "completion_tokens": spent, "total_tokens": 300 + spent}


class Paced(Server):
    reached = 0

    def __init__(self) -> None:
        super().__init__()
        self._next: asyncio.TimerHandle | None = None

    def asked(self, body: bytes) -> None:
        type(self).reached += 1
        answer = Answer(body)
        if answer.stream:
            self._say(answer.pieces(), asyncio.get_running_loop().time())
        else:
            delay_s = len(answer.tokens) / TOKENS_PER_S
            self._next = asyncio.get_running_loop().call_later(delay_s, self.transport.write, answer.whole())

    def _say(self, pieces: list[bytes], due: float) -> None:
        """In time by the clock, however late the last one was."""
        self.transport.write(pieces[0])
        if len(pieces) > 1:
            due += 1 / TOKENS_PER_S
            self._next = asyncio.get_running_loop().call_at(due, self._say, pieces[1:], due)

    def connection_lost(self, error: Exception | None) -> None:
        if self._next:
            self._next.cancel()


async def _main() -> None:
    server = await asyncio.get_running_loop().create_server(Paced, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(Paced.reached, flush=True)


if __name__ == "__main__":
    uvloop.run(_main())
