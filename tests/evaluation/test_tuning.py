"""Tuning with answers whose right share is known: the better sampling is found, and none where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from vestibule.core.chat import TaskKind
from vestibule.core.configuration import SamplingPreset
from vestibule.core.errors import InvalidRequest
from vestibule.evaluation import Case, Expected, Ledger, Question, Sample, grid, schedule, tune
from vestibule.evaluation.tuning import IN_FORCE

KINDS: tuple[TaskKind, ...] = ("lookup", "analysis", "report")
PRESETS = grid((0.0, 0.5, 1.0), (1.0, 0.5))
BEST = SamplingPreset(0.5, 0.5)


def cases(count: int) -> list[Case]:
    return [Case(f"case {n}", Expected(contains="x"), f"Question {n}?", task=KINDS[n % 3]) for n in range(count)]


class Answers:
    """Right as often as `share` says for a preset, by the question's own dice."""

    def __init__(self, share: Callable[[SamplingPreset], float]) -> None:
        self.share = share
        self.asked: list[Question] = []

    def __call__(self, questions: Sequence[Question]) -> Iterator[Sample]:
        for question in reversed(questions):
            self.asked.append(question)
            right = Random(question.key).random() < self.share(question.preset)
            yield Sample(question.key, question.case.id, () if right else ("wrong",), 0.1)


def better(preset: SamplingPreset) -> float:
    return 0.9 if preset == BEST else 0.4


def test_the_better_sampling_is_found_and_surely_so() -> None:
    planned = schedule(cases(60), PRESETS, seeds=3, budget=10_000)
    told = tune("m", planned, Answers(better), Ledger())
    assert told.best.preset == BEST
    assert told.is_sure
    assert 0 < told.interval.low <= told.difference <= told.interval.high
    assert told.best.interval.low < told.best.share < told.best.interval.high
    assert [len(rung) for rung in told.rungs] == [5, 3, 2]
    assert set(told.tasks) == set(KINDS)


def test_where_all_are_the_same_none_is_surely_better() -> None:
    planned = schedule(cases(60), PRESETS, seeds=3, budget=10_000)
    sure = sum(tune("m", planned, Answers(lambda _: 0.5), Ledger(), seed=1000 * n).is_sure for n in range(20))
    assert sure <= 3
    assert not tune("m", planned, Answers(lambda _: 1.0), Ledger()).is_sure


def test_a_handful_of_cases_is_no_proof() -> None:
    planned = schedule(cases(9), PRESETS, seeds=3, budget=10_000)
    told = tune("m", planned, Answers(lambda preset: float(preset == BEST)), Ledger())
    assert (told.best.preset, told.difference) == (BEST, 1.0)
    assert not told.is_sure


def test_what_is_chosen_is_compared_on_other_cases_and_seeds() -> None:
    answers = Answers(better)
    planned = schedule(cases(30), PRESETS, seeds=2, budget=10_000)
    tune("m", planned, answers, Ledger())
    assert len(answers.asked) == planned.requests == len({q.key for q in answers.asked})
    in_force = [q for q in answers.asked if q.preset == IN_FORCE]
    compared = {q.case.id for q in in_force}
    seeds = {q.seed for q in in_force}
    screened = [q for q in answers.asked if q.case.id not in compared]
    assert {q.case.id for q in screened}.isdisjoint(compared)
    assert {q.seed for q in screened}.isdisjoint(seeds)
    assert len(seeds) == 2


def test_a_budget_takes_seeds_first_then_cases_and_never_more_than_it_has() -> None:
    whole = schedule(cases(60), PRESETS, seeds=4, budget=10_000)
    assert (len(whole.screening), len(whole.comparing), whole.seeds) == (30, 30, 4)
    fewer_seeds = schedule(cases(60), PRESETS, seeds=4, budget=450)
    assert (len(fewer_seeds.screening), fewer_seeds.seeds) == (30, 2)
    fewer_cases = schedule(cases(60), PRESETS, seeds=4, budget=120)
    assert fewer_cases.requests <= 120
    assert 4 <= len(fewer_cases.screening) < 30
    assert {case.task for case in fewer_cases.screening} == set(KINDS)
    for planned in (whole, fewer_seeds, fewer_cases):
        answers = Answers(better)
        tune("m", planned, answers, Ledger())
        assert len(answers.asked) == planned.requests
    with pytest.raises(InvalidRequest, match="do not pay for 5 presets on 8 cases"):
        schedule(cases(60), PRESETS, seeds=4, budget=20)
    with pytest.raises(InvalidRequest, match="two cases of a kind"):
        schedule(cases(1), PRESETS, seeds=1, budget=100)


def test_a_grid_has_each_sampling_once() -> None:
    assert grid((0.0, 0.7), (1.0, 0.9)) == (
        SamplingPreset(0.0),
        SamplingPreset(0.7, 1.0),
        SamplingPreset(0.7, 0.9),
    )


class Broken(Answers):
    """Fails after some answers."""

    def __call__(self, questions: Sequence[Question]) -> Iterator[Sample]:
        for at, sample in enumerate(super().__call__(questions)):
            if at == 7:
                raise ConnectionError
            yield sample


def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    planned = schedule(cases(30), PRESETS, seeds=2, budget=10_000)
    with pytest.raises(ConnectionError):
        tune("m", planned, Broken(better), Ledger(path))
    with path.open("ab") as file:
        file.write(b'{"key": "half a li')
    assert len(Ledger(path)) == 7
    answers = Answers(better)
    again = tune("m", planned, answers, Ledger(path))
    assert len(answers.asked) == planned.requests - 7
    assert again == tune("m", planned, Answers(better), Ledger())
    nothing = Answers(better)
    assert tune("m", planned, nothing, Ledger(path)) == again
    assert nothing.asked == []


def test_progress_is_told_and_results_of_something_else_are_refused(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    planned = schedule(cases(12), PRESETS, seeds=1, budget=1_000)
    tune("m", planned, Answers(better), Ledger(), report=lambda *step: told.append(step))
    assert told[-1] == ("comparison", 12, 12)
    assert {stage for stage, _, _ in told} == {*(f"screening {n} of 3" for n in (1, 2, 3)), "comparison"}
    (tmp_path / "other.jsonl").write_text('{"some": "thing"}\n')
    with pytest.raises(InvalidRequest, match=r"other.jsonl holds something"):
        Ledger(tmp_path / "other.jsonl")
