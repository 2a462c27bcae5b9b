"""The models of a team, scripted: what a planner, a data agent and a reporter would say. Knows no product."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tests.egress.servers.speech import Asked, Call, Reply, Speech

GOAL = "How much electricity did Pier House use in July 2025, and what should its manager be told?"
REPORT = "Pier House kept within its usual use in July. Nothing needs to be done."


@dataclass
class Worker(Speech):
    """Calls the tool for July where it must, and repeats what the tool said; else reports."""

    def _reply(self, asked: Asked) -> Reply:
        if asked.tools and not asked.answered_by_tool:
            self.said.append("read_meter")
            return Reply(calls=(Call("read_meter", {"building": "pierhouse", "utility": "electricity", "month": 7}),))
        read = re.search(r"pierhouse used \d+ kWh electricity", asked.prompt)
        said = f"The meter says: {read[0]}." if asked.answered_by_tool and read else REPORT
        self.said.append(said)
        return Reply(said)


@dataclass
class Planner(Worker):
    """Answers each template as its schema wants, with the data agent first and the reporter after it; where no schema
    is asked for it works itself."""

    def _reply(self, asked: Asked) -> Reply:
        wanted = (asked.schema or {}).get("properties")
        if not isinstance(wanted, dict):
            return super()._reply(asked)
        said = json.dumps(self._said(asked, set(wanted)))
        self.said.append(said)
        return Reply(said)

    def _said(self, asked: Asked, wanted: set[str]) -> dict[str, object]:
        if "steps" in wanted:
            goal = re.search(r"^Goal: (.+)$", asked.prompt, re.MULTILINE)
            task = f"Your part of this: {goal[1] if goal else GOAL}"
            steps = [
                {"id": 1, "agent": "data", "task": task, "needs": []},
                {"id": 2, "agent": "reporter", "task": task, "needs": [1]},
            ]
            return {"steps": steps, "done_when": "The manager knows."}
        if "to" in wanted:
            step = re.search(r"^Step: (data|reporter): (.+)$", asked.prompt, re.MULTILINE)
            assert step, "the step names its agent"
            return {"to": step[1], "instruction": step[2], "expects": "a sentence", "within_s": 30}
        return self._conclusion(asked, "outcome" in wanted)

    def _conclusion(self, asked: Asked, resolves: bool) -> dict[str, object]:
        """Takes over what stands in the prompt: the results that are there, the agents that failed."""
        results = re.findall(r"^(data|reporter) - (?!reads|writes)(.{1,200})", asked.prompt, re.MULTILINE)
        kept = [{"agent": agent, "statement": statement} for agent, statement in results]
        if not resolves:
            return {"summary": results[0][1], "findings": kept, "missing": [], "complete": True}
        failed = re.findall(r"^(data|reporter) failed: (.{1,100})", asked.prompt, re.MULTILINE)
        return {
            "outcome": "partial" if kept else "open",
            "statement": results[0][1] if results else "Nothing could be found.",
            "kept": kept,
            "set_aside": [{"agent": agent, "reason": reason} for agent, reason in failed],
            "missing": [f"what the {agent} agent was asked for" for agent, _ in failed],
            "next_step": "Ask again when its model is back.",
        }
