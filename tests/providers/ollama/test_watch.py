"""A daemon that comes, goes and changes is followed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.providers.ollama.daemon import DEEPSEEK, EMBEDDER, LLAMA, REMOTE, Daemon, Json
from vestibule.providers.ollama import OllamaWatch, watch


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 what is watched is a socket
            await asyncio.sleep(0.01)


@asynccontextmanager
async def following(url: str, patch: pytest.MonkeyPatch) -> AsyncIterator[tuple[OllamaWatch, list[str]]]:
    patch.setattr(watch, "AWAY_S", 0.02)
    patch.setattr(watch, "HERE_S", 0.02)
    watched, told = OllamaWatch((), {"OLLAMA_HOST": url}), list[str]()
    await watched.look()
    task = asyncio.create_task(watched.follow(lambda: told.append("changed")))
    yield watched, told
    task.cancel()


def names(watched: OllamaWatch) -> list[str]:
    return [served.model.name for served in watched.served]


async def test_a_daemon_that_starts_later_is_found_and_one_that_goes_keeps_its_models_in_mind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Daemon().running() as first:
        port = first.port
    async with following(f"127.0.0.1:{port}", monkeypatch) as (watched, told):
        assert (watched.found.answers, names(watched)) == (False, [])
        async with Daemon(models=[LLAMA], port=port).running():
            await until(lambda: told == ["changed"])
            assert names(watched) == ["llama3.2:latest"]
            assert watched.is_here("llama3.2:latest")
        await until(lambda: not watched.is_here("llama3.2:latest"))
        assert names(watched) == ["llama3.2:latest"]
        async with Daemon(models=[LLAMA], port=port).running():
            await until(lambda: watched.is_here("llama3.2:latest"))


async def test_models_that_are_pulled_and_removed_outside_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        Daemon(models=[LLAMA]).running() as daemon,
        following(daemon.url, monkeypatch) as (watched, told),
    ):
        daemon.models = [LLAMA, DEEPSEEK]
        await until(lambda: names(watched) == ["deepseek-r1:latest", "llama3.2:latest"])
        daemon.models = [DEEPSEEK]
        await until(lambda: names(watched) == ["deepseek-r1:latest"])
        assert not watched.is_here("llama3.2:latest")
        assert told == ["changed", "changed"]


async def test_what_each_can_do_is_asked_once() -> None:
    async with Daemon(models=[LLAMA, EMBEDDER, REMOTE]).running() as daemon:
        watched = OllamaWatch((), {"OLLAMA_HOST": daemon.url})
        assert await watched.look()
        assert not await watched.look()
        assert [e.model.name for e in watched.embedders] == ["all-minilm:latest"]
        assert watched.trained == {"llama3.2:latest": 8192}
        assert [e.shown.width for e in watched.embedders] == [3]
    assert [s.shown.capabilities for s in watched.served] == [frozenset({"completion", "tools"})]
    assert daemon.seen.count("POST /api/show") == 2


async def test_a_model_that_is_remote_only_where_it_is_shown_is_not_home() -> None:
    shows: dict[str, Json] = {"llama3.2:latest": {"remote_host": "https://ollama.com:443", "remote_model": "large"}}
    async with Daemon(models=[LLAMA, DEEPSEEK], shows=shows).running() as daemon:
        watched = OllamaWatch((), {"OLLAMA_HOST": daemon.url})
        await watched.look()
    assert names(watched) == ["deepseek-r1:latest"]


async def test_a_model_that_only_embeds_does_not_chat_whatever_its_family() -> None:
    async with Daemon(models=[LLAMA], shows={"llama3.2:latest": {"capabilities": ["embedding"]}}).running() as daemon:
        watched = OllamaWatch((), {"OLLAMA_HOST": daemon.url})
        await watched.look()
    assert (names(watched), [e.model.name for e in watched.embedders]) == ([], ["llama3.2:latest"])


@pytest.mark.parametrize("shown", [{"model_info": 3}, {"capabilities": [1]}])
async def test_what_is_described_in_no_way_we_know_is_served_all_the_same(shown: dict[str, object]) -> None:
    async with Daemon(models=[LLAMA], shows={"llama3.2:latest": shown}).running() as daemon:
        watched = OllamaWatch((), {"OLLAMA_HOST": daemon.url})
        await watched.look()
    assert names(watched) == ["llama3.2:latest"]
    assert watched.trained == {}


@pytest.mark.parametrize(
    ("version", "serves"), [("0.4.7", 0), ("0.5.0", 1), ("0.0.0", 1), ("v0.12.1-rc2", 1), (None, 1)]
)
async def test_a_daemon_that_is_too_old_serves_nothing_and_says_what_to_do(version: str | None, serves: int) -> None:
    async with Daemon(models=[LLAMA], version=version).running() as daemon:
        watched = OllamaWatch((), {"OLLAMA_HOST": daemon.url})
        await watched.look()
    assert len(watched.served) == serves
    if not serves:
        assert "0.5 is the oldest" in watched.found.note
        assert "models setup" in watched.found.note
