"""A model server at home that answers at the pace its models are named for: `fast`, `long` (4 s), `endless` (60 s).

Run as a process of its own: `python -m tests.serving.upstream`; prints its port, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

PIECES = {"fast": (20, 0.0), "long": (40, 0.1), "endless": (600, 0.1)}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
READ = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


def event(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return chunked(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"post"):
                writer.write(READ)
                continue
            length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
            pieces, pause_s = PIECES[json.loads(await reader.readexactly(length))["model"]]
            writer.write(HEAD)
            for number in range(pieces):
                writer.write(event({"content": f"token{number:03} "}))
                if pause_s:
                    await asyncio.sleep(pause_s)
            usage = {"prompt_tokens": 9, "completion_tokens": pieces, "total_tokens": pieces + 9}
            writer.write(event({}, "stop"))
            writer.write(chunked(b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\n\n"))
            writer.write(chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n")
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def serve(answer: Answer) -> None:
    """Print the port, and answer on it until standard input ends."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(answer))
