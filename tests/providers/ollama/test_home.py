"""The Ollama of the house as its operator sees it: there, away, too old, or started by us."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.providers.ollama.daemon import LLAMA, RUNNING, Daemon
from tests.providers.ollama.program import install
from vestibule.core.settings import LocalSettings, Settings
from vestibule.providers.ollama import HomeOllama


def home_ollama(home: Path, host: str, *, slots: int = 2, start: bool = False, **environ: str) -> HomeOllama:
    settings = Settings(home=home, local=LocalSettings(slots=slots, start_ollama=start))
    return HomeOllama(settings, {"OLLAMA_HOST": host, **environ})


async def state(ollama: HomeOllama) -> str:
    async with ollama.running(lambda: None):
        return ollama.state


async def test_how_it_is_is_said(tmp_path: Path) -> None:
    async with Daemon(models=[LLAMA]).running() as daemon:
        assert await state(home_ollama(tmp_path, daemon.url)) == f"Ollama 0.12.6 at {daemon.url}"
    async with Daemon(version=None).running() as daemon:
        assert "of unknown version" in await state(home_ollama(tmp_path, daemon.url))
    async with Daemon(version="0.4.9").running() as old:
        assert "0.5 is the oldest" in await state(home_ollama(tmp_path, old.url))
    assert "cannot be reached" in await state(home_ollama(tmp_path, "127.0.0.1:9"))


async def test_one_that_cannot_be_started_here_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no `ollama` to start here" in await state(home_ollama(tmp_path, "127.0.0.1:9", start=True))
    install(tmp_path)
    elsewhere = await state(home_ollama(tmp_path, "http://192.0.2.7:11434", start=True))
    assert "no `ollama` to start here" in elsewhere
    assert "OLLAMA_HOST is no address" in await state(home_ollama(tmp_path, "http://127.0.0.1:port", start=True))
    assert not (tmp_path / "ollama.started").exists()


async def test_one_of_others_that_is_too_old_is_not_fought_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    install(tmp_path)
    async with Daemon(version="0.4.9").running() as old:
        ollama = home_ollama(tmp_path, old.url, start=True)
        async with ollama.running(lambda: None):
            while old.seen.count("GET /api/version") < 2:  # noqa: ASYNC110 what is watched is a socket
                await asyncio.sleep(0.01)
            assert "0.5 is the oldest" in ollama.state
    assert not (tmp_path / "ollama.started").exists()


async def test_one_that_does_not_answer_yet_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "ollama"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    assert "does not answer yet" in await state(home_ollama(tmp_path, "127.0.0.1:9", start=True))


async def test_how_many_at_once_is_what_the_daemon_was_told(tmp_path: Path) -> None:
    assert home_ollama(tmp_path, "127.0.0.1:9", slots=3).state == ""  # nobody has looked yet
    async with Daemon(models=[LLAMA]).running() as daemon:
        for told, capacity in (("", 3), ("0", 3), ("many", 3), ("5", 5)):
            ollama = home_ollama(tmp_path, daemon.url, slots=3, OLLAMA_NUM_PARALLEL=told)
            async with ollama.running(lambda: None):
                assert ollama.provider.capacity == capacity


async def test_what_it_holds_in_memory_counts_while_it_is_there(tmp_path: Path) -> None:
    async with Daemon(models=[LLAMA], running_now=[RUNNING]).running() as daemon:
        ollama = home_ollama(tmp_path, daemon.url)
        async with ollama.running(lambda: None):
            assert await ollama.memory_bytes() == 3_000_000_000
    away = home_ollama(tmp_path, "127.0.0.1:9")
    async with away.running(lambda: None):
        assert await away.memory_bytes() == 0
