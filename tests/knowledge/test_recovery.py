"""After kill -9 at any moment: every document is live exactly once, whole, in both indexes."""

from __future__ import annotations

import asyncio
import errno
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.knowledge.conftest import Reader, building_names
from tests.knowledge.worker import classify
from vestibule.core.errors import StorageFull, Unavailable
from vestibule.knowledge import KnowledgeBase
from vestibule.providers.embedder import MiniLM
from vestibule.storage.database import Database

SECTIONS = 5
DOCUMENTS = 8


def document(round_: int, number: int) -> bytes:
    parts = [f"# Round {round_}, document {number}"]
    for part in range(SECTIONS):
        word = f"marker{round_}x{number}x{part}"
        parts.append(f"## Section {part}\n\nThe valve {word} is closed by hand. " + "It is checked monthly. " * 15)
    return "\n\n".join(parts).encode()


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
async def test_killed_while_ingesting(
    database: Database, storage_home: Path, embedder: MiniLM, tmp_path: Path, tenant: str, kills: int
) -> None:
    knowledge = KnowledgeBase(database, embedder, tmp_path, classify, file_limit_mib=1)
    chance = random.Random(kills)
    for round_ in range(kills):
        for number in range(DOCUMENTS):
            await knowledge.accept(tenant, f"{round_}/{number}.md", document(round_, number))
        worker = start_worker(storage_home, tmp_path)
        await wait_for(knowledge, tenant, live=round_ * DOCUMENTS + chance.randrange(1, DOCUMENTS - 1), worker=worker)
        await asyncio.sleep(chance.random() * 0.05)
        worker.kill()
        worker.wait()
    assert await knowledge.work(building_names=building_names) > 0
    documents = await knowledge.documents(tenant)
    assert [(d.state, d.chunks) for d in documents] == [("live", SECTIONS)] * (kills * DOCUMENTS)
    reader = Reader(knowledge, embedder, tenant)
    for round_ in range(kills):
        for number in range(DOCUMENTS):
            word = f"marker{round_}x{number}x{number % SECTIONS}"
            hits = await reader.ask(f"valve {word}", limit=20)
            assert sum(word in hit.text for hit in hits) == 1, word
            assert word in hits[0].text
    await knowledge.close()


def start_worker(storage_home: Path, home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.knowledge.worker", str(storage_home), str(home)])


async def wait_for(knowledge: KnowledgeBase, tenant: str, live: int, worker: subprocess.Popen[bytes]) -> None:
    while sum(d.state == "live" for d in await knowledge.documents(tenant)) < live:
        assert worker.poll() is None, "the worker ended by itself"
        await asyncio.sleep(0.01)


async def test_another_process_reads_what_this_one_indexes(reader: Reader, embedder: MiniLM, tmp_path: Path) -> None:
    await reader.ingest("a.md", "# A\n\nSeal XK77Q fits.")
    second = KnowledgeBase(reader.knowledge._database, embedder, tmp_path, classify, file_limit_mib=1)
    other = Reader(second, embedder, reader.tenant)
    assert len(await other.ask("XK77Q")) == 1
    await reader.ingest("b.md", "# B\n\nSeal ZB12P fits.")
    assert [p.title for p in await other.ask("ZB12P")] == ["B"]


def current(home: Path) -> Path:
    return home / "index" / (home / "index" / "CURRENT").read_text()


def tear_meta(home: Path) -> None:
    (current(home) / "meta.json").write_text("{")


def lose_files(home: Path) -> None:
    for file in current(home).iterdir():
        file.unlink()


def lose_pointer(home: Path) -> None:
    (home / "index" / "CURRENT").unlink()


def garble_pointer(home: Path) -> None:
    (home / "index" / "CURRENT").write_bytes(b"\xff\xfe")


def cut_segments(home: Path) -> None:
    for file in current(home).iterdir():
        if file.suffix in (".idx", ".term", ".store"):
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("damage", [tear_meta, lose_files, lose_pointer, garble_pointer, cut_segments])
async def test_a_damaged_index_is_built_anew(reader: Reader, embedder: MiniLM, tmp_path: Path, damage: object) -> None:
    await reader.ingest("a.md", "# A\n\nSeal XK77Q fits.")
    assert callable(damage)
    damage(tmp_path)
    fresh = KnowledgeBase(reader.knowledge._database, embedder, tmp_path, classify, file_limit_mib=1)
    other = Reader(fresh, embedder, reader.tenant)
    question = "Which seal fits?"
    assert [p.title for p in await other.ask(question)] == ["A"], "found by meaning while the index is away"
    await fresh.start()
    assert fresh._index.search(reader.tenant, "XK77Q", (), 5) != []
    assert [p.title for p in await reader.ask("XK77Q")] == ["A"], "whoever had the old one open reads the new one"


async def test_an_index_of_another_database_is_built_anew(reader: Reader, tmp_path: Path, embedder: MiniLM) -> None:
    await reader.ingest("a.md", "# A\n\nSeal XK77Q fits.")
    index = reader.knowledge._index
    index.rebuild([], applied=index.applied())
    assert index.search(reader.tenant, "XK77Q", (), 5) == []
    fresh = KnowledgeBase(reader.knowledge._database, embedder, tmp_path, classify, file_limit_mib=1)
    await fresh.start()
    assert index.search(reader.tenant, "XK77Q", (), 5) != []


async def test_an_index_that_cannot_be_written_is_said_with_the_mend(
    database: Database, embedder: MiniLM, tmp_path: Path
) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    knowledge = KnowledgeBase(database, embedder, tmp_path, classify, file_limit_mib=1)
    with pytest.raises(Unavailable, match=r"index.*permissions"):
        await knowledge.start()


async def test_a_full_disk_is_said_to_be_full(
    database: Database, embedder: MiniLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge = KnowledgeBase(database, embedder, tmp_path, classify, file_limit_mib=1)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(knowledge._index, "rebuild", full)
    with pytest.raises(StorageFull, match="Free some space"):
        await knowledge.start()


async def test_an_index_ahead_of_its_database_is_built_anew(reader: Reader, tmp_path: Path, embedder: MiniLM) -> None:
    await reader.ingest("a.md", "# A\n\nSeal XK77Q fits.")
    index = reader.knowledge._index
    index.rebuild([], applied=2**40)
    fresh = KnowledgeBase(reader.knowledge._database, embedder, tmp_path, classify, file_limit_mib=1)
    await fresh.start()
    assert index.applied() < 2**40
    assert index.search(reader.tenant, "XK77Q", (), 5) != []
