"""What a soak runs on: a new home, two paced model servers in it, tenants with keys and limits, and what it all holds.

Set up as an operator would: a vestibule.yaml, keys, `vestibule serve`. Knows no request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway.bench import free_port
from benchmarks.gateway.processes import GATEWAY_CPU, LOAD_CPUS, Process, running, wait_until_ready

from vestibule.access.keys import Keys
from vestibule.core.settings import Settings
from vestibule.storage.database import Database

TENANTS = ("office", "campus", "works")
NARROW = "narrow"
"""The tenant whose limits are reached."""
NARROW_PER_MINUTE, NARROW_AT_ONCE = 120, 2
MODELS = ("north", "south")
TINY = "vestibule-tiny"
BODY_MIB = 1
TOLD_WITHIN_S = 5.0

_PLENTY = {"requests_per_minute": 10_000_000, "tokens_per_minute": 10_000_000_000, "concurrency": 5_000}
_LIMITS = {
    "requests_per_minute": 10_000_000,
    "body_mib": BODY_MIB,
    "each_key": _PLENTY,
    "each_tenant": {**_PLENTY, "tokens_per_day": 10**12},
    "tenants": {NARROW: {"requests_per_minute": NARROW_PER_MINUTE, "concurrency": NARROW_AT_ONCE}},
}


@dataclass(frozen=True)
class Held:
    """What the server's process holds at one moment. `rss_mib` counts shared memory whole, `pss_mib` its share."""

    pss_mib: float
    rss_mib: float
    sockets: int
    threads: int
    tasks: int


@dataclass(frozen=True)
class House:
    """`keys` are of the tenants by name, `narrow` of the one with low limits, `unscoped` may not ask a model, `admin`
    runs the house."""

    home: Path
    port: int
    process: Process
    servers: tuple[Process, ...]
    keys: Mapping[str, str]
    narrow: str
    unscoped: str
    admin: str

    def reached(self) -> int:
        """How many requests have reached the paced model servers."""
        return sum(_asked(server) for server in self.servers)

    async def held(self) -> Held:
        """Raise `RuntimeError` where the process does not tell its tasks in time."""
        folder, told = Path(f"/proc/{self.process.pid}"), self.home.parent / "tasks"
        told.unlink(missing_ok=True)
        os.kill(self.process.pid, signal.SIGUSR2)
        for _ in range(int(TOLD_WITHIN_S / 0.02)):
            if told.exists():
                break
            await asyncio.sleep(0.02)
        else:
            raise RuntimeError(f"the server did not tell its tasks within {TOLD_WITHIN_S:g} s")
        pages = int((folder / "statm").read_text().split()[1])
        return Held(
            round(self.process.memory_mib(), 1),
            round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1),
            _sockets(folder),
            len(os.listdir(folder / "task")),
            int(told.read_text()),
        )


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Its home is `folder`/home."""
    with ExitStack() as stack:
        command = [sys.executable, "-m", "benchmarks.gateway.soak.upstream"]
        servers = [stack.enter_context(running(command, cpus=LOAD_CPUS)) for _ in MODELS]
        port, home = free_port(), folder / "home"
        config = folder / "vestibule.yaml"
        config.write_text(json.dumps(_settings(home, port, [_port(server) for server in servers])))  # which is YAML
        keys = asyncio.run(_keys(config))
        watched = [sys.executable, "-m", "benchmarks.gateway.soak.watched", str(folder / "tasks")]
        serve = running(
            [*watched, "serve", "--config", str(config)],
            cpus=[GATEWAY_CPU],
            env={"VESTIBULE_ADMIN_KEY": f"vst_{secrets.token_urlsafe(32)}"},
            log=folder / "serve.log",
        )
        process = stack.enter_context(serve)
        wait_until_ready(port, keys["ready"], process, MODELS[0])
        asking = {tenant: keys[tenant] for tenant in TENANTS}
        yield House(home, port, process, tuple(servers), asking, keys[NARROW], keys["unscoped"], keys["admin"])


async def _keys(config: Path) -> dict[str, str]:
    wanted = {tenant: (tenant, "inference") for tenant in (*TENANTS, NARROW, "ready")}
    wanted |= {"unscoped": (TENANTS[0], "feedback"), "admin": ("default", "admin")}
    database = await Database.open(Settings.load(config, {}))
    try:
        made = Keys(database)
        return {name: (await made.create(tenant, (scope,))).token for name, (tenant, scope) in wanted.items()}
    finally:
        await database.close()


def _settings(home: Path, port: int, ports: list[int]) -> dict[str, object]:
    named = list(zip(MODELS, ports, strict=True))
    return {
        "home": str(home),
        "port": port,
        "limits": _LIMITS,
        "providers": [{"id": name, "kind": "openai", "url": f"http://127.0.0.1:{at}/v1"} for name, at in named],
        "models": [{"id": name, "provider": name, "name": name} for name, _ in named],
    }


def _port(server: Process) -> int:
    assert server.popen.stdout is not None
    return int(json.loads(server.popen.stdout.readline())["port"])


def _asked(server: Process) -> int:
    stdin, stdout = server.popen.stdin, server.popen.stdout
    assert stdin is not None
    assert stdout is not None
    stdin.write("\n")
    stdin.flush()
    return int(stdout.readline())


def _sockets(folder: Path) -> int:
    count = 0
    for link in (folder / "fd").iterdir():
        with contextlib.suppress(OSError):  # it was closed just then
            count += os.readlink(link).startswith("socket:")
    return count
