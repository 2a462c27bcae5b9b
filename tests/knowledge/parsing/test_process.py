"""The parsing process: one bad document costs one document, whatever it does to the process."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.knowledge.parsing import ParsingProcess
from vestibule.knowledge.parsing.child import attempt, serve
from vestibule.knowledge.parsing.messages import LENGTH, Outcome, Refused, Request
from vestibule.knowledge.parsing.section import Parsed


@pytest.fixture
async def parsing() -> AsyncIterator[ParsingProcess]:
    process = ParsingProcess()
    yield process
    await process.close()


async def test_parses_one_after_another(parsing: ParsingProcess) -> None:
    both = await asyncio.gather(parsing.parse("a.md", b"# A\n\none"), parsing.parse("b.txt", b"two"))
    assert [parsed.sections[0].text for parsed in both] == ["one", "two"]


async def test_refusals_come_through_with_their_kind(parsing: ParsingProcess) -> None:
    with pytest.raises(InvalidRequest, match=r"not known.*Send one of"):
        await parsing.parse("a.bin", b"x")


async def test_a_killed_process_costs_one_document(parsing: ParsingProcess) -> None:
    await parsing.parse("a.txt", b"one")
    child = parsing._child
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)
    waiting = asyncio.create_task(parsing.parse("b.txt", b"two"))
    await asyncio.sleep(0)
    child.kill()
    with pytest.raises(InvalidRequest, match="crashed"):
        await waiting
    assert (await parsing.parse("c.txt", b"three")).sections[0].text == "three"


async def test_a_process_that_died_while_idle_costs_none(parsing: ParsingProcess) -> None:
    await parsing.parse("a.txt", b"one")
    assert parsing._child is not None
    parsing._child.kill()
    await parsing._child.wait()
    assert (await parsing.parse("b.txt", b"two")).sections[0].text == "two"


async def test_a_document_that_takes_too_long_is_given_up() -> None:
    parsing = ParsingProcess(timeout_s=0.01)
    with pytest.raises(TooLarge, match="longer than"):
        await parsing.parse("a.txt", b"one")
    await parsing.close()


async def test_cancelling_leaves_no_answer_for_the_next(parsing: ParsingProcess) -> None:
    await parsing.parse("a.txt", b"one")
    waiting = asyncio.create_task(parsing.parse("b.txt", b"two"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await parsing.parse("c.txt", b"three")).sections[0].text == "three"


async def test_the_child_gets_no_secrets(parsing: ParsingProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("VESTIBULE_ADMIN_KEY", "secret")
    await parsing.parse("a.txt", b"one")
    assert parsing._child is not None
    environment = Path(f"/proc/{parsing._child.pid}/environ").read_bytes()
    assert b"PATH=" in environment
    assert b"secret" not in environment


async def test_closing_twice_is_fine(parsing: ParsingProcess) -> None:
    await parsing.parse("a.txt", b"one")
    await parsing.close()
    await parsing.close()


def test_child_serves_until_the_input_ends() -> None:
    requests = [
        msgspec.msgpack.encode(Request(name, None, content)) for name, content in (("a.txt", b"x"), ("b", b"y"))
    ]
    replies = io.BytesIO()
    serve(io.BytesIO(b"".join(LENGTH.pack(len(r)) + r for r in requests)), replies)
    outcomes = []
    replies.seek(0)
    while head := replies.read(LENGTH.size):
        outcomes.append(msgspec.msgpack.decode(replies.read(LENGTH.unpack(head)[0]), type=Outcome))
    assert [type(outcome) for outcome in outcomes] == [Parsed, Refused]


@pytest.mark.parametrize(("error", "said"), [(MemoryError(), "memory"), (RecursionError("deep"), "RecursionError")])
def test_whatever_a_parser_raises_becomes_words(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> Parsed:
        raise error

    monkeypatch.setattr("vestibule.knowledge.parsing.child.parse", explode)
    outcome = attempt(Request("a.txt", None, b"x"))
    assert isinstance(outcome, Refused)
    assert said in outcome.message
    assert "deep" not in outcome.message, "a parser's message may quote the document"
