"""Reserved before, settled after: what a caller is refused, and what comes back however a request ends."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from vestibule.access.limits import Limiter, Reservation
from vestibule.access.limits.base import Account, Balance, Lease
from vestibule.access.limits.claims import NANO, UNLIMITED
from vestibule.access.limits.ground import Ground
from vestibule.access.limits.memory import MemoryBooks
from vestibule.access.limits.postgres import PostgresBooks
from vestibule.access.limits.prices import MESSAGE_TOKENS, most_prompt_tokens
from vestibule.access.limits.table import Table
from vestibule.core.answer import Usage
from vestibule.core.caller import Caller
from vestibule.core.chat import Image, Message, ResponseFormat, Sampling, Tool, ToolCall
from vestibule.core.errors import BudgetExceeded, RateLimited, Unavailable, UpstreamFailed
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import Allowance, Limits, ModelSettings, Prices
from vestibule.providers.base import Chunk
from vestibule.storage.database import Database

CLOUD = ModelSettings("cloud", "p", "cloud", prices=Prices(input=2.0, output=10.0, cached=0.5))
HOME = ModelSettings("home", "p", "home", prices=Prices(input=2.0, output=10.0))
CALLER = Caller("t", "k", frozenset({"inference"}))
ASKED = ModelRequest((Message("user", "x" * 84),), sampling=Sampling(max_tokens=100))
"""At most 100 tokens in and 100 out: 200 and 1,000 millionths of a euro at the cloud model."""
WORST = 1200 * 1000


def limiter(each_key: Allowance, **limits: object) -> Limiter:
    return Limiter(Limits(each_key=each_key, **limits), [CLOUD, HOME])  # type: ignore[arg-type]


@asynccontextmanager
async def admitted(counting: Limiter, caller: Caller = CALLER) -> AsyncIterator[Reservation]:
    reservation = await counting.admit(caller)
    try:
        yield reservation
    finally:
        reservation.close()


async def used(counting: Limiter, span: str, kind: str = "key") -> int:
    found = [b for b in await counting.balances() if b.account.span == span and b.account.subject.kind == kind]
    return found[0].used if found else 0


class TestRates:
    async def test_the_strictest_wins_and_is_named(self) -> None:
        counting = limiter(Allowance(requests_per_minute=5), tenants={"t": Allowance(requests_per_minute=2)}, models={})
        for _ in range(2):
            (await counting.admit(CALLER)).close()
        with pytest.raises(RateLimited, match="tenant `t` may use 2 requests per minute") as refused:
            await counting.admit(Caller("t", "another", frozenset()))
        assert 55 <= refused.value.retry_after_s <= 65
        requests, tokens = counting.standing(CALLER)
        assert (requests.limit, requests.left) == (2, 0)
        assert tokens.limit == UNLIMITED

    async def test_a_place_comes_free_when_the_request_is_over(self) -> None:
        counting = limiter(Allowance(concurrency=2))
        first, second = await counting.admit(CALLER), await counting.admit(CALLER)
        with pytest.raises(RateLimited, match="2 requests at once"):
            await counting.admit(CALLER)
        first.close()
        first.close()
        third = await counting.admit(CALLER)
        with pytest.raises(RateLimited):
            await counting.admit(CALLER)
        second.close()
        third.close()

    async def test_tokens_are_reserved_at_the_worst_and_settled_to_what_was_used(self) -> None:
        counting = limiter(Allowance(tokens_per_minute=300))
        async with admitted(counting) as reservation:
            with await reservation.attempt("home", "home", ASKED) as charge:
                assert counting.standing(CALLER)[1].left == 100
                with pytest.raises(RateLimited, match="300 tokens per minute"):
                    await reservation.attempt("home", "home", ASKED)
                charge.sending()
                charge.hear(Chunk("hello", finish_reason="stop", usage=Usage(20, 5)))
            assert counting.standing(CALLER)[1].left == 275

    async def test_a_model_has_limits_of_its_own(self) -> None:
        counting = limiter(Allowance(), models={"home": Allowance(concurrency=1, requests_per_minute=2)})
        async with admitted(counting) as reservation:
            with await reservation.attempt("home", "home", ASKED), pytest.raises(RateLimited, match="1 requests at"):
                await reservation.attempt("home", "home", ASKED)
            with await reservation.attempt("cloud", "cloud", ASKED):
                pass
            with await reservation.attempt("home", "home", ASKED):
                pass
            with pytest.raises(RateLimited, match="model `home` may use 2 requests per minute"):
                await reservation.attempt("home", "home", ASKED)

    async def test_what_is_larger_than_the_limit_is_told_so(self) -> None:
        counting = limiter(Allowance(tokens_per_minute=150))
        async with admitted(counting) as reservation:
            with pytest.raises(RateLimited, match="this request alone is larger"):
                await reservation.attempt("home", "home", ASKED)

    async def test_an_answer_gets_an_end_only_where_a_limit_needs_one(self) -> None:
        endless = ModelRequest((Message("user", "hello"),))
        free = await limiter(Allowance()).admit(CALLER)
        held = await limiter(Allowance(eur_per_month=1), answer_tokens=77).admit(CALLER)
        assert free.bounded("home", endless) is endless
        assert held.bounded("home", endless).sampling.max_tokens == 77
        assert held.bounded("home", ASKED) is ASKED
        assert Reservation().bounded("home", endless) is endless

    async def test_where_nothing_is_limited_nothing_is_counted(self) -> None:
        reservation = Reservation()
        with await reservation.attempt("m", "cloud", ASKED) as charge:
            charge.hear(Chunk("x", usage=Usage(5, 5)))
        reservation.close()
        assert reservation.cost_eur == 0


class TestMoney:
    async def test_a_budget_of_so_many_requests_admits_exactly_those(self) -> None:
        counting = limiter(Allowance(eur_per_month=5 * WORST / NANO))
        reservations = [await counting.admit(CALLER) for _ in range(6)]
        charges = [await r.attempt("cloud", "cloud", ASKED) for r in reservations[:5]]
        with pytest.raises(BudgetExceeded, match="This key may spend") as refused:
            await reservations[5].attempt("cloud", "cloud", ASKED)
        assert "models at home cost nothing" in str(refused.value)
        with charges[0] as charge:
            charge.sending()
            charge.hear(Chunk(usage=Usage(100, 10, cached_tokens=60)))
        # 40 fresh, 60 cached, 10 out
        assert reservations[0].cost_nano == (40 * 2 + 60 * 0.5 + 10 * 10) * 1000
        with pytest.raises(BudgetExceeded):
            await reservations[5].attempt("cloud", "cloud", ASKED)
        with charges[1]:
            pass
        with await reservations[5].attempt("cloud", "cloud", ASKED):
            pass

    async def test_home_is_never_blocked_by_a_spent_budget(self) -> None:
        counting = limiter(Allowance(eur_per_month=0))
        async with admitted(counting) as reservation:
            with pytest.raises(BudgetExceeded):
                await reservation.attempt("cloud", "cloud", ASKED)
            for model in ("home", "home", "of no price"):
                with await reservation.attempt(model, "home", ASKED) as charge:
                    charge.sending()
                    charge.hear(Chunk("hi", usage=Usage(50, 50)))
            assert reservation.cost_eur == 0

    async def test_a_cloud_model_of_unknown_price_is_not_asked_where_a_budget_holds(self) -> None:
        counting = limiter(Allowance(eur_per_month=100))
        async with admitted(counting) as reservation:
            with pytest.raises(BudgetExceeded, match="what `dear` costs is not known"):
                await reservation.attempt("dear", "cloud", ASKED)
        free = limiter(Allowance())
        async with admitted(free) as reservation:
            with await reservation.attempt("dear", "cloud", ASKED):
                pass

    @pytest.mark.parametrize(
        ("sent", "heard", "error", "tokens", "cost"),
        [
            (False, "", UpstreamFailed("x"), 0, 0),
            (True, "", UpstreamFailed("x", fault="rate_limited"), 0, 0),
            (True, "", UpstreamFailed("x", fault="silent"), 200, WORST),
            (True, "", asyncio.CancelledError(), 200, WORST),
            (True, "abcdé", UpstreamFailed("x", fault="cut"), 170, (200 + 700) * 1000),
            (True, "a" * 500, GeneratorExit(), 200, WORST),
        ],
    )
    async def test_what_is_not_known_is_the_most_it_can_have_been(
        self, sent: bool, heard: str, error: BaseException, tokens: int, cost: int
    ) -> None:
        counting = limiter(Allowance(eur_per_month=1, tokens_per_day=10_000))
        async with admitted(counting) as reservation:
            with pytest.raises(type(error)):  # noqa: PT012, SIM117
                with await reservation.attempt("cloud", "cloud", ASKED) as charge:
                    if sent:
                        charge.sending()
                    if heard:
                        charge.hear(Chunk(heard))
                    raise error
            assert reservation.cost_nano == cost
        assert await used(counting, "day") == tokens
        assert await used(counting, "month") == cost

    async def test_an_answer_longer_than_agreed_is_owed(self) -> None:
        counting = limiter(Allowance(eur_per_month=2 * WORST / NANO))
        async with admitted(counting) as reservation:
            with await reservation.attempt("cloud", "cloud", ASKED) as charge:
                charge.sending()
                charge.hear(Chunk(usage=Usage(100, 300)))
            with pytest.raises(BudgetExceeded):
                await reservation.attempt("cloud", "cloud", ASKED)
        assert await used(counting, "month") == 3200 * 1000


class TestRaces:
    """A hundred tasks, cancelled at any moment, on one budget of real books: never over it, and nothing is lost."""

    @pytest.mark.parametrize("workers", [1, 3])
    async def test_a_storm_of_cancellations(
        self, database: Database, tenant: str, tmp_path: Path, workers: int
    ) -> None:
        budget = 20 * WORST
        limits = Limits(
            requests_per_minute=1_000_000,
            tenants={tenant: Allowance(eur_per_month=budget / NANO, tokens_per_day=100_000, concurrency=50)},
        )
        books = PostgresBooks(database, f"host-{uuid4().hex}")
        counting = [Limiter(limits, [CLOUD], table=Table(Ground.shared(tmp_path)), books=books) for _ in range(workers)]
        spent: list[int] = []
        refused: list[str] = []
        chance = random.Random(7)

        async def one(number: int) -> None:
            mine = counting[number % workers]
            reservation = await mine.admit(Caller(tenant, f"k{number}", frozenset()))
            try:
                with await reservation.attempt("cloud", "cloud", ASKED) as charge:
                    charge.sending()
                    await asyncio.sleep(chance.random() / 50)
                    charge.hear(Chunk(usage=Usage(chance.randint(1, 100), chance.randint(0, 100))))
            except BudgetExceeded as error:
                refused.append(error.code)
            finally:
                spent.append(reservation.cost_nano)
                reservation.close()

        async def cancelled_sometimes(number: int) -> None:
            task = asyncio.create_task(one(number))
            if chance.random() < 0.5:
                await asyncio.sleep(chance.random() / 50)
                task.cancel()
            await asyncio.wait([task])
            if not task.cancelled() and (error := task.exception()) is not None:
                assert isinstance(error, RateLimited)

        for wave in range(4):
            await asyncio.gather(*(cancelled_sometimes(wave * 40 + n) for n in range(40)))
        assert refused
        assert sum(spent) <= budget
        balance = await self.of_month(counting[0], tenant)
        assert balance.used == sum(spent)
        for each in counting:
            await each.leases.close()
            each.table.close()
        (balance,) = await books.balances(0, balance.account.period, tenant)
        assert (balance.used, balance.leased) == (sum(spent), 0)

    async def of_month(self, counting: Limiter, tenant: str) -> Balance:
        return next(b for b in await counting.balances(tenant) if b.account.span == "month")

    async def test_every_place_comes_back(self, database: Database, tenant: str, tmp_path: Path) -> None:
        limits = Limits(tenants={tenant: Allowance(concurrency=3)}, models={"home": Allowance(concurrency=2)})
        counting = Limiter(limits, [], table=Table(Ground.shared(tmp_path)))
        caller = Caller(tenant, "k", frozenset())

        async def one() -> None:
            async with admitted(counting, caller) as reservation:
                with await reservation.attempt("home", "home", ASKED):
                    await asyncio.sleep(1)

        for _ in range(20):
            tasks = [asyncio.create_task(one()) for _ in range(5)]
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        again = [await counting.admit(caller) for _ in range(3)]
        charges = [await r.attempt("home", "home", ASKED) for r in again[:2]]
        with pytest.raises(RateLimited):
            await counting.admit(caller)
        assert len(charges) == 2
        counting.table.close()


class _Away(MemoryBooks):
    """Books that can be taken away."""

    away = False

    async def leases(self) -> Sequence[Lease]:
        if self.away:
            raise Unavailable("The database does not answer.")
        return await super().leases()

    async def allowances(self) -> Mapping[str, Allowance]:
        if self.away:
            raise Unavailable("The database does not answer.")
        return await super().allowances()

    async def give_back(self, lease: Lease, left: int) -> None:
        if self.away:
            raise Unavailable("The database does not answer.")
        await super().give_back(lease, left)

    async def draw(self, account: Account, limit: int, need: int, slice_: int) -> int:
        if self.away:
            raise Unavailable("The database does not answer.")
        return await super().draw(account, limit, need, slice_)


class TestAway:
    async def test_the_leased_slice_is_used_then_only_home_answers(self) -> None:
        books = _Away()
        counting = Limiter(
            Limits(each_key=Allowance(eur_per_month=64 * 2 * WORST / NANO, tokens_per_day=64 * 250)),
            [CLOUD],
            books=books,
        )
        async with admitted(counting) as reservation:
            with await reservation.attempt("cloud", "cloud", ASKED) as charge:
                charge.sending()
                charge.hear(Chunk(usage=Usage(100, 100)))
            books.away = True
            with pytest.raises(Unavailable, match="budget cannot be asked"):
                await reservation.attempt("cloud", "cloud", ASKED)
            for _ in range(5):
                with await reservation.attempt("home", "home", ASKED) as charge:
                    charge.sending()
                    charge.hear(Chunk(usage=Usage(100, 100)))
            assert "The database does not answer" in counting.degraded
            books.away = False
            await counting.leases.tend()
            assert counting.degraded == ""
            assert await used(counting, "day") == 6 * 200
            with await reservation.attempt("cloud", "cloud", ASKED):
                pass

    async def test_what_cannot_be_given_back_stays_leased(self) -> None:
        books = _Away()
        counting = Limiter(Limits(each_key=Allowance(tokens_per_day=6400)), books=books)
        async with admitted(counting) as reservation:
            with await reservation.attempt("home", "home", ASKED):
                pass
        (lease,) = await books.leases()
        assert lease.left == 200
        books.away = True
        with pytest.raises(Unavailable):
            await counting.leases._give_back(lease)
        assert counting.table.left(lease.account) == 200
        await counting.leases.close()
        assert counting.table.left(lease.account) == 200
        books.away = False
        await counting.leases.close()
        assert await books.leases() == []
        assert await used(counting, "day") == 0

    async def test_it_starts_and_ends_without_the_books(self) -> None:
        books = _Away()
        books.away = True
        counting = Limiter(Limits(), books=books)
        async with counting.running():
            (await counting.admit(CALLER)).close()
            reservation = await counting.admit(CALLER)
        reservation.close()

    async def test_what_is_idle_goes_back_and_a_late_end_is_entered(self) -> None:
        class Clock:
            now = 1000.0

            def __call__(self) -> float:
                return self.now

        clock = Clock()
        counting = Limiter(
            Limits(each_key=Allowance(tokens_per_day=6400)), table=Table(Ground.private(), clock), books=MemoryBooks()
        )
        async with admitted(counting) as reservation:
            with await reservation.attempt("home", "home", ASKED) as charge:
                await counting.leases.tend()
                clock.now += 31
                await counting.leases.tend()
                assert await counting.books.leases() == []
                charge.sending()
                charge.hear(Chunk(usage=Usage(10, 10)))
        await counting.leases.tend()
        assert await used(counting, "day") == 20


class TestRules:
    async def test_what_an_administrator_sets_holds_at_once(self, database: Database, tenant: str) -> None:
        counting = Limiter(Limits(), books=PostgresBooks(database, "h"))
        caller = Caller(tenant, f"k-{tenant}", frozenset())
        await counting.allow("key", caller.key_id, tenant, Allowance(requests_per_minute=1))
        counting.count(caller)
        with pytest.raises(RateLimited, match="1 requests per minute"):
            counting.count(caller)
        await counting.allow("key", caller.key_id, tenant, None)
        counting.count(caller)

    async def test_other_workers_follow(self, database: Database, tenant: str, tmp_path: Path) -> None:
        books = PostgresBooks(database, "h")
        here = Limiter(Limits(), table=Table(Ground.shared(tmp_path)), books=books)
        there = Limiter(Limits(), table=Table(Ground.shared(tmp_path)), books=books)
        async with there.running():
            await here.allow("tenant", tenant, tenant, Allowance(concurrency=7))
            for _ in range(50):
                if there.rules.allowance("tenant", tenant).concurrency == 7:
                    break
                await asyncio.sleep(0.1)
            assert there.rules.allowance("tenant", tenant).concurrency == 7
        here.table.close()


def test_nothing_a_model_is_sent_counts_less_than_its_bytes() -> None:
    assert most_prompt_tokens(ASKED) == 84 + MESSAGE_TOKENS
    schema = {"type": "object"}
    rich = ModelRequest(
        (
            Message("user", "é" * 10, images=(Image("image/png", b"x"),)),
            Message("assistant", "", tool_calls=(ToolCall("1", "look", "{}"),)),
        ),
        tools=(Tool("look", "looks", schema),),
        response_format=ResponseFormat("json_schema", "n", schema),
    )
    assert most_prompt_tokens(rich) > 50_000 + 20 + 6 + 2 * len(str(schema))
