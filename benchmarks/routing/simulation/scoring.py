"""What a policy is worth on a trace: share at home, quality, cost, latency, with intervals; and the others beside it.

Quality and cost are expected values by the assumptions' tables, from who answered and how hard the question really was.
Intervals are bootstrapped over sessions (Efron 1979), as requests of one session are alike. Asks nobody anything.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from benchmarks.routing.simulation.assumptions import CACHED_FROM, HOUR_S, Assumptions
from benchmarks.routing.simulation.driving import Got
from benchmarks.routing.simulation.trace import Turn

Floats = npt.NDArray[np.float64]
RESAMPLED = 400
SHUFFLES = 40
POINTS = 20


class Figure(msgspec.Struct, frozen=True):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class Asked(NamedTuple):
    """One request and what became of it."""

    turn: Turn
    got: Got


class Spent(msgspec.Struct, frozen=True):
    """EUR of the world and kWh, of a whole policy."""

    cloud_eur: float
    energy_eur: float
    machines_eur: float
    kwh: float

    @property
    def eur(self) -> float:
        return self.cloud_eur + self.energy_eur + self.machines_eur


Choice = Callable[[Sequence[Asked], random.Random], list[str]]
"""Which model each request goes to."""


def joined(trace: Sequence[Sequence[Turn]], got: Sequence[Got]) -> list[Asked]:
    turns = {turn.thread: turn for session in trace for turn in session}
    return [Asked(turns[one.thread], one) for one in got]


def stays(one: Asked) -> bool:
    """Whether no byte of it was cleared to leave, and it was answered at home."""
    return not one.got.left and one.got.location != "cloud"


def good(assumptions: Assumptions, one: Asked, model: str) -> float:
    """How probably an answer of `model` to it is good enough. One that a budget of tokens ended is not."""
    if one.got.truncated:
        return 0.0
    return assumptions.quality.good(model, one.turn.kind, one.turn.difficulty)


def qualities(assumptions: Assumptions, asked: Sequence[Asked], models: Sequence[str]) -> Floats:
    """0 where there was no answer, which is said by an empty name."""
    return np.array([good(assumptions, one, m) if m else 0.0 for one, m in zip(asked, models, strict=True)])


def answered_by(asked: Sequence[Asked], _: random.Random | None = None) -> list[str]:
    """Whom the product chose; nobody where there was no answer."""
    return ["" if one.got.error else one.got.model for one in asked]


def always(model: str) -> Choice:
    return lambda asked, _: [model] * len(asked)


def shuffled(assumptions: Assumptions) -> Choice:
    """The same models as often, given at random: outside only what may leave, and as many of it."""

    def choose(asked: Sequence[Asked], rng: random.Random) -> list[str]:
        chosen = answered_by(asked)
        outside = [model for model in chosen if assumptions.is_cloud(model)]
        inside = [model for model in chosen if not assumptions.is_cloud(model)]
        may_leave = [at for at, one in enumerate(asked) if one.turn.level != "restricted"]
        leaves = set(rng.sample(may_leave, min(len(outside), len(may_leave))))
        inside += outside[len(leaves) :]
        rng.shuffle(outside)
        rng.shuffle(inside)
        return [outside.pop() if at in leaves else inside.pop() for at in range(len(asked))]

    return choose


def by_length(assumptions: Assumptions) -> Choice:
    """The longest of what may leave goes to the best cloud, as often as the product did; the longer half of the rest to
    the large model."""

    def choose(asked: Sequence[Asked], _: random.Random) -> list[str]:
        share = sum(assumptions.is_cloud(model) for model in answered_by(asked))
        order = sorted(range(len(asked)), key=lambda at: -len(asked[at].turn.question))
        leaves = set([at for at in order if asked[at].turn.level != "restricted"][:share])
        rest = [at for at in order if at not in leaves]
        long = set(rest[: len(rest) // 2])
        best, large, small = assumptions.best_cloud, assumptions.large, assumptions.small
        return [best if at in leaves else large if at in long else small for at in range(len(asked))]

    return choose


def oracle(assumptions: Assumptions) -> Choice:
    """As often outside as the product, but knowing how hard each question is: what nobody can do. Speed aside."""

    def choose(asked: Sequence[Asked], _: random.Random) -> list[str]:
        def best(names: Sequence[str], one: Asked) -> tuple[float, str]:
            return max((good(assumptions, one, name), name) for name in names)

        inside, outside = [[best(names, one) for one in asked] for names in (assumptions.local, assumptions.cloud)]
        share = sum(assumptions.is_cloud(model) for model in answered_by(asked))
        may_leave = [at for at, one in enumerate(asked) if one.turn.level != "restricted"]
        leaves = set(sorted(may_leave, key=lambda at: inside[at][0] - outside[at][0])[:share])
        return [(outside if at in leaves else inside)[at][1] for at in range(len(asked))]

    return choose


def cloud_cost(
    assumptions: Assumptions, asked: Sequence[Asked], models: Sequence[str], *, cached: bool = False
) -> Floats:
    """EUR of each request outside. `cached`: a long history is billed as read before, as where all of it goes there."""
    costs = []
    for one, model in zip(asked, models, strict=True):
        history = one.turn.history_tokens if cached and one.turn.history_tokens >= CACHED_FROM else 0
        costs.append(
            assumptions.billed(model, one.turn.prompt_tokens, one.turn.answer_tokens, history) if model else 0.0
        )
    return np.array(costs)


def spent_at_home(assumptions: Assumptions, busy_s: Mapping[str, float], elapsed_s: float, cloud_eur: float) -> Spent:
    """Seconds are those of the run."""
    factor = assumptions.clock.factor
    world_busy = {name: seconds * factor for name, seconds in busy_s.items()}
    kwh = assumptions.kwh(world_busy, elapsed_s * factor)
    return Spent(cloud_eur, kwh * assumptions.energy.eur_per_kwh, assumptions.machines(elapsed_s * factor), kwh)


def bootstrap(
    asked: Sequence[Asked], measure: Callable[[npt.NDArray[np.intp]], float], seed: int = 0, times: int = RESAMPLED
) -> Figure:
    """`measure` of the rows, and of the rows of sessions drawn with replacement."""
    rows_of: dict[int, list[int]] = {}
    for at, one in enumerate(asked):
        rows_of.setdefault(one.turn.session, []).append(at)
    sessions = [np.array(rows) for rows in rows_of.values()]
    rng = np.random.default_rng(seed)
    every = np.arange(len(asked))
    drawn = [
        measure(np.concatenate([sessions[at] for at in rng.integers(0, len(sessions), len(sessions))]))
        for _ in range(times)
    ]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return Figure(float(measure(every)), float(low), float(high))


def mean(asked: Sequence[Asked], values: Floats) -> Figure:
    return bootstrap(asked, lambda rows: float(values[rows].mean()))


def ratio(asked: Sequence[Asked], above: Floats, below: Floats) -> Figure:
    return bootstrap(asked, lambda rows: float(above[rows].sum() / below[rows].sum()))


def percentile(asked: Sequence[Asked], values: Floats, share: float) -> Figure:
    """NaN are left out."""
    return bootstrap(asked, lambda rows: float(np.nanpercentile(values[rows], share)))


def expected(
    asked: Sequence[Asked], usual: Callable[[Got], float | None], p95: Callable[[Got], float | None]
) -> Floats:
    """What was predicted of each request as `POINTS` equally probable values, one row each: lognormal with the median
    and the 95th percentile that were told; the median alone where no percentile was. NaN where nothing was."""
    median, most = numbers(asked, usual), numbers(asked, p95)
    spread = np.log(np.where(most > median, most, median) / median) / NormalDist().inv_cdf(0.95)
    points = np.array([NormalDist().inv_cdf((at + 0.5) / POINTS) for at in range(POINTS)])
    return np.asarray(median[:, None] * np.exp(np.nan_to_num(spread)[:, None] * points), dtype=np.float64)


def error_of_p95(asked: Sequence[Asked], predicted: Floats, observed: Floats) -> Figure | None:
    """By how much the p95 of what was predicted differs from that of what was observed, of requests that have both."""
    both = ~np.isnan(predicted[:, 0]) & ~np.isnan(observed)
    if both.sum() < 20:
        return None
    foreseen, seen = np.where(both[:, None], predicted, np.nan), np.where(both, observed, np.nan)
    return bootstrap(
        asked, lambda rows: float(np.nanpercentile(foreseen[rows], 95) / np.nanpercentile(seen[rows], 95) - 1)
    )


def within(asked: Sequence[Asked], p95: Floats, observed: Floats) -> Figure | None:
    """How many came within the 95th percentile that was told of them."""
    both = ~np.isnan(p95) & ~np.isnan(observed)
    if both.sum() < 20:
        return None
    kept = np.where(both, observed <= p95, np.nan)
    return bootstrap(asked, lambda rows: float(np.nanmean(kept[rows])))


def mixed_qualities(assumptions: Assumptions, asked: Sequence[Asked], choose: Choice, seed: int = 0) -> Floats:
    """Of each request, the mean over `SHUFFLES` draws of the choice."""
    rng = random.Random(seed)
    drawn = np.array([qualities(assumptions, asked, choose(asked, rng)) for _ in range(SHUFFLES)])
    return np.asarray(drawn.mean(axis=0), dtype=np.float64)


def world_hours(assumptions: Assumptions, elapsed_s: float) -> float:
    return elapsed_s * assumptions.clock.factor / HOUR_S


def numbers(asked: Sequence[Asked], read: Callable[[Got], float | None]) -> Floats:
    """NaN where there is none."""
    values = (None if one.got.error else read(one.got) for one in asked)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
