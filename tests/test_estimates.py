"""What is foreseen of an answer and what it comes to, through the whole house: models on paced sockets, real times, and
money reckoned by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from tests.paced import Pace, paced_server
from vestibule.access.keys import IssuedKey
from vestibule.app import House, open_house
from vestibule.core.answer import Completed
from vestibule.core.caller import Credential
from vestibule.core.chat import ChatRequest, Message, Options, RouteOptions, Sampling, TaskKind
from vestibule.core.configuration import Configuration, Currencies, Document, Energy, Price
from vestibule.core.errors import UpstreamFailed
from vestibule.core.settings import ModelSettings, Prices, ProviderSettings, Settings
from vestibule.monitoring.savings import SavingsLog

ENERGY = Energy(
    watts={"paced": 100.0}, eur_per_kwh=0.5, co2e_g_per_kwh=400.0, amortisation_eur_per_hour=3.6, watts_otherwise=50.0
)


@dataclass
class Site:
    house: House
    issued: IssuedKey
    pace: Pace

    async def ask(
        self, text: str = "Name the valves.", model: str = "paced", task: TaskKind | None = None, tokens: int = 100
    ) -> Completed:
        options = Options(knowledge=False, cache="bypass", route=RouteOptions(task=task))
        request = ChatRequest(model, (Message("user", text),), sampling=Sampling(max_tokens=tokens), options=options)
        events = [e async for e in self.house.pipeline.run(Credential(self.issued.token), request)]
        last = events[-1]
        assert isinstance(last, Completed)
        return last

    async def row(self, answer_id: str, columns: str) -> tuple[object, ...]:
        for _ in range(1500):
            async with self.house.database.owner() as connection:
                cursor = await connection.execute(f"SELECT {columns} FROM requests WHERE id = %s", [answer_id])
                if row := await cursor.fetchone():
                    return tuple(row)
            await asyncio.sleep(0.02)
        raise AssertionError("no record of the answer")


def in_force(house: House, document: Document) -> None:
    """As if the version in force said so."""
    configurations = house.pipeline.configurations
    configurations.current = Configuration(configurations.current.number, document)


@asynccontextmanager
async def site(home: Path, pace: Pace, document: Document) -> AsyncIterator[Site]:
    """A house with a paced model at home, and one outside that nobody asks: only its price is needed."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(paced_server(pace))
        settings = Settings(
            home=home,
            providers=(
                ProviderSettings("lab", "openai", url),
                ProviderSettings("far", "openai", "https://models.invalid/v1", cloud=True),
            ),
            models=(
                ModelSettings("paced", "lab", "paced"),
                ModelSettings("gpt", "far", "gpt-4o", prices=Prices(input=2.0, output=10.0)),
                ModelSettings("cheap", "far", "gpt-4o-mini", prices=Prices(input=0.2, output=1.0)),
            ),
        )
        house = await stack.enter_async_context(open_house(settings, open_to_loopback=False))
        in_force(house, document)
        yield Site(house, await house.keys.create(f"t-{uuid4().hex[:10]}", ["inference"]), pace)


async def test_an_answer_is_foreseen_once_some_were_measured(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=12, token_s=0.01), Document()) as at:
        first = await at.ask()
        assert first.report.route.predicted is not None
        assert (first.report.route.predicted.basis, first.report.route.predicted.finish_s) == ("unknown", None)
        for _ in range(4):
            await at.ask()
        foreseen = (await at.ask()).report.route.predicted
        assert foreseen is not None
        assert foreseen.basis == "measured"
        assert foreseen.first_token_s is not None
        assert foreseen.finish_s is not None
        assert foreseen.first_token_s >= 0.02  # as long as the server waits at least
        assert foreseen.finish_s - foreseen.first_token_s >= 11 * 0.01
        assert b'vestibule_prediction_error_ratio_count{model="paced",of="finish"}' in at.house.metrics.exposition()


async def test_a_longer_prompt_is_foreseen_to_take_longer(storage_home: Path) -> None:
    async with site(storage_home, Pace(read_s=0.001, words=3), Document()) as at:
        for words in (5, 200, 20, 150, 80, 110):
            await at.ask("valve " * words)
        short, long = [(await at.ask("valve " * words)).report.route.predicted for words in (10, 180)]
        assert short is not None
        assert long is not None
        assert (long.first_token_s or 0) > (short.first_token_s or 0) + 0.05


async def test_what_a_kind_of_work_says_is_learned_for_that_kind(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=40, token_s=0.001), Document()) as at:
        for _ in range(3):
            await at.ask(task="report")
        at.pace.words = 4
        for _ in range(3):
            await at.ask(task="coordination")
        report, coordination = [await at.ask(task=task) for task in ("report", "coordination")]
        assert report.report.route.task == "report"
        assert at.house.pipeline.attempts.measuring.latencies.output_tokens("report") in range(22, 41)
        assert at.house.pipeline.attempts.measuring.latencies.output_tokens("coordination") == 4
        assert await at.row(coordination.id, "task") == ("coordination",)


async def test_at_home_an_answer_costs_energy_and_the_machine(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=10, token_s=0.02, overhead_s=0.1), Document(energy=ENERGY)) as at:
        answer = await at.ask()
        cost = answer.report.cost
        assert cost.kwh is not None
        assert cost.co2e_g is not None
        seconds = cost.kwh * 3.6e6 / 100.0
        assert 0.1 + 9 * 0.02 <= seconds <= answer.report.timings_ms["total"] / 1000
        assert cost.co2e_g == pytest.approx(cost.kwh * 400)
        assert cost.amount == pytest.approx(cost.kwh * 0.5 + seconds / 3600 * 3.6, abs=1e-8)
        prompt, said = answer.usage.prompt_tokens, answer.usage.completion_tokens
        assert (said, cost.currency) == (10, "EUR")
        assert cost.saved == pytest.approx((prompt * 0.2 + said * 1.0) / 1e6 - cost.amount, abs=1e-8)
        row = await at.row(answer.id, "cost_eur, home_eur, cloud_eur, kwh, estimated_eur IS NULL")
        assert row[0] == 0
        assert row[1:4] == pytest.approx((cost.amount, (prompt * 0.2 + said) / 1e6, cost.kwh), abs=1e-8)
        assert row[4] is True  # nothing had been measured yet
        again = await at.ask()
        for _ in range(3):
            again = await at.ask()
        (estimated,) = await at.row(again.id, "estimated_eur")
        assert isinstance(estimated, float)
        assert estimated == pytest.approx(again.report.cost.amount, rel=0.9)


async def test_answers_at_once_share_the_energy(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=20, token_s=0.02), Document(energy=ENERGY)) as at:
        alone = await at.ask()
        begun = asyncio.get_running_loop().time()
        together = await asyncio.gather(*(at.ask(f"Name valve {number}.") for number in range(4)))
        passed_s = asyncio.get_running_loop().time() - begun
        drawn_s = sum(answer.report.cost.kwh or 0 for answer in together) * 3.6e6 / 100.0
        assert drawn_s <= passed_s
        assert drawn_s >= 19 * 0.02
        assert (alone.report.cost.kwh or 0) * 3.6e6 / 100.0 >= 19 * 0.02


async def test_a_tenant_is_told_in_its_currency_by_the_prices_of_the_day(storage_home: Path) -> None:
    today = datetime.now(UTC).date()
    document = Document(
        prices=(
            Price("cheap", date(2026, 1, 1), input=1.0, output=4.0, currency="USD"),
            Price("cheap", date(today.year + 1, 1, 1), input=0.0, output=0.0, currency="USD"),
            Price("gpt", date(2026, 1, 1), input=9.0, output=90.0),
        ),
        energy=Energy(eur_per_kwh=0, amortisation_eur_per_hour=0),
    )
    async with site(storage_home, Pace(words=5), document) as at:
        told = msgspec.structs.replace(
            document, currencies=Currencies(eur={"USD": 0.5, "VND": 0.00004}, tenants={at.issued.key.tenant: "VND"})
        )
        in_force(at.house, told)
        answer = await at.ask()
        cost, prompt = answer.report.cost, answer.usage.prompt_tokens
        assert (cost.amount, cost.currency) == (0.0, "VND")
        assert cost.saved == pytest.approx((prompt * 0.5 + 5 * 2.0) / 1e6 / 0.00004, abs=1e-6)


async def test_without_a_price_outside_nobody_says_what_was_saved(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=3, usage=False), Document()) as at:
        answer = await at.ask()
        assert answer.report.cost.saved is None  # the server never told its tokens
        assert (answer.report.cost.kwh or 0) > 0


async def test_an_attempt_that_fails_has_drawn_its_energy_and_teaches_nothing(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=3), Document(energy=ENERGY)) as at:
        await at.ask()
        latencies = at.house.pipeline.attempts.measuring.latencies
        before = latencies.output_tokens(None)
        at.pace.breaks_off = True
        with pytest.raises(UpstreamFailed):
            await at.ask()
        assert latencies.output_tokens(None) == before
        async with at.house.database.owner() as connection:
            for _ in range(1500):
                cursor = await connection.execute(
                    "SELECT kwh, cloud_eur FROM requests WHERE tenant = %s AND outcome = 'failed'",
                    [at.issued.key.tenant],
                )
                if row := await cursor.fetchone():
                    break
                await asyncio.sleep(0.02)
        assert row is not None
        assert row[0] > 0
        assert row[1] is None


async def test_savings_are_those_of_the_answers(storage_home: Path) -> None:
    async with site(storage_home, Pace(words=6), Document(energy=ENERGY)) as at:
        answers = [await at.ask() for _ in range(3)]
        await at.row(answers[-1].id, "id")
        told = await SavingsLog(at.house.database).since(datetime.now(UTC) - timedelta(hours=1), at.issued.key.tenant)
        assert (told.answers, told.at_home, told.priced) == (3, 3, 3)
        assert told.saved_eur == pytest.approx(sum(a.report.cost.saved or 0 for a in answers), abs=1e-7)
        assert told.home_eur == pytest.approx(sum(a.report.cost.amount for a in answers), abs=1e-7)
        assert told.kwh == pytest.approx(sum(a.report.cost.kwh or 0 for a in answers))
