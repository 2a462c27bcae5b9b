"""Which models of a daemon are found, which are not, and that nothing waits for a daemon that is not there."""

from __future__ import annotations

import socket

import pytest

from tests.providers.ollama.daemon import CLOUD_TAG, EMBEDDER, REMOTE, Daemon
from vestibule.core.clearance import Destination
from vestibule.providers.ollama import Discovery, discover_ollama
from vestibule.providers.ollama.discovery import parse_host


async def discover(host: str, home_hosts: tuple[str, ...] = ()) -> Discovery:
    return await discover_ollama(home_hosts, {"OLLAMA_HOST": host})


async def test_models_that_the_daemon_runs_itself_are_found_largest_first() -> None:
    async with Daemon().running() as daemon:
        found = await discover(daemon.url)
    assert [m.name for m in found.models] == ["deepseek-r1:latest", "llama3.2:latest"]
    assert found.models[0].size_bytes == 4683075271
    assert (found.url, found.note) == (daemon.url, "")


async def test_remote_models_and_embedders_are_not_there() -> None:
    async with Daemon(models=[REMOTE, CLOUD_TAG, EMBEDDER]).running() as daemon:
        found = await discover(daemon.url)
    assert found.models == ()
    assert "no chat model of its own" in found.note


@pytest.mark.parametrize("tags", [b"<html>", b'{"models": 3}', b"\xff"])
async def test_another_server_at_that_address_is_no_daemon(tags: bytes) -> None:
    async with Daemon(tags=tags).running() as daemon:
        found = await discover(daemon.url)
    assert found.models == ()
    assert "not as Ollama does" in found.note


async def test_a_list_without_end_is_not_read() -> None:
    async with Daemon(tags=b"x" * 9_000_000, cut=1_000_000).running() as daemon:
        found = await discover(daemon.url)
    assert "longer than" in found.note or "within 0.4 s" in found.note


async def test_empty_lists_of_an_older_daemon() -> None:
    async with Daemon(tags=b'{"models": null}').running() as daemon:
        assert (await discover(daemon.url)).models == ()


async def test_a_silent_daemon_is_not_waited_for() -> None:
    async with Daemon(silent=True).running() as daemon:
        assert "did not answer within 0.4 s" in (await discover(daemon.url)).note


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = await discover(f"127.0.0.1:{taken.getsockname()[1]}")
    assert found.models == ()
    assert "cannot be reached" in found.note


@pytest.mark.parametrize("host", ["http://192.0.2.7:11434", "ollama.example", "https://127.0.0.1"])
async def test_a_daemon_that_is_not_home_is_not_asked(host: str) -> None:
    found = await discover(host)
    assert "is not home" in found.note


async def test_no_address_at_all() -> None:
    assert "is no address" in (await discover("http://127.0.0.1:port")).note


@pytest.mark.parametrize(
    ("named", "daemon"),
    [
        ("", Destination("http", "127.0.0.1", 11434)),
        ("  ", Destination("http", "127.0.0.1", 11434)),
        ("localhost", Destination("http", "localhost", 11434)),
        ("localhost:1234", Destination("http", "localhost", 1234)),
        (":1234", Destination("http", "127.0.0.1", 1234)),
        ("0.0.0.0", Destination("http", "127.0.0.1", 11434)),
        ("0.0.0.0:1234", Destination("http", "127.0.0.1", 1234)),
        ("[::]:1234", Destination("http", "::1", 1234)),
        ("[::1]", Destination("http", "::1", 11434)),
        ("http://box", Destination("http", "box", 80)),
        ("http://box:11434/", Destination("http", "box", 11434)),
        ("https://box", Destination("https", "box", 443)),
    ],
)
def test_addresses_are_read_as_ollama_reads_them(named: str, daemon: Destination) -> None:
    assert parse_host(named) == daemon
