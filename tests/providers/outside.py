"""A provider behind the real door, or at home, over real sockets. Knows no protocol."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.providers.cloud.conftest import cloud, sends
from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall
from vestibule.core.clearance import ClearedRequest, Sealer
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderKind
from vestibule.providers.base import Chunk, Provider
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.kinds import KINDS

IBAN = "DE89370400440532013000"


@dataclass(frozen=True)
class Outside:
    provider: Provider
    sealer: Sealer
    asked: Iterator[int] = field(default_factory=itertools.count)

    def sent(self, request: ModelRequest, model: str = "some-model") -> AsyncGenerator[Chunk, None]:
        """The answer, as the door lets it through."""
        body = self.provider.encode(request, model)
        audit_id = f"audit-{next(self.asked)}"
        cleared = self.sealer.seal(ClearedRequest(body, self.provider.destination, "m", 1, audit_id, 1e12))
        return self.provider.send(cleared)

    async def ask(self, request: ModelRequest, model: str = "some-model") -> list[Chunk]:
        """Every chunk of the answer."""
        return [chunk async for chunk in self.sent(request, model)]

    async def heard(self, request: ModelRequest) -> list[Chunk]:
        """What came of an answer, which may be cut."""
        chunks: list[Chunk] = []
        try:
            async for chunk in self.sent(request):
                chunks.append(chunk)
        except UpstreamFailed as failure:
            if failure.fault != "cut":
                raise
        return chunks


@asynccontextmanager
async def outside(
    kind: ProviderKind, url: str, *keys: str, ca_file: Path | None = None, wait_s: float = 0.5
) -> AsyncIterator[Outside]:
    sealer = Sealer()
    environ = {f"KEY_{at}": key for at, key in enumerate(keys or ("right",))}
    door = CloudTransport(sealer, first_byte_s=wait_s, silence_s=wait_s)
    way = door.using(ApiKeys([f"env:{name}" for name in environ], environ, style=KINDS[kind].key_style), ca_file)
    try:
        yield Outside(KINDS[kind].make("outside", url, way, cloud=True), sealer)
    finally:
        await way.close()
        await door.close()


@asynccontextmanager
async def inside(
    kind: ProviderKind, url: str, *keys: str, ca_file: Path | None = None, wait_s: float = 0.5
) -> AsyncIterator[Outside]:
    """The same provider at home."""
    environ = {f"KEY_{at}": key for at, key in enumerate(keys)}
    known = ApiKeys([f"env:{name}" for name in environ], environ, style=KINDS[kind].key_style)
    way = HomeTransport(keep=4, keys=known, ca_file=ca_file, first_byte_s=wait_s, silence_s=wait_s)
    try:
        yield Outside(KINDS[kind].make("inside", url, way, cloud=False), Sealer())
    finally:
        await way.close()


def text_of(answer: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in answer)


async def whole_and_cut(kind: ProviderKind, stream: bytes, request: ModelRequest) -> list[tuple[int, list[Chunk]]]:
    """The answer to a stream that is sent in two parts, split at each of its bytes (0), and that ends there (1)."""
    written = iter([(part, split) for split in range(len(stream)) for part in (0, 1)])

    async def answer(writer: asyncio.StreamWriter) -> bool:
        part, split = next(written)
        first, rest = stream[:split], stream[split:] if part == 0 else b""
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(first) + len(rest)}\r\n\r\n".encode()
        return await sends(head + first, rest)(writer)

    async with cloud(answer) as server, outside(kind, f"http://127.0.0.1:{server.port}", wait_s=30) as asked:
        return [(n % 2, await asked.heard(request)) for n in range(2 * len(stream))]


def conversation(**planted: str) -> ModelRequest:
    """A request with every part a request may have; `planted` names the place whose text is another."""

    def at(place: str, text: str) -> str:
        return planted.get(place, text)

    call = ToolCall("call_1", "find_meter", f'{{"floor": "{at("arguments", "first")}"}}')
    schema = {
        "type": "object",
        "properties": {at("member", "reading"): {"type": "string", "description": at("description", "A reading.")}},
        "required": [],
    }
    parameters = {
        "type": "object",
        "properties": {"floor": {"type": "string", "enum": [at("enum", "first"), "second"]}},
        "additionalProperties": False,
    }
    return ModelRequest(
        (
            Message("system", at("system", "You help building operators.")),
            Message("developer", at("developer", "Answer briefly.")),
            Message("user", at("user", "Where is the meter?")),
            Message("assistant", at("assistant", "I look it up."), tool_calls=(call,)),
            Message("tool", at("result", "It is in the cellar."), tool_call_id="call_1"),
            Message("tool", f'{{"note": "{at("result_json", "By the door.")}"}}', tool_call_id="call_1"),
        ),
        tools=(Tool("find_meter", at("tool", "Finds a meter."), parameters),),
        response_format=ResponseFormat("json_schema", "answer", schema),
    )


PLACES = (
    "system",
    "developer",
    "user",
    "assistant",
    "arguments",
    "result",
    "result_json",
    "tool",
    "enum",
    "member",
    "description",
)
