"""Cases about a portfolio, drawn by seed: sums, comparisons, causes, reports, facts of documents, and handing work on.

Forecasts, strategies and code are not among them: nothing in the portfolio's files says what is right there.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import TypeVar

from vestibule.evaluation.case import Case, Expected, Figure, Turn
from vestibule.evaluation.scenarios.portfolio import DemoPortfolio, Event, Meter
from vestibule.generation.agents import agent_templates, completed

_T = TypeVar("_T")

LEAST = 100.0  # of the meter's unit: sums below are noise
CLEAR = 1.05  # by how much the first must lead the second to be asked for
AGENTS = {
    "meters": "reads electricity, gas and chilled water meters",
    "documents": "searches manuals, maintenance logs and leases",
    "work-orders": "opens and closes work orders for technicians",
}
STEPS = {
    "meters": ("Sum the {utility} meter of {building} for {month}.", "Find the highest hour of {building} in {month}."),
    "documents": ("Find what the manual of {building} says about the night setback.",
                  "Look up in the log of {building} when the filter was replaced in {month}."),
    "work-orders": ("Have a technician check the damper at {building} before the end of {month}.",
                    "Close the order for the boiler of {building}: it was repaired in {month}."),
}  # fmt: skip


def building_scenarios(demo: Path, *, count: int, seed: int = 0) -> tuple[Case, ...]:
    """Up to `count` different cases, as evenly of each sort as there are; a pure function of the files and `seed`.
    Blocks. Raise `NotFound` where there is no demo portfolio in that folder."""
    drawn = _Draw(DemoPortfolio.load(demo), Random(f"evaluation {seed}"))
    sorts = [drawn.sums(), drawn.facts(), drawn.rankings(), drawn.causes(), drawn.reports(), drawn.orders()]
    cases: dict[str, Case] = {}
    for turn in zip_longest(*sorts):
        for case in turn:
            if case is not None:
                cases.setdefault(case.id, case)
        if len(cases) >= count:
            break
    return tuple(cases.values())[:count]


class _Draw:
    def __init__(self, portfolio: DemoPortfolio, random: Random) -> None:
        self._portfolio = portfolio
        self._random = random

    def sums(self) -> Iterator[Case]:
        for meter, month in self._months():
            used = self._sum(meter, month)
            if used is not None and used >= LEAST:
                asked = self._random.choice(
                    (
                        "How much {utility} did {building} use in {month}?",
                        "What was the {utility} consumption of {building} in {month}?",
                        "Give me the {utility} total of {building} for {month}.",
                    )
                )
                expect = Expected(number=Figure(used, unit=meter.unit))
                yield Case(f"sum {meter.id} {month}", expect, self._said(asked, meter, month), task="lookup")

    def facts(self) -> Iterator[Case]:
        facts = self._portfolio.truth.document_facts
        for number, fact in self._shuffled(list(enumerate(facts, 1))):
            yield Case(f"fact {number}", Expected(citation=fact.quote), fact.question, task="lookup")

    def rankings(self) -> Iterator[Case]:
        for meter, month in self._months():
            of_all = [m for m in self._portfolio.described.meters if m.utility == meter.utility]
            used = {m.building: self._sum(m, month) for m in of_all}
            order = sorted(((value, b) for b, value in used.items() if value is not None), reverse=True)
            if len(order) == len(of_all) > 2 and order[0][0] > CLEAR * order[1][0]:
                first, *others = (re.escape(self._portfolio.name(b)) for _, b in order)
                expect = Expected(regex=rf"^(?:(?!{'|'.join(others)}).)*{first}")
                asked = self._said("Which building used the most {utility} in {month}?", meter, month)
                yield Case(f"most {meter.utility} {month}", expect, asked, task="analysis")

    def causes(self) -> Iterator[Case]:
        events = [e for e in self._portfolio.truth.events if e.direction != "missing" and e.utilities]
        for event in self._shuffled(events):
            words = "|".join(map(re.escape, event.words))
            identity = f"cause {event.building} {event.start:%Y-%m-%d}"
            yield Case(identity, Expected(regex=rf"\b(?:{words})"), self._why(event), task="analysis")

    def reports(self) -> Iterator[Case]:
        for meter, month in self._months():
            used = self._sum(meter, month)
            if meter.utility == "electricity" and used is not None:
                cost = used * self._portfolio.electricity_price(meter.building)
                asked = (
                    "Report on {building} in {month} in two sentences: how much electricity it used, what that cost."
                )
                expect = Expected(number=(Figure(used, unit="kWh"), Figure(cost, unit="EUR")))
                yield Case(f"report {meter.id} {month}", expect, self._said(asked, meter, month), task="report")

    def orders(self) -> Iterator[Case]:
        """A step and the agent that it is for, in the form of the template `delegate`."""
        template = next(t for t in agent_templates() if t.name == "delegate")
        described = "\n".join(f"{name} - {can}" for name, can in AGENTS.items())
        properties = template.schema["properties"]
        asked = template.schema | {"properties": properties | {"to": {"type": "string", "enum": list(AGENTS)}}}
        for meter, month in self._months():
            to = self._random.choice(list(AGENTS))
            step = self._said(self._random.choice(STEPS[to]), meter, month)
            turn = completed(template, {"step": step, "agents": described, "results": "none"})
            right = asked | {"properties": asked["properties"] | {"to": {"const": to}}}
            yield Case(
                f"delegate {to} {meter.id} {month}",
                Expected(json_schema=right),
                messages=(Turn("system", template.system), Turn("user", turn)),
                task="coordination",
                answer_schema=asked,
                grounded=False,
                max_tokens=template.max_tokens,
            )

    def _why(self, event: Event) -> str:
        building, utility = self._portfolio.name(event.building), event.utilities[0].replace("_", " ")
        how = "so high" if event.direction == "high" else "so low"
        return f"Why was the {utility} use of {building} {how} around {event.start.day} {event.start:%B %Y}?"

    def _said(self, asked: str, meter: Meter, month: int) -> str:
        return asked.format(
            utility=meter.utility.replace("_", " "),
            building=self._portfolio.name(meter.building),
            month=f"{calendar.month_name[month]} {self._portfolio.truth.year}",
        )

    def _sum(self, meter: Meter, month: int) -> float | None:
        """None where a reading is missing: then there is more than one right answer."""
        hours = self._portfolio.of_month(meter, month)
        return None if None in hours else sum(value for value in hours if value is not None)

    def _months(self) -> Iterator[tuple[Meter, int]]:
        pairs = [(meter, month) for meter in self._portfolio.described.meters for month in range(1, 13)]
        return iter(self._shuffled(pairs))

    def _shuffled(self, values: list[_T]) -> list[_T]:
        return self._random.sample(values, len(values))
