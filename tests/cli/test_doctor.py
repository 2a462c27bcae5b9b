"""`vestibule doctor` says how it is with Ollama and its models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.ollama.daemon import LLAMA, Daemon
from vestibule.cli.doctor import Check, check_models
from vestibule.core.settings import LocalSettings, Settings


async def checks(
    home: Path, url: str, patch: pytest.MonkeyPatch, local: LocalSettings | None = None
) -> dict[str, Check]:
    patch.setenv("OLLAMA_HOST", url)
    found = await check_models(Settings(home=home, local=local or LocalSettings()))
    return {check.name: check for check in found}


async def test_a_daemon_that_answers_and_its_models_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Daemon(models=[LLAMA]).running() as daemon:
        found = await checks(tmp_path, daemon.url, monkeypatch)
    assert (found["ollama"].ok, found["ollama"].detail) == (True, f"0.12.6 at {daemon.url}")
    assert found["language model"].detail == "llama3.2:latest"


async def test_one_that_is_too_old_is_amiss_and_says_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Daemon(models=[LLAMA], version="0.4.7").running() as daemon:
        found = await checks(tmp_path, daemon.url, monkeypatch)
    assert not found["ollama"].ok
    assert "Ollama 0.4.7 is too old: 0.5" in found["ollama"].detail
    assert "models setup" in found["ollama"].mend


async def test_none_is_nothing_amiss_unless_it_is_to_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (await checks(tmp_path, "127.0.0.1:9", monkeypatch))["ollama"].ok
    wanted = LocalSettings(start_ollama=True)
    assert not (await checks(tmp_path, "127.0.0.1:9", monkeypatch, wanted))["ollama"].ok
