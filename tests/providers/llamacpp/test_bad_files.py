"""Files that are cut, that lie, that go or change while they are served: a clear error each, and nothing hangs."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import struct
import threading
from pathlib import Path

import pytest

from tests.providers.llamacpp.random_model import Shape, write_random_model
from tests.providers.llamacpp.storm import ask
from vestibule.core.errors import InvalidRequest, NoCandidate, NotFound, UpstreamFailed, VestibuleError
from vestibule.providers.llamacpp import LlamaCppProvider
from vestibule.providers.llamacpp.gguf import MOST_TEXTS, read_header
from vestibule.providers.llamacpp.provider import require_loadable
from vestibule.providers.llamacpp.supervisor import Patience

QUICK = Patience(rest_s=0.1, backoff_s=0.01)


@pytest.mark.parametrize("tenths", range(10))
async def test_a_file_cut_at_any_tenth_is_refused(gguf: Path, tmp_path: Path, tenths: int) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(gguf.read_bytes()[: gguf.stat().st_size * tenths // 10])
    with pytest.raises(InvalidRequest) as refused:
        await require_loadable(path, tmp_path)
    assert refused.value.next_step


def sparse(path: Path, header: bytes, size: int) -> Path:
    """A file that is longer than it takes on the disk."""
    with path.open("wb") as stream:
        stream.write(header)
        stream.truncate(size)
    return path


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<4sIQQ", b"GGUF", 3, 0, 2**33),  # pairs
        struct.pack("<4sIQQ", b"GGUF", 3, 2**33, 0),  # tensors
        struct.pack("<4sIQQQ1sIIQ", b"GGUF", 3, 0, 1, 1, b"k", 9, 8, MOST_TEXTS + 1),  # texts in a list
        struct.pack("<4sIQQQ1sI", b"GGUF", 3, 1, 0, 1, b"t", 2**31),  # dimensions
    ],
)
def test_counts_beyond_reason_cost_neither_time_nor_memory(tmp_path: Path, header: bytes) -> None:
    """Even where the file is long enough for them."""
    path = sparse(tmp_path / "m.gguf", header, 2**38)
    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(InvalidRequest, match="make sense") as refused:
        read_header(path)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert refused.value.next_step
    assert after.ru_maxrss - before.ru_maxrss < 32 * 1024  # KiB
    assert after.ru_utime - before.ru_utime < 5


def test_a_header_of_nothing_but_texts_is_left(tmp_path: Path) -> None:
    pair = struct.pack("<Q1sIQ", 1, b"k", 8, 16 * 1_048_576)
    path = tmp_path / "m.gguf"
    with path.open("wb") as stream:
        stream.write(struct.pack("<4sIQQ", b"GGUF", 3, 0, 1000))
        for _ in range(12):
            stream.write(pair)
            stream.seek(16 * 1_048_576, os.SEEK_CUR)
        stream.truncate(2**34)
    with pytest.raises(InvalidRequest, match="its header is longer than"):
        read_header(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.gguf"
    os.mkfifo(path)
    said: list[VestibuleError] = []

    def read() -> None:
        try:
            read_header(path)
        except VestibuleError as error:
            said.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(20)
    assert "no regular file" in str(said[0])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_file_without_permission_names_that(gguf: Path) -> None:
    os.seteuid(65_534)
    try:
        with pytest.raises(InvalidRequest, match="Permission denied") as refused:
            read_header(gguf)
    finally:
        os.seteuid(0)
    assert "Check permissions" in refused.value.next_step


async def test_a_file_that_vanishes_is_missed_by_the_next_child(gguf: Path, tmp_path: Path) -> None:
    """Who is served from memory goes on; the child that comes after says what is missing, and comes once it is back."""
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf.read_bytes())
    provider = LlamaCppProvider("m", path, tmp_path, patience=QUICK)
    await provider.start()
    await provider.ready()
    try:
        path.unlink()
        assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
        kill(provider)
        with pytest.raises(UpstreamFailed, match=r"m\.gguf does not exist") as refused:
            await ask(provider, "hello", 5)
        assert refused.value.fault == "unreachable"
        assert refused.value.retry_after_s is not None
        path.write_bytes(gguf.read_bytes())
        await asyncio.sleep(QUICK.rest_s)
        assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
    finally:
        await provider.close()


async def test_a_file_that_was_replaced_is_not_taken_for_the_same(gguf: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(gguf.read_bytes())
    provider = LlamaCppProvider("m", path, tmp_path, patience=QUICK)
    await provider.start()
    await provider.ready()
    try:
        write_random_model(path, model=Shape(layers=3))
        kill(provider)
        with pytest.raises(UpstreamFailed, match="was replaced by another model"):
            await ask(provider, "hello", 5)
    finally:
        await provider.close()


async def test_one_that_could_not_be_started_says_why_when_it_is_asked(tmp_path: Path) -> None:
    provider = LlamaCppProvider("m", tmp_path / "none.gguf", tmp_path)
    with pytest.raises(NotFound, match="does not exist"):
        await provider.start()
    assert "does not exist" in provider.trouble
    with pytest.raises(NoCandidate, match="does not exist"):
        await ask(provider, "hello", 5)
    write_random_model(tmp_path / "none.gguf")
    await provider.start()
    assert provider.trouble == ""
    assert (await ask(provider, "hello", 5))[-1].finish_reason == "length"
    await provider.close()


def kill(provider: LlamaCppProvider) -> None:
    assert provider.status.pid is not None
    os.kill(provider.status.pid, signal.SIGKILL)
