"""The router in the whole flow: models of ours at home and outside over real sockets, and a version of the rules."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.faults import Fault
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Asked, Reply, Speech
from vestibule.access.keys import IssuedKey
from vestibule.access.terms import Terms
from vestibule.app import House, open_house
from vestibule.core.answer import Completed, Event, Opened
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options, PrivacyOptions, RouteOptions, TaskKind
from vestibule.core.configuration import Configuration, Document, Routes
from vestibule.core.errors import NoCandidate
from vestibule.core.settings import (
    BreakerSettings,
    ModelSettings,
    Prices,
    ProviderSettings,
    ResilienceSettings,
    Settings,
)
from vestibule.routing.complexity import Expectation, Outcome, capability
from vestibule.routing.latency import Measured

POLICY = """
version: 1
cloud:
  - {name: to the test, allow: [public, internal]}
consent: {required: false, from_callers: true}
"""
HARD = "Prove that the schedule is optimal, step by step, and derive the conditions under which it stops being so."
FAST, LARGE, CLOUD = "llama3.2:3b", "qwen2.5:7b", "gpt-4o"


class Chat(OpenAIChat):
    """A server in the house asks for no key."""

    def key(self, headers: Mapping[str, str], target: str) -> str:
        return "none"


@dataclass
class Says(Speech):
    def _reply(self, asked: Asked) -> Reply:
        return Reply("The chiller starts at seven.")


@dataclass
class Site:
    house: House
    issued: IssuedKey
    servers: dict[str, RecordingServer]

    def rule(self, **routes: object) -> None:
        """Put a version in force that says so."""
        configurations = self.house.tuning.configurations
        version = Configuration(configurations.current.number + 1, Document(routes=Routes(**routes)))  # type: ignore[arg-type]  # of the fields' types
        configurations.become(configurations.prepare(version))

    def observe(self, model: str, first_token_s: float, finish_s: float) -> None:
        """As if it had answered so fast the last times."""
        for _ in range(30):
            self.house.pipeline.router.predictions.latencies.observe(model, Measured(first_token_s, finish_s, 20, 200))

    def learn(self, model: str, good: float) -> None:
        """As if its answers had been so good, whatever was asked."""
        for difficulty in (0.1, 0.3, 0.5, 0.7, 0.9) * 12:
            self.house.pipeline.router.predictions.quality.learn(Outcome(model, difficulty, good))

    def learn_that_home_is_bad(self) -> None:
        self.learn(CLOUD, 1.0)
        for model in (FAST, LARGE):
            self.learn(model, 0.0)

    async def ask(
        self,
        question: str = "When does it start?",
        model: str = "auto",
        *,
        task: TaskKind | None = None,
        deadline_s: float | None = None,
        level: str | None = "public",
        session: str = "",
    ) -> Completed:
        options = Options(
            cache="bypass",
            route=RouteOptions(deadline_s=deadline_s, task=task),
            privacy=PrivacyOptions(level=level),  # type: ignore[arg-type]  # of the literals
        )
        request = ChatRequest(model, (Message("user", question),), options=options, session=session)
        events = [e async for e in self.house.pipeline.run(Credential(self.issued.token), request)]
        last = events[-1]
        assert isinstance(last, Completed)
        return last

    def asked(self, name: str) -> int:
        return len(self.servers[name].requests)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, RecordingServer]]:
    (tmp_path / "certificates").mkdir()
    certificates = Certificates.make(tmp_path / "certificates")
    with ExitStack() as stack:
        running = {name: stack.enter_context(RecordingServer(Chat(), None, Says())) for name in (FAST, LARGE, "twin")}
        running[CLOUD] = stack.enter_context(RecordingServer(Chat(), certificates, Says()))
        yield running


@asynccontextmanager
async def site(home: Path, tmp_path: Path, servers: dict[str, RecordingServer], *twins: str) -> AsyncIterator[Site]:
    policy, key = tmp_path / "policy.yaml", tmp_path / "key"
    policy.write_text(POLICY)
    key.write_text("sk-" + "r" * 40)
    providers = [
        ProviderSettings(f"home-{n}", "openai", servers[name].base_url) for n, name in enumerate((FAST, LARGE, *twins))
    ]
    models = [ModelSettings(name, f"home-{n}", name) for n, name in enumerate((FAST, LARGE))]
    models += [ModelSettings(name, f"home-{n}", LARGE) for n, name in enumerate(twins, 2)]
    ca_file = tmp_path / "certificates" / "ca.pem"
    outside = ProviderSettings(
        "outside", "openai", servers[CLOUD].base_url, (f"file:{key}",), cloud=True, ca_file=ca_file
    )
    settings = Settings(
        home=home,
        policy=policy,
        providers=(*providers, outside),
        models=(*models, ModelSettings(CLOUD, "outside", CLOUD, prices=Prices(2.0, 8.0))),
        resilience=ResilienceSettings(breaker=BreakerSettings(failures=1, rest_s=600.0, longest_rest_s=600.0)),
    )
    async with open_house(settings, open_to_loopback=False) as house:
        # what is learnt is kept in the database, which other tests share
        house.pipeline.router.predictions.quality = Expectation(capability)
        issued = await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference", "admin"])
        yield Site(house, issued, servers)


Servers = dict[str, RecordingServer]


async def test_coordination_goes_to_the_fast_model_and_questions_to_the_preferred_one(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        for model in (FAST, LARGE):
            there.learn(model, 1.0)
        fast = await there.ask("Hand the check over to agent 3.", task="coordination")
        assert (fast.model, fast.report.route.task) == (FAST, "coordination")
        assert fast.report.route.reason == "home comes first; preferred for coordination"
        question = await there.ask("What is the setpoint?", task="lookup")
        assert (question.model, question.report.route.candidates) == (LARGE, 4)
        assert (there.asked(FAST), there.asked(LARGE), there.asked(CLOUD)) == (1, 1, 0)
        assert b'"max_tokens":256' in servers[FAST].requests[0].body.replace(b" ", b"").replace(
            b"max_completion_tokens", b"max_tokens"
        )


async def test_what_home_cannot_do_well_leaves_and_what_is_restricted_does_not(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        there.learn_that_home_is_bad()
        away = await there.ask(HARD, task="analysis")
        assert (away.model, away.report.route.location) == (CLOUD, "cloud")
        assert "0.60 is wanted, and cloud rule" in away.report.route.reason
        stays = await there.ask(HARD, task="analysis", level="restricted")
        assert (stays.report.route.location, there.asked(CLOUD)) == ("home", 1)


async def test_a_used_up_share_stays_home_unless_the_cloud_is_named(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        there.learn_that_home_is_bad()
        there.rule(cloud_share=0.1, window=20)
        answers = await asyncio.gather(*(there.ask(f"{HARD} {n}", task="analysis") for n in range(12)))
        places = Counter(answer.report.route.location for answer in answers)
        assert places == {"cloud": 1, "home": 11}
        assert there.asked(CLOUD) == 1
        named = await there.ask(HARD, CLOUD)
        assert named.report.route.reason == "named by the caller"
        assert there.asked(CLOUD) == 2


async def test_a_spent_budget_stays_home(storage_home: Path, tmp_path: Path, servers: Servers) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        there.learn_that_home_is_bad()
        there.rule(eur_per_day=0.5)
        first = await there.ask(HARD, task="analysis")
        assert first.report.route.location == "cloud"
        there.rule(eur_per_day=0.0)
        assert (await there.ask(HARD, task="analysis")).report.route.location == "home"
        assert there.asked(CLOUD) == 1


async def test_what_left_is_paid_for_though_who_asked_first_went_away(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    """Another listens to the same answer, which is still to be begun outside when the first one goes."""
    async with site(storage_home, tmp_path, servers) as there:
        there.rule(cloud_share=1.0, eur_per_day=1.0, fallbacks={FAST: (CLOUD,)})
        budget = there.house.pipeline.router.outside.budget
        servers[FAST].pace_s = 0.2
        servers[FAST].broken = Fault("cut")
        token, options = Credential(there.issued.token), Options(privacy=PrivacyOptions(level="public"))
        request = ChatRequest(FAST, (Message("user", HARD),), options=options, stream=True)

        async def listen() -> list[Event]:
            return [event async for event in there.house.pipeline.run(token, request)]

        first = asyncio.create_task(listen())
        while not there.asked(FAST):  # noqa: ASYNC110  a server on a thread tells nobody
            await asyncio.sleep(0.01)
        second = there.house.pipeline.run(token, request)
        opened = await anext(second)
        assert isinstance(opened, Opened)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert there.asked(CLOUD) == 0
        last = [event async for event in second][-1]
        assert isinstance(last, Completed)
        assert (last.model, last.report.cache.level) == (CLOUD, "shared")
        paid = (last.usage.prompt_tokens * 2.0 + last.usage.completion_tokens * 8.0) / 1e6
        assert budget.spent_eur == pytest.approx(paid)


async def test_a_deadline_that_home_cannot_meet_goes_elsewhere_if_the_class_allows(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        for model in (FAST, LARGE):
            there.learn(model, 1.0)
            there.observe(model, 20.0, 60.0)
        there.learn(CLOUD, 1.0)
        there.observe(CLOUD, 0.2, 1.0)
        away = await there.ask(task="lookup", deadline_s=15.0)
        assert (away.model, away.report.route.location) == (CLOUD, "cloud")
        assert "home would take about" in away.report.route.reason
        stays = await there.ask(task="lookup", deadline_s=15.0, level="restricted")
        assert stays.report.route.location == "home"


async def test_restricted_waits_at_home_even_when_home_is_overloaded(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        for name in (FAST, LARGE):
            servers[name].broken = Fault("slow", wait_s=0.3)
            there.observe(name, 20.0, 60.0)
        answers = await asyncio.gather(
            *(there.ask(f"{HARD} {n}", level="restricted", task="analysis", deadline_s=30.0) for n in range(10))
        )
        assert {answer.report.route.location for answer in answers} == {"home"}
        assert servers[CLOUD].connections == []


async def test_one_that_failed_rests_and_its_fallback_is_asked_in_its_place(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        there.rule(fallbacks={LARGE: (FAST,)})
        servers[LARGE].broken = Fault("malformed", after=0)
        answer = await there.ask(model=LARGE)
        assert [(a.model, a.outcome) for a in answer.report.route.attempts][-1] == (FAST, "answered")
        before = there.asked(LARGE)
        again = await there.ask(task="lookup")
        assert again.model == FAST
        assert there.asked(LARGE) == before


async def test_load_is_shared_by_equal_models_and_a_session_stays_with_one(
    storage_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with site(storage_home, tmp_path, servers, "twin") as there:
        for name in (LARGE, "twin"):
            there.learn(name, 1.0)
            there.observe(name, 0.2, 1.0)
            servers[name].broken = Fault("slow", wait_s=0.5)
        await asyncio.gather(*(there.ask(f"What is setpoint {n}?", task="lookup") for n in range(8)))
        assert there.asked(LARGE) + there.asked("twin") == 8
        assert min(there.asked(LARGE), there.asked("twin")) > 0
        for name in (LARGE, "twin"):
            servers[name].broken = None
        told = {(await there.ask(f"And {n}?", task="lookup", session="one")).model for n in range(4)}
        assert len(told) == 1
        sessions = {(await there.ask("Now?", task="lookup", session=f"s{n}")).model for n in range(12)}
        assert sessions == {LARGE, "twin"}


async def test_nobody_left_is_told_with_every_reason(storage_home: Path, tmp_path: Path, servers: Servers) -> None:
    async with site(storage_home, tmp_path, servers) as there:
        key = await there.house.keys.create(there.issued.key.tenant, ["inference"], terms=Terms(models=("auto", CLOUD)))
        there.issued = key
        with pytest.raises(NoCandidate, match=rf"{FAST}: this key may not use it.*{CLOUD}: "):
            await there.ask(level="restricted")
