"""Ten thousand connections that say nothing, and what those who ask notice of them.

`python -m benchmarks.gateway.idle`: half of them send nothing at all, half the beginning of a request. `--write` keeps
what was counted under `results/gateway/idle.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.gateway.bench import free_port
from benchmarks.gateway.processes import Process, upstream, vestibule

RESULTS = Path(__file__).parents[1] / "results" / "gateway"
ASKED = 300
BEGUN = b"POST /v1/chat/completions HTTP/1.1\r\nhost: local"
AT_ONCE = 200
PATIENCE_S = 180.0


async def measure(port: int, key: str, process: Process, count: int) -> dict[str, Any]:
    counted: dict[str, Any] = {"before": await _asked(port, key, process)}
    began = time.monotonic()
    silent = await _open(port, count)
    counted["opened"] = {"connections": len(silent), "took_s": round(time.monotonic() - began, 1)}
    counted["meanwhile"] = await _asked(port, key, process)
    closed = await _closed(silent)
    counted["let_go"] = {"connections": closed, "after_s": round(time.monotonic() - began, 1)}
    counted["after"] = await _asked(port, key, process)
    return counted


async def _open(port: int, count: int) -> Sequence[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    opened: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    while len(opened) < count:
        several = min(AT_ONCE, count - len(opened))
        opened += await asyncio.gather(
            *(asyncio.open_connection("127.0.0.1", port, limit=2048) for _ in range(several))
        )
    for _, writer in opened[::2]:
        writer.write(BEGUN)
    return opened


async def _closed(silent: Sequence[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> int:
    """How many of them the server closed within `PATIENCE_S`."""
    ended = [asyncio.create_task(_end(reader)) for reader, _ in silent]
    done, waiting = await asyncio.wait(ended, timeout=PATIENCE_S)
    for task in waiting:
        task.cancel()
    for _, writer in silent:
        writer.close()
    return len(done)


async def _end(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(1024):
            pass
    except ConnectionError:
        pass


async def _asked(port: int, key: str, process: Process) -> dict[str, Any]:
    """What `ASKED` requests took one after the other, each on a connection of its own, and the memory after them."""
    took, wrong = [], 0
    for number in range(ASKED):
        began = time.perf_counter()
        wrong += not await _ask(port, key, number)
        took.append((time.perf_counter() - began) * 1000)
    ordered = sorted(took)
    return {
        "p50_ms": round(statistics.median(took), 2),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 2),
        "not_answered": wrong,
        "memory_mib": round(process.memory_mib(), 1),
    }


async def _ask(port: int, key: str, number: int) -> bool:
    said = {"model": "fast", "messages": [{"role": "user", "content": f"Question {number} at {time.time_ns()}?"}]}
    body = json.dumps(said).encode()
    head = f"host: 127.0.0.1\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\nconnection: close\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"POST /v1/chat/completions HTTP/1.1\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    reply = await reader.read()
    writer.close()
    return b" 200 " in reply.partition(b"\r\n")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most < asked.connections + 500:
        sys.exit(f"{asked.connections} connections need as many open files; this account may have {most}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, upstream() as source:
        port = free_port()
        with vestibule(Path(folder), port, source) as (process, key):
            counted = asyncio.run(measure(port, key, process, asked.connections))
    if asked.write:
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / "idle.json").write_text(json.dumps(counted, indent=2) + "\n")
    print(json.dumps(counted))
    held = counted["opened"]["connections"] == asked.connections == counted["let_go"]["connections"]
    if not held or any(counted[when]["not_answered"] for when in ("before", "meanwhile", "after")):
        sys.exit("some were not answered, or not let go")


if __name__ == "__main__":
    main()
