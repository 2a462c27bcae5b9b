"""Measures the embedder: `python benchmarks/embedder/bench.py [--out FILE]` prints one JSON object.

Sentences per CPU-second count the CPU time of all threads; latencies are of single calls on an idle embedder.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from vestibule.providers.embedder import MiniLM

_WORDS = "the pump of the plant room runs at night since the fan of the boiler has a fault and no one is there to see"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="also write the object to this file")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--loaded-from", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.loaded_from:
        print(json.dumps(asyncio.run(_measure(arguments.loaded_from, arguments.threads))))
        return
    with tempfile.TemporaryDirectory() as home:
        build_s = _timed(lambda: MiniLM.load(Path(home), threads=arguments.threads).close())
        again = [sys.executable, __file__, "--loaded-from", home, "--threads", str(arguments.threads)]
        measured = json.loads(subprocess.run(again, check=True, capture_output=True, text=True).stdout)
    found = json.dumps({"threads": arguments.threads, "cpus": os.cpu_count(), "build_s": build_s, **measured}, indent=2)
    print(found)
    if arguments.out:
        arguments.out.write_text(found + "\n")


async def _measure(home: Path, threads: int) -> dict[str, float]:
    """Measure in a process that has only loaded the model, so that memory is what a server pays."""
    rss_before_mib = _resident_mib("VmRSS")
    started = time.perf_counter()
    model = MiniLM.load(home, threads=threads)
    load_s = time.perf_counter() - started
    rss_mib = _resident_mib("VmRSS")
    figures = {"load_s": round(load_s, 3), "rss_added_by_load_mib": round(rss_mib - rss_before_mib, 1)}
    figures["sentences_of_30_tokens_per_cpu_s"] = await _throughput(model, [_text(model, 30)] * 320)
    figures["chunks_of_200_tokens_per_cpu_s"] = await _throughput(model, [_text(model, 200)] * 40)
    for tokens in (16, 64, 128):
        figures[f"p50_ms_{tokens}_tokens"] = await _latency_ms(model, _text(model, tokens))
    figures["rss_peak_mib"] = round(_resident_mib("VmHWM"), 1)
    model.close()
    return figures


async def _throughput(model: MiniLM, texts: list[str]) -> float:
    await model.embed(texts[:32])
    started = time.process_time()
    await model.embed(texts)
    return round(len(texts) / (time.process_time() - started), 1)


async def _latency_ms(model: MiniLM, text: str) -> float:
    taken = []
    for _ in range(60):
        started = time.perf_counter()
        await model.embed([text])
        taken.append(time.perf_counter() - started)
    return round(statistics.median(taken[10:]) * 1000, 2)


def _text(model: MiniLM, tokens: int) -> str:
    words = (_WORDS.split() * 12)[: tokens - 2]
    text = " ".join(words)
    if model.count_tokens(text) != tokens:
        raise SystemExit(f"the text for {tokens} tokens has {model.count_tokens(text)}")
    return text


def _timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return round(time.perf_counter() - started, 2)


def _resident_mib(field: str) -> float:
    """Resident memory now (VmRSS) or at its highest (VmHWM); Linux only, 0 elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


if __name__ == "__main__":
    main()
