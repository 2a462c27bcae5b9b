"""A daemon on a real socket that says what Ollama's API description says; each message names the section it is from."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

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


def layer(digest: str, total: int, completed: int | None = None) -> Json:
    """ "Pull a Model", response: one of the downloading responses, without `completed` until there is something."""
    said: Json = {"status": f"pulling {digest[7:19]}", "digest": digest, "total": total}
    return said if completed is None else said | {"completed": completed}


LAYER = "sha256:" + "2a" * 32
# "Pull a Model", response
PULL: list[Json] = [
    {"status": "pulling manifest"},
    layer(LAYER, 2142590208),
    layer(LAYER, 2142590208, 241970),
    layer(LAYER, 2142590208, 2142590208),
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
    {"status": "removing any unused layers"},
    {"status": "success"},
]
# "Create a model from GGUF" and "Quantize a model", response
CREATE: list[Json] = [
    {"status": "parsing GGUF"},
    {"status": "quantizing F16 model to Q4_K_M", "digest": "0", "total": 6433687776, "completed": 12302},
    {"status": "writing manifest"},
    {"status": "success"},
]


@dataclass
class Daemon:
    """What it has and will say. `cut` is the length of the pieces in which it sends; `asked` what it was sent to chat,
    `seen` every request line. `shows` is what it says of a model besides what its list says."""

    models: list[Json] = field(default_factory=lambda: [LLAMA, DEEPSEEK, REMOTE, CLOUD_TAG, EMBEDDER])
    chat: bytes = lines(piece("Good "), piece("morning"), final())
    status: int = 200
    cut: int = 10_000
    whole: bool = True
    silent: bool = False
    tags: bytes | None = None
    version: str | None = "0.12.6"
    running_now: list[Json] = field(default_factory=list)
    ps: bytes | None = None
    shows: dict[str, Json] = field(default_factory=dict)
    shown: bytes | None = None
    pull: list[Json] = field(default_factory=lambda: list(PULL))
    create: list[Json] = field(default_factory=lambda: list(CREATE))
    embeddings: list[list[float]] | None = None
    blobs: dict[str, bytes] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0
    url: str = ""
    _handled: list[asyncio.Task[None]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Daemon]:
        server = await asyncio.start_server(self._accept, self.host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        async with server:
            yield self
            for _ in range(8):  # a connection that is just being accepted becomes a task meanwhile
                await asyncio.sleep(0)
            await asyncio.gather(*self._handled)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._handled.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await _body(reader, head.lower())
            method, path = head.decode().split(" ")[:2]
            self.seen.append(f"{method} {path}")
            if self.silent:
                await reader.read()
            elif method == "HEAD":
                writer.write(f"HTTP/1.1 {200 if _last(path) in self.blobs else 404} X\r\n\r\n".encode())
                await writer.drain()
            else:
                await self._reply(writer, *self._answer(method, path, body))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if path.startswith("/api/blobs/"):
            return self._push(_last(path), body)
        if method == "GET":
            return self._get(path)
        asked: dict[str, Any] = json.loads(body)
        self.bodies.append(asked)
        if path == "/api/chat":
            self.asked.append(asked)
            return self.status, self.chat
        return getattr(self, f"_{_last(path)}")(asked)  # type: ignore[no-any-return]

    def _get(self, path: str) -> tuple[int, bytes]:
        """ "List Local Models", "List Running Models", "Version"."""
        if path == "/api/tags":
            return 200, json.dumps({"models": self.models}).encode() if self.tags is None else self.tags
        if path == "/api/ps":
            return 200, json.dumps({"models": self.running_now}).encode() if self.ps is None else self.ps
        if path == "/api/version" and self.version is not None:
            return 200, json.dumps({"version": self.version}).encode()
        return 404, b"404 page not found"

    def _push(self, digest: str, content: bytes) -> tuple[int, bytes]:
        """ "Push a Blob": 201 Created, or 400 Bad Request if the digest used is not expected."""
        if digest != f"sha256:{hashlib.sha256(content).hexdigest()}":
            return 400, b'{"error": "digest mismatch"}'
        self.blobs[digest] = content
        return 201, b""

    def _show(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """ "Show Model Information", response."""
        model = self._find(asked["model"])
        if model is None:
            return _not_found(asked["model"])
        if self.shown is not None:
            return 200, self.shown
        embeds = model == EMBEDDER
        info: Json = {"general.architecture": "llama", "llama.context_length": 8192, "llama.block_count": 32}
        shown = {
            "license": "Apache-2.0",
            "parameters": 'stop "<|eot_id|>"',
            "template": "{{ .Prompt }}",
            "details": model.get("details", {}),
            "model_info": info | ({"bert.embedding_length": 3} if embeds else {}),
            "capabilities": ["embedding"] if embeds else ["completion", "tools"],
        }
        return 200, json.dumps(shown | self.shows.get(str(model["name"]), {})).encode()

    def _pull(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """ "Pull a Model": a stream; what cannot be found is said in it."""
        if self.pull[-1] == {"status": "success"}:
            self._add(asked["model"])
        return 200, lines(*self.pull)

    def _create(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """ "Create a Model": the blobs must have been pushed before."""
        used = [*asked.get("files", {}).values(), *asked.get("adapters", {}).values()]
        if missing := [digest for digest in used if digest not in self.blobs]:
            return 400, json.dumps({"error": f"blob {missing[0]} not found"}).encode()
        if "from" in asked and not self._find(asked["from"]):
            return 200, lines({"error": f"model '{asked['from']}' not found"})
        self._add(asked["model"])
        return 200, lines(*self.create)

    def _delete(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """ "Delete a Model": 200 OK, or 404 Not Found."""
        model = self._find(asked["model"])
        if model is None:
            return _not_found(asked["model"])
        self.models = [m for m in self.models if m is not model]
        return 200, b""

    def _generate(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """ "Generate a completion", "Load a model" and "Unload a model": an empty prompt."""
        if not self._find(asked["model"]):
            return _not_found(asked["model"])
        leaves = asked.get("keep_alive") == 0
        self.running_now = [] if leaves else [RUNNING | {"name": self._find(asked["model"])["name"]}]  # type: ignore[index]
        reason = "unload" if leaves else "load"
        said = {"model": asked["model"], "created_at": "2023-12-18T19:52:07.071755Z", "response": "", "done": True}
        return 200, lines(said | {"done_reason": reason})

    def _embed(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        """ "Generate Embeddings"; with `truncate` false what is too long is an error."""
        if not self._find(asked["model"]):
            return _not_found(asked["model"])
        if self.status != 200:
            return self.status, b'{"error": "secret"}'
        given = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        if any(len(text) > 2000 for text in given) and asked.get("truncate") is False:
            return 400, b'{"error": "the input length exceeds the context length"}'
        vectors = self.embeddings if self.embeddings is not None else [[3.0, 4.0, len(t) / 10] for t in given]
        count = sum(len(text.split()) for text in given)
        return 200, json.dumps({"model": asked["model"], "embeddings": vectors, "prompt_eval_count": count}).encode()

    def _find(self, name: str) -> Json | None:
        return next((m for m in self.models if m["name"] in (name, f"{name}:latest")), None)

    def _add(self, name: str) -> None:
        full = name if ":" in name else f"{name}:latest"
        self.models = [*(m for m in self.models if m["name"] != full), LLAMA | {"name": full, "model": full}]

    async def _reply(self, writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
        writer.write(f"HTTP/1.1 {status} X\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for start in range(0, len(body), self.cut):
            part = body[start : start + self.cut]
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
        if self.whole:
            writer.write(b"0\r\n\r\n")
            await writer.drain()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"transfer-encoding: chunked" in head:
        body = b""
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        return body
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")]
    return await reader.readexactly(lengths[0]) if lengths else b""


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _not_found(name: str) -> tuple[int, bytes]:
    return 404, json.dumps({"error": f"model '{name}' not found"}).encode()
