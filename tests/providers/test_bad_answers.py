"""Whatever a provider answers, at home or outside: a whole answer or a clear failure that says its kind and quotes
nothing, in bounded time and memory, and the next request is answered."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.providers.bad_answers import CHUNKED, KINDS, SPOKEN, chunk, failing, good_enough, whole, wrong_types
from tests.providers.cloud.conftest import Answer, cloud, reply, sends
from tests.providers.outside import Outside, inside, outside, text_of
from vestibule.core.chat import Message
from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderKind

Way = Callable[..., AbstractAsyncContextManager[Outside]]
REQUEST = ModelRequest((Message("user", "How does an economiser work?"),))
WAYS: dict[str, Way] = {"home": inside, "cloud": outside}


@pytest.fixture(params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    return WAYS[request.param]


def then_good(kind: ProviderKind, *answers: Answer) -> Answer:
    """Each of the answers once, then good ones for ever."""
    left = list(answers)

    async def answer(writer: asyncio.StreamWriter) -> bool:
        return await (left.pop(0) if left else sends(reply(whole(kind))))(writer)

    return answer


BROKEN = {
    "endless_line",
    "endless_event",
    "endless_header",
    "endless_headers",
    "endless_status",
    "endless_interim",
    "no_http",
    "bad_chunk_size",
    "negative_chunk_size",
    "two_lengths",
    "shorter_than_its_body",
    "silent",
    "silent_in_the_head",
    "silent_in_the_middle",
    "switching_protocols",
}
"""Replies after which a connection is of no more use, and is closed by us."""


@pytest.mark.parametrize(
    ("kind", "name"),
    # what concerns HTTP alone and is only ended by time is tried with one of them
    [(kind, name) for kind in KINDS for name in failing(kind) if kind == "openai" or name != "endless_interim"],
)
async def test_a_bad_answer_is_a_failure_of_its_kind(way: Way, kind: ProviderKind, name: str) -> None:
    answer, faults = failing(kind)[name]
    async with cloud(then_good(kind, answer)) as server, way(kind, f"http://127.0.0.1:{server.port}") as asked:
        with pytest.raises(UpstreamFailed) as failed:
            await asked.ask(REQUEST)
        assert failed.value.fault in faults.split()
        assert "secret" not in str(failed.value)
        if name in BROKEN:
            await asyncio.wait_for(server.left.wait(), 30)
        assert text_of(await asked.ask(REQUEST)) == SPOKEN


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", list(good_enough("openai")))
async def test_an_odd_answer_is_whole(way: Way, kind: ProviderKind, name: str) -> None:
    answer, counted = good_enough(kind)[name]
    async with cloud(answer) as server, way(kind, f"http://127.0.0.1:{server.port}") as asked:
        said = await asked.ask(REQUEST)
    assert (text_of(said), said[-1].finish_reason) == (SPOKEN, "stop")
    assert [chunk.finish_reason for chunk in said[:-1]] == [None] * (len(said) - 1)
    usage = said[-1].usage
    assert (usage and (usage.prompt_tokens, usage.completion_tokens)) == ((3, 2) if counted else None)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_member_of_another_type_is_no_answer_or_none_of_it(way: Way, kind: ProviderKind) -> None:
    streams = list(wrong_types(kind))
    failures: list[UpstreamFailed] = []
    server_of_all = cloud(then_good(kind, *(sends(reply(stream)) for stream in streams)))
    async with server_of_all as server, way(kind, f"http://127.0.0.1:{server.port}", wait_s=30) as asked:
        for stream in streams:
            try:
                said = await asked.ask(REQUEST)
            except UpstreamFailed as failure:
                failures.append(failure)
            else:
                assert said[-1].finish_reason in ("stop", "tool_calls"), stream
    assert {failure.fault for failure in failures} <= {"malformed", "failed"}
    assert not [failure for failure in failures if "secret" in str(failure)]
    assert len(streams) // 3 < len(failures) < len(streams)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_wherever_it_leads(way: Way, status: int) -> None:
    async with cloud(sends(reply(whole("openai")))) as elsewhere:
        for to in (f"http://127.0.0.1:{elsewhere.port}/", "https://llm.example.com/", "/elsewhere"):
            redirect = cloud(sends(reply(b"", status, f"Location: {to}")))
            async with redirect as server, way("openai", f"http://127.0.0.1:{server.port}/v1") as asked:
                with pytest.raises(UpstreamFailed, match="not followed") as failed:
                    await asked.ask(REQUEST)
            assert failed.value.fault == "malformed"
            assert len(server.requests) == 1
    assert elsewhere.connections == 0


@pytest.mark.parametrize("sized", [True, False])
async def test_a_body_of_two_gibibytes_is_cut_off_in_bounded_memory(way: Way, sized: bool) -> None:
    """Of lines that are read one by one, as long as anybody would send them."""
    lines = (b": " + b"x" * 8_189 + b"\n") * 32
    sent = 0

    async def answer(writer: asyncio.StreamWriter) -> bool:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n" if sized else CHUNKED)
        for _ in range(2_147_483_648 // len(lines)):
            writer.write(lines if sized else chunk(lines))
            sent += len(lines)
            await writer.drain()
        return False

    async with cloud(answer) as server, way("openai", f"http://127.0.0.1:{server.port}") as asked:
        tracemalloc.start()
        try:
            with pytest.raises(UpstreamFailed, match="sent an answer of more than") as failed:
                await asked.ask(REQUEST)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        await asyncio.wait_for(server.left.wait(), 30)
    assert failed.value.fault == "malformed"
    assert peak < 16 * 1_048_576
    assert 32 * 1_048_576 < sent < 128 * 1_048_576


async def test_who_does_not_read_holds_the_server_back(way: Way) -> None:
    """An answer is not read further ahead than a little, however slowly it is taken."""
    sent = 0
    text = whole("openai").split(b"\n\n")[0] + b"\n\n"

    async def answer(writer: asyncio.StreamWriter) -> bool:
        nonlocal sent
        writer.write(CHUNKED)
        while True:
            writer.write(chunk(text * 500))
            sent += len(text) * 500
            await writer.drain()

    async with cloud(answer) as server, way("openai", f"http://127.0.0.1:{server.port}") as asked:
        stream = asked.sent(REQUEST)
        assert (await anext(stream)).text
        before = -1
        while sent != before:  # until the server can write no more
            before = sent
            await asyncio.sleep(0.2)
        assert sent < 32 * 1_048_576
        await stream.aclose()
        await asyncio.wait_for(server.left.wait(), 30)
