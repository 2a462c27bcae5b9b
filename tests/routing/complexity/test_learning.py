"""What one worker learns all know, and none of it is lost with a worker."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import psycopg
import pytest

from vestibule.core.errors import Unavailable
from vestibule.routing.complexity import Expectation, Learning, Outcome
from vestibule.routing.complexity.learning import CHECK_WEIGHT
from vestibule.routing.experiments.feedback import Feedback
from vestibule.storage.database import Database


@pytest.fixture
def model() -> str:
    return f"model-{uuid4().hex[:12]}"


def new(database: Database) -> tuple[Expectation, Learning]:
    expectation = Expectation(lambda _: 0.5)
    return expectation, Learning(database, expectation)


async def test_what_one_learnt_another_knows_and_a_start_reads(database: Database, model: str) -> None:
    (one, keeping), (other, reading) = new(database), new(database)
    for _ in range(20):
        one.learn(Outcome(model, 0.5, 1.0))
    await keeping.share()
    await reading.share()
    assert other(0.5, model) == pytest.approx(one(0.5, model))
    assert other(0.5, model) > 0.8
    assert other.belief(model).outcomes == 20


async def test_outcomes_of_two_at_once_all_count(database: Database, model: str) -> None:
    workers = [new(database) for _ in range(6)]
    for expectation, _ in workers:
        for _ in range(5):
            expectation.learn(Outcome(model, 0.5, 1.0))
    await asyncio.gather(*(learning.share() for _, learning in workers))
    _, (last, reading) = workers[0], new(database)
    await reading.share()
    assert last.belief(model).outcomes == 30


async def test_what_is_learnt_while_it_is_kept_stays(database: Database, model: str) -> None:
    expectation, learning = new(database)
    expectation.learn(Outcome(model, 0.5, 1.0))
    sharing = asyncio.create_task(learning.share())
    await asyncio.sleep(0)
    expectation.learn(Outcome(model, 0.5, 1.0))
    await sharing
    assert expectation.belief(model).outcomes == 2
    await learning.share()
    assert expectation.belief(model).outcomes == 2


async def test_what_cannot_be_kept_is_kept_later(
    database: Database, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expectation, learning = new(database)
    expectation.learn(Outcome(model, 0.5, 1.0))
    with monkeypatch.context() as away:
        away.setattr(database, "owner", _away)
        with pytest.raises(Unavailable):
            await learning.share()
    assert expectation.belief(model).outcomes == 1
    await learning.share()
    other, reading = new(database)
    await reading.share()
    assert other.belief(model).outcomes == 1


@pytest.mark.parametrize("error", [Unavailable("The database is away."), psycopg.errors.DeadlockDetected()])
async def test_it_goes_on_when_the_database_was_away(
    database: Database, model: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr("vestibule.routing.complexity.learning.EVERY_S", 0.01)
    expectation, learning = new(database)
    expectation.learn(Outcome(model, 0.5, 1.0))
    asked = asyncio.Event()

    def away() -> None:
        asked.set()
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(database, "owner", away)
        running = learning.running()
        await running.__aenter__()
        await asyncio.wait_for(asked.wait(), 30)
    other, reading = new(database)
    async with asyncio.timeout(30):
        while not other.belief(model).outcomes:
            await asyncio.sleep(0.02)
            await reading.share()
    await running.__aexit__(None, None, None)


async def test_what_was_learnt_last_is_kept_when_it_ends(database: Database, model: str) -> None:
    expectation, learning = new(database)
    async with learning.running():
        expectation.learn(Outcome(model, 0.5, 1.0))
    other, reading = new(database)
    await reading.share()
    assert other.belief(model).outcomes == 1


async def answered(
    database: Database, tenant: str, model: str, *, difficulty: float | None = 0.5, quality: float | None = None
) -> str:
    """A row of a request, as the request log writes it."""
    request = f"chatcmpl-{uuid4().hex}"
    async with database.owner() as connection:
        await connection.execute(
            "INSERT INTO requests (id, tenant, key_id, started_at, duration_ms, model, outcome, answered_by, quality,"
            " difficulty) VALUES (%s, %s, 'k', now(), 1, 'auto', 'answered', %s, %s, %s)",
            [request, tenant, model, quality, difficulty],
        )
    return request


async def test_each_rating_counts_once_whichever_worker_reads_it(database: Database, tenant: str, model: str) -> None:
    workers, feedback = [new(database) for _ in range(3)], Feedback(database)
    request = await answered(database, tenant, model)
    for _ in range(4):
        await feedback.record(tenant, request, "down")
        await asyncio.gather(*(learning.share() for _, learning in workers))
        await feedback.record(tenant, request, "up")
    await asyncio.gather(*(learning.share() for _, learning in workers))
    expectation, last = workers[0]
    await last.share()
    assert expectation.belief(model).outcomes == 1
    assert expectation(0.5, model) < 0.5


async def test_checks_count_for_less_than_readers(database: Database, tenant: str, model: str) -> None:
    expectation, learning = new(database)
    await answered(database, tenant, model, quality=1.0)
    await learning.share()
    await learning.share()
    assert expectation.belief(model).outcomes == pytest.approx(CHECK_WEIGHT)
    assert expectation(0.5, model) > 0.5


async def test_a_request_of_unknown_difficulty_teaches_nothing(database: Database, tenant: str, model: str) -> None:
    expectation, learning = new(database)
    request = await answered(database, tenant, model, difficulty=None, quality=0.0)
    await Feedback(database).record(tenant, request, "down")
    await learning.share()
    assert expectation.belief(model).outcomes == 0


async def test_another_model_behind_the_id_begins_anew(database: Database, model: str) -> None:
    expectation, learning = new(database)
    for _ in range(20):
        expectation.learn(Outcome(model, 0.5, 0.0))
    await learning.share()
    await learning.forget(model)
    assert expectation(0.5, model) == pytest.approx(0.5)


async def test_requests_of_tenants_do_not_see_it(database: Database, tenant: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with database.tenant(tenant) as connection:
            await connection.execute("SELECT * FROM model_beliefs")


def _away() -> None:
    raise Unavailable("The database is away.")
