"""`python -m benchmarks.gateway.soak [--minutes 15] [--sessions 200] [--write]`: one JSON object, a table on stderr."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec
from benchmarks.gateway.soak.run import PAUSE_S, Report, soak

RESULTS = Path(__file__).parents[2] / "results" / "gateway"


def table(report: Report) -> str:
    """The report for people."""
    asked, refused = sum(report.requests.values()), sum(report.refusals.values())
    lines = [
        f"{report.sessions} sessions for {report.seconds:.0f} s at {report.at}",
        f"{asked} tasks of a session, {report.books['requests']} requests of a model, {refused} expected refusals, "
        f"{sum(report.errors.values())} errors",
        "",
        *(f"  {kind:14}{count:8}" for kind, count in report.requests.items()),
        "",
        "expected refusals",
        *(f"  {what:40}{count:8}" for what, count in report.refusals.items()),
        "",
        f"{'':26}{f'first {report.window_s:.0f} s':>14}{f'last {report.window_s:.0f} s':>14}",
    ]
    for what in ("first_token_ms", "total_ms", "held"):
        first, last = (dict(end[what]) for end in (report.first, report.last))  # type: ignore[call-overload]
        lines += [f"  {f'{what} {name}':24}{first[name]:14g}{last.get(name, 0):14g}" for name in first]
    lines += ["", f"held when ready: {_told(report.ready)}", f"held after:      {_told(report.after)}"]
    lines += ["", "books: " + _told(report.books)]
    well = "The audit is proven, and the books agree with what clients saw."
    return "\n".join([*lines, "", *(report.wrong or [well])])


def _told(numbers: dict[str, float] | dict[str, int]) -> str:
    return ", ".join(f"{name} {number:g}" for name, number in numbers.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--pause-s", type=float, default=PAUSE_S, help="of a session between two requests, on average")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help=f"write soak.json and soak.txt to {RESULTS.name}/")
    parser.add_argument("--only", nargs="*", default=(), help="kinds of requests; all if none is given")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vestibule-soak-") as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL may run under another account
        report = soak(
            Path(folder), asked.minutes * 60, asked.sessions, seed=asked.seed, pause_s=asked.pause_s, only=asked.only
        )
    written = msgspec.json.format(msgspec.json.encode(report), indent=1).decode()
    print(written)
    print(table(report), file=sys.stderr)
    if asked.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "soak.json").write_text(written + "\n")
        (RESULTS / "soak.txt").write_text(table(report) + "\n")
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()
