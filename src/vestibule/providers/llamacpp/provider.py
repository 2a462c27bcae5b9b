"""One GGUF file, run by llama.cpp in a process of ours, as a provider of answers.

Who waits is decided here, who lives by the supervisor; the protocol is OpenAI's and the transport that of the house.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import msgspec
from msgspec.structs import replace

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import InvalidRequest, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, bounded
from vestibule.providers.home.transport import UpstreamRefused
from vestibule.providers.llamacpp.grammar import require_followable
from vestibule.providers.llamacpp.instance import Instance, Made
from vestibule.providers.llamacpp.model_file import Adapter, ModelFile
from vestibule.providers.llamacpp.refusals import quotes_the_request, refused
from vestibule.providers.llamacpp.runner import AS_USUAL, Runner
from vestibule.providers.llamacpp.schema import bounded_format
from vestibule.providers.llamacpp.supervisor import Patience
from vestibule.providers.memory.budget import UNLIMITED, MemoryBudget
from vestibule.providers.memory.footprint import Serving
from vestibule.providers.openai import OpenAIProvider
from vestibule.providers.openai.events import chunks
from vestibule.providers.required_call import call_in, held_to_a_call, is_call

PATH = "/v1/chat/completions"


class LlamaCppProvider(Runner):
    """`adapters` are loaded with the model; each request says how much of which it wants. The other parameters are
    those of `Runner`.

    It `continues`: a conversation that ends with an assistant's turn is answered with what comes after that turn.
    """

    kind = "llamacpp"
    continues = True

    def __init__(
        self,
        provider_id: str,
        path: Path,
        logs: Path,
        *,
        serving: Serving = AS_USUAL,
        room: int = 64,
        memory: MemoryBudget | None = None,
        patience: Patience | None = None,
        adapters: tuple[Adapter, ...] = (),
        made: Made = Instance,
    ) -> None:
        super().__init__(
            *(provider_id, path, logs),
            serving=serving,
            room=room,
            memory=memory,
            patience=patience,
            adapters=adapters,
            made=made,
        )
        self.id = provider_id
        self.destination = Destination("unix", f"llamacpp/{provider_id}")  # our child's socket, new with each child
        self.adapters = tuple(adapter.name for adapter in adapters)
        self._protocol = OpenAIProvider(provider_id, "unix:/", self._transport)

    def encode(self, request: ModelRequest, model: str) -> bytes:
        """As OpenAI's protocol has it, with a bounded schema and `lora`, the scale of each adapter. A call that must be
        made is asked for as a format: `tool_choice` binds only models whose way of calling llama.cpp knows.

        Raises `InvalidRequest` for an adapter that is not there, for a schema that cannot be bounded, and for a grammar
        that cannot be followed or comes with a schema or functions.
        """
        if unknown := request.adapters.keys() - set(self.adapters):
            raise InvalidRequest(
                f"The model {self.id} has no adapter `{min(unknown)[:80]}`.",
                next_step=f"Its adapters: {', '.join(self.adapters) or 'none'}.",
                param="vestibule.route.adapters",
            )
        grammar = _checked(request)
        request = held_to_a_call(_open_ended(request))
        request = replace(bounded(request), response_format=bounded_format(request.response_format))
        body = self._protocol.encode(request, model)
        if grammar is not None:
            body = body[:-1] + b',"grammar":' + msgspec.json.encode(grammar) + b"}"
        if not self.adapters:
            return body
        lora = [{"id": place, "scale": request.adapters.get(name, 0.0)} for place, name in enumerate(self.adapters)]
        return body[:-1] + b',"lora":' + msgspec.json.encode(lora) + b"}"

    async def send(self, cleared: ClearedRequest) -> AsyncGenerator[Chunk, None]:
        """Wait for a slot and for a child, then stream. If the child dies before its first word, the next one is asked,
        once: a conversation that kills each child is not tried for ever.

        Raises `QueueFull`, `InvalidRequest` for a conversation longer than the context, `UpstreamFailed` for a child
        that dies meanwhile or does not come back.
        """
        instance, asked = self._soonest(), msgspec.json.decode(cleared.body, type=_Asked)
        async with instance.turn() as supervisor:
            for again in (True, False):
                socket = await supervisor.ready()
                said = False
                try:
                    told = chunks(self._transport.stream(cleared, socket, PATH), self.id, explains=False)
                    async with aclosing(call_in(told, self.id) if asked.is_held_to_a_call else told) as answer:
                        async for chunk in answer:
                            if chunk.finish_reason:
                                supervisor.answered()
                            said = True
                            yield chunk
                    return
                except UpstreamRefused as refusal:
                    if quotes_the_request(refusal):
                        await supervisor.empty_log()
                    raise refused(
                        self.id, refusal, instance.model.serving.context, grammar=asked.grammar is not None
                    ) from None
                except UpstreamFailed as failure:
                    if said or not again or not await supervisor.lost(socket):
                        raise self._broke_off(failure) from None

    def _broke_off(self, failure: UpstreamFailed) -> UpstreamFailed:
        message = f"The model {self.id} broke off before its answer was whole."
        fault = failure.fault if failure.fault in ("silent", "malformed") else "cut"
        return UpstreamFailed(message, next_step="Ask again.", fault=fault)


class _Format(msgspec.Struct):
    json_schema: dict[str, object] | None = None


class _Asked(msgspec.Struct):
    response_format: _Format | None = None
    grammar: str | None = None

    @property
    def is_held_to_a_call(self) -> bool:
        return self.response_format is not None and is_call((self.response_format.json_schema or {}).get("schema"))


def _checked(request: ModelRequest) -> str | None:
    """The grammar of the request."""
    if request.grammar is None:
        return None
    if request.response_format.kind != "text" or request.tools:
        raise InvalidRequest(
            "An answer cannot be held to a grammar and to something else.",
            next_step="Leave out `response_format` and `tools`, or `vestibule.grammar`.",
            param="vestibule.grammar",
        )
    require_followable(request.grammar)
    return request.grammar


def _open_ended(request: ModelRequest) -> ModelRequest:
    """Without an empty last turn of the assistant: there is nothing in it to go on from."""
    turns = request.prompt or request.messages
    if turns and turns[-1].role == "assistant" and not (turns[-1].content or turns[-1].tool_calls):
        return replace(request, prompt=turns[:-1])
    return request


async def require_loadable(
    path: Path,
    logs: Path,
    serving: Serving = AS_USUAL,
    budget_bytes: int = UNLIMITED,
    adapters: tuple[Adapter, ...] = (),
) -> ModelFile:
    """Load the model of `path` once and let it go. Raises what `start` and `ready` of a provider raise."""
    memory = MemoryBudget(budget_bytes)
    provider = LlamaCppProvider("trial", path, logs, serving=serving, memory=memory, adapters=adapters)
    try:
        await provider.start()
        await provider.ready()
        assert provider.model is not None
        return provider.model
    finally:
        await provider.close()
