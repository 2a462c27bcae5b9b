"""One generation for identical requests: who hears what, who leads when the first has failed, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
import pytest

from tests.routing.admission.serving import turns
from vestibule.core.answer import Delta, Event, Opened
from vestibule.core.errors import UpstreamFailed
from vestibule.routing.admission import Sharing
from vestibule.routing.admission.sharing import AHEAD
from vestibule.telemetry.metrics import Metrics


class Generations:
    """Makes answers word by word, each when it is told to, and writes down how they began and ended."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.sharing = Sharing(self.metrics)
        self.begun = 0
        self.ended: list[str] = []
        self.words: asyncio.Queue[str | Exception] = asyncio.Queue()

    async def answer(self) -> AsyncGenerator[Event, None]:
        self.begun += 1
        number = self.begun
        try:
            opened = False
            while (word := await self.words.get()) != ".":
                if isinstance(word, Exception):
                    raise word
                if not opened:
                    yield Opened(f"leader-{number}", number, "m")
                    opened = True
                yield Delta(word)
            self.ended.append("whole")
        except UpstreamFailed:
            self.ended.append("failed")
            raise
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise

    async def say(self, *words: str | Exception) -> None:
        for word in words:
            self.words.put_nowait(word)
            await turns(8)

    @property
    def shared(self) -> float:
        lines = self.metrics.exposition().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("vestibule_shared_total "))


class Listener:
    """A request for `key` under its own id; `text` is what its client has read."""

    def __init__(self, generations: Generations, name: str, key: str = "same") -> None:
        self.name = name
        self.text = ""
        self.id = ""
        self.stuck = asyncio.Event()
        self.stuck.set()
        self._events = generations.sharing.join(key, generations.answer, self._own)
        self.task = asyncio.create_task(self._listen())

    def _own(self, event: Event) -> Event:
        return msgspec.structs.replace(event, id=self.name) if isinstance(event, Opened) else event

    async def _listen(self) -> str:
        async with aclosing(self._events) as events:
            async for event in events:
                if isinstance(event, Opened):
                    self.id = event.id
                elif isinstance(event, Delta):
                    self.text += event.text
                await self.stuck.wait()
        return self.text

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


@pytest.fixture
async def made() -> Generations:
    return Generations()


async def test_a_late_one_hears_all_from_the_beginning_under_its_own_id(made: Generations) -> None:
    first = Listener(made, "first")
    await made.say("one ", "two ")
    second = Listener(made, "second")
    await turns()
    assert second.text == "one two "
    await made.say("three", ".")
    assert [await first.task, await second.task] == ["one two three"] * 2
    assert (made.begun, made.ended, made.shared) == (1, ["whole"], 1)
    assert (first.id, second.id) == ("leader-1", "second")


async def test_other_keys_and_later_requests_have_generations_of_their_own(made: Generations) -> None:
    first, other = Listener(made, "first"), Listener(made, "other", key="other")
    await made.say("a", "b", ".", ".")
    await asyncio.gather(first.task, other.task)
    again = Listener(made, "again")
    await made.say("c", ".")
    assert await again.task == "c"
    assert (made.begun, made.shared) == (3, 0)


async def test_a_slow_listener_holds_up_nobody(made: Generations) -> None:
    first, slow = Listener(made, "first"), Listener(made, "slow")
    slow.stuck.clear()
    await made.say("one ", "two ", "three", ".")
    assert await first.task == "one two three"
    assert slow.text == ""
    slow.stuck.set()
    assert await slow.task == "one two three"


async def test_it_runs_ahead_of_its_listeners_but_not_without_end(made: Generations) -> None:
    first, second = Listener(made, "first"), Listener(made, "second")
    first.stuck.clear()
    second.stuck.clear()
    words = AHEAD + 100
    for _ in range(words):
        made.words.put_nowait("word ")
    await turns(5 * words)
    assert 0 < made.words.qsize() <= 100
    await first.leave()
    second.stuck.set()
    await made.say(".")
    assert await second.task == "word " * words


async def test_a_listener_that_leaves_ends_nothing(made: Generations) -> None:
    first, second = Listener(made, "first"), Listener(made, "second")
    await made.say("one ")
    await second.leave()
    await made.say("two", ".")
    assert await first.task == "one two"
    assert made.ended == ["whole"]


async def test_the_leader_that_leaves_ends_nothing_while_another_listens(made: Generations) -> None:
    first = Listener(made, "first")
    await made.say("one ")
    second = Listener(made, "second")
    await turns()
    await first.leave()
    third = Listener(made, "third")
    await made.say("two", ".")
    assert [await second.task, await third.task] == ["one two"] * 2
    assert made.begun == 1


async def test_when_nobody_listens_any_more_it_has_ended_before_the_last_is_gone(made: Generations) -> None:
    first, second = Listener(made, "first"), Listener(made, "second")
    await made.say("one ")
    await first.leave()
    assert made.ended == []
    await second.leave()
    assert made.ended == ["cancelled"]
    third = Listener(made, "third")
    await made.say("anew", ".")
    assert await third.task == "anew"


async def test_one_that_leaves_before_its_generation_began_leaves_nothing_behind(made: Generations) -> None:
    events = made.sharing.join("same", made.answer, lambda event: event)
    asking = asyncio.ensure_future(anext(events))
    await turns(1)
    asking.cancel()
    await asyncio.wait({asking})
    await events.aclose()
    assert (made.begun, made.ended) in ((0, []), (1, ["cancelled"]))
    second = Listener(made, "second")
    await made.say("one", ".")
    assert await second.task == "one"


async def test_where_the_leader_fails_before_a_word_one_of_the_others_leads(made: Generations) -> None:
    listeners = [Listener(made, str(number)) for number in range(6)]
    await made.say(UpstreamFailed("gone"))
    assert made.begun == 2
    await made.say("one", ".")
    results = await asyncio.gather(*(listener.task for listener in listeners), return_exceptions=True)
    assert isinstance(results[0], UpstreamFailed)
    assert results[1:] == ["one"] * 5
    assert (made.begun, made.shared) == (2, 4)


async def test_where_the_second_fails_too_all_fail_and_nothing_is_asked_in_a_row(made: Generations) -> None:
    listeners = [Listener(made, str(number)) for number in range(6)]
    await made.say(UpstreamFailed("gone"), UpstreamFailed("gone again"))
    results = await asyncio.gather(*(listener.task for listener in listeners), return_exceptions=True)
    assert [str(result) for result in results] == ["gone"] + ["gone again"] * 5
    assert made.begun == 2


async def test_after_the_first_word_all_fail_as_the_leader_does(made: Generations) -> None:
    listeners = [Listener(made, str(number)) for number in range(3)]
    await made.say("half ", UpstreamFailed("cut"))
    results = await asyncio.gather(*(listener.task for listener in listeners), return_exceptions=True)
    assert [str(result) for result in results] == ["cut"] * 3
    assert [listener.text for listener in listeners] == ["half "] * 3
    assert made.begun == 1


async def test_a_mistake_of_ours_reaches_all_and_is_not_tried_again(made: Generations) -> None:
    listeners = [Listener(made, str(number)) for number in range(3)]
    await made.say(ZeroDivisionError())
    results = await asyncio.gather(*(listener.task for listener in listeners), return_exceptions=True)
    assert [type(result) for result in results] == [ZeroDivisionError] * 3
    assert made.begun == 1
