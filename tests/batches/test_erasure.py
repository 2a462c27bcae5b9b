"""Batches are forgotten with their tenant, or with a person whom any of their lines names."""

from __future__ import annotations

import asyncio

from tests.batches.conftest import House, line
from vestibule.batches import Batch, BatchErasure, Reply
from vestibule.core.caller import Caller
from vestibule.core.ports import Subject


async def read_in(house: House, *batches: Batch) -> None:
    """Their lines are there, and nobody answers them."""
    house.answering.gate = asyncio.Event()
    async with house.working(house.runner(at_once=16)):
        for batch in batches:
            await house.over(batch, "in_progress")


async def test_a_batch_that_names_a_person_goes_whole(house: House) -> None:
    named = [
        await house.batch("hello", "Where is Anna Berg?"),
        await house.batch("hello", metadata={"for": "Anna Berg"}),
        await house.batch(content=line("Anna Berg", "hello").encode()),
        await house.batch(content=line("x", "hello").replace("hello", "Anna\\nB\\u0065rg").encode()),
    ]
    stays = await house.batch("Where is Annabergs pump?", "Is Anna there?", metadata={"for": "Bo"})
    await read_in(house, *named, stays)
    erasure = BatchErasure(house.database, house.keys)
    anna = Subject(house.tenant, "Anna Berg")
    assert await erasure.count(anna) == 4
    assert await erasure.erase(anna) == 4
    assert await house.store.ids(house.tenant) == [stays.id]
    assert await house.execute("SELECT DISTINCT batch_id FROM batch_lines") == [(stays.id,)]


async def test_an_answer_that_names_a_person(house: House) -> None:
    batch = await house.batch("Anna", "hello")
    await read_in(house, batch)
    house.answering.gate = None
    plain = house.answering.answer

    async def naming(owner: Caller, endpoint: str, body: bytes) -> Reply:
        if b"Anna" not in body:
            await asyncio.Event().wait()
        return await plain(owner, endpoint, b'{"say": "Anna Berg"}')

    house.answering.answer = naming  # type: ignore[method-assign]
    async with house.working():
        while (await house.get(batch)).counts.completed < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert await BatchErasure(house.database, house.keys).erase(Subject(house.tenant, "Anna Berg")) == 1


async def test_a_tenants_batches_go_with_their_lines(house: House) -> None:
    batch = await house.batch("hello")
    await read_in(house, batch)
    erasure = BatchErasure(house.database, house.keys)
    assert await erasure.erase(Subject("another")) == 0
    await house.execute("UPDATE batch_lines SET request = '' WHERE batch_id = %s", batch.id)
    # a line that does not open may name anybody
    assert await erasure.count(Subject(house.tenant, "Anna Berg")) == 1
    assert await erasure.erase(Subject(house.tenant)) == 1
    assert await house.execute("SELECT 1 FROM batch_lines WHERE tenant = %s", house.tenant) == []


async def test_one_forgotten_while_a_line_is_under_way_leaves_nothing(house: House) -> None:
    batch = await house.batch("hello")
    house.answering.gate = asyncio.Event()
    async with house.working():
        await house.answering.begun.wait()
        await BatchErasure(house.database, house.keys).erase(Subject(house.tenant))
        house.answering.gate.set()
        await asyncio.sleep(0.3)
    assert await house.execute("SELECT 1 FROM batch_lines WHERE batch_id = %s", batch.id) == []
    assert (await house.files.page(house.tenant, house.owner.clearance, purpose="batch_output")).files == []
