"""The page Routing over HTTP: what it tells of the day, the box to try a question in, versions and experiments."""

from __future__ import annotations

import asyncio
import html
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.console import traffic
from tests.console.conftest import Served, Visitor
from tests.console.test_sign_in import signed_in
from tests.gateway.conftest import Reply
from tests.gateway.house import whole_house
from vestibule.access.keys import ADMIN_TENANT
from vestibule.access.roles import SCOPES_OF_ROLE
from vestibule.configuration.office import Office
from vestibule.configuration.store import Worker
from vestibule.configuration.version import canonical
from vestibule.console.routing.versions import LISTED
from vestibule.core.caller import Role
from vestibule.core.configuration import Document
from vestibule.core.settings import Settings
from vestibule.storage.database import Database


@pytest.fixture
async def office(keyed: Served) -> AsyncIterator[Office]:
    """Where versions are made; as shipped again afterwards."""
    office = keyed.routing.office
    yield office
    if (await office.live())[1] != Document():
        await office.rollback(0, author="the test", reason="as shipped again")


async def visiting(served: Served, role: Role, tenant: str = ADMIN_TENANT) -> Visitor:
    return await signed_in(served, (await served.keys.create(tenant, SCOPES_OF_ROLE[role])).token)


async def shown(visitor: Visitor, query: str = "") -> str:
    """The text of the page, without its tags."""
    reply = await visitor.get(f"/console/routing{query}")
    assert reply.status == 200
    return told(reply.body.decode().partition("<main")[2].partition("<dialog")[0])


def told(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


async def made(office: Office, document: Document, reason: str = "for a test") -> int:
    applied = await office.apply(canonical(document).encode(), author="key-1", reason=reason)
    return applied.version.number


async def test_the_figures_of_the_window_are_told(keyed: Served, database: Database) -> None:
    home = [traffic.answered(keyed.tenant, cloud_eur=0.004) for _ in range(3)]
    await traffic.log(database, *home, traffic.outside(keyed.tenant, cost_eur=0.5, cloud_eur=0.5))
    text = await shown(await visiting(keyed, "operator", keyed.tenant))
    assert "Answered at home 75 % 1 of 4 in the cloud" in text
    assert "Cost 0.50 € 0.50 € outside, 0.00030 € at home" in text
    assert "Saved 0.012 € against 0.51 € all outside" in text
    assert "First token 80 ms 100 ms foreseen, half within 25 %" in text
    assert "qwen3:4b at home ready 3 80 ms 100 ms foreseen 420 ms 500 ms foreseen 0.00030 € 65 W" in text
    assert (
        "large in the cloud resting 1 610 ms 550 ms foreseen 2.90 s 3.10 s foreseen 0.50 € 2.50 € in 10.00 € out"
        in text
    )
    assert "resting for another 12 s: it failed 5 times" in text
    assert "minilm" not in text, "what gives vectors answers nobody"


async def test_what_is_not_known_is_a_dash_and_never_nothing(keyed: Served) -> None:
    text = await shown(await visiting(keyed, "operator", keyed.tenant), "?window=<script>")
    assert "Answered at home – nothing was answered in this time" in text
    assert "Cost – " in text
    assert "Saved – " in text
    assert "First token – " in text
    assert "house-lora at home asleep 0 – – – 65 W not in memory; loaded when asked" in text


async def test_what_is_of_the_house_is_not_for_the_people_of_one_tenant(keyed: Served, office: Office) -> None:
    await made(office, traffic.with_experiment(keyed.tenant), "a reason of the house")
    of_tenant = await visiting(keyed, "admin", keyed.tenant)
    text = await shown(of_tenant)
    for hidden in ("Left the house", "Version in force", "a reason of the house", "cooler-"):
        assert hidden not in text
    reply = await of_tenant.post("/console/routing/compare", {"before": 0, "after": 1})
    assert (reply.status, reply.code) == (403, "forbidden")
    text = await shown(await visiting(keyed, "auditor"))
    assert "a reason of the house" in text
    assert f"Experiments of the version in force cooler-{keyed.tenant} running" in text


async def test_versions_tell_who_made_them_and_who_has_them(keyed: Served, office: Office) -> None:
    first = await made(office, Document(prompts={"standing": "one"}), "the <first>")
    await made(office, Document(prompts={"standing": "two"}), "the second")
    visitor = await visiting(keyed, "operator")
    text = await shown(visitor)
    assert f"Version {first + 1} is in force, made by key-1 on " in text
    assert "the <first> was in force Roll back" in text
    assert "No worker has said yet" in text
    await office.versions.beat(Worker("one", "host-1", 4001, first + 1))
    await office.versions.beat(Worker("two", "host-2", 4002, first))
    try:
        text = await shown(visitor)
        assert f"Version in force {first + 1} 1 of 2 workers have it" in text
        assert f"has version {first + 1} Process 4001 on host-1 still version {first} Process 4002 on host-2" in text
    finally:
        for id in ("one", "two"):
            await office.versions.leave(id)


async def test_the_version_in_force_is_listed_however_old_it_is(keyed: Served, office: Office) -> None:
    number = await made(office, Document(prompts={"standing": "one"}), "the old one")
    for n in range(LISTED):
        await office.versions.propose(Document(), author="key-2", reason=f"proposed {n}", base=0)
    text = await shown(await visiting(keyed, "operator"))
    assert f"Version {number} is in force, made by key-1" in text
    assert "the old one in force" in text
    assert text.count("never in force Roll back") == LISTED


async def test_two_versions_are_compared(keyed: Served, office: Office) -> None:
    first = await made(office, Document(prompts={"standing": "say <one>"}))
    second = await made(office, Document(prompts={"standing": "say two"}))
    visitor = await visiting(keyed, "operator")
    await visitor.get("/console/routing")
    reply = await visitor.post("/console/routing/compare", {"before": first, "after": second})
    assert f'Version {first} Version {second} prompts.standing "say <one>" "say two"' in told(reply.body.decode())
    assert b"<one>" not in reply.body
    same = await visitor.post("/console/routing/compare", {"before": first, "after": first})
    assert f"Versions {first} and {first} say the same." in told(same.body.decode())
    none = await visitor.post("/console/routing/compare", {"before": first, "after": 99_999})
    assert (none.status, none.code) == (404, "not_found")


async def test_an_administrator_of_the_house_rolls_back_with_a_reason(keyed: Served, office: Office) -> None:
    first = await made(office, Document(prompts={"standing": "one"}))
    second = await made(office, Document(prompts={"standing": "two"}))
    visitor = await visiting(keyed, "admin")
    await visitor.get("/console/routing")
    without = await visitor.post("/console/routing/roll-back", {"version": first, "reason": ""})
    assert (without.status, (await office.live())[0]) == (400, second)
    reply = await visitor.post("/console/routing/roll-back", {"version": first, "reason": "cut off"})
    assert reply.status == 200
    number, document = await office.live()
    version = await office.versions.get(number)
    assert (number, document.prompts) == (second + 1, {"standing": "one"})
    assert version.reason == f"rollback to {first}: cut off"
    assert version.author not in ("", "key-1")
    assert f"Version {number} is in force, made by {version.author}" in told(parts(reply)["versions"])


async def test_only_administrators_of_the_house_change_what_holds(keyed: Served, office: Office) -> None:
    number = await made(office, traffic.with_experiment(keyed.tenant))
    acts: dict[str, dict[str, object]] = {
        "roll-back": {"version": 0, "reason": "why"},
        "stop": {"experiment": traffic.experiment(keyed.tenant).id, "reason": "why"},
        "promote": {"experiment": traffic.experiment(keyed.tenant).id, "arm": "cooler", "reason": "why"},
    }
    for role, tenant in (("operator", ADMIN_TENANT), ("auditor", ADMIN_TENANT), ("admin", keyed.tenant)):
        visitor = await visiting(keyed, role, tenant)  # type: ignore[arg-type]  # a role, in a loop over pairs
        page = (await visitor.get("/console/routing")).body.decode()
        assert page.count("data-act=") == page.count("disabled>Roll") + page.count("disabled>Stop") + page.count(
            "disabled>Promote"
        )
        for act, sent in acts.items():
            reply = await visitor.post(f"/console/routing/{act}", sent)
            assert (reply.status, reply.code) == (403, "forbidden"), (role, act)
    assert (await office.live())[0] == number


async def test_the_demo_shows_what_holds_and_changes_nothing(demo: Served) -> None:
    visitor = demo.visitor()
    assert "Version in force" in await shown(visitor)
    reply = await visitor.post("/console/routing/roll-back", {"version": 0, "reason": "why"})
    assert (reply.status, reply.code) == (403, "forbidden")
    assert b"administrators of the whole house" in reply.body


async def test_an_experiment_is_told_with_what_is_sure_of_its_arms(
    keyed: Served, office: Office, database: Database
) -> None:
    await made(office, traffic.with_experiment(keyed.tenant))
    await traffic.log(database, *traffic.participating(keyed.tenant))
    text = await shown(await visiting(keyed, "operator"))
    assert "quality of the answer; 100 % take part, by session; said with 95 % certainty" in text
    assert re.search(r"as-it-was 1 120 120 0\.\d{3} 0\.\d{3} to 0\.\d{3} – – the first Promote", text)
    assert re.search(r"cooler 1 120 120 0\.\d{3} 0\.\d{3} to 0\.\d{3} \+0\.\d{3} \+0\.\d{3} to \+0\.\d{3} better", text)
    assert re.search(r"coldest 1 12 12 0\.\d{3} – [+−]0\.\d{3} – collecting", text)
    assert "Nothing is said of an arm before 30 units" in text


async def test_an_arm_and_then_all_of_it_is_stopped(keyed: Served, office: Office) -> None:
    await made(office, traffic.with_experiment(keyed.tenant))
    visitor = await visiting(keyed, "admin")
    await visitor.get("/console/routing")
    stop = {"experiment": traffic.experiment(keyed.tenant).id, "arm": "cooler", "reason": "too <cold>"}
    text = told(parts(await visitor.post("/console/routing/stop", stop))["experiments"])
    assert f"cooler-{keyed.tenant} running" in text
    assert "stopped Promote the arm cooler too <cold> (" in text
    unknown = await visitor.post("/console/routing/stop", stop | {"arm": "none"})
    assert (unknown.status, unknown.code) == (404, "not_found")
    text = told(
        parts(await visitor.post("/console/routing/stop", stop | {"arm": "", "reason": "enough"}))["experiments"]
    )
    assert f"cooler-{keyed.tenant} stopped" in text
    assert "enough (" in text
    assert "Stop" not in text.replace("Stopping", "")


async def test_promoting_an_arm_makes_a_version_in_which_it_is_the_rule(keyed: Served, office: Office) -> None:
    before = await made(office, traffic.with_experiment(keyed.tenant))
    visitor = await visiting(keyed, "admin")
    await visitor.get("/console/routing")
    sent = {"experiment": traffic.experiment(keyed.tenant).id, "arm": "cooler", "reason": "surely better"}
    told_parts = parts(await visitor.post("/console/routing/promote", sent))
    number, document = await office.live()
    assert number == before + 1
    assert document.experiments == ()
    assert {preset.temperature for preset in document.presets.tasks.values()} == {0.2}
    assert f"cooler of cooler-{keyed.tenant} promoted: surely better" in told(told_parts["versions"])
    assert "No experiment runs" in told(told_parts["experiments"])


async def test_a_question_is_tried_with_what_was_chosen(demo: Served) -> None:
    visitor = demo.visitor()
    await visitor.get("/console/routing")
    sent = {"question": "Which plan is best?", "model": "qwen", "task": "analysis", "level": "confidential"}
    reply = await visitor.post("/console/routing/try", sent)
    text = told(reply.body.decode())
    assert text.startswith("qwen at home would answer: home comes first. confidential kind of work: analysis")
    assert "difficulty 0.46 version 7" in text
    assert "1 qwen at home +0.82 +0.87 −0.04 −0.01 0.00 412 ms 6.20 s 0.00031 €" in text
    assert "home comes first · good enough with 87 % · 2 ahead" in text
    assert "policy rule 1 <cloud> · good enough with 97 % · times as stated, not measured here" in text
    assert "– phi at home – – – – – – – – resting for another 12 s: it failed 5 times" in text
    assert b"<cloud>" not in reply.body
    request = demo.explain.requests[0]
    assert (request.model, request.question) == ("qwen", "Which plan is best?")
    assert (request.options.route.task, request.options.privacy.level) == ("analysis", "confidential")
    assert demo.pipeline.requests == []


async def test_where_nobody_may_answer_each_says_why(demo: Served) -> None:
    visitor = demo.visitor()
    await visitor.get("/console/routing")
    text = told((await visitor.post("/console/routing/try", {"question": "nobody"})).body.decode())
    assert text.startswith("Nobody would answer Each model says below why not.")
    assert "no special kind of work" in text
    assert "restricted stays at home" in text
    refused = await visitor.post("/console/routing/try", {"question": "refuse"})
    assert (refused.status, refused.code) == (404, "not_found")
    nothing = await visitor.post("/console/routing/try", {"question": ""})
    assert (nothing.status, nothing.code) == (400, "invalid_request")


@pytest.mark.slow
async def test_the_page_of_the_whole_product(storage_home: Path, tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real router, the real configuration with a worker that takes it up, the real request log."""
    settings = Settings(home=storage_home)
    async with whole_house(settings, monkeypatch) as (house, port, _):
        visitor = Visitor(port)
        await visitor.get("/console/sign-in")
        key = (await house.keys.create(ADMIN_TENANT, SCOPES_OF_ROLE["admin"])).token
        assert (await visitor.post("/console/sign-in", {"key": key})).status == 204
        await visitor.get("/console/routing")
        reply = await visitor.post("/console/routing/try", {"question": "How does a heat pump work?"})
        text = told(reply.body.decode())
        assert "extractive at home would answer" in text, reply.body
        assert f"version {house.pipeline.configurations.current.number}" in text
        applied = await house.tuning.office.apply(
            canonical(traffic.with_experiment(tenant)).encode(), author="key-1", reason="for a test"
        )
        number = applied.version.number
        try:
            page = await shown(visitor)
            assert f"Version {number} is in force, made by key-1" in page
            assert f"cooler-{tenant} running" in page
            assert re.search(r"\d+ of \d+ workers? ha", page)
            said = told(
                parts(await visitor.post("/console/routing/roll-back", {"version": 0, "reason": "as shipped"}))[
                    "versions"
                ]
            )
            assert f"Version {number + 1} is in force" in said
            async with asyncio.timeout(30):
                while f"has version {number + 1} Process {os.getpid()} on" not in await shown(visitor):
                    pass
        finally:
            if (await house.tuning.office.live())[1] != Document():
                await house.tuning.office.rollback(0, author="the test", reason="as shipped again")


def parts(reply: Reply) -> dict[str, str]:
    assert reply.status == 200, reply.body
    said = reply.json
    assert set(said) == {"versions", "experiments"}
    return {name: str(markup) for name, markup in said.items()}
