"""What the rest of the product relies on: accepted is durable, live is findable, gone is gone, tenants are apart."""

from __future__ import annotations

import asyncio

import pytest

from tests.knowledge.conftest import Reader, building_names
from vestibule.core.errors import InvalidRequest, NotFound, TooLarge
from vestibule.core.sensitivity import PrivacyClass
from vestibule.knowledge import KnowledgeBase
from vestibule.storage.database import Database

MANUAL = """# Chilled water manual

For all buildings.

## Night setback

The supply setpoint is raised to 14 °C at night.

## Strainers

Clean the strainer of the condenser pump twice a year.

## Access

The door code of the plant room is 4711.
"""
HARBOUR = "# Harbour Office air handling\n\n## Filters\n\nChange the bag filters every nine months.\n"
NORTH = "# North School air handling\n\n## Filters\n\nChange the bag filters every summer holiday.\n"


async def test_a_passage_is_found_and_cited_by_its_place(reader: Reader) -> None:
    document = await reader.ingest("manuals/chw.md", MANUAL)
    found = (await reader.ask("How often is the condenser strainer cleaned?"))[0]
    assert found.document_id == document
    assert (found.title, found.locator) == ("Chilled water manual", "§ Strainers")
    assert found.text == "Clean the strainer of the condenser pump twice a year."
    assert found.level == PrivacyClass.INTERNAL
    assert 0.5 < found.score <= 1
    knowledge, tenant = reader.knowledge, reader.tenant
    assert await knowledge.resolve(tenant, found.chunk_id, "twice a year")
    assert not await knowledge.resolve(tenant, found.chunk_id, "three times a year")
    assert not await knowledge.resolve(tenant, found.chunk_id, "")
    assert await knowledge.live(tenant, [found.chunk_id, "chunk_none"]) == {found.chunk_id}
    assert (await knowledge.passage(tenant, found.chunk_id)).text == found.text


async def test_the_class_is_that_of_the_chunk(reader: Reader) -> None:
    await reader.ingest("chw.md", MANUAL)
    found = (await reader.ask("What is the door code of the plant room?"))[0]
    assert found.level == PrivacyClass.RESTRICTED
    assert "4711" in found.text


@pytest.mark.parametrize(
    "question",
    ["Who won the football match?", "What is the capital of Australia?", "How do I bake bread?", "the of and", "?!"],
)
async def test_a_question_about_something_else_finds_nothing(reader: Reader, question: str) -> None:
    await reader.ingest("chw.md", MANUAL)
    assert await reader.ask(question) == []


async def test_a_rare_word_is_found_whatever_it_means(reader: Reader) -> None:
    await reader.ingest("chw.md", MANUAL + "\n## Parts\n\nSeal XK77Q fits all pumps.\n")
    assert [p.locator for p in await reader.ask("XK77Q")] == ["§ Parts"]


async def test_a_named_building_wins_and_another_one_is_left_out(reader: Reader) -> None:
    for path, text in (("h.md", HARBOUR), ("n.md", NORTH), ("chw.md", MANUAL)):
        await reader.ingest(path, text)
    question = "When are the bag filters changed?"
    assert {p.title for p in await reader.ask(question)} >= {
        "Harbour Office air handling",
        "North School air handling",
    }
    about_north = await reader.ask(question, "north")
    assert about_north[0].buildings == ("north",)
    assert all("harbour" not in p.buildings for p in about_north)
    general = await reader.ask("How often is the condenser strainer cleaned?", "north")
    assert general[0].title == "Chilled water manual"


async def test_dated_entries(reader: Reader) -> None:
    await reader.ingest("log.md", "# Log\n\n## 2024-07-09 AHU-1\n\nOutdoor air damper stuck open, linkage replaced.\n")
    found = (await reader.ask("Was a damper stuck?"))[0]
    assert found.dated is not None
    assert found.dated.isoformat() == "2024-07-09"


async def test_the_same_content_is_no_work(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    document = await reader.ingest("chw.md", MANUAL)
    version = await knowledge.version(tenant)
    assert await reader.ingest("chw.md", MANUAL) == document
    assert await knowledge.version(tenant) == version
    assert [d.state for d in await knowledge.documents(tenant)] == ["live"]


async def test_a_new_version_takes_the_place_of_the_old(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    document = await reader.ingest("chw.md", MANUAL)
    old = (await reader.ask("When is the condenser strainer cleaned?"))[0]
    version = await knowledge.version(tenant)
    await knowledge.accept(tenant, "chw.md", MANUAL.replace("twice a year", "once a month").encode())
    (waiting,) = await knowledge.documents(tenant)
    assert (waiting.id, waiting.state, waiting.chunks) == (document, "queued", 4)
    assert (await reader.ask("When is the condenser strainer cleaned?"))[0] == old, "the old one is served meanwhile"
    await knowledge.work(building_names=building_names)
    found = await reader.ask("When is the condenser strainer cleaned?", limit=20)
    assert [p.text for p in found if "strainer" in p.text] == ["Clean the strainer of the condenser pump once a month."]
    assert await knowledge.version(tenant) > version
    assert not await knowledge.resolve(tenant, old.chunk_id, "twice a year")
    with pytest.raises(NotFound):
        await knowledge.passage(tenant, old.chunk_id)


async def test_only_the_newest_of_several_waiting_versions_is_worked_on(reader: Reader) -> None:
    for number in range(3):
        await reader.knowledge.accept(reader.tenant, "a.md", f"# Pump\n\nThe pump limit is {number} bar.".encode())
    assert await reader.knowledge.work(building_names=building_names) == 1
    assert [p.text for p in await reader.ask("What is the pump limit?")] == ["The pump limit is 2 bar."]


async def test_a_bad_document_fails_alone_and_its_old_version_stays(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    await reader.ingest("a.md", MANUAL)
    await knowledge.accept(tenant, "a.md", b"\x00\x01 no text")
    await knowledge.accept(tenant, "b.pdf", b"%PDF-1.7 broken")
    await knowledge.accept(tenant, "c.md", HARBOUR.encode())
    assert await knowledge.work(building_names=building_names) == 3
    a, b, c = await knowledge.documents(tenant)
    assert (a.state, a.chunks) == ("failed", 4)
    assert "UTF-8" in str(a.error)
    assert (b.state, b.chunks, b.ingested_at) == ("failed", 0, None)
    assert "broken" in str(b.error)
    assert (c.state, c.title, c.error) == ("live", "Harbour Office air handling", None)
    assert (await reader.ask("How often is the condenser strainer cleaned?"))[0].title == "Chilled water manual"
    await knowledge.accept(tenant, "b.pdf", b"%PDF-1.7 broken")
    assert await knowledge.work(building_names=building_names) == 1, "what failed may be tried again"


async def test_removed_is_gone_at_once(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    document = await reader.ingest("chw.md", MANUAL)
    version = await knowledge.version(tenant)
    await knowledge.remove(tenant, document)
    assert await reader.ask("How often is the condenser strainer cleaned?") == []
    assert await knowledge.documents(tenant) == []
    assert await knowledge.version(tenant) > version
    with pytest.raises(NotFound):
        await knowledge.remove(tenant, document)


async def test_removed_while_worked_on_stays_removed(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    document = await knowledge.accept(tenant, "chw.md", MANUAL.encode())

    async def remove_first(_: str) -> dict[str, str]:
        await knowledge.remove(tenant, document)
        return {}

    assert await knowledge.work(building_names=remove_first) == 1
    assert await knowledge.documents(tenant) == []
    assert await reader.ask("How often is the condenser strainer cleaned?") == []


async def test_replaced_while_worked_on(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    await knowledge.accept(tenant, "a.md", b"# Pump\n\nThe pump limit is 1 bar.")

    async def replace_first(_: str) -> dict[str, str]:
        await knowledge.accept(tenant, "a.md", b"# Pump\n\nThe pump limit is 2 bar.")
        return {}

    assert await knowledge.work(building_names=replace_first) == 2
    assert [p.text for p in await reader.ask("What is the pump limit?")] == ["The pump limit is 2 bar."]


@pytest.mark.parametrize(
    ("path", "content", "error", "said"),
    [
        ("a.md", b"", InvalidRequest, "empty"),
        ("a.md", b" \n\t", InvalidRequest, "empty"),
        ("a.md", b"x" * ((1 << 20) + 1), TooLarge, "file_mib"),
        ("", b"x", InvalidRequest, "path"),
        ("a\x00.md", b"x", InvalidRequest, "path"),
        ("a\n.md", b"x", InvalidRequest, "path"),
        ("a" * 1001, b"x", InvalidRequest, "path"),
    ],
)
async def test_what_is_refused_at_the_door(
    reader: Reader, path: str, content: bytes, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        await reader.knowledge.accept(reader.tenant, path, content)
    assert await reader.knowledge.documents(reader.tenant) == []


async def test_tenants_with_the_same_text_never_see_each_other(reader: Reader, database: Database) -> None:
    other = Reader(reader.knowledge, reader._embedder, f"{reader.tenant}-other")
    mine, theirs = await reader.ingest("chw.md", MANUAL), await other.ingest("chw.md", MANUAL)
    question = "How often is the condenser strainer cleaned?"
    found, found_there = await reader.ask(question, limit=20), await other.ask(question, limit=20)
    assert {p.document_id for p in found} == {mine}
    assert {p.document_id for p in found_there} == {theirs}
    assert not await other.knowledge.resolve(other.tenant, found[0].chunk_id, "twice a year")
    assert await other.knowledge.live(other.tenant, [found[0].chunk_id]) == set()
    with pytest.raises(NotFound):
        await other.knowledge.remove(other.tenant, mine)
    await other.knowledge.remove(other.tenant, theirs)
    assert await reader.ask(question, limit=20) == found


async def test_replacing_while_searching_shows_one_version_whole(reader: Reader) -> None:
    """Each search sees all six sections of one version: never none, never two, never a mixture."""
    knowledge, tenant = reader.knowledge, reader.tenant

    def edition(number: int) -> bytes:
        parts = (f"## Part {n}\n\nThe relief valve of edition {number}, part {n}, opens at 6 bar." for n in range(6))
        return ("# Relief valves\n\n" + "\n\n".join(parts)).encode()

    await reader.ingest("valves.md", edition(0))
    done = asyncio.Event()

    async def replace() -> None:
        for number in range(1, 8):
            await knowledge.accept(tenant, "valves.md", edition(number))
            await knowledge.work(building_names=building_names)
        done.set()

    replacing = asyncio.create_task(replace())
    seen: list[int] = []
    while not done.is_set():
        found = await reader.ask("At what pressure does the relief valve open?", limit=50)
        editions = {int(p.text.split("edition ")[1].split(",")[0]) for p in found}
        assert len(editions) == 1
        assert len(found) == 6
        seen += editions
    await replacing
    assert seen == sorted(seen)
    assert len(set(seen)) > 1, "the searches ran while versions changed"


async def test_one_worker_a_host(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    for number in range(3):
        await knowledge.accept(tenant, f"{number}.md", f"# Pump {number}\n\nText.".encode())
    counts = await asyncio.gather(*(knowledge.work(building_names=building_names) for _ in range(3)))
    assert sorted(counts) == [0, 0, 3]


async def test_progress_counts_what_was_dealt_with(reader: Reader) -> None:
    for number in range(3):
        await reader.knowledge.accept(reader.tenant, f"{number}.md", f"# Pump {number}\n\nText.".encode())
    seen: list[tuple[int, int]] = []
    await reader.knowledge.work(building_names=building_names, on_progress=lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]


async def test_the_server_s_worker_takes_what_comes(reader: Reader) -> None:
    knowledge, tenant = reader.knowledge, reader.tenant
    worker = asyncio.create_task(knowledge.run_forever(building_names))
    await knowledge.accept(tenant, "chw.md", MANUAL.encode())
    while [d.state for d in await knowledge.documents(tenant)] != ["live"]:  # noqa: ASYNC110 nobody tells us
        await asyncio.sleep(0.02)
    assert knowledge.component().ok
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker


async def test_trouble_is_told_and_waited_out(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, knowledge: KnowledgeBase
) -> None:
    monkeypatch.setattr("vestibule.knowledge.base.POLL_S", 0.01)

    async def no_names(_: str) -> dict[str, str]:
        raise NotFound("The portfolio is not there.")

    await knowledge.accept(reader.tenant, "a.md", MANUAL.encode())
    worker = asyncio.create_task(knowledge.run_forever(no_names))
    while knowledge.component().ok:  # noqa: ASYNC110 nobody tells us
        await asyncio.sleep(0.01)
    assert knowledge.component().reason == "The portfolio is not there."
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert [d.state for d in await knowledge.documents(reader.tenant)] == ["queued"]
