"""Whether one worker's memory stays flat: `python -m benchmarks.gateway.memory --requests 1000000`, `make soak-memory`.

Sends legs of fresh prompts, streams and repeated prompts, and looks at the process after each. Prints one JSON object,
a table on stderr; exit 1 where it held more at the end than when warm, by more than `ALLOWED_MIB`.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from benchmarks.gateway.bench import RESULTS, free_port
from benchmarks.gateway.processes import LOAD_CPUS, Process, upstream, vestibule

ALLOWED_MIB = 5.0
WARM = 0.1
"""Share of the requests that fill what is bounded: caches, pools, arenas."""
LEGS = (("--fresh",), ("--fresh", "--stream"), ())
NUMBERS_A_LEG = 10_000_000


@dataclass(frozen=True)
class Sample:
    """In MiB: what the process has in memory, its share of what it shares with others, and what is its own alone."""

    requests: int
    seconds: float
    resident: float
    share: float
    anonymous: float


def held(process: Process, requests: int, begun: float) -> Sample:
    said = {}
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, number, *_ = line.split()
        said[name] = round(int(number) / 1024, 1)
    return Sample(requests, round(time.monotonic() - begun, 1), said["Rss:"], said["Pss:"], said["Anonymous:"])


def leg(asked: argparse.Namespace, port: int, key: str, number: int, options: tuple[str, ...]) -> int:
    """Send for some seconds; return how many were answered. Raise `SystemExit` for any that was not, or not well."""
    command = asked.load_generator or [sys.executable, "-m", "benchmarks.gateway.load"]
    command = [*command, str(port), "--connections", "32", "--seconds", str(asked.seconds), "--model", "fast"]
    done = subprocess.run(
        [*command, "--first", str(number * NUMBERS_A_LEG), *options],
        env={**os.environ, "BENCH_KEY": key},
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, LOAD_CPUS),
    )
    told = json.loads(done.stdout)
    if told["bad"] or not told["replies"]:
        raise SystemExit(f"leg {number}: {told}")
    return int(told["replies"])


def soak(asked: argparse.Namespace) -> list[Sample]:
    """One sample when ready, then one after each leg."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-memory-")))
        folder.chmod(0o755)  # the embedded PostgreSQL may run under another account
        source = stack.enter_context(upstream())
        port = free_port()
        process, key = stack.enter_context(vestibule(folder, port, source))
        begun = time.monotonic()
        samples = [held(process, 0, begun)]
        for number, options in enumerate(cycle(LEGS), start=1):
            answered = leg(asked, port, key, number, options)
            samples.append(held(process, samples[-1].requests + answered, begun))
            print(_line(samples[-1]), file=sys.stderr)
            if samples[-1].requests >= asked.requests:
                return samples
    raise AssertionError("legs have no end")


def growth_mib(samples: list[Sample]) -> float:
    """How much more is held at the most than when first warm."""
    warm = [sample for sample in samples if sample.requests >= WARM * samples[-1].requests]
    return max(sample.resident for sample in warm) - warm[0].resident


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each leg")
    parser.add_argument("--load-generator", type=shlex.split, help="as for benchmarks.gateway.bench")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}/memory.json")
    asked = parser.parse_args()
    samples = soak(asked)
    grown = round(growth_mib(samples), 1)
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "grown_mib": grown}
    told |= {"samples": [asdict(sample) for sample in samples]}
    print(json.dumps(told))
    if asked.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "memory.json").write_text(json.dumps(told, indent=1) + "\n")
    if grown > ALLOWED_MIB:
        raise SystemExit(f"It holds {grown} MiB more than when it was warm; allowed are {ALLOWED_MIB}.")


def _line(sample: Sample) -> str:
    return (
        f"{sample.requests:10} requests {sample.seconds:7.0f} s  resident {sample.resident:6.1f}  "
        f"share {sample.share:6.1f}  anonymous {sample.anonymous:6.1f} MiB"
    )


if __name__ == "__main__":
    main()
