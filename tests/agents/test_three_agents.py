"""`examples/three_agents.py` as its reader runs it, beside a running product."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.agents.team import GOAL, REPORT, Planner, Worker
from tests.egress.house import write_portfolio
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Fault, FaultKind, RecordingServer
from tests.laboratory.product import Running, Site, product
from vestibule.generation.agents import agent_templates

EXAMPLE = Path(__file__).parents[2] / "examples" / "three_agents.py"
KEYS = {"LABORATORY_KEY": "sk-" + "l" * 40}
SCHEMAS = {template.name: template.schema for template in agent_templates()}


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portfolio")
    write_portfolio(folder)
    return folder


def july(portfolio: Path) -> str:
    with (portfolio / "readings.csv").open(newline="") as file:
        rows = [float(r["pierhouse.electricity"]) for r in csv.DictReader(file) if r["timestamp"][:7] == "2025-07"]
    return f"{sum(rows):.0f} kWh"


def run(running: Running, portfolio: Path, *arguments: str, goal: str = GOAL) -> dict[str, Any]:
    command = [sys.executable, str(EXAMPLE), goal, "--url", running.url, "--key", running.key, "--json"]
    done = subprocess.run(
        [*command, "--portfolio", str(portfolio), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


class Team:
    """A house of three models, each on a server of its own: the large one first, the fast one last. What is broken is
    told for the next run alone."""

    def __init__(self, stack: ExitStack) -> None:
        speeches = {"large-7b": Worker(), "writer": Worker(), "fast-3b": Planner()}
        self.servers = {
            name: stack.enter_context(RecordingServer(OpenAIChat(), speech=speech)) for name, speech in speeches.items()
        }
        for server in self.servers.values():
            server.pace_s = 0.005
        providers = [
            {"id": name, "kind": "openai", "url": server.base_url, "keys": ["env:LABORATORY_KEY"]}
            for name, server in self.servers.items()
        ]
        models = [{"id": name, "provider": name, "name": name} for name in self.servers]
        self.running = stack.enter_context(product(Site(providers, models, backups=(), variables=KEYS)))

    def run(self, portfolio: Path, *arguments: str, goal: str = GOAL, **broken: Fault) -> dict[str, Any]:
        for name, server in self.servers.items():
            server.broken = broken.get(name.partition("-")[0])
        return run(self.running, portfolio, *arguments, goal=goal)


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    with ExitStack() as stack:
        yield Team(stack)


def test_coordination_goes_to_the_fast_model_and_the_work_to_the_preferred_one(portfolio: Path, team: Team) -> None:
    said = team.run(portfolio)
    assert said["ended"] == "merge"
    assert said["complete"] is True
    assert july(portfolio) in said["summary"]
    assert [result.partition(" - ")[0] for result in said["results"]] == ["data", "reporter"]
    assert july(portfolio) in said["results"][0]
    assert said["results"][1] == f"reporter - {REPORT}"
    answered = {(call["task"], call["model"]) for call in said["trace"]}
    assert answered == {("coordination", "fast-3b"), ("lookup", "large-7b"), ("report", "large-7b")}
    told = [json.loads(request.body)["messages"] for request in team.servers["fast-3b"].requests]
    assert {messages[0]["content"] for messages in told} <= {template.system for template in agent_templates()}
    assert {len(messages) for messages in told} == {2}, "nothing was looked up for it"


@pytest.mark.parametrize("how", ["error", "cut", "reset"])
def test_an_agent_whose_model_dies_leaves_a_stated_partial_result(portfolio: Path, team: Team, how: FaultKind) -> None:
    """It is named, so that no other model answers in its stead. `cut` breaks off in the middle of its answer."""
    said = team.run(portfolio, "--reporter", "writer", writer=Fault(how, after=2))
    assert said["ended"] == "resolve"
    assert said["outcome"] == "partial"
    assert july(portfolio) in said["statement"]
    assert [kept["agent"] for kept in said["kept"]] == ["data"]
    assert [aside["agent"] for aside in said["set_aside"]] == ["reporter"]
    assert said["missing"] == ["what the reporter agent was asked for"]
    assert said["problems"][0].startswith("reporter failed: ")
    assert [call["what"] for call in said["trace"] if call["model"] is None] == ["report"]


def test_where_no_model_is_left_the_program_itself_says_what_stands(portfolio: Path, team: Team) -> None:
    said = team.run(portfolio, "--model", "writer", writer=Fault("error"))
    assert set(said) >= set(SCHEMAS["resolve"]["properties"])
    assert (said["ended"], said["outcome"], said["kept"], said["results"]) == ("resolve", "open", [], [])
    assert [problem.partition(" failed")[0] for problem in said["problems"]] == ["data", "reporter"]
    assert all("failed" in call for call in said["trace"] if call["task"] == "coordination")


def test_where_the_router_may_choose_another_model_takes_the_place_of_one_that_died(
    portfolio: Path, team: Team
) -> None:
    said = team.run(portfolio, goal=f"{GOAL} Begin anew.", large=Fault("error"))
    assert said["ended"] == "merge"
    assert "large-7b" not in {call["model"] for call in said["trace"]}
    (reported,) = [call for call in said["trace"] if call["task"] == "report"]
    assert reported["model"] in ("writer", "fast-3b", "extractive")


def test_our_own_small_model_keeps_to_every_schema_to_the_end(portfolio: Path, team: Team) -> None:
    """Its words mean little: that the workflow ends, in the form that was asked for, is what is looked at."""
    said = team.run(portfolio, "--model", "vestibule-tiny")
    assert set(said) >= set(SCHEMAS[said["ended"]]["properties"])
    assert {call["model"] for call in said["trace"]} == {"vestibule-tiny"}
    broken_off = {call["failed"] for call in said["trace"] if "failed" in call}
    assert broken_off <= {"JSONDecodeError"}
    read = [result for result in said["results"] if result.startswith("data - ")]
    assert len(read) == sum(call["what"] == "say" for call in said["trace"])
    assert all(re.search(r"\(read_meter: \w+ (used|has no) .+\)$", result, re.DOTALL) for result in read)
