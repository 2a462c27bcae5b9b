"""What a daemon says it holds in memory."""

from __future__ import annotations

import pytest

from tests.providers.ollama.daemon import RUNNING, Daemon
from vestibule.providers.ollama import running
from vestibule.providers.ollama.running import RunningModel, running_models


async def test_what_it_holds_is_counted_whole_and_by_card() -> None:
    async with Daemon(running_now=[RUNNING]).running() as daemon:
        assert await running_models(daemon.url) == (
            RunningModel("llama3.2:latest", 3_000_000_000, 1_000_000_000, str(RUNNING["expires_at"])),
        )
    async with Daemon().running() as daemon:
        assert await running_models(daemon.url) == ()


@pytest.mark.parametrize("said", [b"<html>", b"[]", b'{"models": null}', b'{"models": [{"size": 1}]}', b"\xff"])
async def test_what_cannot_be_read_counts_as_nothing(said: bytes) -> None:
    async with Daemon(ps=said).running() as daemon:
        assert await running_models(daemon.url) == ()


async def test_a_daemon_that_is_away_or_silent_counts_as_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "WAIT_S", 0.05)
    async with Daemon(silent=True).running() as daemon:
        assert await running_models(daemon.url) == ()
    assert await running_models(daemon.url) == ()
    assert await running_models(None) == ()
    assert await running_models("http://203.0.113.1:11434") == ()
