"""Three agents answer one question about a building: a planner, a data agent with a tool, and a reporter.

    make demo                              # in one terminal
    python examples/three_agents.py        # in another; needs nothing but the `openai` package

The official OpenAI SDK talks to Vestibule; nothing here is Vestibule's own code. What the planner asks for (plan,
delegate, merge, resolve) comes from the templates at `/v1/agents/templates` and names its kind of work,
`coordination`, so that the router gives it to the fast model. The work itself (`lookup`, `report`) goes to the model
preferred for that. When an agent fails, the others go on, and `resolve` says what stands and what is missing.

Without a model of your own the demo has only `vestibule-tiny`: it keeps to every schema, and its words mean little.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai

GOAL = "How much electricity did the Harbour Office use in July 2025, and what should its manager be told?"
NEITHER = {"knowledge": False, "buildings": []}  # these agents rest on each other and on their tool alone


class Vestibule:
    """The server as these agents see it. `trace` tells which model did what, and how long it took."""

    def __init__(self, url: str, key: str, model: str | None) -> None:
        # a failure is for the workflow to handle: the SDK is not to ask again behind its back
        self.client = openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
        self.model = model or self._ablest()
        self.trace: list[dict[str, Any]] = []

    def coordinate(self, name: str, agents: list[str], inputs: dict[str, str]) -> dict[str, Any] | None:
        """Fill a template and return the JSON it asks for; None where no model could."""
        template: Any = self.client.get(f"/agents/templates/{name}", cast_to=object)
        messages = [dict(message) for message in template["messages"]]
        messages[-1]["content"] = messages[-1]["content"].format(**inputs)
        _narrow(template["response_format"]["json_schema"]["schema"], agents)
        try:
            message = self.ask(
                name,
                template["vestibule"],
                messages=messages,
                max_tokens=template["max_tokens"],
                response_format=template["response_format"],
            )
            answer: dict[str, Any] = json.loads(message.content or "")
        except (openai.APIError, ValueError) as error:  # no model could, or the answer broke off at its length
            self.trace[-1]["failed"] = _reason(error)
            return None
        return answer

    def ask(self, what: str, vestibule: dict[str, Any], *, model: str | None = None, **asked: Any) -> Any:
        begun = time.perf_counter()
        self.trace.append({"what": what, "task": vestibule["route"]["task"], "model": None})
        try:
            answer = self.client.chat.completions.create(
                model=model or self.model, extra_body={"vestibule": vestibule}, temperature=0, **asked
            )
            self.trace[-1]["model"] = answer.model
        finally:
            self.trace[-1]["seconds"] = round(time.perf_counter() - begun, 3)
        return answer.choices[0].message

    def _ablest(self) -> str:
        """The router's choice where there is a model to choose, else the one that comes with the product."""
        named = [model.id for model in self.client.models.list()]
        own = [n for n in named if n not in ("auto", "extractive", "vestibule-tiny") and "MiniLM" not in n]
        return "auto" if own else "vestibule-tiny"


@dataclass
class Agent:
    name: str
    can: str
    work: Callable[[str, str], str]  # what is to be done and what was found so far, to what it found


@dataclass
class Workflow:
    """`results` are what was found, `problems` what went wrong, both with the agent's name."""

    house: Vestibule
    agents: dict[str, Agent]
    results: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def run(self, goal: str) -> dict[str, Any]:
        names = list(self.agents)
        described = "\n".join(f"{agent.name} - {agent.can}" for agent in self.agents.values())
        plan = self.house.coordinate("plan", names, {"goal": goal, "agents": described})
        steps = plan["steps"] if plan else [{"agent": name, "task": goal} for name in names]
        for step in steps:
            given = {"step": f"{step['agent']}: {step['task']}", "agents": described, "results": self.found}
            order = self.house.coordinate("delegate", names, given)
            self._do(*((order["to"], order["instruction"]) if order else (step["agent"], step["task"])))
        return self._conclude(goal)

    @property
    def found(self) -> str:
        return "\n".join(self.results) or "none"

    def _do(self, name: str, instruction: str) -> None:
        try:
            self.results.append(f"{name} - {self.agents[name].work(instruction, self.found)}")
        except (openai.APIError, ValueError, TypeError, KeyError) as error:  # no answer, or not what it must be
            self.problems.append(f"{name} failed: {_reason(error)}")

    def _conclude(self, goal: str) -> dict[str, Any]:
        """Merged where all went well, else resolved; in plain words of this program where no model is left to ask."""
        names = list(self.agents)
        if not self.problems:
            merged = self.house.coordinate("merge", names, {"goal": goal, "results": self.found})
            if merged:
                return {"ended": "merge", **merged, "results": self.results}
            self.problems.append("the results could not be merged")
        problem = "\n".join(self.problems)
        given = {"goal": goal, "results": self.found, "problem": problem}
        resolved = self.house.coordinate("resolve", names, given)
        said = resolved or self._stated(problem)
        return {"ended": "resolve", **said, "results": self.results, "problems": self.problems}

    def _stated(self, problem: str) -> dict[str, Any]:
        """What `resolve` would have said, as far as a program can."""
        kept = [dict(zip(("agent", "statement"), result.split(" - ", 1), strict=True)) for result in self.results]
        return {
            "outcome": "partial" if kept else "open",
            "statement": f"Found: {self.found}",
            "kept": kept,
            "set_aside": [],
            "missing": [problem],
            "next_step": "Ask again when a model is there.",
        }


class Meters:
    """The tool: sums of the demo portfolio's readings, from its files (`docs/demo-world.md`)."""

    def __init__(self, portfolio: Path) -> None:
        self._described = json.loads((portfolio / "buildings.json").read_text("utf-8"))
        with (portfolio / "readings.csv").open(encoding="utf-8", newline="") as file:
            self._rows = list(csv.DictReader(file))

    @property
    def tool(self) -> dict[str, Any]:
        buildings = [building["id"] for building in self._described["buildings"]]
        properties = {
            "building": {"type": "string", "enum": buildings},
            "utility": {"type": "string", "enum": ["electricity", "gas", "chilled_water"]},
            "month": {"type": "integer", "minimum": 1, "maximum": 12},
        }
        parameters = {"type": "object", "properties": properties, "required": list(properties)}
        said = "Sum of a meter's readings in a month of the recorded year, with the hours that have none."
        function = {"name": "read_meter", "description": said, "parameters": parameters}
        return {"type": "function", "function": function}

    def read_meter(self, building: str, utility: str, month: int) -> str:
        meter = next((m for m in self._described["meters"] if m["id"] == f"{building}.{utility}"), None)
        if meter is None:
            return f"{building} has no {utility} meter"
        # hours are in UTC: for a sum that a bill rests on, take the portfolio's time zone
        hours = [row[meter["id"]] for row in self._rows if row["timestamp"][5:7] == f"{month:02}"]
        there = [float(hour) for hour in hours if hour]
        return (
            f"{building} used {sum(there):.0f} {meter['unit']} {utility} in month {month}; "
            f"{len(hours) - len(there)} of {len(hours)} hours have no reading"
        )


def data_agent(house: Vestibule, meters: Meters) -> Agent:
    """Has one tool, must use it, and says what it read."""

    def work(instruction: str, found: str) -> str:
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": "You read meters of buildings with your tool and say what it returned."},
            {"role": "user", "content": f"{instruction}\n\nFound so far: {found}"},
        ]
        options = {"route": {"task": "lookup"}, **NEITHER}
        asked: dict[str, Any] = {"messages": messages, "tools": [meters.tool], "max_tokens": 160}
        called = house.ask("read", options, tool_choice="required", **asked)
        if not called.tool_calls:
            raise ValueError("it read no meter")
        read = []
        messages.append({"role": "assistant", "content": None, "tool_calls": [c.to_dict() for c in called.tool_calls]})
        for call in called.tool_calls:
            read.append(meters.read_meter(**json.loads(call.function.arguments)))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": read[-1]})
        said = house.ask("say", options, tool_choice="none", **asked)
        return f"{said.content.strip()} (read_meter: {'; '.join(read)})"

    return Agent("data", "reads electricity, gas and chilled water meters, by building and month", work)


def reporter(house: Vestibule, model: str | None) -> Agent:
    def work(instruction: str, found: str) -> str:
        style = "You write two sentences for the manager of a building, from what was found. Repeat figures exactly."
        messages = [
            {"role": "system", "content": style},
            {"role": "user", "content": f"{instruction}\n\nFound so far: {found}"},
        ]
        options = {"route": {"task": "report"}, **NEITHER}
        said = house.ask("report", options, model=model, messages=messages, max_tokens=200)
        return str(said.content).strip()

    return Agent("reporter", "writes what was found for people who run buildings", work)


def _narrow(schema: dict[str, Any], agents: list[str]) -> None:
    """Wherever the schema asks for an agent, only those that are there will do."""
    for name, part in schema.get("properties", {}).items():
        if name in ("agent", "to"):
            part["enum"] = agents
        _narrow(part.get("items", part), agents)


def _reason(error: Exception) -> str:
    return getattr(error, "code", None) or type(error).__name__


def main() -> None:
    home = Path(os.environ.get("VESTIBULE_HOME", "~/.vestibule")).expanduser()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("goal", nargs="?", default=GOAL)
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--key", default="any", help="API key; a demo takes any")
    parser.add_argument("--model", help="by default `auto`: the router decides")
    parser.add_argument("--reporter", metavar="MODEL", help="another one for the reporter")
    parser.add_argument("--portfolio", type=Path, default=home / "demo" / "portfolio")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")
    options = parser.parse_args()
    house = Vestibule(options.url, options.key, options.model)
    agents = [data_agent(house, Meters(options.portfolio)), reporter(house, options.reporter)]
    outcome = Workflow(house, {agent.name: agent for agent in agents}).run(options.goal)
    if options.json:
        print(json.dumps({**outcome, "trace": house.trace}, indent=1))
        return
    for call in house.trace:
        failed = f"  failed: {call['failed']}" if "failed" in call else ""
        print(f"{call['what']:9} {call['task']:13} {call['model'] or '-':20} {call.get('seconds', 0):6.2f} s{failed}")
    print()
    for name, value in outcome.items():
        print(f"{name}: {value if isinstance(value, str | bool) else json.dumps(value, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
