"""The flow with its real parts: what is answered, refused and cancelled, and that each leaves its record."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.core.answer import Completed, Delta, Event, Opened
from vestibule.core.caller import Credential
from vestibule.core.chat import CacheMode, ChatRequest, Message, Options
from vestibule.core.errors import EgressRefused, Forbidden, NotFound, RateLimited, Unauthorized, UpstreamFailed
from vestibule.core.settings import Limits, ModelSettings, ProviderSettings, Settings

MANUAL = b"""# Pump manual

## Isolation

To isolate pump P-7 close valves V-3 and V-4. Then lock the switch in field 12.
"""
QUESTION = "How do I isolate pump P-7?"


def ask(text: str, model: str = "auto", cache: CacheMode = "default") -> ChatRequest:
    return ChatRequest(model, (Message("user", text),), options=Options(cache=cache))


@asynccontextmanager
async def house(home: Path, **settings: object) -> AsyncIterator[tuple[House, IssuedKey]]:
    """A house of the tests' own PostgreSQL, with a fresh tenant that knows one manual."""
    async with open_house(Settings(home=home, **settings), open_to_loopback=False) as opened:  # type: ignore[arg-type]
        issued = await opened.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
        await opened.knowledge.accept(issued.key.tenant, "pump.md", MANUAL)
        await opened.knowledge.work(building_names=opened.buildings.names)
        yield opened, issued


async def run(opened: House, issued: IssuedKey, request: ChatRequest) -> list[Event]:
    return [event async for event in opened.pipeline.run(Credential(issued.token), request)]


async def outcomes(opened: House, tenant: str, count: int) -> list[tuple[str, str | None]]:
    """Outcome and answering model of the tenant's requests, oldest first, once there are `count`."""
    for _ in range(100):
        async with opened.database.tenant(tenant) as connection:
            cursor = await connection.execute("SELECT outcome, answered_by FROM requests ORDER BY started_at")
            rows = [(str(o), a) for o, a in await cursor.fetchall()]
        if len(rows) >= count:
            return rows
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(rows)} records, {count} expected")


async def test_an_answer_is_opened_told_and_completed(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        events = await run(opened, issued, ask(QUESTION))
        assert isinstance(events[0], Opened)
        last = events[-1]
        assert isinstance(last, Completed)
        assert last.text == "".join(e.text for e in events if isinstance(e, Delta))
        assert "close valves V-3 and V-4 [1]" in last.text
        assert next(c.quote for c in last.report.citations) in MANUAL.decode()
        assert last.report.route.attempts[0].outcome == "answered"
        assert set(last.report.timings_ms) >= {
            "admit",
            "classify",
            "cache",
            "embed",
            "retrieve",
            "plan",
            "clear",
            "total",
        }
        assert await outcomes(opened, issued.key.tenant, 1) == [("answered", "extractive")]


async def test_the_same_question_again_is_a_hit_until_the_knowledge_changes(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):

        async def status(cache: CacheMode = "default") -> str:
            last = (await run(opened, issued, ask(QUESTION, cache=cache)))[-1]
            assert isinstance(last, Completed)
            return last.report.cache.status

        assert [await status(), await status()] == ["miss", "hit"]
        assert [await status(cache="bypass"), await status(cache="refresh"), await status(cache="only")] == [
            "bypass",
            "bypass",
            "hit",
        ]
        await opened.knowledge.accept(issued.key.tenant, "pump.md", MANUAL.replace(b"V-4", b"V-9"))
        await opened.knowledge.work(building_names=opened.buildings.names)
        with pytest.raises(NotFound, match="No cached answer"):
            await run(opened, issued, ask(QUESTION, cache="only"))
        last = (await run(opened, issued, ask(QUESTION)))[-1]
        assert isinstance(last, Completed)
        assert "V-9" in last.text
        assert {o for o, _ in await outcomes(opened, issued.key.tenant, 7)} == {"answered", "refused"}


async def test_a_client_that_stops_at_the_last_event_was_answered(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        for _ in range(2):  # from the model, then from the cache
            async with aclosing(opened.pipeline.run(Credential(issued.token), ask(QUESTION))) as events:
                async for event in events:
                    if isinstance(event, Completed):
                        break
        assert [o for o, _ in await outcomes(opened, issued.key.tenant, 2)] == ["answered", "answered"]


async def test_tenants_do_not_share_answers_or_passages(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        await run(opened, issued, ask(QUESTION))
        other = await opened.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
        last = (await run(opened, other, ask(QUESTION)))[-1]
        assert isinstance(last, Completed)
        assert last.report.cache.status == "miss"
        assert last.report.citations == ()
        assert "V-3" not in last.text


async def test_refusals_come_before_opened_and_are_recorded(storage_home: Path) -> None:
    async with house(storage_home, limits=Limits(requests_per_minute=2)) as (opened, issued):
        with pytest.raises(Unauthorized):
            await run(opened, IssuedKey(issued.key, "vst_wrong"), ask(QUESTION))
        viewer = await opened.keys.create(issued.key.tenant, ["audit"])
        with pytest.raises(Forbidden, match="inference"):
            await run(opened, viewer, ask(QUESTION))
        with pytest.raises(NotFound, match="extractive"):
            await run(opened, issued, ask(QUESTION, model="extractve"))
        await run(opened, issued, ask(QUESTION))
        with pytest.raises(RateLimited):
            await run(opened, issued, ask(QUESTION))
        rows = await outcomes(opened, issued.key.tenant, 4)
        assert rows == [("refused", None), ("refused", None), ("answered", "extractive"), ("refused", None)]


async def test_a_disconnect_is_recorded_as_cancelled(storage_home: Path) -> None:
    async with house(storage_home) as (opened, issued):
        async with aclosing(opened.pipeline.run(Credential(issued.token), ask(QUESTION))) as events:
            assert isinstance(await anext(events), Opened)
        assert [o for o, _ in await outcomes(opened, issued.key.tenant, 1)] == ["cancelled"]


CLOUD = ProviderSettings("cloud", "openai", "https://api.example.com/v1")


async def test_a_cloud_model_is_refused_before_any_connection(storage_home: Path) -> None:
    reached: list[object] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("socket.connect", "socket.getaddrinfo"):
            reached.append(arguments[-1] if event == "socket.connect" else arguments[0])

    models = (ModelSettings("gpt-4o", "cloud", "gpt-4o"),)
    async with house(storage_home, providers=(CLOUD,), models=models) as (opened, issued):
        sys.addaudithook(watch)
        for text in (QUESTION, "the alarm code is 902144", "mail m.berg@example.org"):
            with pytest.raises(EgressRefused, match="the house"):
                await run(opened, issued, ask(text, model="gpt-4o"))
        last = (await run(opened, issued, ask(QUESTION)))[-1]
        watching = False
        assert isinstance(last, Completed)
        assert last.report.route.location == "home"
        assert [r for r in reached if not str(r).startswith("/")] == []
        assert 'decision="refused"' in opened.metrics.exposition().decode()


async def test_a_model_at_home_that_fails_is_followed_by_the_next(storage_home: Path) -> None:
    dead = ProviderSettings("dead", "openai", "http://127.0.0.1:9/v1")
    models = (ModelSettings("dead", "dead", "m"),)
    async with house(storage_home, providers=(dead,), models=models) as (opened, issued):
        last = (await run(opened, issued, ask(QUESTION)))[-1]
        assert isinstance(last, Completed)
        assert [(a.model, a.outcome) for a in last.report.route.attempts] == [
            ("dead", "unreachable"),
            ("extractive", "answered"),
        ]
        assert last.report.route.model == last.model == "extractive"
        with pytest.raises(UpstreamFailed, match="cannot be reached"):
            await run(opened, issued, ask(QUESTION, model="dead"))
        assert [o for o, _ in await outcomes(opened, issued.key.tenant, 2)] == ["answered", "failed"]
