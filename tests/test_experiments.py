"""Experiments through the whole flow: who gets which arm, what came of it, and what no arm can do."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import home_with_database
from tests.egress.servers.certificates import Certificates
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Fault, RecordingServer
from tests.egress.servers.speech import Speech
from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.configuration.mistakes import ConfigurationError
from vestibule.core.answer import Completed, InArm
from vestibule.core.caller import Caller, Credential
from vestibule.core.chat import ChatRequest, Message, Options, PrivacyOptions, RouteOptions, Sampling
from vestibule.core.configuration import (
    Arm,
    Configuration,
    Document,
    Experiment,
    Guardrail,
    SamplingPreset,
    TaskKind,
    TaskRule,
    Weights,
)
from vestibule.core.errors import InvalidRequest, NotFound, VestibuleError
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings
from vestibule.exchange import Exchange
from vestibule.gateway.experiments import promote
from vestibule.routing.experiments.feedback import Feedback
from vestibule.routing.experiments.verdicts import ArmReport, ExperimentReport
from vestibule.routing.weighing import Case

POLICY = """
version: 9
cloud:
  - {name: to the test, allow: [public, internal, confidential]}
consent: {required: false, from_callers: true}
"""
KEY = "sk-" + "e" * 40
SECRET = "The door code of the plant room is 4711#."
BETWEEN = (Arm("was", model="small"), Arm("new", model="large"))


@dataclass
class Servers:
    """Three models: two at home and one outside."""

    small: RecordingServer
    large: RecordingServer
    outside: RecordingServer


@pytest.fixture(scope="module")
def own_home() -> Iterator[Path]:
    """A version is the whole house's: these tests share no database with others."""
    with home_with_database() as home:
        yield home


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    (tmp_path / "certificates").mkdir()
    certificates = Certificates.make(tmp_path / "certificates")
    speech = Speech(calls=False)
    with ExitStack() as stack:
        small, large = (stack.enter_context(RecordingServer(OpenAIChat(), None, speech, KEY)) for _ in range(2))
        yield Servers(small, large, stack.enter_context(RecordingServer(OpenAIChat(), certificates, speech, KEY)))


@dataclass
class Running:
    house: House
    issued: IssuedKey

    async def ask(
        self,
        text: str = "Write a haiku about spring.",
        *,
        session: str = "",
        model: str = "auto",
        options: Options | None = None,
        **more: object,
    ) -> Completed:
        request = ChatRequest(
            model,
            (Message("user", text),),
            options=options or Options(cache="bypass"),
            session=session,
            **more,  # type: ignore[arg-type]  # of the fields' types
        )
        events = [event async for event in self.house.pipeline.run(Credential(self.issued.token), request)]
        last = events[-1]
        assert isinstance(last, Completed)
        return last

    async def apply(self, document: Document) -> int:
        """Make it live, and return when this house answers by it."""
        content = msgspec.json.encode(document)
        applied = await self.house.tuning.office.apply(content, author="test", reason="test")
        await until(lambda: self.house.tuning.configurations.current.number >= applied.version.number)
        return applied.version.number

    async def report(self, id: str) -> ExperimentReport:
        return await self.house.pipeline.experiments.report(self.house.tuning.configurations.current, id)

    async def counted(self, id: str, requests: int) -> dict[str, ArmReport]:
        """The arms once so many requests are written down."""

        async def look() -> dict[str, ArmReport] | None:
            arms = {arm.id: arm for arm in (await self.report(id)).arms}
            return arms if sum(arm.requests for arm in arms.values()) >= requests else None

        async with asyncio.timeout(30):
            while (found := await look()) is None:  # noqa: ASYNC110 it is in a database
                await asyncio.sleep(0.05)
        return found


async def until(look: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return once `look` holds; within half a minute."""
    async with asyncio.timeout(30):
        while True:
            holds = look()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.05)


def arms_of(answer: Completed) -> list[str]:
    told = answer.report.route.experiments
    return [] if told is msgspec.UNSET else [each.arm for each in told]


@asynccontextmanager
async def running(home: Path, tmp_path: Path, servers: Servers) -> AsyncIterator[Running]:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "key").write_text(f"{KEY}\n")
    ca_file = tmp_path / "certificates" / "ca.pem"
    keys = (f"file:{tmp_path / 'key'}",)
    outside = ProviderSettings("outside", "openai", servers.outside.base_url, keys, cloud=True, ca_file=ca_file)
    made = Settings(
        home=home,
        policy=tmp_path / "policy.yaml",
        providers=(
            ProviderSettings("small", "openai", servers.small.base_url, keys),
            ProviderSettings("large", "openai", servers.large.base_url, keys),
            outside,
        ),
        models=(
            ModelSettings("small", "small", "s"),
            ModelSettings("large", "large", "l"),
            ModelSettings("gpt", "outside", "g"),
        ),
    )
    async with open_house(made, open_to_loopback=False) as house:
        yield Running(house, await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference", "feedback"]))


def between(id: str, *arms: Arm, **said: object) -> Document:
    return Document(experiments=(Experiment(id, arms or BETWEEN, **said),))  # type: ignore[arg-type]


async def test_sessions_are_split_and_keep_their_arm_across_restarts(
    own_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with running(own_home, tmp_path, servers) as first:
        version = await first.apply(between("split"))
        answers = {f"s-{at}": await first.ask(session=f"s-{at}") for at in range(24)}
        issued = first.issued
    arms = {session: answer.report.route.experiments for session, answer in answers.items()}
    counts = Counter(str(told) for told in arms.values())
    assert len(counts) == 2
    assert min(counts.values()) >= 4
    for session, answer in answers.items():
        wanted = "large" if arms[session] == (InArm("split", "new"),) else "small"
        assert (answer.report.route.model, answer.report.route.config_version) == (wanted, version)
    async with running(own_home, tmp_path, servers) as again:
        again.issued = issued
        for session in list(arms)[:8]:
            assert (await again.ask("Another question.", session=session)).report.route.experiments == arms[session]


async def test_what_is_named_or_said_is_respected(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    brief, warm = Arm("brief", sampling=SamplingPreset(temperature=0.11, top_p=0.5), prompt="short"), Arm("was")
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("named"))
        for session in ("a", "b", "c", "d"):
            named = await opened.ask(session=session, model="gpt")
            assert (named.report.route.model, named.report.route.experiments) == ("gpt", msgspec.UNSET)
            assert (await opened.ask(session=session, model="large")).report.route.model == "large"
            swapped = await opened.ask(session=session, model="small")
            assert swapped.report.route.model == ("large" if arms_of(swapped) == ["new"] else "small")
        document = between("words", warm, msgspec.structs.replace(brief, weight=1e6))
        await opened.apply(msgspec.structs.replace(document, prompts={"short": "Answer in one sentence."}))
        servers.small.requests.clear()
        await opened.ask(model="small", session="e")
        await opened.ask(model="small", session="e", sampling=Sampling(temperature=0.9))
        bodies = [msgspec.json.decode(request.body) for request in servers.small.requests if request.method == "POST"]
        assert [(body["temperature"], body["top_p"]) for body in bodies] == [(0.11, 0.5), (0.9, 0.5)]
        assert all("Answer in one sentence." in str(body["messages"]) for body in bodies)


async def test_who_takes_part_has_cached_answers_apart(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("cached"))
        told = []
        for session in [f"s-{at}" for at in range(20)] * 2:
            answer = await opened.ask("How are leaves made?", session=session, options=Options())
            told.append((answer.report.route.experiments, answer.report.cache.status))
        assert [status for _, status in told].count("miss") == 2
        arms = await opened.counted("cached", 2)
        assert {id: arm.requests for id, arm in arms.items()} == {"was": 1, "new": 1}


async def test_a_guardrail_stops_a_failing_arm_while_requests_go_on(
    own_home: Path, tmp_path: Path, servers: Servers
) -> None:
    servers.large.broken = Fault("error")
    async with running(own_home, tmp_path, servers) as opened, running(own_home, tmp_path, servers) as other:
        other.issued = opened.issued
        version = await opened.apply(between("failing", guardrails=(Guardrail("failed", 0.05),)))
        await until(lambda: other.house.tuning.configurations.current.number == version)
        current = opened.house.tuning.configurations.current
        for at in range(100):
            assert (await opened.ask(session=f"s-{at}")).report.route.model == "small"
        arms = await opened.counted("failing", 100)
        assert arms["new"].metrics["failed"].mean == 1
        assert arms["was"].metrics["failed"].mean == 0
        (stopped,) = await opened.house.pipeline.experiments.judge(current)
        assert stopped.arm == "new"
        assert await opened.house.pipeline.experiments.judge(current) == []
        report = await opened.report("failing")
        assert "guardrail failed" in report.arms[1].stopped
        assert report.state == "running"
        assert opened.house.tuning.configurations.current.number == version

        async def nobody_has_it() -> bool:
            answers = [await each.ask(session=f"s-{at}") for each in (opened, other) for at in range(12)]
            return not any("new" in arms_of(answer) for answer in answers)

        await until(nobody_has_it)


async def test_an_arms_choice_becomes_the_rule(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    arms = (Arm("was"), Arm("new", model="large", sampling=SamplingPreset(temperature=0.2), prompt="short"))
    document = between("rule", *arms, tasks=("report",))
    async with running(own_home, tmp_path, servers) as opened:
        before = await opened.apply(msgspec.structs.replace(document, prompts={"short": "One sentence."}))
        office = opened.house.tuning.office
        with pytest.raises(NotFound, match="was, new"):
            await promote(office, "rule", "else", author="me", reason="why not")
        made = await promote(office, "rule", "new", author="me", reason="better")
        number, live = await office.live()
        assert number == made.config_version > before
        assert live.experiments == ()
        assert live.routes.tasks["report"] == TaskRule(prefer=("large",), prompt="short")
        assert live.presets.models["large"]["report"].temperature == 0.2
        assert "new of rule promoted: better" in (await office.versions.get(number)).reason
        await until(lambda: opened.house.tuning.configurations.current.number == number)
        servers.large.requests.clear()
        answer = await opened.ask("Write the monthly energy report for the owners.")
        assert (answer.report.route.model, answer.report.route.experiments) == ("large", msgspec.UNSET)
        assert any("One sentence." in text for request in servers.large.requests for text in request.texts())


async def test_an_arm_changes_the_order_of_models_for_its_requests_alone(
    own_home: Path, tmp_path: Path, servers: Servers
) -> None:
    arms = (Arm("was", prefer=("small",)), Arm("new", prefer=("large",), weights=Weights(quality=2.0)))
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("order", *arms))
        seen = set()
        for at in range(16):
            answer = await opened.ask(session=f"s-{at}")
            (arm,) = arms_of(answer)
            route = answer.report.route
            assert (route.model, route.reason) == (
                "large" if arm == "new" else "small",
                "home comes first; preferred by its arm",
            )
            seen.add(arm)
        assert seen == {"was", "new"}
        assert arms_of(await opened.ask(model="small")) == []
        request = ChatRequest("auto", (Message("user", "Write a haiku about spring."),), session="s-0")
        caller = Caller(opened.issued.key.tenant, opened.issued.key.id)
        explained = await opened.house.pipeline.explain(caller, request)
        wanted = "large" if explained.assignments[0].arm.id == "new" else "small"
        assert explained.planned.eligible[0].model.id == wanted
        with pytest.raises(ConfigurationError, match="No arm weakens privacy"):
            await opened.apply(between("order", Arm("was"), Arm("new", weights=Weights(privacy=0.0))))
        made = await promote(opened.house.tuning.office, "order", "new", author="me", reason="better")
        live = (await opened.house.tuning.office.live())[1]
        assert live.routes.weights == Weights(quality=2.0)
        assert {rule.prefer for rule in live.routes.tasks.values()} == {("large",)}
        await until(lambda: opened.house.tuning.configurations.current.number == made.config_version)
        report = await opened.ask("Write the monthly energy report for the owners.")
        assert report.report.route.model == "large"


async def test_the_first_arm_promoted_ends_the_experiment(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("ended", tenants=("acme",)))
        with pytest.raises(InvalidRequest, match="some tenants only"):
            await promote(opened.house.tuning.office, "ended", "new", author="me", reason="r")
        await promote(opened.house.tuning.office, "ended", "was", author="me", reason="r")
        assert (await opened.house.tuning.office.live())[1] == Document()


async def test_thumbs_are_counted_to_the_arm_and_to_nobody_elses_answers(
    own_home: Path, tmp_path: Path, servers: Servers
) -> None:
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("liked", metric="thumbs_up"))
        feedback, tenant = Feedback(opened.house.database), opened.issued.key.tenant
        answers = [await opened.ask(session=f"s-{at}") for at in range(20)]
        for answer in answers:
            up = "up" if answer.report.route.model == "large" else "down"
            await feedback.record(tenant, answer.id, "down")
            await feedback.record(tenant, answer.id, up)  # type: ignore[arg-type]  # one of the two
        arms = await opened.counted("liked", 20)
        assert (arms["new"].metrics["thumbs_up"].mean, arms["was"].metrics["thumbs_up"].mean) == (1, 0)
        assert arms["was"].metrics["thumbs_down"].mean == 1
        other = await opened.house.keys.create(f"t-{uuid4().hex[:10]}", ["feedback"])
        with pytest.raises(NotFound, match="No answer"):
            await feedback.record(other.key.tenant, answers[0].id, "down")


async def test_a_stop_by_hand_holds_at_once(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("halted"))
        experiments, current = opened.house.pipeline.experiments, opened.house.tuning.configurations.current
        with pytest.raises(NotFound, match="was, new"):
            await experiments.stop(current, "halted", "else", "me", "r")
        with pytest.raises(NotFound, match="halted"):
            await experiments.stop(current, "other", "", "me", "r")
        await experiments.stop(current, "halted", "", "me", "enough seen")
        assert [arms_of(await opened.ask(session=f"s-{at}")) for at in range(8)] == [[]] * 8
        report = await opened.report("halted")
        assert (report.state, report.arms[0].stopped) == ("stopped", "enough seen (me)")


async def test_a_restricted_request_never_leaves_by_an_arm(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    arms = (Arm("was"), Arm("out", 1e6, model="gpt"))
    async with running(own_home, tmp_path, servers) as opened:
        await opened.apply(between("leaving", *arms))
        gone = await opened.ask(session="s")
        assert (gone.report.route.location, gone.report.route.experiments) == ("cloud", (InArm("leaving", "out"),))
        stays = await opened.ask(SECRET, session="s")
        assert stays.report.route.location == "home"
        swapped = between("swapped", Arm("was", model="small"), Arm("out", 1e6, model="gpt"))
        with pytest.raises(ConfigurationError, match="No arm weakens privacy"):
            await opened.apply(swapped)
        request, caller = ChatRequest("small", (Message("user", "Hello."),)), Caller("acme", "k")
        unchanged = opened.house.pipeline.experiments.enter(Configuration(9, swapped), request, caller, "r")
        assert unchanged == (request, ())
        assert servers.outside.seen(["4711"]) == []


KINDS: list[TaskKind] = ["lookup", "report", "analysis"]
MODELS = st.sampled_from(["small", "large", "gpt", None])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    def arms() -> st.SearchStrategy[Arm]:
        return st.builds(
            Arm,
            st.uuids().map(str),
            st.floats(0.1, 10),
            MODELS,
            prompt=st.sampled_from([None, "plain", "secret"]),
            sampling=st.sampled_from([SamplingPreset(), SamplingPreset(temperature=0.4)]),
            prefer=st.lists(st.sampled_from(["small", "large", "gpt"]), unique=True, max_size=3).map(tuple),
            weights=st.none() | st.builds(Weights, *[st.floats(0, 50)] * 4),
        )

    experiments = draw(
        st.lists(
            st.builds(
                Experiment,
                st.uuids().map(str),
                st.lists(arms(), min_size=2, max_size=4).map(tuple),
                tasks=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
                sticky=st.sampled_from(["session", "user", "request"]),
                share=st.floats(0.5, 1),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple)
    )
    return Document(experiments=experiments, prompts={"plain": "Be brief.", "secret": SECRET})


async def test_no_arm_widens_where_a_request_may_go(own_home: Path, tmp_path: Path, servers: Servers) -> None:
    """Over any versions with experiments, and requests of any class and model: the places that the plan allows are
    among those it allows without the experiments."""
    async with running(own_home, tmp_path, servers) as opened:
        pipeline = opened.house.pipeline
        taken: Counter[object] = Counter()

        def places(
            request: ChatRequest, caller: Caller, configuration: Configuration, arms: tuple[Arm, ...] = ()
        ) -> set[str]:
            exchange = Exchange(request, pipeline.policies.current, configuration, caller=caller)
            exchange.classification = pipeline.classifier.request(request, policy=exchange.policy)
            may_leave = partial(pipeline.attempts.may_leave, exchange, caller)
            try:
                pipeline.access.allow_model(caller, request.model)
                plan = pipeline.router.plan(
                    Case(request, configuration, exchange.classification.level, may_leave, caller.models, arms=arms)
                )
            except VestibuleError:
                return set()
            return {
                c.model.provider.id for c in plan.eligible if c.model.location == "cloud" and may_leave(c.model).allowed
            }

        @settings(max_examples=250, suppress_health_check=list(HealthCheck))
        @given(
            documents(),
            st.sampled_from(
                ["Write a haiku.", SECRET, "What did Anna Berg (a.berg@example.org) say?", "Report on July."]
            ),
            st.sampled_from(["auto", "small", "large", "gpt"]),
            st.sampled_from([None, False]),
            st.sampled_from([None, frozenset({"auto", "small"}), frozenset({"small"})]),
            st.text("ab", max_size=3),
        )
        def check(
            document: Document, text: str, model: str, consent: bool | None, models: frozenset[str] | None, session: str
        ) -> None:
            options = Options(privacy=PrivacyOptions(consent=consent), route=RouteOptions(task="report"))
            request = ChatRequest(model, (Message("user", text),), options=options, session=session)
            caller, configuration = Caller("acme", "k", models=models), Configuration(3, document)
            changed, assigned = pipeline.experiments.enter(configuration, request, caller, "chatcmpl-1")
            arms = tuple(each.arm for each in assigned)
            taken.update(what for arm in arms for what in ("arm", arm.prefer and "prefer", arm.weights and "weights"))
            assert places(changed, caller, configuration, arms) <= places(request, caller, configuration)
            if text is SECRET:
                assert places(changed, caller, configuration, arms) == set()

        await asyncio.to_thread(check)
        assert min(taken[what] for what in ("arm", "prefer", "weights")) >= 5
