"""The books of days and months: PostgreSQL's and their twin in memory keep the same contract."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import psycopg
import pytest

from vestibule.access.limits.base import Account, Books, Lease
from vestibule.access.limits.claims import Subject
from vestibule.access.limits.memory import MemoryBooks
from vestibule.access.limits.postgres import PostgresBooks
from vestibule.core.settings import Allowance
from vestibule.storage.database import Database


@pytest.fixture(params=["memory", "postgres"])
async def books(request: pytest.FixtureRequest, database: Database) -> Books:
    return MemoryBooks() if request.param == "memory" else PostgresBooks(database, f"host-{uuid4().hex}")


@pytest.fixture
def account(tenant: str) -> Account:
    return Account(Subject.of("tenant", tenant, tenant), "day", 20_000)


async def test_draws_end_exactly_at_the_limit(books: Books, account: Account) -> None:
    assert await books.draw(account, 100, 10, 40) == 40
    assert await books.draw(account, 100, 10, 40) == 40
    assert await books.draw(account, 100, 10, 40) == 20
    assert await books.draw(account, 100, 1, 40) == 0
    (lease,) = await books.leases()
    assert (lease.account, lease.left) == (account, 100)


async def test_what_comes_back_may_be_drawn_again(books: Books, account: Account, tenant: str) -> None:
    assert await books.draw(account, 100, 100, 0) == 100
    (lease,) = await books.leases()
    assert await books.tell(lease, 70)
    (balance,) = await books.balances(20_000, 0, tenant)
    assert (balance.used, balance.leased) == (30, 70)
    await books.give_back(lease, 60)
    assert await books.leases() == []
    assert not await books.tell(lease, 5)
    (balance,) = await books.balances(20_000, 0, tenant)
    assert (balance.used, balance.leased) == (40, 0)
    assert await books.draw(account, 100, 61, 0) == 0
    assert await books.draw(account, 100, 60, 0) == 60


async def test_a_draw_while_giving_back_keeps_its_lease(books: Books, account: Account) -> None:
    await books.draw(account, 100, 50, 0)
    (old,) = await books.leases()
    await books.draw(account, 100, 20, 0)
    await books.give_back(old, 50)
    (lease,) = await books.leases()
    assert lease.left == 20


async def test_what_was_used_without_a_lease_is_entered(books: Books, account: Account) -> None:
    await books.give_back(Lease(account, 0, 0), -30)
    assert await books.draw(account, 100, 71, 0) == 0
    assert await books.draw(account, 100, 70, 0) == 70


async def test_allowances_are_set_replaced_and_taken_back(books: Books, account: Account) -> None:
    subject = account.subject
    await books.allow(subject, Allowance(concurrency=3))
    await books.allow(subject, Allowance(eur_per_month=2.5))
    assert (await books.allowances())[subject.name] == Allowance(eur_per_month=2.5)
    await books.allow(subject, None)
    assert subject.name not in await books.allowances()


async def test_many_hosts_at_once_draw_no_more_than_there_is(database: Database, account: Account) -> None:
    hosts = [PostgresBooks(database, f"host-{uuid4().hex}") for _ in range(8)]
    drawn = await asyncio.gather(*(host.draw(account, 1000, 30, 30) for host in hosts for _ in range(10)))
    assert sum(drawn) == 990
    assert sorted(set(drawn)) == [0, 30]


async def test_a_host_that_is_not_heard_of_gives_back_what_it_last_told(database: Database, account: Account) -> None:
    gone, other = PostgresBooks(database, "gone"), PostgresBooks(database, "other")
    await gone.draw(account, 100, 100, 0)
    (lease,) = [lease for lease in await gone.leases() if lease.account == account]
    await gone.tell(lease, 80)
    assert await other.draw(account, 100, 1, 0) == 0
    async with database.owner() as connection:
        await connection.execute(
            "UPDATE limit_leases SET ends_at = now() - interval '1 s' WHERE host = 'gone' AND id = %s",
            [account.subject.id],
        )
    assert await other.draw(account, 100, 81, 0) == 0
    assert await other.draw(account, 100, 80, 0) == 80
    assert not await gone.tell(lease, 80)


async def test_a_tenant_sees_its_own_and_changes_nothing(database: Database, account: Account, tenant: str) -> None:
    books = PostgresBooks(database, "host")
    await books.draw(account, 100, 10, 0)
    other = Account(Subject.of("tenant", "other", "other"), "day", 20_000)
    await books.draw(other, 100, 10, 0)
    async with database.tenant(tenant) as connection:
        cursor = await connection.execute("SELECT DISTINCT tenant FROM limit_accounts")
        assert await cursor.fetchall() == [(tenant,)]
    for table in ("limits", "limit_accounts", "limit_leases"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with database.tenant(tenant) as connection:
                await connection.execute(f"DELETE FROM {table}")
