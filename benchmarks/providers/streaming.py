"""What the product adds to the first word of 200 streams at once: the same clients directly, then through it.

`python -m benchmarks.providers.streaming [--profile]`. Model server, clients and product are processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.laboratory.product import Site, product

ROOT = Path(__file__).parents[2]


def measure(*, clients: int = 200, rounds: int = 3, profile: Path | None = None) -> dict[str, Any]:
    """`direct` and `through` with a first token that may be shown at once, `few` with four streams instead of all;
    `sentence` where the first sentence has twelve tokens, which are checked before any of them is shown."""
    size = ("--clients", str(clients), "--rounds", str(rounds))
    with upstream() as url:
        provider = {"id": "paced", "kind": "openai", "url": f"{url}/v1"}
        site = Site([provider], [{"id": "paced", "provider": "paced", "name": "paced"}], backups=())
        direct = _sessions(f"{url}/v1", *size)
        with product(site, sampled=profile) as running:
            asking = (f"{running.url}/v1", "--key", running.key)
            _sessions(*asking, "--clients", "20", "--rounds", "2", "--tokens", "20")
            before_s = _cpu_s(running.process.process.pid)
            through = _sessions(*asking, *size)
            spent_s = _cpu_s(running.process.process.pid) - before_s
            few = _sessions(*asking, "--clients", "4", "--rounds", "25", "--tokens", "20")
            sentence = _sessions(*asking, "--clients", "4", "--rounds", "10", "--tokens", "50", "--first", "12")
    added = {f"added_{p}_ms": round(through[f"between_{p}_ms"] - direct[f"between_{p}_ms"], 3) for p in ("p50", "p99")}
    return {
        **added,
        "dropped": through["dropped"],
        "cpu_ms_a_stream": round(1000 * spent_s / max(1, through["sessions"]), 2),
        "direct": direct,
        "through": through,
        "few": few,
        "sentence": sentence,
    }


def _cpu_s(pid: int) -> float:
    """Processor time of a process so far: a busy machine does not change it much."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def upstream() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.providers.upstream"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def _sessions(url: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.providers.sessions", url, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", type=Path, help="write where the product's event loop spends its time")
    asked = parser.parse_args()
    print(json.dumps(measure(clients=asked.clients, rounds=asked.rounds, profile=asked.profile), indent=1))


if __name__ == "__main__":
    main()
