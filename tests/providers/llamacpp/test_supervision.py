"""Children that die, hang or are left alone: none is given up too early, none kept too long, none left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import structlog

from tests.providers.llamacpp.storm import ask, until
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.process import LOG_BYTES
from vestibule.providers.llamacpp.supervisor import Patience

QUICK = Patience(deaths=3, backoff_s=0.01, rest_s=0.5, health_s=0.05, probe_s=0.2, misses=2)
PARENT = """
import asyncio, structlog, sys
from pathlib import Path
from vestibule.providers.llamacpp import LlamaCppProvider

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

async def main():
    provider = LlamaCppProvider("orphan", Path(sys.argv[1]), Path(sys.argv[2]))
    await provider.start()
    if sys.argv[3] == "ready":
        await provider.ready()
    while provider.status.pid is None:
        await asyncio.sleep(0.001)
    print(provider.status.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def patience() -> Patience:
    return QUICK


async def kill_each_child(provider: LlamaCppProvider) -> None:
    """Kill every child as soon as it runs, until there are no more."""
    while provider.status.state != "given_up":
        if provider.status.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(provider.status.pid, signal.SIGKILL)
        await asyncio.sleep(0.005)


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


async def test_it_gives_up_clearly_and_a_later_request_tries_again(provider: LlamaCppProvider) -> None:
    await kill_each_child(provider)
    with pytest.raises(UpstreamFailed, match="died 3 times; it was killed by SIGKILL") as refused:
        await ask(provider, "hello", 5)
    assert "tries again" in refused.value.next_step
    assert "llamacpp-random.log" in refused.value.next_step
    await asyncio.sleep(QUICK.rest_s)
    assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
    assert provider.status.state == "ready"


async def test_starting_anew_does_not_wait_for_the_rest(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("m", gguf, tmp_path, patience=Patience(deaths=2, backoff_s=0.01, rest_s=3600))
    await provider.start()
    try:
        await kill_each_child(provider)
        await provider.start()
        await until(lambda: provider.status.state == "ready")
        assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
    finally:
        await provider.close()


async def test_a_request_that_waits_is_told_when_no_child_will_come(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("m", gguf, tmp_path, patience=QUICK)
    await provider.start()
    try:
        waiting = asyncio.create_task(ask(provider, "hello", 5))
        await kill_each_child(provider)
        with pytest.raises(UpstreamFailed, match=r"while (loading|serving)|broke off"):
            await waiting
    finally:
        await provider.close()


async def test_answers_between_deaths_prove_a_child(provider: LlamaCppProvider) -> None:
    for _ in range(QUICK.deaths + 1):
        assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
        assert provider.status.pid is not None
        os.kill(provider.status.pid, signal.SIGKILL)
        await until(lambda: provider.status.state == "restarting")
        await provider.ready()
    assert provider.status.restarts == QUICK.deaths + 1


async def test_a_child_that_hangs_is_killed_and_replaced(provider: LlamaCppProvider) -> None:
    pid = provider.status.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await until(lambda: provider.status.state == "restarting")
    await provider.ready()
    assert provider.status.pid != pid
    assert not is_running(pid)


async def test_a_child_that_loads_for_ever_is_given_up(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("m", gguf, tmp_path, patience=Patience(deaths=2, backoff_s=0.01, load_s=0.001))
    await provider.start()
    try:
        with pytest.raises(UpstreamFailed, match="died 2 times"):
            await provider.ready()
    finally:
        await provider.close()


async def test_a_log_that_cannot_be_written_is_a_clear_end(gguf: Path, tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file, not a folder")
    provider = LlamaCppProvider("m", gguf, tmp_path / "logs", patience=QUICK)
    await provider.start()
    try:
        with pytest.raises(UpstreamFailed, match="could not be started"):
            await provider.ready()
    finally:
        await provider.close()


async def test_a_program_that_cannot_be_started_is_a_clear_end(
    gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    provider = LlamaCppProvider("m", gguf, tmp_path, patience=QUICK)
    await provider.start()
    try:
        with pytest.raises(UpstreamFailed, match=r"could not be started \(No such file"):
            await provider.ready()
    finally:
        await provider.close()


async def test_a_child_that_will_not_leave_is_killed(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("m", gguf, tmp_path)
    await provider.start()
    await provider.ready()
    pid = provider.status.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await provider.close()
    assert not is_running(pid)


async def test_the_log_stays_within_bounds(provider: LlamaCppProvider, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "llamacpp-random.log"
    log.write_bytes(b"x" * (LOG_BYTES + 1))
    await until(lambda: log.stat().st_size <= LOG_BYTES)
    assert provider.status.state == "ready"
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_loading_tells_what_was_summed_and_what_is_held(gguf: Path, tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as told:
        provider = LlamaCppProvider("m", gguf, tmp_path)
        await provider.start()
        await provider.ready()
        await provider.close()
    (loaded,) = [entry for entry in told if entry["event"] == "model_loaded"]
    summed, held = (float(loaded[key].removesuffix(" MiB")) for key in ("summed", "holds"))
    assert 10 < held <= summed


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("when", ["ready", "loading"])
async def test_nobody_is_left_behind(gguf: Path, tmp_path: Path, when: str) -> None:
    """`kill -9` of the parent: the child goes too, and takes its socket with it unless it was killed while loading."""
    with tempfile.TemporaryDirectory() as sockets:
        parent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PARENT, str(gguf), str(tmp_path), when),
            env=os.environ | {"TMPDIR": sockets},
            stdout=subprocess.PIPE,
        )
        assert parent.stdout is not None
        child = int(await parent.stdout.readline())
        parent.kill()
        await parent.wait()
        await until(lambda: not is_running(child))
        assert when == "loading" or not list(Path(sockets).iterdir())
