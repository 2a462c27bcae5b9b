"""A model server at home that answers with what it was told by the house: the system prompt and the temperature.

Run as a process of its own: `python -m tests.configuration.echo`; prints its port, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json

from tests.serving.upstream import HEAD, READ, serve

USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}


def piece(data: dict[str, object]) -> bytes:
    text = b"data: " + json.dumps({"id": "c", "created": 1, "model": "m"} | data).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(text), text)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"post"):
                writer.write(READ)
                continue
            length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
            asked = json.loads(await reader.readexactly(length))
            told = next((m["content"] for m in asked["messages"] if m["role"] == "system"), "nothing")
            said = {"role": "assistant", "content": f"{told} {asked.get('temperature')}"}
            writer.write(HEAD + piece({"choices": [{"index": 0, "delta": said, "finish_reason": None}]}))
            await asyncio.sleep(0.005)
            writer.write(piece({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
            writer.write(piece({"choices": [], "usage": USAGE}) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


if __name__ == "__main__":
    asyncio.run(serve(answer))
