"""The processes of a run: the gateway with what it needs, its like beside it, the model server; and what each costs."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CPUS = sorted(os.sched_getaffinity(0))
GATEWAY_CPU, LOAD_CPUS = CPUS[0], CPUS[1:] or CPUS
READY_S = 120.0


class Process:
    """`pid` is of the worker itself; what it started is counted apart."""

    def __init__(self, command: Sequence[str], cpus: Sequence[int], env: Mapping[str, str], log: Path | None) -> None:
        with log.open("ab") if log else contextlib.nullcontext(None) as out:
            self.popen = subprocess.Popen(
                command,
                env={**os.environ, **env},
                stdin=subprocess.PIPE,
                stdout=out or subprocess.PIPE,
                stderr=out or sys.stderr,
                text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, cpus),
            )
        self.pid = self.popen.pid

    def cpu_s(self) -> float:
        """Seconds of CPU of all threads, to the microsecond; those that have ended are not in it."""
        spent = (Path(f"/proc/{self.pid}/task/{thread}/schedstat") for thread in os.listdir(f"/proc/{self.pid}/task"))
        return sum(int(path.read_text().split()[0]) for path in spent) / 1e9

    def tree_cpu_s(self) -> float:
        """Of the process and all it started."""
        return sum(_cpu_s(pid) for pid in _tree(self.pid))

    def memory_mib(self) -> float:
        """Its proportional share of memory."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))

    def stop(self) -> None:
        self.popen.terminate()
        try:
            self.popen.wait(30)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            if pipe:
                pipe.close()


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split():
                yield from _tree(int(child))


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return 0.0


@contextmanager
def running(
    command: Sequence[str], *, cpus: Sequence[int], env: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[Process]:
    process = Process(command, cpus, env or {}, log)
    try:
        yield process
    finally:
        process.stop()


class Upstream:
    def __init__(self, process: Process) -> None:
        self._process = process
        assert process.popen.stdout is not None
        ports = json.loads(process.popen.stdout.readline())
        self.fast, self.slow = int(ports["fast"]), int(ports["slow"])

    def answered(self) -> int:
        """How many requests it has answered until now."""
        stdin, stdout = self._process.popen.stdin, self._process.popen.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        stdin.flush()
        return int(stdout.readline())


@contextmanager
def upstream() -> Iterator[Upstream]:
    with running([sys.executable, "-m", "benchmarks.gateway.upstream"], cpus=LOAD_CPUS) as process:
        yield Upstream(process)


@contextmanager
def vestibule(folder: Path, port: int, source: Upstream) -> Iterator[tuple[Process, str]]:
    """A new home, the server in it and a key: as an operator would start it."""
    config = folder / "vestibule.yaml"
    config.write_text(_config(folder, port, source))
    env = {"VESTIBULE_HOME": str(folder / "home")}
    program = [str(Path(sys.executable).with_name("vestibule"))]
    made = subprocess.run(
        [*program, "keys", "create", "--tenant", "bench", "--json"],
        env={**os.environ, **env},
        check=True,
        capture_output=True,
        text=True,
    )
    key = str(json.loads(made.stdout)["key"])
    command = [*program, "serve", "--config", str(config)]
    with running(command, cpus=[GATEWAY_CPU], env=env, log=folder / "serve.log") as process:
        wait_until_ready(port, key, process)
        yield process, key


def _config(folder: Path, port: int, source: Upstream) -> str:
    models = [("fast", source.fast), ("slow", source.slow)]
    settings = {
        "home": str(folder / "home"),
        "port": port,
        "limits": {"requests_per_minute": 1_000_000_000},
        "providers": [{"id": n, "kind": "openai", "url": f"http://127.0.0.1:{at}/v1"} for n, at in models],
        "models": [{"id": name, "provider": name, "name": name} for name, _ in models],
    }
    return json.dumps(settings)  # which is YAML


def wait_until_ready(port: int, key: str, process: Process, model: str = "fast") -> None:
    """Until it answers as it should; raise where it does not within `READY_S`."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Are you there?"}]}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/chat/completions", body, headers)
    until, said = time.monotonic() + READY_S, "nothing"
    while time.monotonic() < until and process.popen.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                said = reply.read().decode()
                return
        except urllib.error.HTTPError as error:
            said = f"{error.code} {error.read()[:200]!r}"
        except OSError as error:
            said = str(error)
        time.sleep(0.2)
    raise SystemExit(f"port {port} does not answer: {said}")
