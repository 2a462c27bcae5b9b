"""The judgement for people, as Markdown."""

# ruff: noqa: E501 - tables and templates read better unbroken

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from benchmarks.routing.simulation.assumptions import Assumptions
from benchmarks.routing.simulation.judging import Essence, Judgement, Worth
from benchmarks.routing.simulation.scoring import Figure


class Varied(msgspec.Struct, frozen=True):
    """The figures with one assumption at another value. `rerun` where the product was run anew, else its decisions
    were scored anew, as they cannot have depended on it."""

    what: str
    times: str
    rerun: bool
    essence: Essence


class Real(msgspec.Struct, frozen=True):
    """A real llama.cpp model: p95 of what was predicted and of what was observed, in seconds."""

    model: str
    requests: int
    predicted_first_s: float | None
    observed_first_s: float
    predicted_finish_s: float | None
    observed_finish_s: float


class Report(msgspec.Struct, frozen=True):
    at: str
    seed: int
    sessions: int
    factor: float
    judgement: Judgement
    sensitivity: list[Varied]
    real: Real | None


def markdown(report: Report, assumptions: Assumptions) -> str:
    judged = report.judgement
    hours = judged.seconds * report.factor / 3600
    lines = [
        "# A simulated day through the router",
        "",
        f"{report.at}, seed {report.seed}: {report.sessions} sessions, {judged.requests} requests in {judged.seconds:.0f} s, "
        f"which are {hours:.2f} hours of the world. Assumptions: `benchmarks/routing/simulation/ASSUMPTIONS.md`. "
        "Intervals are 95 %, bootstrapped over sessions.",
        "",
        "![policies](frontier.svg)",
        "",
        "## What was asked for",
        "",
        "| figure | wanted | reached | interval | |",
        "|---|---|---|---|---|",
    ]
    for check in judged.checks:
        verdict = ("met" if check.surely else "met, not surely") if check.met else "**missed**"
        value = check.value
        lines.append(
            f"| {check.what} | {check.wanted} | {value.value:.4g} | {value.low:.4g} to {value.high:.4g} | {verdict} |"
        )
    lines += [
        "",
        f"Of any 1,000 requests in a row at most {judged.most_of_a_window:.1%} left. Planted values looked for in what the clouds "
        f"received: {judged.searched}. Against the cheapest cloud the cost is {_said(judged.against_cheapest)}. The cloud servers would bill "
        f"{judged.billed_eur:.4f} EUR; the product reported costs of {judged.reported_cost_eur:.4f} EUR (energy at home included, where it counts it). "
        f"Errors: {judged.errors or 'none'}. Answers that ended at a budget of tokens, which count as not good whoever gave them: {judged.truncated}.",
        "",
        "## Policies on the same trace",
        "",
        "Seconds of the world, p95. Quality is the mean probability of a good enough answer. Times of the mixtures are drawn from those measured. "
        "What nobody can do stands last.",
        "",
        "| policy | at home | restricted at home | quality | cost of all-cloud | first token s | whole answer s | kWh |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(name, worth) for name, worth in judged.policies.items()),
        "",
        "## Predicted against observed",
        "",
        "Relative error of the p95; seconds of the run at the client. A prediction is a median and a 95th percentile: what",
        "was predicted of all requests is the mixture of the lognormal distributions that have these.",
        "",
        "| | error of p95, or share |",
        "|---|---|",
        *(
            f"| {what} | {_said(error) if error else 'too few, or nothing predicted'} |"
            for what, error in judged.latency_errors.items()
        ),
        "",
        *_table("model", judged.latency_by_model),
        *_real(report.real),
        "",
        "## Who answered what",
        "",
        *_table("kind", judged.by_kind),
        "",
        "## Classes: what was planted, and what the product took it for",
        "",
        *_table("planted", judged.classes),
        "",
        "## Reasons",
        "",
        "| reason | requests |",
        "|---|---|",
        *(f"| {reason} | {count} |" for reason, count in judged.reasons.items()),
        "",
        *_sensitivity(report.sensitivity),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, worth: Worth) -> str:
    first, finish = (_said(f) if f else "" for f in (worth.first_s, worth.finish_s))
    drawn = "" if worth.measured else " (drawn)"
    return (
        f"| {name} | {worth.kept.value:.1%} | {worth.kept_restricted.value:.1%} | {_said(worth.quality)} | {_said(worth.cost)} "
        f"| {first}{drawn} | {finish}{drawn} | {worth.spent.kwh:.3f} |"
    )


def _real(real: Real | None) -> list[str]:
    if real is None:
        return []
    said = "nothing was predicted"
    if real.predicted_first_s is not None and real.predicted_finish_s is not None:
        said = f"predicted {real.predicted_first_s:.3f} and {real.predicted_finish_s:.3f}"
    return [
        "",
        f"A real model, `{real.model}` in llama.cpp, {real.requests} requests: p95 of the first token {real.observed_first_s:.3f} s and of the "
        f"whole answer {real.observed_finish_s:.3f} s; {said}.",
    ]


def _sensitivity(varied: Sequence[Varied]) -> list[str]:
    if not varied:
        return []
    rows = []
    for one in varied:
        found, how = one.essence, "run" if one.rerun else "scored"
        error = "" if found.finish_error is None else f"{found.finish_error:+.1%}"
        rows.append(
            f"| {one.what} | {one.times} | {how} | {found.requests} | {found.kept:.1%} | {found.kept_restricted:.1%} "
            f"| {found.cost:.1%} | {_said(found.better_than_random)} | {error} | {found.failed} |"
        )
    return [
        "## Sensitivity: each assumption at half and double",
        "",
        "*run*: the product was run anew, for a shorter time, with another trace or other servers. *scored*: its decisions cannot depend on it; "
        "the same ones were scored anew.",
        "",
        "| assumption | times | how | requests | at home | restricted | cost | quality more than random | p95 finish error | failed |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *rows,
    ]


def _table(first: str, rows: Mapping[str, Mapping[str, float]]) -> list[str]:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    cells = (
        f"| {name} | " + " | ".join(f"{row[c]:g}" if c in row else "" for c in columns) + " |"
        for name, row in rows.items()
    )
    return [f"| {first} | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|", *cells]


def _said(figure: Figure) -> str:
    return f"{figure.value:.3g} ({figure.low:.3g} to {figure.high:.3g})"
