"""The test daemon itself, driven by Ollama's own SDK: what our provider meets is what that SDK meets."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import ollama
import pytest

from tests.providers.ollama.daemon import EMBEDDER, LLAMA, REMOTE, RUNNING, Daemon, final, lines, piece


@pytest.fixture
async def daemon() -> AsyncIterator[Daemon]:
    async with Daemon(models=[LLAMA, REMOTE, EMBEDDER], running_now=[RUNNING]).running() as running:
        yield running


async def test_chat_streamed_and_whole(daemon: Daemon) -> None:
    client = ollama.AsyncClient(daemon.url)
    asked = [{"role": "user", "content": "hello"}]
    parts = [part async for part in await client.chat("llama3.2", asked, stream=True)]
    assert "".join(part.message.content or "" for part in parts) == "Good morning"
    assert (parts[-1].done_reason, parts[-1].prompt_eval_count, parts[-1].eval_count) == ("stop", 26, 282)
    daemon.chat = lines(final(message={"role": "assistant", "content": "Good morning"}))
    assert (await client.chat("llama3.2", asked)).message.content == "Good morning"


async def test_an_error_in_the_middle_and_a_full_queue(daemon: Daemon) -> None:
    client = ollama.AsyncClient(daemon.url)
    daemon.chat = lines(piece("half"), {"error": "out of memory"})
    with pytest.raises(ollama.ResponseError, match="out of memory"):
        [part async for part in await client.chat("llama3.2", [], stream=True)]
    daemon.status, daemon.chat = 503, b'{"error": "server busy, please try again"}'
    with pytest.raises(ollama.ResponseError) as full:
        await client.chat("llama3.2", [])
    assert full.value.status_code == 503


async def test_lists_and_descriptions(daemon: Daemon) -> None:
    client = ollama.AsyncClient(daemon.url)
    assert next(m.model for m in (await client.list()).models) == "llama3.2:latest"
    assert (await client.ps()).models[0].size_vram == 1_000_000_000
    assert (await client.show("llama3.2")).capabilities == ["completion", "tools"]
    with pytest.raises(ollama.ResponseError) as unknown:
        await client.show("none")
    assert unknown.value.status_code == 404


async def test_embeddings(daemon: Daemon) -> None:
    made = await ollama.AsyncClient(daemon.url).embed("all-minilm", ["one", "two"])
    assert len(made.embeddings) == 2
    assert made.prompt_eval_count == 2


async def test_pull_create_and_delete(daemon: Daemon, tmp_path: Path) -> None:
    client = ollama.AsyncClient(daemon.url)
    steps = [step async for step in await client.pull("qwen2.5:7b", stream=True)]
    assert (steps[2].total, steps[2].completed, steps[-1].status) == (2142590208, 241970, "success")
    weights = tmp_path / "w.gguf"
    weights.write_bytes(b"GGUF")
    digest = await client.create_blob(weights)
    assert digest == f"sha256:{hashlib.sha256(b'GGUF').hexdigest()}"
    made = [step async for step in await client.create("mine", files={"w.gguf": digest}, stream=True)]
    assert made[-1].status == "success"
    assert (await client.delete("mine")).status == "success"
    assert "mine:latest" not in [m.model for m in (await client.list()).models]
