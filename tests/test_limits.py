"""Limits on the whole flow: a real house, a cloud on a socket, and what a request leaves behind however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from tests.egress.servers.certificates import Certificates
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.egress.servers.speech import Speech
from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.core.answer import Completed, Event
from vestibule.core.caller import Credential
from vestibule.core.chat import CacheMode, ChatRequest, Message, Options, PrivacyOptions, Sampling
from vestibule.core.configuration import Configuration, Currencies, Document, Price
from vestibule.core.errors import BudgetExceeded, RateLimited
from vestibule.core.settings import Allowance, Limits, ModelSettings, Prices, ProviderSettings, Settings

POLICY = "version: 7\ncloud:\n  - {name: test, allow: [public, internal, confidential]}\n"
KEY = "sk-" + "t" * 40


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RecordingServer]:
    (tmp_path / "certificates").mkdir()
    certificates = Certificates.make(tmp_path / "certificates")
    with RecordingServer(OpenAIChat(), certificates, Speech(calls=False), KEY) as running:
        yield running


@asynccontextmanager
async def house(home: Path, tmp_path: Path, server: RecordingServer) -> AsyncIterator[tuple[House, IssuedKey]]:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "key").write_text(f"{KEY}\n")
    ca_file, keys = tmp_path / "certificates" / "ca.pem", (f"file:{tmp_path / 'key'}",)
    settings = Settings(
        home=home,
        policy=tmp_path / "policy.yaml",
        providers=(ProviderSettings("test", "openai", server.base_url, keys, cloud=True, ca_file=ca_file),),
        models=(ModelSettings("gpt", "test", "gpt-4o", prices=Prices(input=2.0, output=10.0)),),
        limits=Limits(each_key=Allowance(concurrency=2)),
    )
    async with open_house(settings, open_to_loopback=False) as opened:
        yield opened, await opened.keys.create(f"t-{uuid4().hex[:10]}", ["inference"])


async def ask(
    opened: House, issued: IssuedKey, model: str, question: str = "Write a haiku.", cache: CacheMode = "bypass"
) -> Completed:
    options = Options(knowledge=False, cache=cache, privacy=PrivacyOptions(consent=True))
    request = ChatRequest(model, (Message("user", question),), sampling=Sampling(max_tokens=100), options=options)
    events: list[Event] = [e async for e in opened.pipeline.run(Credential(issued.token), request)]
    last = events[-1]
    assert isinstance(last, Completed)
    return last


async def test_a_budget_is_spent_by_the_cloud_alone(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    async with house(storage_home, tmp_path, server) as (opened, issued):
        tenant, limiter = issued.key.tenant, opened.pipeline.access.limiter
        answer = await ask(opened, issued, "gpt")
        spent = answer.report.cost.amount
        usage = answer.usage
        assert spent == pytest.approx((usage.prompt_tokens * 2 + usage.completion_tokens * 10) / 1e6, abs=1e-9)

        await limiter.allow("tenant", tenant, tenant, Allowance(eur_per_month=0.004))
        answers = 0
        with pytest.raises(BudgetExceeded, match=f"tenant `{tenant}` may spend 0.004 EUR"):  # noqa: PT012
            while answers < 200:
                await ask(opened, issued, "gpt")
                answers += 1
        assert answers >= 1
        (balance,) = await limiter.balances(tenant)
        assert balance.used == pytest.approx(answers * spent * 1e9, rel=0.2)
        assert balance.used <= 0.004 * 1e9
        assert server.requests[-1]  # the last was refused before anything was sent
        assert len(server.requests) == answers + 1

        home = await ask(opened, issued, "auto", "How do I isolate the pump?")
        assert home.report.route.location == "home"
        assert 0 < home.report.cost.amount < 0.001  # energy, which is of no budget
        assert await limiter.balances(tenant) == [balance]


async def test_whoever_leaves_gives_the_place_back(storage_home: Path, tmp_path: Path, server: RecordingServer) -> None:
    async with house(storage_home, tmp_path, server) as (opened, issued):
        for _ in range(6):
            asked = [asyncio.create_task(ask(opened, issued, "gpt")) for _ in range(2)]
            await asyncio.sleep(0.01)
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        await asyncio.gather(*(ask(opened, issued, "gpt") for _ in range(2)))
        with pytest.raises(RateLimited, match="2 requests at once"):
            await asyncio.gather(*(ask(opened, issued, "gpt") for _ in range(3)))


async def test_an_answer_from_the_cache_costs_nothing(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    async with house(storage_home, tmp_path, server) as (opened, issued):
        first = await ask(opened, issued, "gpt", cache="default")
        again = await ask(opened, issued, "gpt", cache="default")
        assert again.report.cache.status == "hit"
        assert (again.report.cost.amount, again.report.cost.saved) == (0.0, first.report.cost.amount)
        readiness = await opened.readiness()
        assert (readiness["limits"].ok, readiness["limits"].reason) == (True, "")
        assert readiness["records"].ok


async def test_a_request_is_charged_by_the_prices_of_its_version(
    storage_home: Path, tmp_path: Path, server: RecordingServer
) -> None:
    """In dollars here, of which a budget in euros takes what they are worth."""
    async with house(storage_home, tmp_path, server) as (opened, issued):
        tenant, configurations = issued.key.tenant, opened.pipeline.configurations
        await opened.pipeline.access.limiter.allow("tenant", tenant, tenant, Allowance(eur_per_month=1.0))
        prices = (Price("gpt", date(2026, 1, 1), input=40.0, output=80.0, cached=4.0, currency="USD"),)
        document = Document(prices=prices, currencies=Currencies(eur={"USD": 0.5}, tenants={tenant: "USD"}))
        configurations.current = Configuration(configurations.current.number, document)
        answer = await ask(opened, issued, "gpt")
        cost, usage = answer.report.cost, answer.usage
        fresh = usage.prompt_tokens - usage.cached_tokens
        dollars = (fresh * 40 + usage.cached_tokens * 4 + usage.completion_tokens * 80) / 1e6
        assert cost.currency == "USD"
        assert cost.amount == pytest.approx(dollars, abs=1e-8)
        assert cost.saved == pytest.approx(0.0, abs=1e-8)  # it is the only one outside
        (balance,) = await opened.pipeline.access.limiter.balances(tenant)
        assert balance.used == pytest.approx(dollars * 0.5 * 1e9, rel=1e-3)
