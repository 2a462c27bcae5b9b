"""`/admin/v1/experiments`, `/v1/feedback` and `vestibule experiment` on a whole house."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from click.testing import CliRunner

from tests.conftest import home_with_database
from tests.gateway.conftest import Server
from tests.gateway.house import whole_house
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access.keys import ADMIN_TENANT
from vestibule.app import House
from vestibule.cli.commands import commands
from vestibule.core.configuration import Arm, Document, Experiment, SamplingPreset
from vestibule.core.errors import NotFound
from vestibule.core.settings import Settings
from vestibule.gateway.experiments import EXPERIMENTS
from vestibule.gateway.feedback import FEEDBACK

BRIEF = Arm("brief", sampling=SamplingPreset(temperature=0.1), prompt="short")


@dataclass
class Office:
    house: House
    server: Server
    tenant: str
    asking: str
    admin: str

    async def apply(self, document: Document) -> None:
        content = msgspec.json.encode(document)
        made = await self.house.tuning.office.apply(content, author="test", reason="test")
        async with asyncio.timeout(30):
            while self.house.tuning.configurations.current.number != made.version.number:  # noqa: ASYNC110 other processes change it
                await asyncio.sleep(0.05)

    async def ask(self, session: str) -> Any:
        body = {
            "model": "auto",
            "messages": [{"role": "user", "content": "How high is a storey?"}],
            "vestibule": {"session": session, "cache": "bypass"},
        }
        said = await self.server.ask("POST", "/v1/chat/completions", body, key=self.asking)
        assert said.status == 200, said.json
        return said.json


@pytest.fixture(scope="module")
def own_home() -> Iterator[Path]:
    """A version is the whole house's: these tests share no database with others."""
    with home_with_database() as home:
        yield home


@pytest.fixture
async def office(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setenv("VESTIBULE_HOME", str(own_home))
    async with whole_house(Settings(home=own_home), monkeypatch) as (house, port, _):
        tenant = f"t-{uuid4().hex[:10]}"
        admin = (await house.keys.create(ADMIN_TENANT, ["admin"])).token
        server = Server(port, ScriptedPipeline(house.pipeline.access), house.metrics, admin)
        asking = (await house.keys.create(tenant, ["inference", "feedback"])).token
        theirs = (await house.keys.create(tenant, ["admin"])).token
        yield Office(house, server, tenant, asking, theirs)


def worded(id: str) -> Document:
    made = Experiment(id, (Arm("was"), BRIEF), metric="thumbs_up", tasks=())
    return Document(experiments=(made,), prompts={"short": "Answer in one sentence."})


async def run(*words: str) -> str:
    """What the command prints. Raise our own errors as `main` would print them."""
    result = await asyncio.to_thread(CliRunner().invoke, commands, list(words))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


async def test_an_experiment_is_seen_rated_stopped_and_promoted(office: Office) -> None:
    await office.apply(worded("words"))
    answers = [await office.ask(f"s-{at}") for at in range(20)]
    arms = [answer["vestibule"]["route"]["experiments"] for answer in answers]
    assert {told[0]["arm"] for told in arms} == {"was", "brief"}
    assert {told[0]["id"] for told in arms} == {"words"}
    for answer in answers:
        rated = await office.server.ask("POST", FEEDBACK, {"id": answer["id"], "rating": "up"}, key=office.asking)
        assert (rated.status, rated.json["rating"]) == (200, "up")
    (told,) = (await office.server.ask("GET", EXPERIMENTS)).json["data"]
    assert told == (await office.server.ask("GET", f"{EXPERIMENTS}/words")).json
    assert sum(arm["requests"] for arm in told["arms"]) == 20
    assert [arm["metrics"]["thumbs_up"]["mean"] for arm in told["arms"]] == [1, 1]
    assert [arm["verdict"] for arm in told["arms"]] == ["first", "collecting"]
    stopped = await office.server.ask("POST", f"{EXPERIMENTS}/words/stop", {"arm": "brief", "reason": "too short"})
    assert stopped.json["arms"][1]["stopped"].startswith("too short (")
    for at, told_of in enumerate(arms):
        again = (await office.ask(f"s-{at}"))["vestibule"]["route"]
        assert again.get("experiments") == (None if told_of[0]["arm"] == "brief" else told_of)
    promoted = await office.server.ask("POST", f"{EXPERIMENTS}/words/promote", {"arm": "brief", "reason": "liked"})
    assert promoted.json == {"experiment": "words", "arm": "brief", "config_version": told["config_version"] + 1}
    _, live = await office.house.tuning.office.live()
    assert live.experiments == ()
    assert live.presets.tasks["lookup"].temperature == 0.1
    assert live.routes.tasks["lookup"].prompt == "short"


async def test_only_the_house_sees_and_ends_experiments(office: Office) -> None:
    await office.apply(worded("guarded"))
    for method, path, body in (
        ("GET", EXPERIMENTS, None),
        ("GET", f"{EXPERIMENTS}/guarded", None),
        ("POST", f"{EXPERIMENTS}/guarded/stop", {"reason": "r"}),
        ("POST", f"{EXPERIMENTS}/guarded/promote", {"arm": "brief", "reason": "r"}),
    ):
        assert (await office.server.ask(method, path, body, key=office.admin)).status == 403
        assert (await office.server.ask(method, path, body, key=office.asking)).status == 403
    assert (await office.server.ask("GET", f"{EXPERIMENTS}/other")).status == 404
    assert (await office.server.ask("POST", f"{EXPERIMENTS}/guarded/stop", {"reason": ""})).status == 400
    unknown = await office.server.ask("POST", f"{EXPERIMENTS}/guarded/promote", {"arm": "x", "reason": "r"})
    assert (unknown.status, unknown.json["error"]["param"]) == (404, "arm")


async def test_feedback_is_for_answers_one_had(office: Office) -> None:
    answer = await office.ask("s")
    other = (await office.house.keys.create(f"t-{uuid4().hex[:10]}", ["feedback"])).token
    body = {"id": answer["id"], "rating": "down"}
    assert (await office.server.ask("POST", FEEDBACK, body, key=other)).status == 404
    assert (await office.server.ask("POST", FEEDBACK, body | {"rating": 3}, key=office.asking)).status == 400
    assert (await office.server.ask("POST", FEEDBACK, body, key=office.admin)).status == 403
    async with office.house.database.tenant(office.tenant) as connection:
        found = await (await connection.execute("SELECT count(*) FROM feedback")).fetchone()
    assert found == (0,)


async def test_the_command_shows_stops_and_promotes(office: Office) -> None:
    await office.apply(worded("typed"))
    for at in range(8):
        await office.ask(f"s-{at}")

    async def is_written() -> bool:
        (report,) = json.loads(await run("experiment", "list", "--json"))
        return bool(sum(arm["requests"] for arm in report["arms"]) == 8)

    async with asyncio.timeout(30):
        while not await is_written():  # noqa: ASYNC110 it is in a database
            await asyncio.sleep(0.1)
    assert "typed                    running  thumbs_up  brief: collecting" in await run("experiment", "list")
    shown = await run("experiment", "show", "typed")
    assert "typed: running, judged by thumbs_up, sticky by session, 100% take part" in shown
    assert "latency_s" in shown
    assert "(too few)" in shown
    assert "nothing is said of fewer than 30 units" in shown
    stopped = json.loads(await run("experiment", "stop", "typed", "brief", "--reason", "enough", "--json"))
    assert stopped["arms"][1]["stopped"].startswith("enough (cli:")
    assert "brief: stopped, enough" in await run("experiment", "show", "typed")
    with pytest.raises(NotFound, match="was, brief"):
        await run("experiment", "stop", "typed", "other", "--reason", "r")
    with pytest.raises(AssertionError, match="say why, in 400 characters at most"):
        await run("experiment", "promote", "typed", "brief", "--reason", " " * 600)
    assert "brief of typed is the rule" in await run("experiment", "promote", "typed", "brief", "--reason", "good")
    assert "has no experiments" in await run("experiment", "list")
    again = json.loads(await run("config", "show", "--json"))
    assert again["document"]["routes"]["tasks"]["report"]["prompt"] == "short"
