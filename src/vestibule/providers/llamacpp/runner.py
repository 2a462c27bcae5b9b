"""A GGUF file that is run: examined, started, ended; with more or fewer slots, and in more than one child.

What it is run for, answers or vectors, is its subclasses' business. Who waits is decided by each instance, who lives by
its supervisor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from vestibule.core.errors import NoCandidate, TooLarge, VestibuleError
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.llamacpp.instance import Child, Instance, Made, not_running
from vestibule.providers.llamacpp.model_file import CONTEXT, Adapter, ModelFile, examine, require_budget
from vestibule.providers.llamacpp.supervisor import Patience, Status
from vestibule.providers.memory.budget import MemoryBudget
from vestibule.providers.memory.footprint import Serving, spell

AS_USUAL = Serving(CONTEXT, slots=2)
MOST_PATIENCE_S = 86_400.0
"""Of a connection: whoever asks has patience of its own, and a child that hangs is killed by its supervisor."""


class Runner:
    """`serving` says how it is run; `room` how many requests may wait while all slots are taken. Logs go to `logs`, a
    folder. The model is in memory only as long as `memory` has room for it; who asks brings it back. `made` makes what
    it runs in."""

    embedding = False

    def __init__(
        self,
        name: str,
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
        self.name = name
        self._path = path
        self._adapters = adapters
        self._log = logs / f"llamacpp-{name}.log"
        self._serving = serving
        self._room = room
        self._memory = memory or MemoryBudget()
        self._patience = patience
        self._instance_of = made
        self._transport = HomeTransport(first_byte_s=MOST_PATIENCE_S, silence_s=MOST_PATIENCE_S)
        self._instance: Instance | None = None
        self._replicas: list[Instance] = []
        self._retiring: dict[Instance, asyncio.Task[None]] = {}
        self._changing = asyncio.Lock()
        self._refusal: Callable[[], VestibuleError] = partial(not_running, name)
        self.trouble = ""  # why the file cannot be run

    async def start(self) -> None:
        """Examine the file and, if there is room in memory, begin to load it, without waiting for that: requests do.

        Raises `NotFound`, `InvalidRequest` or `TooLarge` where the file cannot be run. A second call tries anew after
        the supervisor has given up, and does nothing else.
        """
        if self._instance is None:
            try:
                model = await asyncio.to_thread(
                    examine, self._path, self._serving, self._adapters, embedding=self.embedding
                )
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
        await self._first().ready()

    async def close(self) -> None:
        """End every child. Requests under way fail; a second call does nothing."""
        self._refusal = partial(not_running, self.name)
        every = list(self._every())
        self._instance, self._replicas = None, []
        retiring, self._retiring = self._retiring, {}
        for task in retiring.values():
            task.cancel()
        await asyncio.gather(*retiring.values(), return_exceptions=True)
        await asyncio.gather(*(each.close() for each in every))

    def turn(self) -> AbstractAsyncContextManager[Child]:
        """Have it loaded, or loading, and one of its slots. Raises `QueueFull` and why it does not run."""
        return self._soonest().turn()

    @property
    def model(self) -> ModelFile | None:
        return self._instance.model if self._instance else None

    @property
    def capacity(self) -> int:
        """How many requests are answered at once, by all its children."""
        return sum(each.slots for each in self._awake()) or self._serving.slots

    @property
    def children(self) -> int:
        """How many children answer, or would if they were asked."""
        return len(list(self._awake()))

    @property
    def status(self) -> Status:
        """That of the first child, or of another that answers while it does not."""
        each = [child.status for child in self._awake()]
        return next((status for status in each if status.state == "ready"), each[0] if each else Status("stopped"))

    @property
    def asleep(self) -> bool:
        """Whether it is not in memory, but would be if it were asked."""
        return self._instance is not None and all(each.asleep for each in self._awake())

    @property
    def size_bytes(self) -> int:
        """What it takes in memory when it is loaded, with all its children; for the while that one takes over from
        another, with both."""
        return sum(each.size_bytes for each in self._every())

    @property
    def waiting(self) -> int:
        return sum(each.queue.waiting for each in self._every())

    @property
    def busy(self) -> bool:
        """Whether anybody is being answered or waits."""
        return any(each.queue.busy for each in self._every())

    async def more_slots(self, at_most: int) -> int:
        """How many more its child could have now: for a while both, the old and the new, must fit."""
        if self._instance is None or self._retiring:
            return 0
        free, model = await self._memory.free_bytes(), self._instance.model
        slots = model.serving.slots
        fits = (more for more in range(at_most, 0, -1) if _resized(model, slots + more).footprint.total <= free)
        return next(fits, 0)

    async def resize(self, slots: int) -> None:
        """Run with so many slots from now on: a second child loads and takes over, the first finishes its answers.

        Raises `TooLarge`, with the sum, where both together do not fit, and `UpstreamFailed` where the second does not
        come up: then the first goes on as before.
        """
        async with self._changing:
            old = self._first()
            if slots == old.model.serving.slots:
                return
            new = self._made(_resized(old.model, slots))
            require_budget(new.model, self._memory.limit_bytes)
            await self._beside(new, old)
            self._instance = new
            self._retire(old)

    async def has_room_for_another(self) -> bool:
        """Whether a child more fits beside all that is loaded now."""
        if self._instance is None or self._retiring:
            return False
        return self._instance.size_bytes <= await self._memory.free_bytes()

    async def replicate(self) -> None:
        """Run a child more, of the same file and as many slots. Raises as `resize` does, and nothing changes then."""
        async with self._changing:
            first = self._first()
            new = self._made(first.model, f".{len(self._replicas) + 2}")
            await self._beside(new, first)
            self._replicas.append(new)

    async def release(self) -> None:
        """Run a child less: it finishes its answers and ends. Those that made room for other models go as well."""
        async with self._changing:
            going = [each for each in self._replicas if each.asleep] or self._replicas[-1:]
            self._replicas = [each for each in self._replicas if each not in going]
            for each in going:
                self._retire(each)

    def _soonest(self) -> Instance:
        """Of those that are loaded the one with the fewest requests a slot; else the first."""
        first = self._first()
        ready = [each for each in self._awake() if each.status.state == "ready"]
        return min(ready or [first], key=lambda each: (each.queue.taken + each.queue.waiting) / each.slots)

    def _first(self) -> Instance:
        if self._instance is None:
            raise self._refusal()
        return self._instance

    def _awake(self) -> Iterator[Instance]:
        """The first, and of the others those that did not have to make room: they are not brought back."""
        if self._instance:
            yield self._instance
        yield from (each for each in self._replicas if not each.asleep)

    def _every(self) -> Iterator[Instance]:
        yield from ([self._instance] if self._instance else [])
        yield from self._replicas
        yield from self._retiring

    def _made(self, model: ModelFile, mark: str = "") -> Instance:
        log = self._log.with_suffix(f"{mark}.log")
        return self._instance_of(self.name, model, log, self._memory, self._room, self._patience)

    async def _beside(self, new: Instance, first: Instance) -> None:
        """Bring `new` up, unless the model is asleep; close it again where that fails."""
        try:
            if not first.asleep:
                await self._bring_up(new)
            if self._instance is not first:
                raise not_running(self.name)
        except BaseException:
            await new.close()
            raise

    async def _bring_up(self, new: Instance) -> None:
        if not await new.start():
            limit = spell(self._memory.limit_bytes)
            loaded = " + ".join(f"{spell(each.size_bytes)} of {each.name}" for each in self._memory.loaded)
            raise TooLarge(
                f"{self.name} with {new.model.serving.slots} slots takes {spell(new.size_bytes)}, beside {loaded}, "
                f"while its old slots finish: more than the budget of {limit}.",
                next_step="Use fewer slots, or raise `local.memory_gib` where the machine has more.",
            )
        await new.ready()

    def _retire(self, old: Instance) -> None:
        self._retiring[old] = asyncio.create_task(self._let_finish(old), name=f"retire {self.name}")

    async def _let_finish(self, old: Instance) -> None:
        """Whoever is being answered is answered; then the child ends."""
        await old.queue.idle()
        await old.close()
        self._retiring.pop(old, None)


def _resized(model: ModelFile, slots: int) -> ModelFile:
    return replace(model, serving=replace(model.serving, slots=slots))
