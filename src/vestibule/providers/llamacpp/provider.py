"""One GGUF file, run by llama.cpp in a process of ours, as a provider of answers.

Who waits is decided here, who lives by the supervisor; the protocol is OpenAI's and the transport that of the house.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import InvalidRequest, NoCandidate, TooLarge, UpstreamFailed, VestibuleError
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk, bounded
from vestibule.providers.home.transport import HomeTransport, UpstreamRefused
from vestibule.providers.llamacpp.instance import Instance, not_running
from vestibule.providers.llamacpp.model_file import CONTEXT, Adapter, ModelFile, examine, require_budget
from vestibule.providers.llamacpp.refusals import quotes_the_request, refused
from vestibule.providers.llamacpp.schema import bounded_format
from vestibule.providers.llamacpp.supervisor import Patience, Status
from vestibule.providers.memory.budget import UNLIMITED, MemoryBudget
from vestibule.providers.memory.footprint import Serving, spell
from vestibule.providers.openai import OpenAIProvider
from vestibule.providers.openai.events import chunks

PATH = "/v1/chat/completions"
AS_USUAL = Serving(CONTEXT, slots=2)


class LlamaCppProvider:
    """`serving` says how it is run; `room` how many requests may wait while all slots are taken. Logs go to `logs`, a
    folder. The model is in memory only as long as `memory` has room for it; who asks brings it back. `adapters` are
    loaded with it; each request says how much of which it wants.

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
    ) -> None:
        self.id = provider_id
        self.destination = Destination("unix", f"llamacpp/{provider_id}")  # our child's socket, new with each child
        self.adapters = tuple(adapter.name for adapter in adapters)
        self._path = path
        self._adapters = adapters
        self._log = logs / f"llamacpp-{provider_id}.log"
        self._serving = serving
        self._room = room
        self._memory = memory or MemoryBudget()
        self._patience = patience
        self._transport = HomeTransport()
        self._protocol = OpenAIProvider(provider_id, "unix:/", self._transport)
        self._instance: Instance | None = None
        self._retiring: dict[Instance, asyncio.Task[None]] = {}
        self._resizing = asyncio.Lock()
        self._refusal: Callable[[], VestibuleError] = partial(not_running, provider_id)
        self.trouble = ""  # why the file cannot be run

    async def start(self) -> None:
        """Examine the file and, if there is room in memory, begin to load it, without waiting for that: requests do.

        Raises `NotFound`, `InvalidRequest` or `TooLarge` where the file cannot be run. A second call tries anew after
        the supervisor has given up, and does nothing else.
        """
        if self._instance is None:
            try:
                model = await asyncio.to_thread(examine, self._path, self._serving, self._adapters)
                require_budget(model, self._memory.limit_bytes)
            except VestibuleError as reason:
                self.trouble = str(reason)
                self._refusal = partial(NoCandidate, reason.message, next_step=reason.next_step)
                raise
            self.trouble = ""
            self._instance = self._made(model)
        await self._instance.start()

    async def ready(self) -> None:
        """Wait until the model is loaded. Raise `UpstreamFailed` where it cannot be."""
        await self._current().ready()

    async def close(self) -> None:
        """End every child. Requests under way fail; a second call does nothing."""
        self._refusal = partial(not_running, self.id)
        instance, self._instance = self._instance, None
        retiring, self._retiring = self._retiring, {}
        for task in retiring.values():
            task.cancel()
        await asyncio.gather(*retiring.values(), return_exceptions=True)
        await asyncio.gather(*(each.close() for each in (instance, *retiring) if each))

    async def more_slots(self, at_most: int) -> int:
        """How many more it could have now: for a while both children, the old and the new, must fit."""
        if self._instance is None or self._retiring:
            return 0
        free, model = await self._memory.free_bytes(), self._instance.model
        fits = (more for more in range(at_most, 0, -1) if _resized(model, self.capacity + more).footprint.total <= free)
        return next(fits, 0)

    async def resize(self, slots: int) -> None:
        """Run with so many slots from now on: a second child loads and takes over, the first finishes its answers.

        Raises `TooLarge`, with the sum, where both together do not fit, and `UpstreamFailed` where the second does not
        come up: then the first goes on as before.
        """
        async with self._resizing:
            old = self._current()
            if slots == old.model.serving.slots:
                return
            new = self._made(_resized(old.model, slots))
            require_budget(new.model, self._memory.limit_bytes)
            try:
                if not old.asleep:
                    await self._bring_up(new)
                if self._instance is not old:
                    raise not_running(self.id)
            except BaseException:
                await new.close()
                raise
            self._instance = new
            self._retiring[old] = asyncio.create_task(self._retire(old), name=f"retire {self.id}")

    @property
    def model(self) -> ModelFile | None:
        return self._instance.model if self._instance else None

    @property
    def capacity(self) -> int:
        """How many requests are answered at once."""
        return self._instance.model.serving.slots if self._instance else self._serving.slots

    @property
    def status(self) -> Status:
        return self._instance.status if self._instance else Status("stopped")

    @property
    def asleep(self) -> bool:
        """Whether it is not in memory, but would be if it were asked."""
        return self._instance is not None and self._instance.asleep

    @property
    def size_bytes(self) -> int:
        """What it takes in memory when it is loaded; for the while that one child takes over from another, of both."""
        return sum(each.size_bytes for each in (self._instance, *self._retiring) if each)

    @property
    def waiting(self) -> int:
        return sum(each.queue.waiting for each in (self._instance, *self._retiring) if each)

    @property
    def busy(self) -> bool:
        """Whether anybody is being answered or waits."""
        return any(each.queue.busy for each in (self._instance, *self._retiring) if each)

    def encode(self, request: ModelRequest, model: str) -> bytes:
        """As OpenAI's protocol has it, with a bounded schema and `lora`, the scale of each adapter.

        Raises `InvalidRequest` for an adapter that is not there and for a schema that cannot be bounded.
        """
        if unknown := request.adapters.keys() - set(self.adapters):
            raise InvalidRequest(
                f"The model {self.id} has no adapter `{min(unknown)[:80]}`.",
                next_step=f"Its adapters: {', '.join(self.adapters) or 'none'}.",
                param="vestibule.route.adapters",
            )
        request = replace(bounded(_open_ended(request)), response_format=bounded_format(request.response_format))
        body = self._protocol.encode(request, model)
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
        instance = self._current()
        async with instance.turn() as supervisor:
            for again in (True, False):
                socket = await supervisor.ready()
                said = False
                try:
                    async with aclosing(chunks(self._transport.stream(cleared, socket, PATH), self.id)) as answer:
                        async for chunk in answer:
                            if chunk.finish_reason:
                                supervisor.answered()
                            said = True
                            yield chunk
                    return
                except UpstreamRefused as refusal:
                    if quotes_the_request(refusal):
                        await supervisor.empty_log()
                    raise refused(self.id, refusal, instance.model.serving.context) from None
                except UpstreamFailed as failure:
                    if said or not again or not await supervisor.lost(socket):
                        raise self._broke_off(failure) from None

    def _broke_off(self, failure: UpstreamFailed) -> UpstreamFailed:
        message = f"The model {self.id} broke off before its answer was whole."
        fault = failure.fault if failure.fault in ("silent", "malformed") else "cut"
        return UpstreamFailed(message, next_step="Ask again.", fault=fault)

    def _made(self, model: ModelFile) -> Instance:
        return Instance(self.id, model, self._log, self._memory, self._room, self._patience)

    def _current(self) -> Instance:
        if self._instance is None:
            raise self._refusal()
        return self._instance

    async def _bring_up(self, new: Instance) -> None:
        if not await new.start():
            limit = spell(self._memory.limit_bytes)
            loaded = " + ".join(f"{spell(each.size_bytes)} of {each.name}" for each in self._memory.loaded)
            raise TooLarge(
                f"{self.id} with {new.model.serving.slots} slots takes {spell(new.size_bytes)}, beside {loaded}, while "
                f"its old slots finish: more than the budget of {limit}.",
                next_step="Use fewer slots, or raise `local.memory_gib` where the machine has more.",
            )
        await new.ready()

    async def _retire(self, old: Instance) -> None:
        """Whoever is being answered is answered; then the child ends."""
        await old.queue.idle()
        await old.close()
        self._retiring.pop(old, None)


def _resized(model: ModelFile, slots: int) -> ModelFile:
    return replace(model, serving=replace(model.serving, slots=slots))


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
