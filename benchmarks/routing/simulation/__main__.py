"""`python -m benchmarks.routing.simulation [--minutes 6] [--sessions 200] [--seed 1] [--vary-seconds 40] [--write]`.

Prints the report as Markdown; exit 1 where a figure was missed.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from benchmarks.routing.simulation.assumptions import changed, load
from benchmarks.routing.simulation.judging import judge
from benchmarks.routing.simulation.plot import draw
from benchmarks.routing.simulation.real import ask_real
from benchmarks.routing.simulation.report import Real, Report, markdown
from benchmarks.routing.simulation.running import Part, named, run_parts
from benchmarks.routing.simulation.sensitivity import varied

RESULTS = Path(__file__).parents[2] / "results" / "routing" / "simulation"
NAMED_PART = 0.2
"""Of the length of the run: how long everything asks for one model by its name, to measure how long that takes."""
NAMED_LEAST_S = 30.0


def simulate(minutes: float, sessions: int, seed: int, vary_s: float) -> tuple[Report, str]:
    """The report, and the plot."""
    assumptions = changed(load(), "sessions/count", sessions)
    found: list[Real] = []
    baselines = {f"always {m}": m for m in (assumptions.small, assumptions.large, assumptions.best_cloud)}
    part_s = max(NAMED_LEAST_S, minutes * 60 * NAMED_PART)
    parts = [Part(minutes * 60), *(Part(part_s, named(assumptions, model)) for model in baselines.values())]
    ran, *direct = run_parts(assumptions, parts, seed, lambda house: found.append(ask_real(house, seed)))
    _tell(f"{len(ran.got)} requests in {ran.seconds:.0f} s")
    measured = dict(zip(baselines, direct, strict=True))
    judged = judge(assumptions, ran, measured)
    table = list(varied(assumptions, ran, vary_s, seed, lambda row: _tell(f"{row.what} x {row.times}")))
    at = datetime.now(UTC).isoformat(timespec="seconds")
    report = Report(at, seed, sessions, assumptions.clock.factor, judged, table, found[0])
    title = f"Routing policies on the same {judged.requests} requests of {sessions} building sessions"
    return report, draw(judged.policies, title)


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vary-seconds", type=float, default=40, help="of each run for the sensitivities; 0 for none")
    parser.add_argument("--write", action="store_true", help=f"write to {RESULTS.relative_to(RESULTS.parents[2])}")
    asked = parser.parse_args()
    report, plot = simulate(asked.minutes, asked.sessions, asked.seed, asked.vary_seconds)
    said = markdown(report, load())
    print(said)
    if asked.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "report.md").write_text(said)
        (RESULTS / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
        (RESULTS / "frontier.svg").write_text(plot)
    sys.exit(not all(check.met for check in report.judgement.checks))


if __name__ == "__main__":
    main()
