"""Requests per second of CPU, streams per second of CPU, added latency and memory, beside others where they are named.

`python -m benchmarks.gateway.bench` prints one JSON object and a table on stderr. See README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.gateway.checks import counted, faults
from benchmarks.gateway.processes import (
    GATEWAY_CPU,
    LOAD_CPUS,
    Process,
    Upstream,
    running,
    upstream,
    vestibule,
    wait_until_ready,
)

RESULTS = Path(__file__).parent.parent / "results" / "gateway"
Sample = dict[str, float | str]


@dataclass(frozen=True)
class Mode:
    name: str
    connections: int
    options: tuple[str, ...]
    slow: bool = False
    beside: bool = True


MODES = (
    Mode("fresh", 32, ("--fresh",)),
    Mode("fresh_streams", 32, ("--fresh", "--stream")),
    Mode("repeated", 32, (), beside=False),
    Mode("hit_c1", 1, ("--plain",), beside=False),
    Mode("slow_300_per_s", 200, ("--fresh", "--rate", "300"), slow=True),
)


@dataclass
class Target:
    name: str
    port: int
    key: str
    process: Process
    model: str = "fast"
    slow_model: str = "slow"
    slow_port: int = 0


class Bench:
    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._first = 0
        self.samples: dict[str, dict[str, list[Sample]]] = {}
        self.replies = self.planted = self.reached = 0

    def load(self, target: Target, mode: Mode) -> Sample:
        """One sample. Prompts go on being numbered from run to run, so that what is fresh stays fresh."""
        self._first += 10_000_000
        port = (target.slow_port or target.port) if mode.slow else target.port
        model = target.slow_model if mode.slow else target.model
        command = [*(self._asked.load_generator or [sys.executable, "-m", "benchmarks.gateway.load"])]
        command += [str(port), "--connections", str(mode.connections), "--seconds", str(self._asked.seconds)]
        command += ["--model", model, "--first", str(self._first), *mode.options]
        before, before_tree = target.process.cpu_s(), target.process.tree_cpu_s()
        done = subprocess.run(
            command,
            env={**os.environ, "BENCH_KEY": target.key},
            check=True,
            capture_output=True,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, LOAD_CPUS),
        )
        spent, tree = target.process.cpu_s() - before, target.process.tree_cpu_s() - before_tree
        told: Sample = json.loads(done.stdout)
        replies = float(told["replies"])
        if told["bad"] or not replies:
            raise SystemExit(f"{mode.name} of {target.name}: {told}")
        told["cpu_us"] = 1e6 * spent / replies
        told["cpu_us_with_children"] = 1e6 * tree / replies
        told["per_core_s"] = replies / max(spent, 1e-9)
        told["memory_mib"] = target.process.memory_mib()
        self.samples.setdefault(mode.name, {}).setdefault(target.name, []).append(told)
        return told

    def load_ours(self, target: Target, mode: Mode, source: Upstream) -> None:
        before = source.answered()
        told = self.load(target, mode)
        self.replies += int(told["replies"])
        self.planted += int(told["planted"])
        self.reached += source.answered() - before

    def figures(self) -> dict[str, dict[str, dict[str, float]]]:
        """Medians over the rounds, of what is a number."""
        return {
            mode: {
                name: {
                    what: round(median(float(sample[what]) for sample in samples), 1)
                    for what in samples[0]
                    if what != "first_bad"
                }
                for name, samples in targets.items()
            }
            for mode, targets in self.samples.items()
        }


def main() -> None:
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="vestibule-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL may run under another account
        told = measured(asked, Path(folder))
    print(json.dumps(told))
    print(table(told), file=sys.stderr)
    if asked.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "latest.json").write_text(json.dumps(told, indent=1) + "\n")
        (RESULTS / "latest.txt").write_text(table(told) + "\n")


def measured(asked: argparse.Namespace, folder: Path) -> dict[str, object]:
    """The figures, of a server whose home is `folder`/home. Raise `SystemExit` where there are none."""
    bench = Bench(asked)
    with ExitStack() as stack:
        source = stack.enter_context(upstream())
        port = free_port()
        process, key = stack.enter_context(vestibule(folder, port, source))
        ours = Target("vestibule", port, key, process)
        direct = Target("direct", source.fast, "none", process, slow_port=source.slow)
        others = [stack.enter_context(_other(name, entry, source, folder)) for name, entry in _beside(asked)]
        ready = 1  # the request that showed it was ready
        reached_before = source.answered()
        memory = process.memory_mib()
        for number in range(asked.rounds):
            for mode in MODES:
                if asked.only and mode.name not in asked.only:
                    continue
                print(f"round {number + 1}: {mode.name}", file=sys.stderr)
                bench.load_ours(ours, mode, source)
                for other in others if mode.beside else ():
                    bench.load(other, mode)
                if mode.slow:
                    bench.load(direct, mode)
        found = asyncio.run(counted(folder / "home"))
        wrong = faults(
            found,
            replies=bench.replies + ready,
            answered_upstream=bench.reached + min(ready, reached_before),
            planted=bench.planted,
            home=folder / "home",
        )
        if wrong:
            raise SystemExit("There is no figure, because of what the run left behind:\n" + "\n".join(wrong))
        return _told(bench, memory, process.memory_mib(), found.requests)


def _told(bench: Bench, memory_before: float, memory_after: float, requests: int) -> dict[str, object]:
    figures = bench.figures()
    told: dict[str, object] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "modes": figures}
    told["memory"] = {"before_mib": round(memory_before, 1), "after_mib": round(memory_after, 1), "requests": requests}
    for mode, targets in figures.items():
        if "direct" in targets and "vestibule" in targets:
            added = {p: targets["vestibule"][f"{p}_us"] - targets["direct"][f"{p}_us"] for p in ("p50", "p99")}
            told[f"{mode}_added_us"] = added
    return told


def table(told: dict[str, object]) -> str:
    modes = told["modes"]
    assert isinstance(modes, dict)
    lines = []
    for mode, targets in modes.items():
        lines.append(
            f"{mode:18}{'CPU µs':>9}{'per core':>10}{'per s':>9}{'p50 µs':>9}{'p99 µs':>10}{'bad':>5}  of nginx"
        )
        nginx = targets.get("nginx", {}).get("per_core_s")
        for name, at in targets.items():
            ratio = f"{at['per_core_s'] / nginx:.3f}" if nginx else ""
            cost = f"{at['cpu_us']:9.0f}{at['per_core_s']:10.0f}" if name != "direct" else " " * 19
            rest = f"{at['per_s']:9.0f}{at['p50_us']:9.0f}{at['p99_us']:10.0f}{at['bad']:5.0f}  {ratio}"
            lines.append(f"  {name:16}{cost}{rest}")
    lines += [f"{name}: {value}" for name, value in told.items() if name not in ("modes", "at")]
    return "\n".join(lines)


def _beside(asked: argparse.Namespace) -> list[tuple[str, dict[str, object]]]:
    return list(json.loads(Path(asked.beside).read_text()).items()) if asked.beside else []


@contextmanager
def _other(name: str, entry: dict[str, object], source: Upstream, folder: Path) -> Iterator[Target]:
    """`entry`: port, cmd, and if need be key, model, slow_port, slow_model, env and files to be written into the folder
    before; {fast}, {slow} and {folder} in them stand for the upstream's ports and that folder."""

    def filled(text: object) -> str:
        said = str(text).replace("{fast}", str(source.fast)).replace("{slow}", str(source.slow))
        return said.replace("{folder}", str(folder))

    for path, content in dict(entry.get("files", {})).items():  # type: ignore[call-overload]
        Path(filled(path)).write_text(filled(content))
    command = [filled(word) for word in shlex.split(str(entry["cmd"]))]
    env = {key: filled(value) for key, value in dict(entry.get("env", {})).items()}  # type: ignore[call-overload]
    with running(command, cpus=[GATEWAY_CPU], env=env, log=folder / f"{name}.log") as process:
        target = Target(
            name,
            int(str(entry["port"])),
            str(entry.get("key", "none")),
            process,
            str(entry.get("model", "fast")),
            str(entry.get("slow_model", "slow")),
            int(str(entry.get("slow_port", 0))),
        )
        wait_until_ready(target.port, target.key, process, target.model)
        yield target


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each sample")
    parser.add_argument("--only", nargs="*", help="modes; all if none is given")
    parser.add_argument("--beside", help="a JSON file of others to measure: see README.md")
    parser.add_argument(
        "--load-generator",
        type=shlex.split,
        help="another program that takes the arguments of benchmarks.gateway.load and prints what it prints",
    )
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}/latest.json and .txt")
    return parser.parse_args()


if __name__ == "__main__":
    main()
