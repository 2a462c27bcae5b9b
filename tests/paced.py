"""A model server on a socket of 127.0.0.1 that answers at a pace of its own: so long until it speaks, by how much it
must read, and so long for each word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Pace:
    """A word is a token. Without `usage` it never says what it used; where it `breaks_off`, it ends after a word."""

    overhead_s: float = 0.02
    read_s: float = 0.0001
    token_s: float = 0.004
    words: int = 12
    usage: bool = True
    cached: int = 0
    breaks_off: bool = False
    asked: int = 0


@asynccontextmanager
async def paced_server(pace: Pace) -> AsyncIterator[str]:
    """The base URL of an OpenAI-compatible server."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _answered(reader, writer, pace):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: Pace) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
    asked = json.loads(await reader.readexactly(length))
    pace.asked += 1
    prompt = sum(len(message["content"].split()) for message in asked["messages"])
    words = min(pace.words, asked.get("max_tokens") or pace.words)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    await asyncio.sleep(pace.overhead_s + pace.read_s * (prompt - pace.cached))
    for number in range(words):
        if number:
            await asyncio.sleep(pace.token_s)
        _say(writer, {"delta": {"content": f"word{number} "}, "index": 0, "finish_reason": None})
        await writer.drain()
        if pace.breaks_off:
            return False
    _say(writer, {"delta": {}, "index": 0, "finish_reason": "stop"})
    if pace.usage:
        used = {"prompt_tokens": prompt, "completion_tokens": words, "total_tokens": prompt + words}
        used |= {"prompt_tokens_details": {"cached_tokens": pace.cached}}
        _event(writer, {"choices": [], "usage": used})
    _chunk(writer, b"data: [DONE]\n\n")
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _say(writer: asyncio.StreamWriter, choice: dict[str, object]) -> None:
    _event(writer, {"choices": [choice]})


def _event(writer: asyncio.StreamWriter, event: dict[str, object]) -> None:
    _chunk(writer, b"data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", **event}).encode() + b"\n\n")


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
