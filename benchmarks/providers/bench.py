"""The figures of providers and resilience, as one JSON object: `python -m benchmarks.providers.bench [--write]`.

Streams through the product beside the same streams without it, what stays behind of 10,000 faults, and how many
requests are answered while one of three servers flaps. `--write` keeps them, with the text, under `results/providers`.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.providers import availability, leaks, streaming

RESULTS = Path(__file__).parents[1] / "results" / "providers"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--requests", type=int, default=10_000, help="that fail")
    parser.add_argument("--seconds", type=float, default=60, help="of flapping")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile.txt"
        figures: dict[str, Any] = {"streams": streaming.measure(profile=profile if asked.write else None)}
        figures |= {"faults": leaks.run(asked.requests), "flapping": availability.measure(asked.seconds)}
        if asked.write:
            _write(figures, profile.read_text())
    print(json.dumps(figures))


def _write(figures: dict[str, Any], profile: str) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    told = {"recorded_at": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version()}
    (RESULTS / "figures.json").write_text(json.dumps(told | figures, indent=2) + "\n")
    (RESULTS / "figures.txt").write_text(text(figures))
    (RESULTS / "profile.txt").write_text(profile)
    print(text(figures), file=sys.stderr)


def text(figures: dict[str, Any]) -> str:
    """Each figure beside what is wanted."""
    streams, faults, flapping = figures["streams"], figures["faults"], figures["flapping"]
    through, direct = streams["through"], streams["direct"]
    lines = (
        ("first word added, p50", f"{streams['added_p50_ms']} ms", "2 ms at most"),
        ("first word added, p99", f"{streams['added_p99_ms']} ms", "25 ms at most"),
        ("  through / directly, p50", f"{through['between_p50_ms']} / {direct['between_p50_ms']} ms", ""),
        ("  through / directly, p99", f"{through['between_p99_ms']} / {direct['between_p99_ms']} ms", ""),
        (
            "  with four streams, p50 / p99",
            f"{streams['few']['between_p50_ms']} / {streams['few']['between_p99_ms']} ms",
            "",
        ),
        ("  CPU of the product a stream", f"{streams['cpu_ms_a_stream']} ms", ""),
        ("streams dropped", f"{streams['dropped']} of {through['sessions'] + through['dropped']}", "none"),
        (f"after {faults['requests']} faults: sockets", str(faults["sockets_left"]), "none"),
        ("  tasks", str(faults["tasks_left"]), "none"),
        ("  memory", f"{faults['memory_growth_mib']} MiB", "less than 5 MB"),
        ("  endings that were not foreseen", str(faults["unexpected"]), "none"),
        ("availability, one of three flapping", f"{flapping['availability_percent']} %", "99.9 % at least"),
        ("  of so many requests", str(flapping["requests"]), ""),
    )
    return "".join(f"{name:40} {value:>22}   {wanted}".rstrip() + "\n" for name, value, wanted in lines)


if __name__ == "__main__":
    main()
