"""What `auto` adds to a question that documents can answer: it is embedded, they are searched, a model is chosen.

`python -m benchmarks.gateway.automatic [--write]`. One client asks one new question after the other, in turns through
the product and directly at the model server, of a tenant with documents. The figure is the difference of the medians.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.gateway.bench import free_port
from benchmarks.gateway.processes import upstream, vestibule

RESULTS = Path(__file__).parents[1] / "results" / "gateway"
WARM = 30
EMBEDDED_MS = 0.1  # a question that is not embedded takes some microseconds
WORDS = ("amber", "birch", "coral", "delta", "ember", "fjord", "grove", "heron", "ivory", "jade")
PLANT = ("chiller", "boiler", "heat pump", "air handler", "cooling tower", "valve", "meter", "damper")
CHECKS = ("its filter", "the oil", "the pressure drop", "the flow", "its sensors", "the seals", "its wiring")


def documents(folder: Path) -> Path:
    """Forty pages of a manual, made up."""
    folder.mkdir()
    for number in range(40):
        plant, lines = PLANT[number % len(PLANT)], [f"# Servicing the {PLANT[number % len(PLANT)]} {number}\n"]
        for step, check in enumerate(CHECKS):
            lines.append(f"## Step {step + 1}\nEvery {number + step + 2} weeks look at {check} of the {plant}. ")
            lines.append("Where it is worn, order the part, lock the supply off, replace it and note the date.\n")
        (folder / f"manual-{number}.md").write_text("\n".join(lines))
    return folder


def question(number: int) -> str:
    case = " ".join(WORDS[int(digit)] for digit in str(number))
    return f"How often is {CHECKS[number % 7]} of the {PLANT[number % 8]} to be looked at, in the case called {case}?"


def ask(connection: http.client.HTTPConnection, key: str, model: str, number: int) -> tuple[float, dict[str, Any]]:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": question(number)}]})
    began = time.perf_counter()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/v1/chat/completions", body, headers)
    reply = connection.getresponse()
    said = reply.read()
    took_ms = (time.perf_counter() - began) * 1000
    if reply.status != 200:
        raise SystemExit(f"status {reply.status} for question {number}")
    return took_ms, json.loads(said)


def measure(folder: Path, requests: int) -> dict[str, Any]:
    with upstream() as source:
        port = free_port()
        with vestibule(folder, port, source) as (_, key):
            program = str(Path(sys.executable).with_name("vestibule"))
            ingest = [program, "ingest", "--tenant", "bench", str(documents(folder / "manuals"))]
            env = {**os.environ, "VESTIBULE_HOME": str(folder / "home")}
            subprocess.run(ingest, env=env, check=True, stdout=subprocess.DEVNULL)
            through = http.client.HTTPConnection("127.0.0.1", port)
            direct = http.client.HTTPConnection("127.0.0.1", source.fast)
            for number in range(WARM):
                ask(through, key, "auto", 10_000 + number)
            took: dict[str, list[float]] = {"through": [], "direct": []}
            timings: dict[str, list[float]] = {}
            searched = 0
            for number in range(20_000, 20_000 + requests):
                took["direct"].append(ask(direct, "none", "fast", number)[0])
                spent, answer = ask(through, key, "auto", number)
                took["through"].append(spent)
                report = answer["vestibule"]
                searched += report["route"]["model"] == "fast" and report["timings_ms"]["embed"] > EMBEDDED_MS
                for step, ms in report["timings_ms"].items():
                    timings.setdefault(step, []).append(ms)
    if searched != requests:
        raise SystemExit(f"only {searched} of {requests} were embedded and answered by the model server")
    p50 = {name: statistics.median(values) for name, values in took.items()}
    return {
        "requests": requests,
        "added_p50_ms": round(p50["through"] - p50["direct"], 2),
        "p50_ms": {name: round(value, 2) for name, value in p50.items()},
        "p99_ms": {name: round(sorted(values)[int(len(values) * 0.99)], 2) for name, values in took.items()},
        "steps_p50_ms": {step: round(statistics.median(values), 3) for step, values in timings.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vestibule-bench-") as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL may run under another account
        figures = measure(Path(folder), asked.requests)
    if asked.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "automatic.json").write_text(json.dumps(figures, indent=1) + "\n")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
