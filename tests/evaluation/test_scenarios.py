"""The shipped set over a generated world: its answers are those of the files, worked out here another way."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest

from vestibule.core.errors import NotFound
from vestibule.demo.loading import write_world
from vestibule.evaluation import Answer, Case, building_scenarios, judge, read_cases
from vestibule.evaluation.case import written

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "demo"
    write_world(folder, 11)
    return folder


@pytest.fixture(scope="module")
def cases(demo: Path) -> tuple[Case, ...]:
    return building_scenarios(demo, count=60)


def by_month(demo: Path, meter: str) -> dict[int, list[float]]:
    """Readings by the month of their hour in Berlin."""
    found: dict[int, list[float]] = {}
    with (demo / "portfolio" / "readings.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            local = datetime.fromisoformat(row["timestamp"]).astimezone(BERLIN)
            if row[meter] and local.year == 2025:
                found.setdefault(local.month, []).append(float(row[meter]))
    return found


def test_the_same_seed_draws_the_same_of_every_sort(demo: Path, cases: tuple[Case, ...]) -> None:
    assert building_scenarios(demo, count=60) == cases
    assert building_scenarios(demo, count=60, seed=1) != cases
    assert len({case.id for case in cases}) == len(cases) == 60
    sorts = Counter(case.id.partition(" ")[0] for case in cases)
    assert set(sorts) == {"sum", "fact", "most", "cause", "report", "delegate"}
    assert min(sorts.values()) >= 5
    assert {case.task for case in cases} == {"lookup", "analysis", "report", "coordination"}


def test_sums_and_costs_are_those_of_the_readings(demo: Path, cases: tuple[Case, ...]) -> None:
    described = json.loads((demo / "portfolio" / "buildings.json").read_text())
    tariffs = {tariff["id"]: tariff["electricity_eur_per_kwh"] for tariff in described["tariffs"]}
    prices = {building["id"]: tariffs[building["tariff"]] for building in described["buildings"]}
    looked = 0
    for case in cases:
        sort, meter, month = [*case.id.split(), "", ""][:3]
        if sort in ("sum", "report"):
            used = sum(by_month(demo, meter)[int(month)])
            values = [figure.value for figure in case.expect.figures]
            assert values == pytest.approx([used, used * prices[meter.partition(".")[0]]][: len(values)])
            looked += 1
    assert looked >= 10


def test_what_is_asked_for_can_be_answered_and_a_wrong_name_is_no_answer(demo: Path, cases: tuple[Case, ...]) -> None:
    names = [b["name"] for b in json.loads((demo / "portfolio" / "buildings.json").read_text())["buildings"]]
    for case in (case for case in cases if case.id.startswith("most ")):
        right = [name for name in names if judge(case, Answer(f"It was {name}, then the others.")) == ()]
        assert len(right) == 1
        other = next(name for name in names if name != right[0])
        assert judge(case, Answer(f"{other} used more than {right[0]}.")) != ()


def test_causes_are_those_that_were_planted(demo: Path, cases: tuple[Case, ...]) -> None:
    events = json.loads((demo / "truth.json").read_text())["events"]
    for case in (case for case in cases if case.id.startswith("cause ")):
        _, building, day = case.id.split()
        (event,) = [e for e in events if e["building"] == building and e["start"].startswith(day)]
        assert judge(case, Answer(f"The {event['words'][0]} was at fault.")) == ()
        assert judge(case, Answer("Nobody knows.")) != ()
        assert re.search(r"so (high|low) around \d+ [A-Z]\w+ 2025\?$", case.question or "")


def test_work_is_handed_to_one_agent_in_the_form_of_the_template(cases: tuple[Case, ...]) -> None:
    for case in (case for case in cases if case.id.startswith("delegate ")):
        to = case.id.split()[1]
        answer = {"to": to, "instruction": "Do it.", "expects": "a figure", "within_s": 30}
        assert case.answer_schema is not None
        assert jsonschema_rs.is_valid(case.answer_schema, answer)
        assert judge(case, Answer(json.dumps(answer))) == ()
        other = answer | {"to": "documents" if to != "documents" else "meters"}
        assert jsonschema_rs.is_valid(case.answer_schema, other)
        assert judge(case, Answer(json.dumps(other))) != ()
        assert not case.grounded
        assert "none" in case.turns[-1].content


def test_the_set_can_be_kept_and_read_again(tmp_path: Path, cases: tuple[Case, ...]) -> None:
    (tmp_path / "set.jsonl").write_bytes(written(cases))
    assert read_cases(tmp_path / "set.jsonl") == cases


def test_without_a_portfolio_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"vestibule demo.*--set FILE"):
        building_scenarios(tmp_path, count=10)
