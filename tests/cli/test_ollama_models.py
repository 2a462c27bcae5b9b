"""`vestibule models pull | create | show | delete | warm | ps`, over a daemon on a real socket."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.ollama.address import outward_address
from tests.providers.ollama.daemon import EMBEDDER, LAYER, LLAMA, PULL, REMOTE, Daemon
from vestibule.cli import resident
from vestibule.cli.models import models
from vestibule.core.errors import EgressRefused, InvalidRequest, NotFound, Unavailable, UpstreamFailed
from vestibule.core.settings import LocalSettings
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.registry import add_model
from vestibule.providers.memory.footprint import Serving
from vestibule.providers.ollama.daemon import OllamaDaemon


@pytest.fixture
async def daemon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Daemon]:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
    async with Daemon(models=[LLAMA, REMOTE, EMBEDDER]).running() as running:
        monkeypatch.setenv("OLLAMA_HOST", running.url)
        yield running


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, models, arguments, catch_exceptions=False)


async def data(*arguments: str) -> dict[str, Any]:
    result = await run(*arguments, "--json")
    assert result.exit_code == 0
    said: dict[str, Any] = json.loads(result.stdout)
    return said


async def test_a_model_is_pulled_and_its_digest_said(daemon: Daemon) -> None:
    result = await run("pull", "qwen2.5:7b")
    assert result.exit_code == 0
    assert result.stdout.strip() == f"Pulled qwen2.5:7b ({LAYER})."
    assert "pulling 2a2a2a2a2a2a" in result.stderr
    assert daemon.bodies == [{"model": "qwen2.5:7b"}]
    assert await data("pull", "qwen2.5:7b") == {"pulled": "qwen2.5:7b", "digests": [LAYER]}


@pytest.mark.parametrize(
    ("said", "whole", "message"),
    [
        ([{"status": "pulling manifest"}, {"error": "pull model manifest: file does not exist"}], True, "not exist"),
        (PULL[:3], True, "broke off before"),
        (PULL[:3], False, "broke off"),
        ([{"status": 3}], True, "not as Ollama does"),
        ([{"status": "x" * 1_100_000}], True, "not as Ollama does"),
    ],
)
async def test_a_pull_that_does_not_succeed_says_so(
    daemon: Daemon, said: list[dict[str, object]], whole: bool, message: str
) -> None:
    daemon.pull, daemon.whole = said, True
    async with Daemon(pull=said, whole=whole).running() as broken:
        with pytest.raises(UpstreamFailed, match=message):
            await asyncio.to_thread(lambda: list(OllamaDaemon(broken.url).pull("m")))


async def test_a_cloud_model_is_not_pulled(daemon: Daemon) -> None:
    with pytest.raises(InvalidRequest, match="not home"):
        await run("pull", "gpt-oss:120b-cloud")
    assert daemon.bodies == []


async def test_a_model_is_made_of_a_gguf_file_and_an_adapter(daemon: Daemon, tmp_path: Path) -> None:
    weights, adapter = tmp_path / "w.gguf", tmp_path / "a.gguf"
    weights.write_bytes(b"GGUF" + b"w" * 3_000_000)
    adapter.write_bytes(b"GGUF adapter")
    digests = ["sha256:" + hashlib.sha256(p.read_bytes()).hexdigest() for p in (weights, adapter)]
    made = await run("create", "mine", "--from", str(weights), "--adapter", str(adapter), "--quantize", "q4_K_M")
    assert made.exit_code == 0
    assert "Created mine." in made.stdout
    assert "sending w.gguf" in made.stderr
    assert [daemon.blobs[digest] for digest in digests] == [weights.read_bytes(), adapter.read_bytes()]
    asked = {"files": {"w.gguf": digests[0]}, "adapters": {"a.gguf": digests[1]}, "quantize": "q4_K_M"}
    assert daemon.bodies == [{"model": "mine"} | asked]
    assert await data("create", "again", "--from", str(weights)) == {"created": "again"}
    assert daemon.seen.count(f"POST /api/blobs/{digests[0]}") == 1  # what the daemon has is not sent again


async def test_a_blob_that_is_not_what_it_is_said_to_be_is_not_taken(daemon: Daemon, tmp_path: Path) -> None:
    changed = tmp_path / "w.gguf"
    changed.write_bytes(b"GGUF changed meanwhile")
    client, digest = OllamaDaemon(daemon.url), f"sha256:{'0' * 64}"
    with pytest.raises(UpstreamFailed, match=r"did not take w\.gguf \(status 400\)"):
        await asyncio.to_thread(client.push, changed, digest, lambda *_: None)
    with pytest.raises(UpstreamFailed, match=f"status 400: blob {digest} not found"):
        await asyncio.to_thread(lambda: list(client.create("mine", files={"w.gguf": digest})))
    assert daemon.blobs == {}


async def test_another_server_at_that_address_is_not_understood(daemon: Daemon) -> None:
    daemon.shown = b"<html>"
    with pytest.raises(UpstreamFailed, match="not as Ollama does"):
        await run("show", "llama3.2")


async def test_a_model_is_made_of_another(daemon: Daemon) -> None:
    assert (await run("create", "small", "--from", "llama3.2", "--quantize", "q8_0")).exit_code == 0
    assert daemon.bodies == [{"model": "small", "from": "llama3.2", "quantize": "q8_0"}]
    with pytest.raises(UpstreamFailed, match="'none' not found"):
        await run("create", "small", "--from", "none")


async def test_files_that_are_not_there_or_empty_are_not_sent(daemon: Daemon, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        await run("create", "mine", "--from", str(tmp_path / "none.gguf"))
    (tmp_path / "empty.gguf").touch()
    with pytest.raises(InvalidRequest, match="is empty"):
        await run("create", "mine", "--from", str(tmp_path / "empty.gguf"))
    assert (await run("create", "mine", "--from", "m", "--adapter", str(tmp_path / "none.gguf"))).exit_code == 2


async def test_what_the_daemon_says_of_a_model_is_shown(daemon: Daemon) -> None:
    said = await data("show", "llama3.2")
    assert (said["location"], said["context"], said["capabilities"]) == ("home", 8192, "completion, tools")
    daemon.shows["large:latest"] = {"remote_host": "https://ollama.com:443"}
    assert "cloud" in (await run("show", "large")).stdout
    with pytest.raises(NotFound, match=r"has no model `none`.*models pull none"):
        await run("show", "none")


async def test_a_file_that_was_added_is_shown_as_it_would_be_run(daemon: Daemon, tmp_path: Path) -> None:
    add_model(tmp_path, write_random_model(tmp_path / "random.gguf"), "mine")
    said = await data("show", "mine")
    assert (said["runtime"], said["path"], said["slots"]) == ("llama.cpp", str(tmp_path / "random.gguf"), 2)
    assert said["context"] > 0
    assert said["memory"].endswith("MiB")
    assert daemon.bodies == []


async def test_a_model_is_deleted_once_that_is_confirmed(daemon: Daemon) -> None:
    kept = await asyncio.to_thread(CliRunner().invoke, models, ["delete", "llama3.2"], "n\n")
    assert (kept.exit_code, daemon.bodies) == (1, [])
    assert await data("delete", "llama3.2", "--yes") == {"deleted": "llama3.2"}
    with pytest.raises(NotFound):
        await run("delete", "llama3.2", "--yes")


async def test_a_model_is_loaded_and_shows_among_those_in_memory(daemon: Daemon) -> None:
    assert (await run("ps")).stdout.splitlines() == ["Together 0.00 MiB of 12.0 GiB (local.memory_gib)."]
    assert await data("warm", "llama3.2") == {"loaded": "llama3.2"}
    assert daemon.bodies == [{"model": "llama3.2", "keep_alive": "30m", "stream": False}]
    row = await data("ps")
    assert (row["model"], row["runtime"], row["bytes"]) == ("llama3.2:latest", "ollama", 3_000_000_000)
    assert "953.7 MiB on a graphics card" in (await run("ps")).stdout


async def test_children_of_ours_are_among_those_in_memory(daemon: Daemon, tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    add_model(tmp_path, path, "mine")
    child = LlamaCppProvider("mine", path, tmp_path / "logs", serving=Serving.of(LocalSettings(slots=1, context=512)))
    await child.start()
    await child.ready()
    try:
        row = await data("ps")
    finally:
        await child.close()
    assert (row["model"], row["runtime"]) == ("mine", "llama.cpp")
    assert row["bytes"] > 1_000_000


@pytest.mark.skipif(shutil.which("ps") is None, reason="where there is no /proc there is a ps")
async def test_where_there_is_no_proc_the_children_are_found_by_ps(
    daemon: Daemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_random_model(tmp_path / "random.gguf")
    add_model(tmp_path, path, "mine")
    child = LlamaCppProvider("mine", path, tmp_path / "logs", serving=Serving.of(LocalSettings(slots=1, context=512)))
    await child.start()
    await child.ready()
    monkeypatch.setattr(resident, "_processes", resident._processes_by_ps)
    try:
        assert ((await data("ps"))["model"], child.status.state) == ("mine", "ready")
    finally:
        await child.close()


async def test_every_model_of_the_daemon_is_listed_with_where_it_is(daemon: Daemon) -> None:
    rows = [json.loads(line) for line in (await run("list", "--json")).stdout.splitlines()]
    where = {row["id"]: (row["location"], row["note"]) for row in rows if row["provider"] == "ollama"}
    assert where["llama3.2:latest"][0] == "home"
    assert "/v1/embeddings" in where["all-minilm:latest"][1]
    assert where["large:latest"] == ("cloud", "run by others than its daemon: never asked")


async def test_where_no_daemon_answers_the_next_step_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VESTIBULE_HOME", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unavailable, match=r"cannot be reached.*models setup"):
            await run("pull", "qwen2.5:7b")
        with pytest.raises(UpstreamFailed, match="No Ollama answers"):
            await asyncio.to_thread(OllamaDaemon(f"http://127.0.0.1:{taken.getsockname()[1]}").delete, "m")


async def test_a_name_that_leads_out_of_the_house_is_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own other address stands for one of somebody else."""
    outside = outward_address()
    async with Daemon(host="0.0.0.0").running() as daemon:
        resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (outside, daemon.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: resolved)
        with pytest.raises(EgressRefused, match="leads out of the house"):
            await asyncio.to_thread(OllamaDaemon(f"http://localhost:{daemon.port}").delete, "m")
    assert daemon.seen == []
