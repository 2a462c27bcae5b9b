"""`/admin/v1/routing/explain` of a whole house over a real socket, and the command that asks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.gateway.conftest import Server
from tests.gateway.house import whole_house
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access.keys import ADMIN_TENANT
from vestibule.app import House
from vestibule.cli.route import route
from vestibule.core.caller import SCOPES
from vestibule.core.settings import ModelSettings, ProviderSettings, Settings

EXPLAIN = "/admin/v1/routing/explain"
OUTSIDE = ProviderSettings("outside", "openai", "https://api.example.com/v1")
MODELS = (ModelSettings("qwen2.5:7b", "home", "qwen2.5:7b"), ModelSettings("gpt-4o", "outside", "gpt-4o"))


@pytest.fixture
async def served(storage_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[House, Server]]:
    """A house with a model at home, where nobody answers, and one outside; `key` may everything."""
    providers = (ProviderSettings("home", "openai", "http://127.0.0.1:9/v1"), OUTSIDE)
    settings = Settings(home=storage_home, providers=providers, models=MODELS)
    async with whole_house(settings, monkeypatch) as (house, port, _):
        key = (await house.keys.create(ADMIN_TENANT, SCOPES)).token
        yield house, Server(port, ScriptedPipeline(house.pipeline.access), house.metrics, key)


def asked(question: str = "What is the setpoint?", model: str = "auto", **options: object) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": question}], "vestibule": options}


async def test_every_candidate_is_told_with_its_figures_and_nothing_is_sent(served: tuple[House, Server]) -> None:
    house, server = served
    reply = await server.ask("POST", EXPLAIN, asked(route={"task": "lookup"}))
    assert reply.status == 200
    told = reply.json
    assert set(told) == {"chosen", "candidates", "config_version", "task", "difficulty", "class"}
    assert (told["chosen"], told["task"], told["class"]) == ("qwen2.5:7b", "lookup", "internal")
    assert 0 <= told["difficulty"] <= 1
    assert [c["model"] for c in told["candidates"]] == ["qwen2.5:7b", "extractive", "gpt-4o"]
    first, *_, outside = told["candidates"]
    assert first["reason"] == "home comes first; preferred for lookup"
    assert set(first["parts"]) == {"quality", "latency", "cost", "privacy"}
    assert first["score"] == pytest.approx(sum(first["parts"].values()), abs=1e-3)
    assert set(first["predicted"]) == {"first_token_s", "finish_s", "cost_eur", "quality", "basis"}
    assert outside["rejected"]
    assert outside["location"] == "cloud"
    assert outside["reason"].startswith("no cloud rule")
    assert house.pipeline.router.outside.share.refuses(house.tuning.configurations.current.document.routes) == ""
    assert 'vestibule_attempts_total{model="qwen2.5:7b"' not in house.metrics.exposition().decode()


async def test_a_named_model_and_a_class_are_explained(served: tuple[House, Server]) -> None:
    _, server = served
    told = (await server.ask("POST", EXPLAIN, asked(model="gpt-4o", privacy={"class": "restricted"}))).json
    assert (told["chosen"], told["class"], told["difficulty"]) == ("gpt-4o", "restricted", None)
    (only,) = told["candidates"]
    assert (only["reason"], only["score"], only["predicted"]) == ("named by the caller", None, None)


async def test_where_nobody_may_answer_the_reasons_are_told(served: tuple[House, Server]) -> None:
    _, server = served
    body = asked(model="extractive") | {"response_format": {"type": "json_object"}}
    told = (await server.ask("POST", EXPLAIN, body)).json
    assert told["chosen"] is None
    assert [c["reason"] for c in told["candidates"]] == ["has no json"]


async def test_only_an_administrator_may_ask_and_only_for_what_is_there(served: tuple[House, Server]) -> None:
    house, server = served
    assert (await server.ask("POST", EXPLAIN, asked(model="gpt4o"))).status == 404
    assert (await server.ask("POST", EXPLAIN, {"model": "auto"})).status == 400
    weak = (await house.keys.create(ADMIN_TENANT, ["inference"])).token
    refused = await Server(server.port, server.pipeline, house.metrics, weak).ask("POST", EXPLAIN, asked())
    assert (refused.status, refused.json["error"]["code"]) == (403, "forbidden")


async def test_the_command_shows_them(served: tuple[House, Server]) -> None:
    _, server = served
    environment = {"VESTIBULE_PORT": str(server.port), "VESTIBULE_KEY": server.key or ""}

    def call(*arguments: str) -> str:
        done = CliRunner().invoke(route, ["explain", *arguments], env=environment, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    shown = await asyncio.to_thread(call, "What is the setpoint?", "--task", "lookup", "--class", "confidential")
    first, *lines = shown.splitlines()
    assert first.startswith("confidential, a task of the kind lookup, difficulty 0.")
    assert lines[0].startswith("> qwen2.5:7b  home ")
    assert "home comes first; preferred for lookup; good enough with 0." in lines[0]
    assert lines[-1].startswith("x gpt-4o      cloud")
    told = json.loads(await asyncio.to_thread(call, "And now?", "--model", "gpt-4o", "--json"))
    assert told["chosen"] == "gpt-4o"
    plain = await asyncio.to_thread(call, "And now?", "--model", "gpt-4o")
    assert plain.splitlines()[-1].rstrip().endswith("named by the caller")
