"""A daemon on a real socket that says what Ollama's API description says; each message names the section it is from."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Json = dict[str, object]

# "List Local Models", response; the schema `ModelSummary` for `remote_model` and `remote_host`
DEEPSEEK: Json = {
    "name": "deepseek-r1:latest",
    "model": "deepseek-r1:latest",
    "modified_at": "2025-05-10T08:06:48.639712648-07:00",
    "size": 4683075271,
    "digest": "0a8c266910232fd3291e71e5ba1e058cc5af9d411192cf88b6d30e92b6e73163",
    "details": {
        "parent_model": "",
        "format": "gguf",
        "family": "qwen2",
        "families": ["qwen2"],
        "parameter_size": "7.6B",
        "quantization_level": "Q4_K_M",
    },
}
LLAMA: Json = {
    "name": "llama3.2:latest",
    "model": "llama3.2:latest",
    "size": 2019393189,
    "details": {"family": "llama"},
}
REMOTE: Json = {
    "name": "large:latest",
    "size": 384,
    "remote_model": "large",
    "remote_host": "https://ollama.com:443",
    "details": {"family": "", "families": None},
}
CLOUD_TAG: Json = {"name": "other:120b-cloud", "size": 384}
# "List Running Models", response
RUNNING: Json = {
    "name": "llama3.2:latest",
    "model": "llama3.2:latest",
    "size": 3_000_000_000,
    "digest": "2ae6f6dd7a3dd734790bbbf58b8909a606e0e7e97e94b7604e0aa7ae4490e6d8",
    "details": {"format": "gguf", "family": "llama"},
    "expires_at": "2024-06-04T14:38:31.83753-07:00",
    "size_vram": 1_000_000_000,
}
EMBEDDER: Json = {"name": "all-minilm:latest", "size": 45960996, "details": {"family": "bert"}}


def piece(text: str) -> Json:
    """ "Generate a chat completion", "Chat request (Streaming)", a response of the stream."""
    message: Json = {"role": "assistant", "content": text, "images": None}
    return {"model": "llama3.2", "created_at": "2023-08-04T08:52:19.385406455-07:00", "message": message, "done": False}


def final(**more: object) -> Json:
    """The same section, "Final response"; `done_reason` as in "Load a model" and the schema `ChatResponse`."""
    return {
        "model": "llama3.2",
        "created_at": "2023-08-04T19:22:45.499127Z",
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": "stop",
        "total_duration": 4883583458,
        "load_duration": 1334875,
        "prompt_eval_count": 26,
        "prompt_eval_duration": 342546000,
        "eval_count": 282,
        "eval_duration": 4535599000,
    } | more


def lines(*objects: Json) -> bytes:
    """ "Conventions", "Streaming responses": a stream of JSON objects."""
    return b"".join(json.dumps(o).encode() + b"\n" for o in objects)


@dataclass
class Daemon:
    """What it has and will say. `cuts` are the lengths of the pieces in which it sends; `asked` what it was sent."""

    models: list[Json] = field(default_factory=lambda: [LLAMA, DEEPSEEK, REMOTE, CLOUD_TAG, EMBEDDER])
    chat: bytes = lines(piece("Good "), piece("morning"), final())
    status: int = 200
    cut: int = 10_000
    whole: bool = True
    silent: bool = False
    tags: bytes | None = None
    running_now: list[Json] = field(default_factory=list)
    ps: bytes | None = None
    asked: list[Json] = field(default_factory=list)
    url: str = ""
    _handled: list[asyncio.Task[None]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Daemon]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            yield self
            await asyncio.gather(*self._handled)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._handled.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length"))
            body = await reader.readexactly(length)
            if self.silent:
                await reader.read()
            elif head.startswith(b"GET /api/tags "):
                tags = json.dumps({"models": self.models}).encode() if self.tags is None else self.tags
                await self._reply(writer, 200, tags)
            elif head.startswith(b"GET /api/ps "):
                held = json.dumps({"models": self.running_now}).encode() if self.ps is None else self.ps
                await self._reply(writer, 200, held)
            elif head.startswith(b"POST /api/chat "):
                self.asked.append(json.loads(body))
                await self._reply(writer, self.status, self.chat)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def _reply(self, writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
        writer.write(f"HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for start in range(0, len(body), self.cut):
            part = body[start : start + self.cut]
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
        if self.whole:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
