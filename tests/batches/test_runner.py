"""Batches from their input file to their output file: answered, refused, tried again, cancelled, expired."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from tests.batches.conftest import CHAT, House, Scripted, line
from vestibule.batches.runner import TRIES
from vestibule.batches.work import Line, Work
from vestibule.core.errors import InvalidRequest, NotFound, Unavailable
from vestibule.core.sensitivity import PrivacyClass
from vestibule.files import FileStore, Writing


async def test_every_line_is_answered_once_in_the_order_of_the_input(house: House) -> None:
    batch = await house.batch(*(f"hello {n}" for n in range(25)), metadata={"for": "Ada"})
    assert batch.status == "validating"
    async with house.working():
        done = await house.over(batch)
    lines = await house.lines(done.output_file_id)
    assert [line["custom_id"] for line in lines] == [f"c{n}" for n in range(1, 26)]
    assert [line["response"]["body"]["said"] for line in lines] == [f"hello {n}" for n in range(25)]
    assert all(line["response"]["status_code"] == 200 and line["error"] is None for line in lines)
    assert len({line["id"] for line in lines}) == 25
    assert set(house.answering.asked.values()) == {1}
    assert house.answering.owners == {house.owner}
    assert (done.counts.total, done.counts.completed, done.counts.failed) == (25, 25, 0)
    assert (done.error_file_id, done.model, done.metadata) == (None, "m", {"for": "Ada"})
    assert list(done.moments) == ["in_progress", "finalizing", "completed"]
    assert house.counted == {"answered": 25}
    assert await house.execute("SELECT 1 FROM batch_lines WHERE tenant = %s", house.tenant) == []


async def test_refused_lines_are_in_the_error_file(house: House) -> None:
    batch = await house.batch("hello", "wrong", "hello", "crash")
    async with house.working():
        done = await house.over(batch)
    assert done.status == "completed"
    assert (done.counts.total, done.counts.completed, done.counts.failed) == (4, 2, 2)
    assert [line["custom_id"] for line in await house.lines(done.output_file_id)] == ["c1", "c3"]
    errors = await house.lines(done.error_file_id)
    assert [line["custom_id"] for line in errors] == ["c2", "c4"]
    assert [line["response"]["body"]["error"]["code"] for line in errors] == ["invalid_request", "internal"]
    assert "secret" not in str(errors)


async def test_a_line_that_could_not_be_answered_now_is_tried_again(house: House) -> None:
    batch = await house.batch("limited", "flaky", "away", "never")
    async with house.working():
        running = await house.over(batch, "in_progress")
        assert running.counts.completed == 0
        while (done := await house.get(batch)).status != "completed":
            await house.hurry()
            await asyncio.sleep(0.05)
    assert [line["custom_id"] for line in await house.lines(done.output_file_id)] == ["c1", "c2", "c3"]
    (never,) = await house.lines(done.error_file_id)
    assert never["response"]["body"]["error"]["code"] == "no_candidate"
    assert house.answering.asked == {"limited": 2, "flaky": 2, "away": 2, "never": TRIES}
    assert house.counted["put_back"] == 3 + TRIES - 1


async def test_a_cancelled_batch_keeps_what_was_answered(house: House) -> None:
    batch = await house.batch("first", "second", "third", "fourth", "fifth", "sixth")
    house.answering.gate = asyncio.Event()
    async with house.working(house.runner(at_once=2)):
        await house.answering.begun.wait()
        cancelling = await house.store.cancel(house.tenant, batch.id, PrivacyClass.RESTRICTED)
        assert cancelling.status == "cancelling"
        await asyncio.sleep(0.3)
        assert (await house.get(batch)).status == "cancelling"
        house.answering.gate.set()
        done = await house.over(batch)
    assert done.status == "cancelled"
    answered = [line["custom_id"] for line in await house.lines(done.output_file_id)]
    assert answered == [f"c{n}" for n in range(1, len(house.answering.asked) + 1)]
    assert 0 < len(answered) <= 2
    assert (done.counts.total, done.counts.completed, done.error_file_id) == (6, len(answered), None)
    again = await house.store.cancel(house.tenant, batch.id, PrivacyClass.RESTRICTED)
    assert again.status == "cancelled"


async def test_one_cancelled_before_anybody_came_to_it(house: House) -> None:
    batch = await house.batch("hello")
    await house.store.cancel(house.tenant, batch.id, PrivacyClass.RESTRICTED)
    async with house.working():
        done = await house.over(batch)
    assert (done.status, done.output_file_id, done.error_file_id) == ("cancelled", None, None)
    assert not house.answering.asked


async def test_what_is_over_cannot_be_cancelled(house: House) -> None:
    batch = await house.batch("hello")
    async with house.working():
        await house.over(batch)
    with pytest.raises(InvalidRequest, match="completed"):
        await house.store.cancel(house.tenant, batch.id, PrivacyClass.RESTRICTED)


async def test_when_the_window_is_over_the_rest_is_named_expired(house: House) -> None:
    batch = await house.batch("hello", "limited", "limited too")
    async with house.working():
        while (await house.get(batch)).counts.completed < 1:
            await asyncio.sleep(0.02)
            await house.execute(
                "UPDATE batch_lines SET not_before = now() + interval '1 hour' WHERE state = 0 AND line > 1"
            )
        await house.execute("UPDATE batches SET expires_at = now() WHERE id = %s", batch.id)
        done = await house.over(batch)
    assert done.status == "expired"
    assert done.moments["expired"] >= done.expires_at
    assert (done.counts.total, done.counts.completed, done.counts.failed) == (3, 1, 2)
    errors = await house.lines(done.error_file_id)
    assert [(line["custom_id"], line["response"], line["error"]["code"]) for line in errors] == [
        ("c2", None, "batch_expired"),
        ("c3", None, "batch_expired"),
    ]


async def test_an_invalid_file_fails_the_batch_and_nobody_is_asked(house: House) -> None:
    batch = await house.batch(content=b"{\n")
    gone = await house.batch("hello")
    await house.files.delete(house.tenant, gone.input_file_id, PrivacyClass.RESTRICTED)
    async with house.working():
        failed, missing = await house.over(batch), await house.over(gone)
    assert (failed.status, missing.status) == ("failed", "failed")
    assert [(p.code, p.line) for p in failed.problems] == [("invalid_json_line", 1)]
    assert [(p.code, p.param) for p in missing.problems] == [("input_file_gone", "input_file_id")]
    assert list(failed.moments) == ["failed"]
    assert not house.answering.asked


class _Held(FileStore):
    """Gives the first part of a file, and then holds on."""

    def __init__(self, house: House) -> None:
        super().__init__(house.database, house.keys, 2**26)
        self.reading, self.go_on = asyncio.Event(), asyncio.Event()

    async def content(self, tenant: str, id_: str, clearance: PrivacyClass) -> AsyncIterator[bytes]:
        yield line("held", "hello").encode() + b"\n"
        self.reading.set()
        await self.go_on.wait()
        yield line("more", "hello").encode() + b"\n"


async def test_one_cancelled_while_it_is_validated(house: House) -> None:
    batch = await house.batch("hello")
    house.files = held = _Held(house)
    async with house.working(house.runner(lease_s=60)):
        await held.reading.wait()
        await house.store.cancel(house.tenant, batch.id, PrivacyClass.RESTRICTED)
        held.go_on.set()
        done = await house.over(batch)
    assert (done.status, done.output_file_id) == ("cancelled", None)
    assert not house.answering.asked
    assert await house.execute("SELECT 1 FROM batch_lines WHERE batch_id = %s", batch.id) == []


async def test_who_was_away_while_another_validated_spoils_nothing(house: House) -> None:
    batch = await house.batch("hello", "hello again")
    plain = house.files
    house.files = held = _Held(house)
    away = house.runner(lease_s=60, at_once=1)
    house.files = plain
    async with house.working(away):
        await held.reading.wait()
        await house.execute("UPDATE batches SET leased_until = now() - interval '1 s'")
        house.answering.gate = asyncio.Event()
        async with house.working():
            await house.over(batch, "in_progress")
            held.go_on.set()
            await asyncio.sleep(0.3)
            house.answering.gate.set()
            done = await house.over(batch)
    assert [line["custom_id"] for line in await house.lines(done.output_file_id)] == ["c1", "c2"]


async def test_a_limit_rests_the_whole_batch(house: House) -> None:
    batch = await house.batch(*(f"limited {n}" for n in range(20)))
    async with house.working(house.runner(at_once=1)):
        await house.answering.begun.wait()
        await asyncio.sleep(0.5)
        assert sum(house.answering.asked.values()) == 1
        while (await house.get(batch)).status != "completed":
            await house.hurry()
            await asyncio.sleep(0.02)
    assert set(house.answering.asked.values()) == {2}


async def test_what_was_answered_waits_for_the_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = await house.batch("hello")
    settle, away = Work.settle, [True, True]

    async def failing(self: Work, of: Line, reply: bytes, *, answered: bool) -> bool:
        if away:
            away.pop()
            raise Unavailable("Away.")
        return await settle(self, of, reply, answered=answered)

    monkeypatch.setattr(Work, "settle", failing)
    async with house.working():
        assert (await house.over(batch)).counts.completed == 1
    assert house.answering.asked == {"hello": 1}
    assert not away


async def test_two_runners_share_the_lines_and_ask_none_twice(house: House) -> None:
    batches = [await house.batch(*(f"{b}-{n}" for n in range(20))) for b in range(3)]
    others = Scripted()
    async with house.working(), house.working(house.runner(others)):
        done = [await house.over(batch) for batch in batches]
    assert sum((house.answering.asked + others.asked).values()) == 60
    assert set((house.answering.asked + others.asked).values()) == {1}
    assert house.answering.asked
    assert others.asked
    for batch in done:
        assert len(await house.lines(batch.output_file_id)) == 20


async def test_who_is_stopped_gives_back_what_was_under_way(house: House) -> None:
    batch = await house.batch("hello")
    house.answering.gate = asyncio.Event()
    async with house.working(house.runner(lease_s=3600)):
        await house.answering.begun.wait()
    assert (await house.execute("SELECT state, lease FROM batch_lines WHERE batch_id = %s", batch.id)) == [(0, None)]
    house.answering.gate = None
    async with house.working():
        assert (await house.over(batch)).status == "completed"
    assert house.answering.asked["hello"] == 2


async def test_an_answer_that_comes_after_the_lease_is_not_written_twice(house: House) -> None:
    batch = await house.batch("hello")
    slow = Scripted()
    slow.gate = asyncio.Event()
    async with house.working(house.runner(slow, at_once=1)):
        await slow.begun.wait()
        await house.execute("UPDATE batch_lines SET leased_until = now() - interval '1 s', lease = 'of one that died'")
        async with house.working():
            done = await house.over(batch)
        slow.gate.set()
        await asyncio.sleep(0.2)
    assert house.answering.asked == slow.asked == {"hello": 1}
    assert len(await house.lines(done.output_file_id)) == 1


async def test_a_lease_is_kept_while_its_worker_lives(house: House) -> None:
    batch = await house.batch("hello")
    house.answering.gate = asyncio.Event()
    other = Scripted()
    async with house.working(house.runner(lease_s=0.6)):
        await house.answering.begun.wait()
        async with house.working(house.runner(other)):
            await asyncio.sleep(1.5)
            house.answering.gate.set()
            await house.over(batch)
    assert house.answering.asked == {"hello": 1}
    assert not other.asked


async def test_a_line_at_which_the_server_stops_each_time_is_given_up(house: House) -> None:
    batch = await house.batch("poison")
    house.answering.gate = asyncio.Event()
    async with house.working():
        await house.answering.begun.wait()
    # as often as it was begun by somebody who was killed at it
    await house.execute(
        "UPDATE batch_lines SET state = 1, tries = %s, leased_until = now() - interval '1 s'", TRIES - 1
    )
    house.answering.asked.clear()
    async with house.working():
        done = await house.over(batch)
    (line,) = await house.lines(done.error_file_id)
    assert line["response"]["body"]["error"]["code"] == "upstream_failed"
    assert not house.answering.asked


class _Breaking(FileStore):
    """Breaks off when the first file is all but there."""

    broken = False

    @asynccontextmanager
    async def writing(self, tenant: str, id_: str | None = None) -> AsyncIterator[Writing]:
        async with super().writing(tenant, id_) as writing:
            yield writing
            if not self.broken:
                self.broken = True
                raise RuntimeError("the disk is gone")


async def test_files_that_could_not_be_written_are_written_by_the_next(house: House) -> None:
    batch = await house.batch("hello", "wrong")
    house.files = breaking = _Breaking(house.database, house.keys, 2**26)
    async with house.working(house.runner(lease_s=0.5)):
        await house.over(batch, "finalizing")
        done = await house.over(batch)
    assert breaking.broken
    assert [line["custom_id"] for line in await house.lines(done.output_file_id)] == ["c1"]
    assert [line["custom_id"] for line in await house.lines(done.error_file_id)] == ["c2"]
    page = await house.files.page(house.tenant, PrivacyClass.RESTRICTED, purpose="batch_output")
    assert len(page.files) == 2


async def test_tenants_take_turns_however_many_batches_they_have(house: House) -> None:
    many = [await house.batch(*(f"mine {b}-{n}" for n in range(10))) for b in range(3)]
    mine, house.tenant = house.tenant, "turns"
    one = await house.batch(*(f"yours {n}" for n in range(10)))
    async with house.working(house.runner(at_once=2)):
        await house.over(one)
        house.tenant = mine
        for batch in many:
            await house.over(batch)
    order = [said.split()[0] for said in house.answering.asked]
    assert order[:24].count("yours") == 10, order


async def test_batches_are_their_tenants(house: House) -> None:
    batch = await house.batch("hello")
    for id_ in (batch.id, "batch_unknown", "\x00"):
        with pytest.raises(NotFound):
            await house.store.get("another", id_, PrivacyClass.RESTRICTED)
        with pytest.raises(NotFound):
            await house.store.cancel("another", id_, PrivacyClass.RESTRICTED)
    with pytest.raises(NotFound):
        await house.store.get(house.tenant, batch.id, PrivacyClass.INTERNAL)
    assert (await house.store.page("another", PrivacyClass.RESTRICTED)).batches == []
    assert (await house.get(batch)).endpoint == CHAT


async def test_pages(house: House) -> None:
    ids = [(await house.batch("hello")).id for _ in range(3)]
    page = await house.store.page(house.tenant, PrivacyClass.RESTRICTED, limit=2)
    assert [batch.id for batch in page.batches] == ids[:0:-1]
    assert page.has_more
    rest = await house.store.page(house.tenant, PrivacyClass.RESTRICTED, after=page.batches[-1].id)
    assert [batch.id for batch in rest.batches] == ids[:1]
    assert not rest.has_more


async def test_old_batches_are_forgotten(house: House) -> None:
    batch = await house.batch("hello")
    assert await house.store.expire(batch.created_at - timedelta(seconds=1)) == 0
    assert await house.store.expire(batch.created_at) == 1
    with pytest.raises(NotFound):
        await house.get(batch)
