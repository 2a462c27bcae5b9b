"""Which arms can be had at all, the judge that goes on by itself, and what is forgotten with a request's row."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from vestibule.core.caller import Caller
from vestibule.core.chat import ChatRequest, Message
from vestibule.core.clearance import Sealer
from vestibule.core.configuration import (
    AdapterUse,
    Arm,
    Configuration,
    Document,
    Experiment,
    Guardrail,
    Routes,
    TaskRule,
)
from vestibule.core.errors import NotFound
from vestibule.core.ports import Subject
from vestibule.monitoring.erasure import RequestRecords
from vestibule.monitoring.requests import Participation, RequestLog, RequestRecord
from vestibule.providers.cloud.transport import CloudTransport
from vestibule.providers.openai import OpenAIProvider
from vestibule.routing.catalogue import Catalogue, Model, locate
from vestibule.routing.experiments import Experiments
from vestibule.routing.experiments.assignment import edition
from vestibule.routing.experiments.feedback import Feedback
from vestibule.storage.database import Database

REQUEST = ChatRequest("auto", (Message("user", "Hello."),), session="s")
CALLER = Caller("acme", "key-1")


def model(name: str, url: str, adapters: tuple[str, ...] = ()) -> Model:
    made = OpenAIProvider(name, url, CloudTransport(Sealer()))
    return Model(name, name, made, locate(made, ()), adapters=adapters)


CATALOGUE = Catalogue(
    [
        model("small", "http://127.0.0.1:9000"),
        model("large", "http://127.0.0.1:9001", ("energy",)),
        model("far", "https://api.example.com/v1"),
    ]
)


def experimenting(database: Database) -> Experiments:
    return Experiments(database, CATALOGUE, lambda request: request.options.route.task or "report")


def heavy(arm: Arm, *, first: Arm | None = None) -> Configuration:
    """One whose second arm gets nearly everybody."""
    arms = (first or Arm("was"), replace(arm, weight=1e9))
    return Configuration(1, Document(experiments=(Experiment("e", arms),), prompts={"short": "Be brief."}))


@pytest.mark.parametrize(
    ("arm", "taken"),
    [
        (Arm("b", model="large"), True),
        (Arm("b", model="far"), True),  # of auto: whether it may be asked is the plan's to say
        (Arm("b", model="gone"), False),
        (Arm("b", model="large", adapters={"energy": 1.0}), True),
        (Arm("b", model="small", adapters={"energy": 1.0}), False),
        (Arm("b", adapters={"energy": 1.0}), False),
        (Arm("b", prompt="short"), True),
    ],
)
async def test_of_auto_an_arm_is_had_where_its_model_is_there(database: Database, arm: Arm, taken: bool) -> None:
    changed, arms = experimenting(database).enter(heavy(arm), REQUEST, CALLER, "r")
    assert bool(arms) == taken
    assert (changed == REQUEST) != taken


async def test_a_named_model_is_replaced_by_one_that_is_no_farther_and_may_be_named(database: Database) -> None:
    experiments, named = experimenting(database), replace(REQUEST, model="small")

    def answered_by(to: str, caller: Caller = CALLER) -> str:
        configuration = heavy(Arm("b", model=to), first=Arm("was", model="small"))
        return experiments.enter(configuration, named, caller, "r")[0].model

    assert answered_by("large") == "large"
    assert answered_by("far") == "small"
    assert answered_by("large", replace(CALLER, models=frozenset({"small"}))) == "small"
    assert answered_by("large", replace(CALLER, models=frozenset({"small", "large"}))) == "large"


async def test_the_rule_of_a_task_brings_its_prompt_and_adapters(database: Database) -> None:
    def entered(rule: TaskRule) -> ChatRequest:
        document = Document(routes=Routes(tasks={"report": rule}), prompts={"short": "Be brief."})
        changed, arms = experimenting(database).enter(Configuration(1, document), REQUEST, CALLER, "r")
        assert arms == ()
        return changed

    assert entered(TaskRule(prompt="short")).messages[0].content == "Be brief."
    assert entered(TaskRule(adapters=(AdapterUse("energy", 0.5),))).options.route.adapters == {"energy": 0.5}
    assert entered(TaskRule(adapters=(AdapterUse("gone"),))) == REQUEST
    assert entered(TaskRule(prefer=("large",))) == REQUEST


def record(tenant: str, experiment: Experiment, arm: str, unit: int) -> RequestRecord:
    part = Participation(experiment.id, edition(experiment), arm, f"unit-{unit}", failed=arm == "bad")
    return RequestRecord(
        f"chatcmpl-{uuid4().hex}", tenant, "", datetime.now(UTC), 20.0, "auto", "answered", experiments=(part,)
    )


async def written(database: Database, tenant: str, records: list[RequestRecord]) -> None:
    log = RequestLog(database)
    await log.start()
    for each in records:
        log.add(each)
    await log.close()
    assert await log.count(tenant) == len(records)


async def test_the_judge_goes_on_by_itself_and_stops_once(database: Database, tenant: str) -> None:
    made = Experiment(f"e-{uuid4().hex[:8]}", (Arm("was"), Arm("bad")), guardrails=(Guardrail("failed"),))
    configuration, experiments = Configuration(1, Document(experiments=(made,))), experimenting(database)
    await written(database, tenant, [record(tenant, made, arm, n) for arm in ("was", "bad") for n in range(100)])
    rounds = 0

    async def pause(seconds: float) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await experiments.watch(lambda: configuration, pause)
    (report,) = await experiments.reports(configuration)
    assert [bool(arm.stopped) for arm in report.arms] == [False, True]
    assert (report.arms[1].requests, report.arms[1].metrics["failed"].mean) == (100, 1)
    async with database.owner() as connection:
        cursor = await connection.execute("SELECT count(*) FROM experiment_stops WHERE experiment = %s", [made.id])
        assert await cursor.fetchone() == (1,)


async def test_an_answer_at_home_costs_what_it_took(database: Database, tenant: str) -> None:
    made = Experiment(f"e-{uuid4().hex[:8]}", (Arm("was"), Arm("new", model="large")))
    rows = [
        replace(record(tenant, made, arm, unit), cost_eur=cost, home_eur=home)
        for arm, unit, cost, home in (("was", 1, 0.0, 0.002), ("new", 2, 0.01, 0.003), ("new", 3, 0.09, 0.09))
    ]
    await written(database, tenant, rows)
    report = await experimenting(database).report(Configuration(1, Document(experiments=(made,))), made.id)
    means = [arm.metrics["cost_eur"].mean for arm in report.arms]
    assert means == pytest.approx([0.002, (0.013 + 0.10) / 2])


async def test_what_is_known_of_a_request_goes_with_its_row(database: Database, tenant: str) -> None:
    made = Experiment(f"e-{uuid4().hex[:8]}", (Arm("was"), Arm("new", model="large")))
    configuration, experiments, records = (
        Configuration(1, Document(experiments=(made,))),
        experimenting(database),
        RequestRecords(database),
    )
    rows = [record(tenant, made, "was", unit) for unit in range(4)]
    await written(database, tenant, rows)
    await Feedback(database).record(tenant, rows[0].id, "up")
    first = (await experiments.reports(configuration))[0].arms[0]
    assert (first.requests, first.metrics["thumbs_up"].units) == (4, 1)
    assert await records.erase(Subject(tenant)) == 4
    assert (await experiments.reports(configuration))[0].arms[0].requests == 0
    async with database.owner() as connection:
        cursor = await connection.execute("SELECT count(*) FROM feedback WHERE tenant = %s", [tenant])
        assert await cursor.fetchone() == (0,)
    with pytest.raises(NotFound):
        await Feedback(database).record(tenant, rows[0].id, "up")
    await written(database, tenant, [record(tenant, made, "was", 9)])
    assert await records.expire(datetime.now(UTC) - timedelta(days=1)) >= 0
    assert (await experiments.reports(configuration))[0].arms[0].requests == 1
