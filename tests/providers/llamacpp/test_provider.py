"""What a caller gets of a real llama.cpp with a random model: whole answers, clear errors, its place in the queue."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import write_random_model
from tests.providers.llamacpp.storm import ask, storm, until
from vestibule.core.chat import Message
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import InvalidRequest, NotFound, QueueFull, Unavailable, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.providers.base import Chunk
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.provider import require_loadable
from vestibule.providers.memory.footprint import Serving


async def next_chunk(provider: LlamaCppProvider) -> asyncio.Task[list[Chunk]]:
    """A request that is being answered and will be for a while."""
    heard = asyncio.Event()

    async def listen() -> list[Chunk]:
        request = ModelRequest((Message("user", "Tell me all."),))
        body = provider.encode(request, provider.id)
        chunks = []
        async for chunk in provider.send(ClearedRequest(body, provider.destination, "random", 1, "a", 1e12)):
            chunks.append(chunk)
            heard.set()
        return chunks

    task = asyncio.create_task(listen())
    await heard.wait()
    return task


async def test_an_answer_streams_and_is_counted(provider: LlamaCppProvider) -> None:
    chunks = await ask(provider, "hello", 20)
    assert len([c for c in chunks if c.text]) > 10
    assert chunks[-1].finish_reason == "length"
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 20
    assert chunks[-1].usage.prompt_tokens > 5


async def test_the_chat_template_of_the_file_is_used(tmp_path: Path) -> None:
    """The prompt's tokens (one a byte, one a special token) say what the template made of the messages."""
    path = write_random_model(tmp_path / "m.gguf", {"tokenizer.chat_template": "{{ messages[0].content }}!!"})
    provider = LlamaCppProvider("templated", path, tmp_path, serving=Serving(4096, 1))
    await provider.start()
    try:
        last = (await ask(provider, "hello", 5))[-1]
    finally:
        await provider.close()
    assert last.usage is not None
    assert last.usage.prompt_tokens == len("hello!!")


async def test_a_json_schema_binds_even_a_model_that_knows_nothing(provider: LlamaCppProvider) -> None:
    """The runtime can; requests carry a schema as soon as `ModelRequest` does."""
    schema = {"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]}
    request = {
        "messages": [{"role": "user", "content": "Is the pump on?"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "pump", "schema": schema}},
        "stream": True,
        "max_tokens": 500,
        "seed": 1,
    }
    cleared = ClearedRequest(json.dumps(request).encode(), provider.destination, "random", 1, "a", 1e12)
    text = "".join([chunk.text async for chunk in provider.send(cleared)])
    assert isinstance(json.loads(text)["on"], bool)


async def test_a_conversation_too_long_is_refused_with_both_lengths(provider: LlamaCppProvider) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await ask(provider, "a" * 9000, 5)
    assert "9,0" in refused.value.message
    assert "4,096 fit into the context of random" in refused.value.message
    assert (await ask(provider, "shorter", 5))[-1].finish_reason == "length"


async def test_another_refusal_quotes_nothing(provider: LlamaCppProvider) -> None:
    cleared = ClearedRequest(b'{"messages": "the alarm code is 4711"}', provider.destination, "random", 1, "a", 1e12)
    with pytest.raises(UpstreamFailed, match="refused the request with status") as refused:
        async for _ in provider.send(cleared):
            pass
    assert "4711" not in str(refused.value)


async def test_nothing_asked_is_in_the_log(provider: LlamaCppProvider, tmp_path: Path) -> None:
    await ask(provider, "the alarm code is 4711", 5)
    with pytest.raises(InvalidRequest):
        await ask(provider, "the alarm code is 4711" + "a" * 9000, 5)
    cleared = ClearedRequest(b'{"messages": ["4711"], "grammar": "4711"}', provider.destination, "m", 1, "a", 1e12)
    with pytest.raises(UpstreamFailed):
        async for _ in provider.send(cleared):
            pass
    log = (tmp_path / "logs" / "llamacpp-random.log").read_text()
    assert "exceeds the available context size" in log
    assert "4711" not in log


async def test_who_finds_no_room_is_told_and_the_others_are_served(provider: LlamaCppProvider) -> None:
    running = [await next_chunk(provider) for _ in range(2)]
    waiting = [asyncio.create_task(ask(provider, "hello", 5)) for _ in range(3)]
    await until(lambda: provider.waiting == 3)
    with pytest.raises(QueueFull, match="3 requests are waiting"):
        await ask(provider, "hello", 5)
    for task in running:
        task.cancel()
    answers = await asyncio.gather(*waiting)
    assert [a[-1].finish_reason for a in answers] == ["length"] * 3
    assert provider.waiting == 0
    await asyncio.gather(*running, return_exceptions=True)


async def test_a_broken_stream_is_an_error_and_the_next_answer_whole(provider: LlamaCppProvider) -> None:
    first = provider.status
    assert first.pid is not None
    task = await next_chunk(provider)
    os.kill(first.pid, signal.SIGKILL)
    with pytest.raises(UpstreamFailed, match="broke off before its answer was whole") as failed:
        await task
    assert failed.value.fault == "cut"
    assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
    assert provider.status.state == "ready"
    assert (provider.status.pid, provider.status.restarts) != (first.pid, 0)


async def test_a_death_before_the_first_word_is_not_noticed(provider: LlamaCppProvider) -> None:
    assert provider.status.pid is not None
    os.kill(provider.status.pid, signal.SIGKILL)
    assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
    assert provider.status.restarts == 1


async def test_every_request_ends_whole_or_clearly_while_the_child_is_killed(gguf: Path, tmp_path: Path) -> None:
    provider = LlamaCppProvider("stormy", gguf, tmp_path)
    await provider.start()
    try:
        tally = await storm(provider, kills=3, streams=8)
    finally:
        await provider.close()
    assert tally.broken == []
    assert tally.whole > 0
    assert tally.errors.total() > 0
    assert len(tally.back_s) == 3


async def test_a_file_that_cannot_be_run_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        await LlamaCppProvider("m", tmp_path / "none.gguf", tmp_path).start()
    path = write_random_model(tmp_path / "m.gguf")
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(InvalidRequest, match="is cut off"):
        await require_loadable(path, tmp_path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"general.architecture": "martian"}, "unknown model architecture: 'martian'"),
        ({"qwen2.embedding_length": 128}, "tensor"),
        ({"tokenizer.chat_template": "{% broken"}, "broken"),
    ],
)
async def test_what_llama_cpp_refuses_is_said_in_its_words(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    path = write_random_model(tmp_path / "m.gguf", changes)
    with pytest.raises(UpstreamFailed, match="could not load the file") as refused:
        await require_loadable(path, tmp_path)
    assert says in refused.value.message


async def test_a_good_file_is_loadable(gguf: Path, tmp_path: Path) -> None:
    assert (await require_loadable(gguf, tmp_path)).architecture == "qwen2"


async def test_a_provider_that_is_not_running_says_so(provider: LlamaCppProvider) -> None:
    await provider.close()
    await provider.close()
    assert provider.status.state == "stopped"
    with pytest.raises(Unavailable, match="not running"):
        await ask(provider, "hello", 5)


async def test_closing_ends_what_is_under_way(provider: LlamaCppProvider) -> None:
    pid = provider.status.pid
    assert pid is not None
    task = await next_chunk(provider)
    await provider.close()
    with pytest.raises(UpstreamFailed, match="broke off"):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
