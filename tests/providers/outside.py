"""A provider outside the house behind the real door, and the gate that its bytes pass. Knows no protocol."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.privacy.trail import MemoryTrail
from tests.providers.cloud.conftest import cloud, sends
from vestibule.core.chat import Message, ResponseFormat, Tool, ToolCall
from vestibule.core.clearance import ClearedRequest, Destination, Sealer
from vestibule.core.generation import ModelRequest
from vestibule.core.sensitivity import Classification, PrivacyClass
from vestibule.core.settings import ProviderKind
from vestibule.privacy.detection import Detector
from vestibule.privacy.egress import EgressGate
from vestibule.privacy.policy import PolicyStore
from vestibule.providers.base import Chunk, Provider
from vestibule.providers.cloud.api_keys import ApiKeys
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.kinds import KINDS

IBAN = "DE89370400440532013000"
OPEN = "version: 2\nconsent: {required: false}\ncloud: [{allow: [public, internal, confidential]}]\n"


@dataclass(frozen=True)
class Outside:
    provider: Provider
    sealer: Sealer
    asked: Iterator[int] = field(default_factory=itertools.count)

    async def ask(self, request: ModelRequest, model: str = "some-model") -> list[Chunk]:
        """Every chunk of the answer, as the door lets it through."""
        body = self.provider.encode(request, model)
        audit_id = f"audit-{next(self.asked)}"
        cleared = self.sealer.seal(ClearedRequest(body, self.provider.destination, "m", 1, audit_id, 1e12))
        return [chunk async for chunk in self.provider.send(cleared)]


@asynccontextmanager
async def outside(kind: ProviderKind, url: str, *keys: str) -> AsyncIterator[Outside]:
    sealer = Sealer()
    environ = {f"KEY_{at}": key for at, key in enumerate(keys or ("right",))}
    door = CloudTransport(sealer, first_byte_s=0.5, silence_s=0.5)
    way = door.using(ApiKeys([f"env:{name}" for name in environ], environ, style=KINDS[kind].key_style))
    try:
        yield Outside(KINDS[kind].make("outside", url, way, cloud=True), sealer)
    finally:
        await way.close()
        await door.close()


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

    async with cloud(answer) as server, outside(kind, f"http://127.0.0.1:{server.port}") as asked:
        return [(n % 2, await asked.ask(request)) for n in range(2 * len(stream))]


def gate(tmp_path: Path) -> Callable[[bytes], Awaitable[ClearedRequest]]:
    """Clears what may leave under a policy that lets everything leave but what is restricted."""
    path = tmp_path / "policy.yaml"
    path.write_text(OPEN)
    made = EgressGate(Sealer(), Detector(), PolicyStore(path), MemoryTrail())

    def clear(body: bytes) -> Awaitable[ClearedRequest]:
        return made.clear(
            body,
            Destination.parse("https://llm.example.com"),
            model="m",
            provider="outside",
            tenant="acme",
            who="key-1",
            classification=Classification(PrivacyClass.INTERNAL),
            request_id="chatcmpl-1",
        )

    return clear


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
