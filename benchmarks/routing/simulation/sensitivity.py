"""Each main assumption at half and double: scored anew where decisions cannot depend on it, run anew where they can."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmarks.routing.simulation.assumptions import Assumptions, Level, changed
from benchmarks.routing.simulation.judging import essence
from benchmarks.routing.simulation.report import Varied
from benchmarks.routing.simulation.running import Run, run

TIMES = (0.5, 2.0)
Change = Callable[[Assumptions, float], Assumptions]


def _scaled(*paths: str) -> Change:
    def change(assumptions: Assumptions, times: float) -> Assumptions:
        for path in paths:
            assumptions = changed(assumptions, path, _at(assumptions, path) * times)
        return assumptions

    return change


def _at(assumptions: Assumptions, path: str) -> float:
    value: object = assumptions
    for part in path.split("/"):
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    assert isinstance(value, int | float)
    return value


def _gap(assumptions: Assumptions, times: float) -> Assumptions:
    """How much less the local models can than the best cloud."""
    able = assumptions.quality.able
    best = able[assumptions.best_cloud]
    for model in assumptions.local:
        assumptions = changed(assumptions, f"quality/able/{model}", best - (best - able[model]) * times)
    return assumptions


def _classes(assumptions: Assumptions, times: float) -> Assumptions:
    """The share of turns that bring something restricted; what is internal makes room."""
    for kind, work in assumptions.kinds.items():
        restricted = min(work.classes["restricted"] * times, work.classes["restricted"] + work.classes["internal"])
        shares: dict[Level, float] = work.classes | {
            "restricted": restricted,
            "internal": work.classes["internal"] - (restricted - work.classes["restricted"]),
        }
        assumptions = changed(assumptions, f"kinds/{kind}/classes", shares)
    return assumptions


def _failures(assumptions: Assumptions, times: float) -> Assumptions:
    paths = (f"models/{model}/fail/{how}" for model in assumptions.models for how in ("limited", "error", "cut"))
    return _scaled(*paths)(assumptions, times)


def _of_models(names: Callable[[Assumptions], tuple[str, ...]], *fields: str) -> Change:
    def change(assumptions: Assumptions, times: float) -> Assumptions:
        return _scaled(*(f"models/{name}/{field}" for name in names(assumptions) for field in fields))(
            assumptions, times
        )

    return change


def _local(assumptions: Assumptions) -> tuple[str, ...]:
    return assumptions.local


def _cloud(assumptions: Assumptions) -> tuple[str, ...]:
    return assumptions.cloud


def _of_kinds(field: str) -> Change:
    def change(assumptions: Assumptions, times: float) -> Assumptions:
        return _scaled(*(f"kinds/{kind}/{field}" for kind in assumptions.kinds))(assumptions, times)

    return change


def _difficulty(assumptions: Assumptions, times: float) -> Assumptions:
    """The odds of the mean of the beta distributions, with as much in them."""
    for kind, work in assumptions.kinds.items():
        a, b = work.difficulty
        share = a * times / (a * times + b)
        assumptions = changed(assumptions, f"kinds/{kind}/difficulty", [share * (a + b), (1 - share) * (a + b)])
    return assumptions


def _prices(assumptions: Assumptions, times: float) -> Assumptions:
    paths = (f"models/{m}/prices/{p}" for m in assumptions.cloud for p in ("input", "cached", "output"))
    return _scaled(*paths)(assumptions, times)


def _watts(assumptions: Assumptions, times: float) -> Assumptions:
    return _scaled(*(f"energy/watts/{m}/{p}" for m in assumptions.energy.watts for p in ("busy", "idle")))(
        assumptions, times
    )


SCORED: Mapping[str, Change] = {
    "prices of the clouds": _prices,
    "watts at home": _watts,
    "price of a kWh": _scaled("energy/eur_per_kwh"),
    "slope of quality": _scaled("quality/slope"),
    "what local models lack": _gap,
}
"""The product was told other prices and watts, and would decide a little differently: it was told the assumed ones."""
RUN: Mapping[str, Change] = {
    "think times": _scaled("sessions/think_s/people/median", "sessions/think_s/agents/median"),
    "restricted turns": _classes,
    "odds of difficulty": _difficulty,
    "failures": _failures,
    "pace at home": _of_models(_local, "tokens_per_s", "reads_per_s"),
    "delay outside": _of_models(_cloud, "first_s"),
    "length of answers": _of_kinds("answer"),
    "length of context": _of_kinds("context"),
}


def varied(
    assumptions: Assumptions, ran: Run, seconds: float, seed: int, told: Callable[[Varied], None]
) -> Iterator[Varied]:
    """The table, row by row; runs of `seconds` each, none where that is 0. `told` hears of each at once."""
    for what, change in SCORED.items():
        for times in TIMES:
            yield _row(what, times, change(assumptions, times), ran, told, rerun=False)
    if not seconds:
        return
    yield _row("nothing", 1, assumptions, run(assumptions, seconds, seed), told, rerun=True)
    for what, change in RUN.items():
        for times in TIMES:
            other = change(assumptions, times)
            yield _row(what, times, other, run(other, seconds, seed), told, rerun=True)


def _row(
    what: str, times: float, assumptions: Assumptions, ran: Run, told: Callable[[Varied], None], *, rerun: bool
) -> Varied:
    row = Varied(what, f"{times:g}", rerun, essence(assumptions, ran))
    told(row)
    return row
