"""An `ollama serve` of our own: started with what the settings say, back after a crash, gone with us, however we go."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.providers.ollama.daemon import Daemon
from tests.providers.ollama.program import free_port, install
from vestibule.core.settings import LocalSettings
from vestibule.providers.ollama import discover_ollama
from vestibule.providers.ollama.service import OllamaService, ServicePatience, environment

QUICK = ServicePatience(backoff_s=0.01, look_s=0.05, misses=2)


def service(program: Path, port: int, patience: ServicePatience = QUICK) -> OllamaService:
    host = f"http://127.0.0.1:{port}"

    async def answers() -> bool:
        return (await discover_ollama((), {"OLLAMA_HOST": host})).answers

    variables = environment(LocalSettings(slots=3, cache_type="q8_0"), host)
    return OllamaService(str(program), variables, program.parent / "logs" / "ollama.log", answers, patience)


def starts(program: Path) -> list[tuple[int, list[str], dict[str, str]]]:
    told = program.with_name("ollama.started")
    return [tuple(json.loads(line)) for line in told.read_text().splitlines()] if told.exists() else []


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 what is watched is a process
            await asyncio.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_it_is_started_told_what_the_settings_say_and_ended_with_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "secret")
    program, port = install(tmp_path), free_port()
    kept = service(program, port)
    async with kept.running():
        await until(lambda: kept.status.state == "running")
        ((pid, arguments, variables),) = starts(program)
        assert arguments == ["serve"]
        wanted = {
            "OLLAMA_HOST": f"http://127.0.0.1:{port}",
            "OLLAMA_NO_CLOUD": "1",
            "OLLAMA_NUM_PARALLEL": "3",
            "OLLAMA_MAX_LOADED_MODELS": "2",
            "OLLAMA_MAX_QUEUE": "64",
            "OLLAMA_KEEP_ALIVE": "30m",
            "OLLAMA_KV_CACHE_TYPE": "q8_0",
            "OLLAMA_FLASH_ATTENTION": "1",
            "OLLAMA_CONTEXT_LENGTH": "4096",
        }
        assert {name: variables.get(name) for name in wanted} == wanted
        assert "SOME_API_KEY" not in variables
    assert is_gone(pid)
    assert kept.status.state == "stopped"


async def test_it_is_back_after_a_crash(tmp_path: Path) -> None:
    program = install(tmp_path)
    kept = service(program, free_port())
    async with kept.running():
        await until(lambda: kept.status.state == "running")
        os.kill(starts(program)[0][0], signal.SIGKILL)
        await until(lambda: len(starts(program)) == 2 and kept.status.state == "running")
        assert kept.status.restarts == 1
        assert "status 137" in kept.status.reason


async def test_one_that_hangs_is_killed_and_started_anew(tmp_path: Path) -> None:
    program = install(tmp_path)
    kept = service(program, free_port())
    async with kept.running():
        await until(lambda: kept.status.state == "running")
        os.kill(starts(program)[0][0], signal.SIGSTOP)
        await until(lambda: len(starts(program)) == 2)
        assert is_gone(starts(program)[0][0])


async def test_a_program_that_cannot_be_run_is_tried_again_and_says_why(tmp_path: Path) -> None:
    kept = service(tmp_path / "none", free_port())
    async with kept.running():
        await until(lambda: kept.status.restarts > 1)
        assert "ended with status 1" in kept.status.reason


async def test_a_daemon_of_others_is_left_alone_until_it_is_gone(tmp_path: Path) -> None:
    program = install(tmp_path)
    async with Daemon().running() as others:
        kept = service(program, others.port)
        async with kept.running():
            await until(lambda: kept.status.state == "of others")
            assert starts(program) == []
    async with kept.running():
        await until(lambda: kept.status.state == "running")


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
async def test_it_ends_with_us_even_if_we_are_killed(tmp_path: Path) -> None:
    """The guard's standard input ends with the process that started it."""
    program, port = install(tmp_path), free_port()
    parent = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-m", "vestibule.providers.ollama.guard", {str(program)!r}], stdin=subprocess.PIPE)
time.sleep(600)
"""
    variables = {**os.environ, "OLLAMA_HOST": f"127.0.0.1:{port}"}
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", parent, env=variables)
    await until(lambda: len(starts(program)) == 1)
    killed.kill()
    await killed.wait()
    await until(lambda: is_gone(starts(program)[0][0]))
