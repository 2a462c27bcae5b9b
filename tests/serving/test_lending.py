"""One process runs a model, others ask it: a real llama.cpp with a random model, lent over a real socket."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.llamacpp.storm import ask
from vestibule.core.errors import DeadlineExceeded, NotFound, QueueFull, Unavailable, UpstreamFailed
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.supervisor import Status
from vestibule.providers.memory.footprint import Serving
from vestibule.routing.admission import Admission, Load
from vestibule.routing.catalogue import Model
from vestibule.serving.borrowing import Borrower
from vestibule.serving.lending import Lender
from vestibule.serving.messages import Lent, Refused, Use
from vestibule.telemetry.metrics import Metrics


@dataclass
class Owner:
    """The process that runs the model."""

    provider: LlamaCppProvider
    admission: Admission
    lender: Lender
    path: Path
    added: Mapping[str, LlamaCppProvider]

    def served(self, name: str) -> Model | None:
        return Model(name, name, self.provider, "home") if name == self.provider.id else None


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[Owner]:
    model = write_random_model(tmp_path / "m.gguf")
    provider = LlamaCppProvider("random", model, tmp_path, serving=Serving(4096, 2))
    await provider.start()
    admission = Admission(Metrics(), room=1)
    running = Owner(provider, admission, None, tmp_path, {"random": provider})  # type: ignore[arg-type]  # next line
    running.lender = Lender(running, admission)
    try:
        async with running.lender.open() as running.path:
            yield running
    finally:
        await provider.close()


@pytest.fixture
async def borrowed(owner: Owner, tmp_path: Path) -> AsyncIterator[LlamaCppProvider]:
    """The model as another process has it."""
    borrower = Borrower(str(owner.path))
    provider = LlamaCppProvider(
        "random", tmp_path / "m.gguf", tmp_path, serving=Serving(4096, 1), made=borrower.instance
    )
    await provider.start()
    await provider.ready()
    borrower.models = owner.lender.models()
    yield provider
    await provider.close()


def model_of(provider: LlamaCppProvider) -> Model:
    return Model("random", "random", provider, "home")


async def until_free(owner: Owner) -> None:
    async with asyncio.timeout(10):
        while owner.provider.busy or owner.admission.load(model_of(owner.provider)).wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_another_process_runs_answers_as_if_it_were_run_here(
    owner: Owner, borrowed: LlamaCppProvider
) -> None:
    chunks = await ask(borrowed, "hello", 20)
    assert chunks[-1].finish_reason == "length"
    assert borrowed.status == owner.provider.status
    assert borrowed.status.state == "ready"
    assert (borrowed.capacity, borrowed.asleep) == (2, False)
    await until_free(owner)
    await borrowed.close()
    assert owner.provider.status.state == "ready"


async def test_a_child_that_dies_is_waited_for(owner: Owner, borrowed: LlamaCppProvider) -> None:
    assert owner.provider.status.pid
    os.kill(owner.provider.status.pid, signal.SIGKILL)
    assert (await ask(borrowed, "hello", 5))[-1].finish_reason == "length"
    assert owner.provider.status.restarts == 1


async def test_turns_of_all_processes_are_counted_together(owner: Owner, borrowed: LlamaCppProvider) -> None:
    """Two slots and room for one who waits: whoever asks, and whichever process for."""
    first, second = (Borrower(str(owner.path)).admission(Metrics(), 1) for _ in range(2))
    model = model_of(borrowed)
    leave = asyncio.Event()

    async def hold(admission: Admission, held: asyncio.Event) -> None:
        async with admission.turn(model, "t"):
            held.set()
            await leave.wait()

    taken = [asyncio.Event() for _ in range(3)]
    holding = [asyncio.create_task(hold(a, held)) for a, held in zip((first, second, first), taken, strict=True)]
    await taken[0].wait()
    await taken[1].wait()
    while owner.admission.load(model).waiting < 1:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    with pytest.raises(QueueFull) as full:
        async with second.turn(model, "t"):
            pass
    assert full.value.retry_after_s
    assert owner.lender.models()["random"].waiting == 1
    assert not taken[2].is_set()
    leave.set()
    await asyncio.gather(*holding)
    await until_free(owner)


HOLDING = """
import asyncio, sys
from vestibule.serving.borrowing import Borrower
from vestibule.serving.messages import Turn

async def main():
    async with Borrower(sys.argv[1]).asking(Turn("random", 2, "t", None, "interactive")):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_who_is_killed_gives_back_its_turn(owner: Owner) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDING, str(owner.path), stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert await holder.stdout.readline() == b"held\n"
    assert owner.admission.load(model_of(owner.provider)) == Load(1, 0)
    holder.kill()
    await holder.wait()
    await until_free(owner)


async def test_a_deadline_holds_in_the_queue_of_another_process(owner: Owner, borrowed: LlamaCppProvider) -> None:
    admission = Borrower(str(owner.path)).admission(Metrics(), 1)
    model = model_of(borrowed)
    async with admission.turn(model, "t"), admission.turn(model, "t"):
        with pytest.raises(DeadlineExceeded):
            async with admission.turn(model, "t", time.monotonic() + 0.05):
                pass
    await until_free(owner)


async def test_a_server_that_is_not_ours_has_as_many_turns_as_it_is_said_to_have(owner: Owner) -> None:
    class Elsewhere(LlamaCppProvider):
        capacity = 1  # as an Ollama has it

    elsewhere = Model("llama3", "llama3", Elsewhere("llama3", owner.path, owner.path), "home")
    one, other = (Borrower(str(owner.path)).admission(Metrics(), 1) for _ in range(2))
    async with one.turn(elsewhere, "t"):
        with pytest.raises(DeadlineExceeded):
            async with other.turn(elsewhere, "t", time.monotonic() + 0.05):
                pass


async def test_a_model_that_was_removed_is_not_there(owner: Owner) -> None:
    with pytest.raises(NotFound, match="was removed"):
        async with Borrower(str(owner.path)).asking(Use("gone")):
            pass


async def test_without_the_owner_there_is_no_model(owner: Owner, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is gone"):
        async with Borrower(str(tmp_path / "nowhere.sock")).asking(Use("random")):
            pass


async def test_an_instance_knows_what_it_was_told(tmp_path: Path) -> None:
    borrower = Borrower("/nowhere")
    provider = LlamaCppProvider("random", write_random_model(tmp_path / "m.gguf"), tmp_path, made=borrower.instance)
    await provider.start()
    assert (provider.status.state, provider.asleep, provider.capacity) == ("loading", False, 2)
    borrower.models = {"random": Lent(Status("stopped"), 5, True)}
    assert (provider.status.state, provider.asleep, provider.capacity) == ("stopped", True, 5)
    assert borrower.admission(Metrics(), 1).load(model_of(provider)) == Load(0, 0)


def test_an_error_is_the_same_on_the_other_side() -> None:
    errors = [
        QueueFull("full", next_step="wait", retry_after_s=2.0),
        UpstreamFailed("broken", next_step="ask another", retry_after_s=3.0),
        DeadlineExceeded("late", next_step="earlier"),
        NotFound("gone", next_step="look"),
    ]
    for error in errors:
        again = Refused.of(error).error
        assert (type(again), str(again)) == (type(error), str(error))
        assert getattr(again, "retry_after_s", None) == getattr(error, "retry_after_s", None)
