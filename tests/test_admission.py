"""Waiting and sharing as clients meet them: the whole house over HTTP, a real llama.cpp child, recording servers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openai import APIStatusError, AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Asked, Reply, Speech
from tests.gateway.conftest import listening
from vestibule import fleet, scaling
from vestibule.app import House, open_house
from vestibule.core.errors import NotFound
from vestibule.core.settings import LocalSettings, ModelSettings, ProviderSettings, Settings
from vestibule.gateway.application import build
from vestibule.providers.llamacpp.registry import add_model, remove_model
from vestibule.routing.admission import Admission, Load
from vestibule.routing.catalogue import Model

TINY = "vestibule-tiny"
NEAR = "near-model"


class Story(Speech):
    """Always the same, and long enough to leave before its end."""

    def reply(self, asked: Asked) -> Reply:
        self.said.append(" ".join(["Nobody is cold.", "The pump stands still."] * 30))
        return Reply(self.said[-1])


@dataclass(frozen=True)
class Open:
    """A house that is served, and a client for each tenant."""

    house: House
    port: int
    stack: AsyncExitStack

    @property
    def admission(self) -> Admission:
        return self.house.pipeline.attempts.admission

    def model(self, name: str) -> Model:
        return self.house.catalogue.select(name)[0]

    def load(self, name: str) -> Load:
        return self.admission.load(self.model(name))

    async def client(self) -> Client:
        issued = await self.house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])
        sdk = AsyncOpenAI(base_url=f"http://127.0.0.1:{self.port}/v1", api_key=issued.token, max_retries=0)
        return Client(await self.stack.enter_async_context(sdk), issued.key.tenant)


@dataclass(frozen=True)
class Client:
    sdk: AsyncOpenAI
    tenant: str

    async def ask(self, text: str, model: str, **options: Any) -> ChatCompletion:
        return await self.sdk.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": text}],
            max_tokens=12,
            extra_body={"vestibule": {"knowledge": False, **options}},
        )

    async def stream(self, text: str, model: str) -> AsyncStream[ChatCompletionChunk]:
        return await self.sdk.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": text}],
            max_tokens=12,
            stream=True,
            extra_body={"vestibule": {"knowledge": False}},
        )


@asynccontextmanager
async def opened(home: Path, near: RecordingServer | None = None, **local: Any) -> AsyncIterator[Open]:
    """A house with one slot for each model of its own, and with `near`, a server at home, where there is one."""
    settings = Settings(home=home, local=LocalSettings(slots=1, **local))
    if near:
        settings = Settings(
            home=home,
            local=settings.local,
            providers=(ProviderSettings("near", "openai", near.base_url, keys=("env:NEAR_KEY",)),),
            models=(ModelSettings(NEAR, "near", "gpt-4o"),),
        )
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings, open_to_loopback=False))
        application = build(
            house.pipeline,
            house.pipeline.access,
            house.embedder,
            lambda: (),
            house.readiness,
            house.metrics,
            settings,
        )
        port = await stack.enter_async_context(listening(application))
        yield Open(house, port, await stack.enter_async_context(AsyncExitStack()))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key for the server at home, and slots that stay as many as they are."""
    monkeypatch.setenv("NEAR_KEY", "sk-near")
    monkeypatch.setattr(scaling, "MOST_SLOTS", 1)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 what is watched is at the other end of a socket
            await asyncio.sleep(0.005)


async def records(house: House, tenant: str, count: int) -> list[tuple[str, str, str | None]]:
    """Id, cache and answering model of the tenant's requests, once there are `count`."""
    for _ in range(500):
        async with house.database.tenant(tenant) as connection:
            cursor = await connection.execute("SELECT id, cache, answered_by FROM requests")
            rows = [(str(id), str(cache), model) for id, cache, model in await cursor.fetchall()]
        if len(rows) >= count:
            return rows
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(rows)} records, {count} expected")


async def refused(asked: Awaitable[ChatCompletion]) -> tuple[int, str, str | None]:
    """Status, code and Retry-After."""
    with pytest.raises(APIStatusError) as error:
        await asked
    return error.value.status_code, str(error.value.code), error.value.response.headers.get("retry-after")


def vestibule(answer: ChatCompletion) -> dict[str, Any]:
    block: dict[str, Any] = (answer.model_extra or {})["vestibule"]
    return block


async def test_twenty_callers_of_two_tenants_at_one_slot_are_all_answered_and_in_turn(storage_home: Path) -> None:
    order: list[str] = []

    async def ask(tenant: str, client: Client, number: int) -> None:
        answer = await client.ask(f"{tenant} {number}: which floor is warmest?", TINY)
        assert vestibule(answer)["route"]["model"] == TINY
        order.append(tenant)

    async with opened(storage_home) as door:
        many, few = await door.client(), await door.client()
        async with door.admission.turn(door.model(TINY), "somebody else"):
            asked = [asyncio.create_task(ask("many", many, number)) for number in range(15)]
            await until(lambda: door.load(TINY).waiting == 15)
            asked += [asyncio.create_task(ask("few", few, number)) for number in range(5)]
            await until(lambda: door.load(TINY).waiting == 20)
        await asyncio.gather(*asked)
        assert door.load(TINY) == Load(0, 0)
    assert sorted(order) == ["few"] * 5 + ["many"] * 15
    assert order.index("few") <= 2  # by reply, not by turn: two of them may change places on their way
    assert order[:12].count("few") == 5


async def test_a_full_queue_is_told_with_a_time_to_come_again(storage_home: Path) -> None:
    async with opened(storage_home, queue=1) as door:
        client = await door.client()
        async with door.admission.turn(door.model(TINY), "somebody else"):
            waiting = asyncio.create_task(client.ask("Who waits?", TINY))
            await until(lambda: door.load(TINY).waiting == 1)
            assert await refused(client.ask("Who else?", TINY)) == (503, "queue_full", "1")
        assert (await waiting).choices


async def test_a_deadline_that_cannot_be_kept_is_told_at_once_and_one_that_passes_when_it_does(
    storage_home: Path,
) -> None:
    async with opened(storage_home) as door:
        client, model = await door.client(), door.model(TINY)
        async with door.admission.turn(model, "somebody else"):
            # nothing is known of how long a turn takes: it waits, in vain
            status, code, _ = await refused(client.ask("In vain?", TINY, route={"deadline_s": 0.3}))
            assert (status, code) == (504, "deadline")
        async with door.admission.turn(model, "somebody else"):
            # the turn above took longer than that: nobody waits for this one to end
            assert await refused(client.ask("At once?", TINY, route={"deadline_s": 0.4})) == (503, "queue_full", "1")
        assert (await client.ask("With time?", TINY, route={"deadline_s": 60})).choices


async def test_who_waits_for_a_model_is_answered_by_it_though_it_is_removed_meanwhile(
    storage_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "LOOK_EVERY_S", 0.05)
    async with opened(storage_home) as door:
        client = await door.client()
        add_model(storage_home, fleet.TINY_MODEL, "leaving")
        try:
            await until(lambda: "leaving" in door.house.catalogue.names())
            model = door.model("leaving")
            async with door.admission.turn(model, "somebody else"):
                waiting = asyncio.create_task(client.ask("Are you still there?", "leaving"))
                await until(lambda: door.load("leaving").waiting == 1)
                remove_model(storage_home, "leaving")
                await until(lambda: "leaving" not in door.house.catalogue.names())
                await asyncio.sleep(0.3)  # the provider is asked again and again whether it may go
            assert (await waiting).model == "leaving"
        finally:
            with contextlib.suppress(NotFound):
                remove_model(storage_home, "leaving")


async def test_a_client_that_leaves_frees_the_slot_for_the_next(storage_home: Path) -> None:
    with RecordingServer(OpenAIChat(), speech=Story()) as near:
        near.pace_s = 0.05
        async with opened(storage_home, near) as door:
            client = await door.client()
            door.model(NEAR).provider.capacity = 1  # type: ignore[misc] # as if it had said so
            leaving = await client.stream("The first of two?", NEAR)
            assert await anext(leaving)
            near.pace_s = 2.0
            waiting = asyncio.create_task(client.ask("The second of two?", NEAR))
            await until(lambda: door.load(NEAR) == Load(1, 1))
            assert len(near.requests) == 1
            near.pace_s = 0.0
            await leaving.close()
            assert (await waiting).choices
            assert len(near.requests) == 2
            assert door.load(NEAR) == Load(0, 0)


async def test_identical_questions_at_once_are_one_request_to_the_model(storage_home: Path) -> None:
    with RecordingServer(OpenAIChat(), speech=Story()) as near:
        near.pace_s = 0.005
        async with opened(storage_home, near) as door:
            client, stranger = await door.client(), await door.client()
            answers = await asyncio.gather(*(client.ask("One and the same?", NEAR) for _ in range(5)))
            assert len(near.requests) == 1
            assert {a.choices[0].message.content for a in answers} == {near.speech.said[0]}
            assert len({a.id for a in answers}) == 5
            assert sorted(vestibule(a)["cache"].get("level", "") for a in answers) == ["", *["shared"] * 4]
            assert [vestibule(a)["id"] for a in answers] == [a.id for a in answers]
            assert "vestibule_shared_total 4.0" in door.house.metrics.exposition().decode()

            both = await asyncio.gather(stranger.ask("Whose?", NEAR), client.ask("Whose?", NEAR))
            assert [vestibule(a)["cache"]["status"] for a in both] == ["miss", "miss"]  # tenants share nothing
            alone: list[dict[str, Any]] = [
                {"cache": "bypass"},
                {"cache": "bypass"},
                {"privacy": {"consent": False}},
                {"route": {"deadline_s": 60}},
                {},
            ]
            asked_before = len(near.requests)
            await asyncio.gather(*(client.ask("Alone?", NEAR, **options) for options in alone))
            assert len(near.requests) == asked_before + len(alone)


async def test_each_who_shares_has_a_record_of_its_own(storage_home: Path) -> None:
    with RecordingServer(OpenAIChat(), speech=Story()) as near:
        near.pace_s = 0.005
        async with opened(storage_home, near) as door:
            client = await door.client()
            answers = await asyncio.gather(*(client.ask("On record?", NEAR) for _ in range(3)))
            rows = await records(door.house, client.tenant, 3)
            assert {id for id, _, _ in rows} == {a.id for a in answers}
            assert sorted((cache, model) for _, cache, model in rows) == [("hit", NEAR), ("hit", NEAR), ("miss", NEAR)]


async def test_one_who_shares_is_answered_whole_though_the_first_has_left(storage_home: Path) -> None:
    with RecordingServer(OpenAIChat(), speech=Story()) as near:
        near.pace_s = 0.05
        async with opened(storage_home, near) as door:
            client = await door.client()
            first = await client.stream("Will you stay?", NEAR)
            assert await anext(first)
            near.pace_s = 2.0
            second = await client.stream("Will you stay?", NEAR)
            chunks = [await anext(second)]
            assert "vestibule_shared_total 1.0" in door.house.metrics.exposition().decode()
            near.pace_s = 0.0
            await first.close()
            chunks += [chunk async for chunk in second]
            told = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
            assert (told, chunks[-1].choices[0].finish_reason) == (near.speech.said[0], "stop")
            assert len(near.requests) == 1
