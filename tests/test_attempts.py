"""What becomes of a request when models fail, through the whole house and over real sockets: one whole answer, each
part of it once, or a clear error; who was asked, and what they saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from tests.egress.servers.faults import Fault
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Asked, Reply, Speech
from tests.test_pipeline import MANUAL
from tests.test_pipeline import QUESTION as PUMP
from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options, RouteOptions, Sampling
from vestibule.core.errors import DeadlineExceeded, InvalidRequest, RateLimited, UpstreamFailed
from vestibule.core.generation import Patience
from vestibule.core.settings import BreakerSettings, ResilienceSettings, Settings
from vestibule.fleet import TINY_MODEL
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.catalogue import Model

KNOWN = (
    "The chiller starts at seven. Its valve opens slowly, and the pump follows. At night the plant rests, unless the "
    "hall is warm! Größe und Ort stehen im Plan; the rest is as it was. Nobody has to stay."
)
QUESTION = "When does the chiller start?"
QUICK = Patience(first_token_s=2.0, between_tokens_s=2.0, total_s=60)
SETTINGS = ResilienceSettings(home=QUICK, cloud=QUICK, breaker=BreakerSettings(rest_s=0.2, longest_rest_s=0.4))


class Chat(OpenAIChat):
    """A server in the house asks for no key."""

    def key(self, headers: Mapping[str, str], target: str) -> str:
        return "none"


@dataclass
class Says(Speech):
    """Always `text`, or where it `continues` what comes after the last turn of the assistant."""

    text: str = KNOWN
    continues: bool = False

    def _reply(self, asked: Asked) -> Reply:
        begun = asked.prefill if self.continues and self.text.startswith(asked.prefill) else ""
        words = self.text[len(begun) :].split(" ")
        most = asked.most_words or len(words)
        return Reply(" ".join(words[:most]), truncated=most < len(words))


@dataclass
class Site:
    house: House
    issued: IssuedKey
    servers: Mapping[str, RecordingServer] = field(default_factory=dict)

    def model(self, name: str) -> Model:
        (model,) = self.house.catalogue.select(name)
        return model

    def events(self, request: ChatRequest) -> AsyncIterator[Event]:
        return self.house.pipeline.run(Credential(self.issued.token), request)

    async def ask(self, model: str = "auto", **more: object) -> Completed:
        return await self.complete(asked(model, **more))  # type: ignore[arg-type]  # of its arguments

    async def complete(self, request: ChatRequest) -> Completed:
        told = [event async for event in self.events(request)]
        last = told[-1]
        assert isinstance(last, Completed)
        assert last.text == "".join(e.text for e in told if isinstance(e, Delta))
        return last


def asked(model: str = "auto", *, deadline_s: float | None = None, stream: bool = True, **more: object) -> ChatRequest:
    options = Options(cache="bypass", knowledge=False, route=RouteOptions(deadline_s=deadline_s))
    return ChatRequest(model, (Message("user", QUESTION),), stream, options=options, **more)  # type: ignore[arg-type]  # of its fields


@asynccontextmanager
async def site(home: Path, *, settings: ResilienceSettings = SETTINGS, **speeches: Says) -> AsyncIterator[Site]:
    """A house whose models are recording servers at home, in this order."""
    async with AsyncExitStack() as stack:
        servers = {name: stack.enter_context(RecordingServer(Chat(), None, said)) for name, said in speeches.items()}
        opened = await stack.enter_async_context(
            open_house(Settings(home=home, resilience=settings), open_to_loopback=False)
        )
        transport = HomeTransport()
        models = [
            Model(name, name, OpenAIProvider(name, s.base_url, transport, continues=speeches[name].continues), "home")
            for name, s in servers.items()
        ]
        opened.catalogue.become(models)
        issued = await opened.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
        yield Site(opened, issued, servers)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 it happens in another thread, or with time
            await asyncio.sleep(0.01)


def attempts(answer: Completed) -> list[tuple[str, str]]:
    return [(attempt.model, attempt.outcome) for attempt in answer.report.route.attempts]


def conversations(server: RecordingServer) -> int:
    return sum("chat" in request.target for request in server.requests)


BEFORE_THE_FIRST_WORD: Mapping[str, tuple[list[Fault], list[tuple[str, str]]]] = {
    "429 with Retry-After": ([Fault("rate_limited")], [("first", "rate_limited"), ("first", "answered")]),
    "429 without": ([Fault("rate_limited", retry_after_s=None)], [("first", "rate_limited"), ("first", "answered")]),
    "429 with a long Retry-After": (
        [Fault("rate_limited", retry_after_s=60)],
        [("first", "rate_limited"), ("second", "answered")],
    ),
    "one 500": ([Fault("error")], [("first", "failed"), ("first", "answered")]),
    "two 500": ([Fault("error")] * 2, [("first", "failed"), ("first", "failed"), ("second", "answered")]),
    "503": ([Fault("unavailable")] * 3, [*[("first", "overloaded")] * 3, ("second", "answered")]),
    "reset before headers": ([Fault("reset")], [("first", "cut"), ("first", "answered")]),
    "cut before a sentence is whole": ([Fault("cut", after=2)], [("first", "cut"), ("first", "answered")]),
    "silent": ([Fault("silent")], [("first", "silent"), ("second", "answered")]),
    "slow": ([Fault("slow", wait_s=30)], [("first", "silent"), ("second", "answered")]),
    "malformed": ([Fault("malformed", after=0)], [("first", "malformed"), ("second", "answered")]),
    "context too long": ([Fault("context_length")], [("first", "invalid_request"), ("second", "answered")]),
    "filtered": ([Fault("content_filter")], [("first", "invalid_request"), ("second", "answered")]),
}


@pytest.mark.parametrize("name", list(BEFORE_THE_FIRST_WORD))
async def test_faults_before_the_first_word(storage_home: Path, name: str) -> None:
    faults, wanted = BEFORE_THE_FIRST_WORD[name]
    async with site(storage_home, first=Says(), second=Says(text="The second answers instead.")) as house:
        house.servers["first"].faults.extend(faults)
        answer = await house.ask()
        assert attempts(answer) == wanted
        assert answer.model == answer.report.route.model == wanted[-1][0]
        assert answer.text == (KNOWN if wanted[-1][0] == "first" else "The second answers instead.")
        assert conversations(house.servers["first"]) == sum(model == "first" for model, _ in wanted)
        counted = house.house.metrics.exposition().decode()
        assert f'vestibule_attempts_total{{model="first",outcome="{wanted[0][1]}"}}' in counted
        *failed, answered = answer.report.route.attempts
        assert all(attempt.completion_tokens is None for attempt in failed)
        assert answered.completion_tokens == answer.usage.completion_tokens > 0


async def test_broken_off_and_told_again_by_the_only_one(storage_home: Path) -> None:
    """Wherever the stream is cut, the text comes once and whole."""
    async with site(storage_home, only=Says()) as house:
        server = house.servers["only"]
        for after in range(1, 45, 5):
            server.faults.append(Fault("cut", after=after))
            answer = await house.ask("only")
            assert (answer.text, answer.finish_reason) == (KNOWN, "stop")
            assert attempts(answer) == [("only", "cut"), ("only", "answered")]


@pytest.mark.parametrize("kind", ["cut", "stall", "malformed", "error_inside"])
async def test_broken_off_and_gone_on_with_by_another(storage_home: Path, kind: str) -> None:
    async with site(storage_home, first=Says(), second=Says(continues=True)) as house:
        house.servers["first"].faults.append(Fault(kind, after=20))  # type: ignore[arg-type]  # one of its kinds
        answer = await house.ask(sampling=Sampling(max_tokens=500))
        assert (answer.text, answer.model) == (KNOWN, "second")
        assert attempts(answer)[1:] == [("second", "answered")]
        (request,) = house.servers["second"].requests
        body = json.loads(request.body)
        begun = body["messages"][-1]
        assert begun["role"] == "assistant"
        assert KNOWN.startswith(begun["content"])
        assert body["max_tokens"] < 500
        assert 0 < answer.usage.completion_tokens < (await house.ask("second")).usage.completion_tokens


async def test_broken_off_twice(storage_home: Path) -> None:
    async with site(storage_home, first=Says(), second=Says(continues=True), third=Says(continues=True)) as house:
        house.servers["first"].faults.append(Fault("cut", after=12))
        house.servers["second"].faults.append(Fault("cut", after=12))
        answer = await house.ask()
        assert answer.text == KNOWN
        assert attempts(answer) == [("first", "cut"), ("second", "cut"), ("third", "answered")]


async def test_one_that_takes_no_beginning_is_asked_from_the_start(storage_home: Path) -> None:
    async with site(storage_home, first=Says(), second=Says(continues=True)) as house:
        house.servers["first"].faults.append(Fault("stall", after=20))
        house.servers["second"].faults.append(Fault("prefill_rejected"))
        answer = await house.ask()
        assert (answer.text, answer.model) == (KNOWN, "second")
        (_, first), (_, second), (_, third) = attempts(answer)
        assert (first, third) == ("silent", "answered")
        assert second in ("refused", "invalid_request")


async def told_until_it_fails(house: Site, model: str = "auto") -> tuple[list[Event], UpstreamFailed]:
    told: list[Event] = []
    try:
        async for event in house.events(asked(model)):
            told.append(event)
    except UpstreamFailed as error:
        return told, error
    raise AssertionError("it did not fail")


async def test_another_answer_is_not_glued_to_the_first(storage_home: Path) -> None:
    async with site(storage_home, first=Says(), second=Says(text=KNOWN.replace("seven", "eight"))) as house:
        house.servers["first"].faults.extend([Fault("cut", after=20)] * 2)
        told, error = await told_until_it_fails(house)
        assert isinstance(told[0], Opened)
        text = "".join(event.text for event in told if isinstance(event, Delta))
        assert text
        assert KNOWN.startswith(text)
        assert not any(isinstance(event, Completed) for event in told)
        assert "first: cut; first: cut; second: differs" in error.message
        assert "not the whole answer" in error.next_step


@pytest.mark.parametrize("kind", ["cut", "malformed", "stall"])
async def test_who_does_not_stream_has_seen_nothing_of_what_broke_off(storage_home: Path, kind: str) -> None:
    async with site(storage_home, first=Says(), second=Says(text="The second answers instead.")) as house:
        house.servers["first"].faults.extend([Fault(kind, after=20)] * 2)  # type: ignore[arg-type]  # one of its kinds
        answer = await house.ask(stream=False)
        assert (answer.text, answer.model) == ("The second answers instead.", "second")
        house.servers["first"].faults.clear()
        house.servers["first"].faults.append(Fault("cut", after=20))
        house.servers["second"].speech = Says(continues=True)
        provider = house.model("second").provider
        assert isinstance(provider, OpenAIProvider)
        provider.continues = True
        answer = await house.ask(stream=False)
        assert (answer.text, answer.model) == (KNOWN, "second")
        assert attempts(answer) == [("first", "cut"), ("second", "answered")]


async def test_one_that_begins_again_where_it_should_go_on_is_compared(storage_home: Path) -> None:
    """It says that it continues, and its template does not."""
    async with site(storage_home, first=Says(), second=Says()) as house:
        provider = house.model("second").provider
        assert isinstance(provider, OpenAIProvider)
        provider.continues = True
        house.servers["first"].faults.append(Fault("stall", after=20))
        answer = await house.ask()
        assert (answer.text, answer.model) == (KNOWN, "second")
        assert attempts(answer) == [("first", "silent"), ("second", "differs"), ("second", "answered")]


async def test_a_shorter_answer_is_no_repetition(storage_home: Path) -> None:
    async with site(storage_home, first=Says(), second=Says(text="The chiller starts at seven.")) as house:
        house.servers["first"].faults.append(Fault("stall", after=30))
        _, error = await told_until_it_fails(house)
        assert "first: silent; second: differs" in error.message


async def test_a_limit_is_an_end_and_no_cut(storage_home: Path) -> None:
    async with site(storage_home, only=Says()) as house:
        answer = await house.ask("only", sampling=Sampling(max_tokens=3))
        assert (answer.text, answer.finish_reason) == ("The chiller starts", "length")
        assert attempts(answer) == [("only", "answered")]


async def test_llama_cpp_goes_on_where_another_broke_off(storage_home: Path, tmp_path: Path) -> None:
    """The real engine with our own model: at temperature 0 it says the rest of what it would have said itself, and the
    citation of the part it was shown is one of the answer's."""
    tiny = LlamaCppProvider("tiny", TINY_MODEL, tmp_path)
    await tiny.start()
    try:
        async with site(storage_home, settings=ResilienceSettings(), first=Says()) as house:
            models = [*house.house.catalogue, Model("tiny", "tiny", tiny, "home")]
            house.house.catalogue.become(models)
            await house.house.knowledge.accept(house.issued.key.tenant, "pump.md", MANUAL)
            await house.house.knowledge.work(building_names=house.house.buildings.names)
            alone = await house.complete(about_the_pump("tiny"))
            released = alone.text.partition("\n")[0] + "\n"
            assert len(released) < len(alone.text)
            assert "[1]" in released
            server = house.servers["first"]
            server.speech = Says(text=alone.text + " Nobody hears this.")
            server.pace_s = 0.005  # what is not read when a connection is reset is lost
            server.faults.append(Fault("cut", after=len(alone.text) // 5 + 1))
            answer = await house.complete(about_the_pump("auto"))
            assert (answer.text, answer.model) == (alone.text, "tiny")
            assert attempts(answer) == [("first", "cut"), ("tiny", "answered")]
            assert answer.usage.completion_tokens < alone.usage.completion_tokens
            assert answer.report.citations == alone.report.citations != ()
            assert answer.report.quality == alone.report.quality
    finally:
        await tiny.close()


def about_the_pump(model: str) -> ChatRequest:
    """The answer has two lines: what the manual says, and that there are no meters."""
    greedy = Sampling(temperature=0.0, max_tokens=200)
    asked = (Message("user", f"{PUMP[:-1]}, and how much gas was used?"),)
    return ChatRequest(model, asked, stream=True, options=Options(cache="bypass"), sampling=greedy)


async def test_too_many_requests_everywhere(storage_home: Path) -> None:
    async with site(storage_home, first=Says(), second=Says()) as house:
        house.servers["first"].broken = Fault("rate_limited", retry_after_s=60)
        house.servers["second"].broken = Fault("rate_limited", retry_after_s=30)
        with pytest.raises(RateLimited) as raised:
            await house.ask()
        assert 29 < raised.value.retry_after_s <= 30
        # who was asked to leave them alone does so: a named model is not sent anything either
        with pytest.raises(RateLimited, match="as it asked"):
            await house.ask("first")
        assert conversations(house.servers["first"]) == 1


async def test_the_reason_of_a_refusal_is_shown_and_never_asked_twice(storage_home: Path) -> None:
    async with site(storage_home, only=Says()) as house:
        house.servers["only"].broken = Fault("context_length")
        with pytest.raises(InvalidRequest):
            await house.ask("only")
        assert conversations(house.servers["only"]) == 1


async def test_the_callers_time_is_for_all_attempts_together(storage_home: Path) -> None:
    patient = ResilienceSettings(home=Patience(first_token_s=60, between_tokens_s=60, total_s=60))
    async with site(storage_home, settings=patient, first=Says(), second=Says()) as house:
        house.servers["first"].broken = Fault("silent")
        with pytest.raises(DeadlineExceeded):
            await house.ask("first", deadline_s=0.5)
        assert (await house.ask(deadline_s=5.0)).model == "second"  # the first gets half of it
        house.servers["first"].broken = Fault("stall", after=20)
        with pytest.raises(DeadlineExceeded):
            await house.ask("first", deadline_s=0.5)
        assert house.house.pipeline.attempts.health.states() == {}


async def test_a_flapping_model_is_left_alone_probed_and_taken_back(storage_home: Path) -> None:
    async with site(storage_home, first=Says(), second=Says()) as house:
        first = house.servers["first"]
        first.broken = Fault("malformed", after=0)
        health = house.house.pipeline.attempts.health
        for _ in range(SETTINGS.breaker.failures):
            assert (await house.ask()).model == "second"
        before = conversations(first)
        assert health.states()["first"].startswith("resting")
        assert (await house.house.readiness())["routes"].reason.startswith("first: resting")
        assert attempts(await house.ask()) == [("second", "answered")]
        assert conversations(first) == before
        first.broken = None
        await until(lambda: not health.resting(house.model("first")))
        assert attempts(await house.ask()) == [("first", "answered")]
        assert health.states() == {}


@pytest.mark.parametrize("kind", ["silent", "stall"])
async def test_a_client_that_leaves_is_gone_at_the_provider_and_no_fault_of_the_model(
    storage_home: Path, kind: str
) -> None:
    patient = ResilienceSettings(home=Patience(first_token_s=60, between_tokens_s=60, total_s=60))
    async with site(storage_home, settings=patient, only=Says()) as house:
        server = house.servers["only"]
        server.broken = Fault(kind, after=20)  # type: ignore[arg-type]  # one of its kinds
        health = house.house.pipeline.attempts.health
        for sent in range(1, SETTINGS.breaker.failures + 2):
            task = asyncio.create_task(house.ask("only"))
            await until(lambda sent=sent: len(server.requests) == sent)  # type: ignore[misc]  # a number
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await until(lambda: all(given.left_at is not None for given in server.given))
        assert health.states() == {}


async def test_an_answer_that_is_not_waited_for_is_let_go(storage_home: Path) -> None:
    async with site(storage_home, only=Says()) as house:
        house.servers["only"].pace_s = 0.05
        async with aclosing(house.events(asked("only"))) as events:  # type: ignore[type-var]  # a generator
            assert isinstance(await anext(events), Opened)
        (given,) = house.servers["only"].given
        await until(lambda: given.left_at is not None)
        assert house.house.pipeline.attempts.health.states() == {}


async def test_a_model_is_waited_for_as_long_as_it_says_itself(storage_home: Path) -> None:
    """Whatever others are given."""
    async with site(storage_home, hasty=Says(), patient=Says()) as house:
        for server in house.servers.values():
            server.broken = Fault("slow", wait_s=0.6)
        soon = Patience(first_token_s=0.1, between_tokens_s=2.0, total_s=60)
        models = [replace(house.model("hasty"), patience=soon), house.model("patient")]
        house.house.catalogue.become(models)
        with pytest.raises(UpstreamFailed, match=r"hasty said nothing for 0\.1 s"):
            await house.ask("hasty")
        assert attempts(await house.ask("patient")) == [("patient", "answered")]
