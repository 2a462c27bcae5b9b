"""A whole house over an Ollama that comes, is killed and comes back: asked by name, or passed over by `auto`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.providers.ollama.program import free_port, install
from vestibule.app import House, open_house
from vestibule.core.answer import Completed
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options
from vestibule.core.errors import NotFound, UpstreamFailed
from vestibule.core.settings import LocalSettings, Settings
from vestibule.providers.ollama import watch

LLAMA = "llama3.2:latest"


async def ask(house: House, model: str) -> Completed:
    request = ChatRequest(model, (Message("user", "Say good morning."),), options=Options(cache="bypass"))
    events = [event async for event in house.pipeline.run(Credential(peer="127.0.0.1"), request)]
    assert isinstance(events[-1], Completed)
    return events[-1]


async def until_it_answers(house: House) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await ask(house, LLAMA)
                return
            except (NotFound, UpstreamFailed):  # not found yet, or not back
                await asyncio.sleep(0.05)


async def test_a_daemon_that_is_killed_is_passed_over_and_back_without_anybodys_help(
    storage_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "AWAY_S", 0.05)
    with TemporaryDirectory() as folder:
        program = install(Path(folder))
        monkeypatch.setenv("PATH", folder, prepend=os.pathsep)
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{free_port()}")
        settings = Settings(home=storage_home, local=LocalSettings(start_ollama=True))
        async with open_house(settings, open_to_loopback=True) as house:
            await until_it_answers(house)
            answer = await ask(house, "auto")
            assert (answer.text, answer.report.route.model) == ("Good morning", LLAMA)
            assert "started by Vestibule" in (await house.readiness())["ollama"].reason
            os.kill(json.loads(program.with_name("ollama.started").read_text().splitlines()[-1])[0], signal.SIGKILL)
            await until_it_answers(house)
        assert len(program.with_name("ollama.started").read_text().splitlines()) == 2
