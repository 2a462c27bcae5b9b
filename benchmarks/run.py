"""Run every benchmark and record its figures, or print their ratios against the last recorded run.

A benchmark is `benchmarks/<name>/bench.py`; run as a program it prints one JSON object of figures, name to number. The
unit is the end of the name (`_ms`, `_s`, `_per_s`, `_mib`). Machines differ and are noisy: quote ratios from one run.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "latest.json"
Figures = dict[str, dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write benchmarks/results/latest.json")
    parser.add_argument("--compare", action="store_true", help="print ratios against it")
    parser.add_argument("only", nargs="*", help="names of benchmarks; all if none is given")
    arguments = parser.parse_args()
    figures = measure(arguments.only)
    before = json.loads(RESULTS.read_text())["figures"] if arguments.compare and RESULTS.exists() else {}
    show(figures, before)
    if arguments.record:
        record(figures)


def measure(only: list[str]) -> Figures:
    """Run each benchmark in a process of its own; one that fails ends the run."""
    figures: Figures = {}
    for script in sorted(HERE.glob("*/bench.py")):
        name = script.parent.name
        if only and name not in only:
            continue
        print(f"running {name}…", file=sys.stderr)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}.bench"],
            cwd=HERE.parent,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        figures[name] = dict(_numbers(json.loads(done.stdout)))
    return figures


def _numbers(printed: dict[str, object], under: str = "") -> Iterator[tuple[str, float]]:
    """Every number, nested ones under dotted names; what is no number is left out."""
    for name, value in printed.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{under}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{under}{name}", float(value)


def show(figures: Figures, before: Figures) -> None:
    for name, values in figures.items():
        for figure, value in values.items():
            old = before.get(name, {}).get(figure)
            ratio = f"  ×{value / old:.2f} of the last run ({old:,.3f})" if old else ""
            print(f"{name:<12} {figure:<44} {value:>14,.3f}{ratio}")


def record(figures: Figures) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True, cwd=HERE)
    kept = json.loads(RESULTS.read_text())["figures"] if RESULTS.exists() else {}
    result = {
        "recorded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "figures": kept | figures,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
