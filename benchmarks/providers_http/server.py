"""A model server that costs next to nothing: each request gets the same short stream. Prints its port, then serves."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

EVENTS = b"".join(
    b'data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"word "},'
    b'"finish_reason":%s}]}\n\n' % finish
    for finish in (b"null", b"null", b"null", b'"stop"')
)
BODY = EVENTS + b"data: [DONE]\n\n"
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Serving(asyncio.Protocol):
    """Takes a request for whole when its head and as many bytes as the head names are there."""

    def __init__(self) -> None:
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, found, rest = self._held.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if found and len(rest) >= length:
            self._held = b""
            self._transport.write(REPLY)
            if b"connection: close" in head.lower():
                self._transport.close()


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Serving, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
