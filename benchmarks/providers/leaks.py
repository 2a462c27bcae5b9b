"""10,000 requests to providers that fail in every way, one after the other: what stays behind of them.

`python -m benchmarks.providers.leaks [--requests N]` prints sockets, tasks and memory after the first tenth and at the
end. The servers are a process of their own; the providers are sent to as the product does, without its retries.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path

from vestibule.core.chat import Message
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import UpstreamFailed, VestibuleError
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderSettings
from vestibule.providers.base import Provider
from vestibule.providers.kinds import KINDS, way_home
from vestibule.providers.ollama import OllamaProvider

ROOT = Path(__file__).parents[2]
PATIENCE_S = 0.03
KEYS = tuple(f"LABORATORY_KEY_{n}" for n in range(100))  # one that is refused or limited rests, and is not asked with
ASKED = ModelRequest((Message("user", "When does the chiller run?"),))


@contextmanager
def failing_servers(share: float = 1.0) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "benchmarks.providers.failing", "--share", str(share)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield json.loads(process.stdout.readline())
        process.stdin.close()


async def measure(addresses: Mapping[str, str], requests: int) -> dict[str, object]:
    os.environ.update({name: f"sk-{name}" for name in KEYS})
    endings: Counter[str] = Counter()
    async with _providers(addresses) as providers:
        begun = time.perf_counter()
        for count in range(requests):
            if count == requests // 10:
                before = held()
            endings[await _ending(providers[count % len(providers)])] += 1
        took_s = time.perf_counter() - begun
    await asyncio.sleep(0.1)
    after = held()
    return {
        "requests": requests,
        "seconds": round(took_s, 1),
        "sockets_left": after["sockets"] - before["sockets"],
        "tasks_left": after["tasks"] - before["tasks"],
        "memory_growth_mib": round((after["memory_bytes"] - before["memory_bytes"]) / 1_048_576, 2),
        "unexpected": sum(count for ending, count in endings.items() if ending.startswith("unexpected")),
        "endings": dict(endings.most_common()),
    }


class _providers:  # noqa: N801 it is used as a function
    def __init__(self, addresses: Mapping[str, str]) -> None:
        entries = [
            ProviderSettings(name, name, url, keys=tuple(f"env:{key}" for key in KEYS))  # type: ignore[arg-type]  # the names are kinds
            for name, url in addresses.items()
            if name != "ollama"
        ]
        self._ways = {entry.id: way_home(entry, ()) for entry in entries}
        made = [KINDS[e.kind].make(e.id, e.url, self._ways[e.id], cloud=False) for e in entries]
        self._made: list[Provider] = [*made, OllamaProvider("ollama", addresses["ollama"])]

    async def __aenter__(self) -> list[Provider]:
        return self._made

    async def __aexit__(self, *error: object) -> None:
        for way in self._ways.values():
            await way.close()


async def _ending(provider: Provider) -> str:
    name = "llama3.2:latest" if provider.kind == "ollama" else "model-1"
    cleared = ClearedRequest(provider.encode(ASKED, name), provider.destination, name, 1, "a", time.monotonic() + 60)
    finished = ""
    try:
        async with asyncio.timeout(PATIENCE_S), aclosing(provider.send(cleared)) as chunks:
            async for chunk in chunks:
                finished = chunk.finish_reason or finished
    except UpstreamFailed as error:
        return f"fault: {error.fault}"
    except VestibuleError as error:
        return f"error: {error.code}"
    except TimeoutError:
        return "no more patience"
    except Exception as error:  # noqa: BLE001 whatever else comes is what is looked for
        return f"unexpected: {type(error).__name__} of {provider.kind}: {error}"
    return "whole" if finished else "ended without an end"


def held() -> dict[str, int]:
    """What this process holds now, once all garbage is gone."""
    for _ in range(3):
        gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    links = (
        os.readlink(f"/proc/self/fd/{fd}")
        for fd in os.listdir("/proc/self/fd")
        if os.path.exists(f"/proc/self/fd/{fd}")
    )
    return {
        "sockets": sum(link.startswith("socket:") for link in links),
        "tasks": len(asyncio.all_tasks()),
        "memory_bytes": pages * os.sysconf("SC_PAGE_SIZE"),
    }


def run(requests: int = 10_000) -> dict[str, object]:
    with failing_servers() as addresses:
        return asyncio.run(measure(addresses, requests))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    print(json.dumps(run(parser.parse_args().requests), indent=1))


if __name__ == "__main__":
    main()
