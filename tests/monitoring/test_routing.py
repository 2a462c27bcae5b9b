"""Where requests went, told from the real request log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.console.traffic import answered, log, outside
from vestibule.core.answer import Predicted
from vestibule.monitoring.routing import RoutingLog
from vestibule.storage.database import Database


async def test_an_empty_window_knows_nothing_and_says_so(database: Database, tenant: str) -> None:
    went = await RoutingLog(database).went(tenant, "hour")
    assert went.models == ()
    assert (went.paid.outside_eur, went.paid.home_eur, went.paid.eur, went.paid.unpriced) == (None, None, None, 0)
    assert (went.foreseen.answers, went.foreseen.predicted_ms, went.foreseen.error) == (0, None, None)


async def test_each_model_has_what_it_answered_how_fast_and_for_how_much(database: Database, tenant: str) -> None:
    await log(
        database,
        *(
            answered(tenant, duration_ms=ms, timings_ms={"first_token": ms / 4}, predicted=None)
            for ms in (100, 400, 800)
        ),
        answered(tenant, cache="hit", duration_ms=1.0),
        answered(tenant, outcome="failed", location=None, answered_by=None),
        answered(tenant, datetime.now(UTC) - timedelta(hours=2)),
        outside(tenant, predicted=Predicted(0.5, 3.0, "stated")),
    )
    went = await RoutingLog(database).went(tenant, "hour")
    home, cloud = went.models
    assert (home.model, home.location, home.answered) == ("qwen3:4b", "home", 3)
    assert (home.first_token_ms, home.finish_ms) == (100.0, 400.0)
    assert (home.predicted_first_token_ms, home.predicted_finish_ms) == (None, None)
    assert home.cost_eur is not None
    assert abs(home.cost_eur - 0.0003) < 1e-12
    assert (cloud.model, cloud.location, cloud.answered, cloud.cost_eur) == ("large", "cloud", 1, 0.012)
    assert (cloud.predicted_first_token_ms, cloud.predicted_finish_ms) == (500.0, 3000.0)
    assert [m.answered for m in (await RoutingLog(database).went(tenant, "day")).models] == [4, 1]


async def test_what_has_no_price_is_counted_and_its_money_is_not_known(database: Database, tenant: str) -> None:
    routing = RoutingLog(database)
    await log(database, outside(tenant, cost_eur=0.0, home_eur=None))
    went = await routing.went(tenant, "hour")
    assert went.models[0].cost_eur is None
    assert (went.paid.eur, went.paid.unpriced) == (None, 1)
    await log(database, outside(tenant, cost_eur=0.02), outside(tenant, cost_eur=0.01, outcome="failed"))
    paid = (await routing.went(tenant, "hour")).paid
    assert (round(paid.eur or 0, 9), paid.unpriced) == (0.03, 1), "what failed was paid too"


async def test_first_tokens_are_held_against_what_was_foreseen_of_them(database: Database, tenant: str) -> None:
    foreseen = Predicted(0.1, 1.0, "measured")
    observed = (80.0, 100.0, 200.0)
    await log(
        database,
        *(answered(tenant, timings_ms={"first_token": ms}, predicted=foreseen) for ms in observed),
        answered(tenant, timings_ms={"first_token": 9000.0}, predicted=None),
        answered(tenant, timings_ms={"first_token": 9000.0}, predicted=Predicted()),
        answered(tenant, timings_ms={}, predicted=foreseen),
    )
    told = (await RoutingLog(database).went(tenant, "hour")).foreseen
    assert (told.answers, told.predicted_ms, told.observed_ms) == (3, 100.0, 100.0)
    assert told.error == 0.25


async def test_of_the_last_requests_those_count_that_the_router_sent_outside(database: Database, tenant: str) -> None:
    """Dated ahead of everything else: the share is that of the whole house."""
    routing, ahead = RoutingLog(database), datetime.now(UTC) + timedelta(days=400)
    await log(
        database,
        outside(tenant, ahead),
        outside(f"{tenant}-two", ahead, task="optimisation"),
        outside(tenant, ahead, model="large"),
        outside(tenant, ahead, cache="hit"),
        answered(tenant, ahead, outcome="refused", location=None, answered_by=None),
        answered(tenant, ahead),
    )
    try:
        outward = await routing.outward(4)
        assert (outward.counted, outward.left, outward.share) == (4, 2, 0.5)
        assert (await routing.outward(4, ["optimisation", "code"])).left == 1
        assert (await routing.outward(1_000_000)).counted >= 4
    finally:
        async with database.owner() as connection:
            await connection.execute("DELETE FROM requests WHERE tenant LIKE %s", [f"{tenant}%"])


async def test_another_tenants_answers_are_not_seen(database: Database, tenant: str) -> None:
    async with database.owner() as connection:
        await connection.execute("INSERT INTO tenants (id) VALUES (%s)", [f"{tenant}-other"])
    await log(database, outside(f"{tenant}-other"))
    went = await RoutingLog(database).went(tenant, "week")
    assert (went.models, went.paid.eur, went.foreseen.answers) == ((), None, 0)
