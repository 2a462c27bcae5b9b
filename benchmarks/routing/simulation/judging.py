"""Every policy on the trace that the product served, and the figures that were asked for, with what they should be."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from benchmarks.routing.simulation import scoring
from benchmarks.routing.simulation.assumptions import Assumptions
from benchmarks.routing.simulation.running import Run
from benchmarks.routing.simulation.scoring import Asked, Choice, Figure, Floats, Spent

PRODUCT = "auto (the product)"
WINDOW = 1000
BELIEVED = 0.05


class Worth(msgspec.Struct, frozen=True):
    """One policy. `kept` is the share of the requests that stay at home, `kept_restricted` that of the restricted ones;
    `cost` is its cost by that of all in the best cloud. Seconds are those of the world, p95; `measured` says whether
    they were taken with a clock or drawn from such."""

    kept: Figure
    kept_restricted: Figure
    quality: Figure
    cost: Figure
    first_s: Figure | None
    finish_s: Figure | None
    measured: bool
    spent: Spent


class Check(msgspec.Struct, frozen=True):
    """A figure that was asked for: met by its value, and surely where its interval is on the same side."""

    what: str
    wanted: str
    value: Figure
    met: bool
    surely: bool


class Judgement(msgspec.Struct, frozen=True):
    requests: int
    seconds: float
    errors: dict[str, int]
    truncated: int
    policies: dict[str, Worth]
    checks: list[Check]
    better_than_random: Figure
    against_cheapest: Figure
    most_of_a_window: float
    reported_cost_eur: float
    billed_eur: float
    latency_errors: dict[str, Figure | None]
    latency_by_model: dict[str, dict[str, float]]
    by_kind: dict[str, dict[str, float]]
    classes: dict[str, dict[str, int]]
    reasons: dict[str, int]
    searched: int
    leaked: int


def judge(assumptions: Assumptions, ran: Run, named: Mapping[str, Run]) -> Judgement:
    """`named` are runs in which everything asked for one model, by its name."""
    asked = scoring.joined(ran.traced, ran.got)
    billed = _billed(assumptions, ran)
    costs = scoring.cloud_cost(assumptions, asked, [assumptions.best_cloud] * len(asked), cached=True)
    slowdowns = _slowdowns(assumptions, [ran, *named.values()])
    policies = {PRODUCT: _product(assumptions, ran, asked, billed, costs)}
    choices = _choices(assumptions)
    for name, choice in choices.items():
        policies[name] = _worth(assumptions, ran, asked, choice, costs, slowdowns, named.get(name))
    cheapest = min(
        (scoring.cloud_cost(assumptions, asked, [m] * len(asked), cached=True) for m in assumptions.cloud),
        key=lambda values: float(values.sum()),
    )
    spent = policies[PRODUCT].spent
    chosen = scoring.qualities(assumptions, asked, scoring.answered_by(asked))
    random_ = scoring.mixed_qualities(assumptions, asked, choices["random, same cloud share"])
    better = scoring.mean(asked, chosen - random_)
    latencies = _latency_errors(assumptions, ran, asked)
    return Judgement(
        len(asked),
        ran.seconds,
        dict(Counter(one.got.error for one in asked if one.got.error)),
        sum(one.got.truncated for one in asked),
        policies,
        _checks(assumptions, ran, asked, policies, better, latencies),
        better,
        _cost(asked, _each(asked, billed), spent, cheapest),
        _most_of_a_window(asked),
        sum(one.got.cost_eur for one in asked),
        spent.cloud_eur,
        latencies,
        _latency_by_model(assumptions, asked),
        _by_kind(assumptions, asked),
        _classes(asked),
        dict(Counter(_kind_of_reason(one.got.reason) for one in asked).most_common(25)),
        ran.searched,
        ran.leaked,
    )


class Essence(msgspec.Struct, frozen=True):
    """What is shown of a run where an assumption was changed."""

    requests: int
    kept: float
    kept_restricted: float
    cost: float
    better_than_random: Figure
    finish_error: float | None
    failed: int


def essence(assumptions: Assumptions, ran: Run) -> Essence:
    asked = scoring.joined(ran.traced, ran.got)
    cloud = _each(asked, _billed(assumptions, ran))
    all_cloud = scoring.cloud_cost(assumptions, asked, [assumptions.best_cloud] * len(asked), cached=True)
    spent = scoring.spent_at_home(assumptions, ran.busy_s, ran.seconds, float(cloud.sum()))
    chosen = scoring.qualities(assumptions, asked, scoring.answered_by(asked))
    better = scoring.mean(asked, chosen - scoring.mixed_qualities(assumptions, asked, scoring.shuffled(assumptions)))
    kept = np.array([scoring.stays(one) for one in asked])
    restricted = np.array([one.turn.level == "restricted" for one in asked])
    predicted = scoring.expected(asked, lambda got: got.predicted_finish_s, lambda got: got.predicted_finish_p95_s)
    error = scoring.error_of_p95(asked, predicted, scoring.numbers(asked, lambda got: got.total_s))
    failed = sum(bool(one.got.error) for one in asked)
    cost = spent.eur / float(all_cloud.sum())
    kept_restricted = float(kept[restricted].mean()) if restricted.any() else 1.0
    return Essence(
        len(asked), float(kept.mean()), kept_restricted, cost, better, None if error is None else error.value, failed
    )


def _choices(assumptions: Assumptions) -> dict[str, Choice]:
    return {
        f"always {assumptions.small}": scoring.always(assumptions.small),
        f"always {assumptions.large}": scoring.always(assumptions.large),
        f"always {assumptions.best_cloud}": scoring.always(assumptions.best_cloud),
        "random, same cloud share": scoring.shuffled(assumptions),
        "length threshold, same cloud share": scoring.by_length(assumptions),
        "oracle, same cloud share": scoring.oracle(assumptions),
    }


def _billed(assumptions: Assumptions, ran: Run) -> dict[str, float]:
    """EUR by thread that the cloud servers would bill, failed attempts included where they had begun to answer."""
    spent: dict[str, float] = {}
    for one in ran.served:
        if one.outcome in ("answered", "cut", "left"):
            eur = assumptions.billed(one.model, one.prompt_tokens, one.told_tokens)
            spent[one.thread] = spent.get(one.thread, 0.0) + eur
    return spent


def _each(asked: Sequence[Asked], billed: Mapping[str, float]) -> Floats:
    return np.array([billed.get(one.turn.thread, 0.0) for one in asked])


def _cost(asked: Sequence[Asked], cloud: Floats, spent: Spent, all_cloud: Floats) -> Figure:
    """What is spent at home is spread evenly: it hardly depends on who asks."""
    at_home = (spent.energy_eur + spent.machines_eur) / len(asked)
    return scoring.ratio(asked, cloud + at_home, all_cloud)


def _product(
    assumptions: Assumptions, ran: Run, asked: Sequence[Asked], billed: Mapping[str, float], all_cloud: Floats
) -> Worth:
    cloud = _each(asked, billed)
    spent = scoring.spent_at_home(assumptions, ran.busy_s, ran.seconds, float(cloud.sum()))
    kept = np.array([float(scoring.stays(one)) for one in asked])
    first_s, finish_s = _observed(assumptions, asked)
    return Worth(
        scoring.mean(asked, kept),
        _of_restricted(asked, kept),
        scoring.mean(asked, scoring.qualities(assumptions, asked, scoring.answered_by(asked))),
        _cost(asked, cloud, spent, all_cloud),
        scoring.percentile(asked, first_s, 95),
        scoring.percentile(asked, finish_s, 95),
        True,
        spent,
    )


def _worth(
    assumptions: Assumptions,
    ran: Run,
    asked: Sequence[Asked],
    choice: Choice,
    all_cloud: Floats,
    slowdowns: Mapping[str, Floats],
    measured: Run | None,
) -> Worth:
    models = choice(asked, random.Random(0))
    kept = np.array([float(not assumptions.is_cloud(model)) for model in models])
    whole = not kept.any()
    cloud = scoring.cloud_cost(assumptions, asked, models, cached=whole)
    busy = _busy(ran, measured, models) if not whole else {}
    spent = scoring.spent_at_home(assumptions, busy, 0.0 if whole else ran.seconds, float(cloud.sum()))
    if measured:
        rows = scoring.joined(measured.traced, measured.got)
        rows = [one for one in rows if whole is False or assumptions.is_cloud(one.got.model)]
        first_s, finish_s = _observed(assumptions, rows)
    else:
        rows = list(asked)
        first_s, finish_s = _drawn(assumptions, asked, models, slowdowns)
    return Worth(
        scoring.mean(asked, kept),
        _of_restricted(asked, kept),
        scoring.mean(asked, scoring.mixed_qualities(assumptions, asked, choice)),
        _cost(asked, cloud, spent, all_cloud),
        scoring.percentile(rows, first_s, 95) if len(rows) else None,
        scoring.percentile(rows, finish_s, 95) if len(rows) else None,
        measured is not None,
        spent,
    )


def _busy(ran: Run, measured: Run | None, models: Sequence[str]) -> dict[str, float]:
    """As in the product's run where a policy was not run itself; a machine that is not asked is idle."""
    source = measured or ran
    return {m: busy * ran.seconds / source.seconds for m, busy in source.busy_s.items() if m in set(models)}


def _of_restricted(asked: Sequence[Asked], values: Floats) -> Figure:
    weight = np.array([float(one.turn.level == "restricted") for one in asked])
    return scoring.ratio(asked, values * weight, weight)


def _observed(assumptions: Assumptions, asked: Sequence[Asked]) -> tuple[Floats, Floats]:
    """In seconds of the world, at the client."""
    factor = assumptions.clock.factor
    first = scoring.numbers(asked, lambda got: got.first_s)
    return first * factor, scoring.numbers(asked, lambda got: got.total_s) * factor


def _alone_s(assumptions: Assumptions, one: Asked, model: str) -> tuple[float, float]:
    """Seconds of the world to the first token and to the end, where nobody else asks and nothing is drawn."""
    pace = assumptions.models[model]
    first_s = pace.first_s + one.turn.prompt_tokens / pace.reads_per_s
    return first_s + 1 / pace.tokens_per_s, first_s + one.turn.answer_tokens / pace.tokens_per_s


def _slowdowns(assumptions: Assumptions, runs: Sequence[Run]) -> dict[str, Floats]:
    """By model, how many times longer than alone whole answers took that were measured."""
    found: dict[str, list[float]] = {}
    for ran in runs:
        for one in scoring.joined(ran.traced, ran.got):
            if not one.got.error and one.got.model in assumptions.models:
                alone = _alone_s(assumptions, one, one.got.model)[1]
                found.setdefault(one.got.model, []).append(one.got.total_s * assumptions.clock.factor / alone)
    return {model: np.array(values) for model, values in found.items()}


def _drawn(
    assumptions: Assumptions, asked: Sequence[Asked], models: Sequence[str], slowdowns: Mapping[str, Floats]
) -> tuple[Floats, Floats]:
    """Times alone, with slowdowns drawn from those measured."""
    rng = np.random.default_rng(0)
    firsts, ends = [], []
    for one, model in zip(asked, models, strict=True):
        if model not in assumptions.models:
            firsts.append(np.nan)
            ends.append(np.nan)
            continue
        first, end = _alone_s(assumptions, one, model)
        slower = float(rng.choice(slowdowns[model])) if len(slowdowns.get(model, ())) else 1.0
        firsts.append(first * slower if one.turn.stream else np.nan)
        ends.append(end * slower)
    return np.array(firsts), np.array(ends)


def _latency_errors(assumptions: Assumptions, ran: Run, asked: Sequence[Asked]) -> dict[str, Figure | None]:
    """Of the p95: at the client, over all models and for each; and at the model's own server, which leaves out what the
    product and a busy machine take. The first token is that of streams."""
    answered = {(one.thread, one.model): one for one in ran.served if one.outcome == "answered"}
    at_server = [answered.get((one.turn.thread, one.got.model)) for one in asked]
    streamed = [one is not None and asked[at].got.first_s is not None for at, one in enumerate(at_server)]
    predicted = {
        "first token": scoring.expected(
            asked, lambda got: got.predicted_first_s, lambda got: got.predicted_first_p95_s
        ),
        "finish": scoring.expected(asked, lambda got: got.predicted_finish_s, lambda got: got.predicted_finish_p95_s),
    }
    told = {
        "first token": scoring.numbers(asked, lambda got: got.predicted_first_p95_s),
        "finish": scoring.numbers(asked, lambda got: got.predicted_finish_p95_s),
    }
    observed = {
        "first token": scoring.numbers(asked, lambda got: got.first_s),
        "finish": scoring.numbers(asked, lambda got: got.total_s),
    }
    served = {
        "first token": np.array([s.first_s if s and streamed[at] else np.nan for at, s in enumerate(at_server)]),
        "finish": np.array([s.total_s if s else np.nan for s in at_server]),
    }
    found = {what: scoring.error_of_p95(asked, predicted[what], observed[what]) for what in predicted}
    found |= {f"{what}, at the server": scoring.error_of_p95(asked, predicted[what], served[what]) for what in served}
    for model in assumptions.models:
        of_model = np.array([one.got.model == model for one in asked])
        for what in predicted:
            expected = np.where(of_model[:, None], predicted[what], np.nan)
            found[f"{what}, {model}"] = scoring.error_of_p95(asked, expected, observed[what])
    shares = {what: scoring.within(asked, told[what], observed[what]) for what in told}
    return found | {f"share of {what} within the p95 told of it": share for what, share in shares.items()}


def _latency_by_model(assumptions: Assumptions, asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Seconds of the run."""
    found: dict[str, dict[str, float]] = {}
    for model in assumptions.models:
        rows = [one for one in asked if one.got.model == model]
        if not rows:
            continue
        values = {
            "predicted first": scoring.numbers(rows, lambda got: got.predicted_first_s),
            "observed first": scoring.numbers(rows, lambda got: got.first_s),
            "predicted finish": scoring.numbers(rows, lambda got: got.predicted_finish_s),
            "observed finish": scoring.numbers(rows, lambda got: got.total_s),
        }
        found[model] = {"requests": float(len(rows))} | {
            f"{what} p{share}": round(float(np.nanpercentile(each, share)), 3)
            for what, each in values.items()
            for share in (50, 95)
            if not np.isnan(each).all()
        }
    return found


def _checks(
    assumptions: Assumptions,
    ran: Run,
    asked: Sequence[Asked],
    policies: Mapping[str, Worth],
    better: Figure,
    latencies: Mapping[str, Figure | None],
) -> list[Check]:
    targets, product = assumptions.targets, policies[PRODUCT]
    least, kept, cost = targets.local_share, product.kept, product.cost
    restricted = product.kept_restricted
    failed = scoring.mean(asked, np.array([float(bool(one.got.error)) for one in asked]))
    leaked = Figure(float(ran.leaked), float(ran.leaked), float(ran.leaked))
    cheap = targets.cost_share
    checks = [
        Check("share of requests at home", f">= {least:g}", kept, kept.value >= least, kept.low >= least),
        Check("restricted at home", "= 1", restricted, restricted.value == 1.0, restricted.low == 1.0),
        Check("planted values that the clouds received", "= 0", leaked, not ran.leaked, not ran.leaked),
        Check("cost, of all in the cloud", f"<= {cheap:g}", cost, cost.value <= cheap, cost.high <= cheap),
        Check("quality more than random", ">= 0", better, better.value >= 0, better.low >= 0),
        Check("requests without a whole answer", "= 0", failed, failed.value == 0, failed.high == 0),
    ]
    for what in ("first token", "finish"):
        error = latencies[what] or Figure(float("nan"), float("nan"), float("nan"))
        met, surely = abs(error.value) <= targets.latency_error, max(-error.low, error.high) <= targets.latency_error
        wanted = f"within {targets.latency_error:g}"
        checks.append(Check(f"p95 predicted {what} against observed", wanted, error, met, surely))
    return checks


def _most_of_a_window(asked: Sequence[Asked]) -> float:
    """The largest share that left of any `WINDOW` requests in a row, by when they were asked."""
    left = np.array([float(not scoring.stays(one)) for one in sorted(asked, key=lambda one: one.got.at)])
    if len(left) < WINDOW:
        return float(left.mean())
    sums = np.concatenate([[0.0], np.cumsum(left)])
    return float((sums[WINDOW:] - sums[:-WINDOW]).max() / WINDOW)


def _by_kind(assumptions: Assumptions, asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """Who answered what, and how well."""
    chosen = scoring.answered_by(asked)
    quality = scoring.qualities(assumptions, asked, chosen)
    table: dict[str, dict[str, float]] = {}
    for kind in assumptions.kinds:
        rows = [at for at, one in enumerate(asked) if one.turn.kind == kind]
        if rows:
            counted = Counter(chosen[at] or "nobody" for at in rows)
            table[kind] = {"requests": float(len(rows)), "quality": round(float(quality[rows].mean()), 4)}
            table[kind] |= {model: round(count / len(rows), 4) for model, count in sorted(counted.items())}
    return table


def _classes(asked: Sequence[Asked]) -> dict[str, dict[str, int]]:
    """What was planted, and what the product took it for."""
    table: dict[str, Counter[str]] = {}
    for one in asked:
        table.setdefault(one.turn.level, Counter())[one.got.level or "none"] += 1
    return {truth: dict(counted) for truth, counted in table.items()}


def _kind_of_reason(reason: str) -> str:
    """Without the numbers, which differ from request to request."""
    return "".join("#" if character.isdigit() else character for character in reason)
