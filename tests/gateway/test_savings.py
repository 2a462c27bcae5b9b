"""`/admin/v1/routing/savings` over a real socket, on rows of the real request log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tests.gateway.conftest import Server, listening
from tests.gateway.scripted import ScriptedPipeline
from vestibule.access import Access
from vestibule.access.keys import ADMIN_TENANT, Keys
from vestibule.access.limits import Limiter
from vestibule.core.settings import Limits, Settings
from vestibule.gateway.application import ordinary
from vestibule.gateway.edge import Edge
from vestibule.gateway.guards import Guards
from vestibule.gateway.savings import SAVINGS, SavingsRoutes, add_savings_routes
from vestibule.monitoring.requests import Outcome, RequestLog, RequestRecord
from vestibule.monitoring.savings import SavingsLog
from vestibule.storage.database import Database
from vestibule.telemetry.metrics import Metrics

Desk = tuple[Server, str]


@pytest.fixture
async def desk(database: Database, tenant: str) -> AsyncIterator[Desk]:
    """A gateway with the route, asked by an administrator of the tenant; and the key of one of the house."""
    keys = Keys(database)
    access = Access.over(keys, Limiter(Limits()), open_to_loopback=False)
    app = ordinary()
    add_savings_routes(app, SavingsRoutes(access, SavingsLog(database)))
    house = (await keys.create(ADMIN_TENANT, ["admin"])).token
    admin = (await keys.create(tenant, ["admin"])).token
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(listening(Edge(Guards(app, Settings(), 5.0))))
        yield Server(port, ScriptedPipeline(access), Metrics(), admin), house


def row(
    tenant: str,
    name: str,
    location: str | None,
    *,
    outcome: Outcome = "answered",
    hours_ago: float = 0.1,
    cache: str = "miss",
    cost_eur: float = 0.0,
    home_eur: float = 0.0,
    cloud_eur: float | None = None,
    kwh: float | None = None,
) -> RequestRecord:
    return RequestRecord(
        f"{tenant}-{name}",
        tenant,
        "k",
        datetime.now(UTC) - timedelta(hours=hours_ago),
        5.0,
        "auto",
        outcome,
        location=location,
        cache=cache,
        cost_eur=cost_eur,
        home_eur=home_eur,
        cloud_eur=cloud_eur,
        kwh=kwh,
        co2e_g=None if kwh is None else kwh * 400,
    )


async def test_what_was_saved_is_the_cloud_less_what_was_paid(desk: Desk, database: Database, tenant: str) -> None:
    log = RequestLog(database)
    for record in (
        row(tenant, "home", "home", home_eur=0.01, cloud_eur=0.50, kwh=0.02),
        row(tenant, "cloud", "cloud", cost_eur=0.30, cloud_eur=0.25),
        row(tenant, "again", "home", cache="hit", cloud_eur=0.25),
        row(tenant, "unpriced", "home", home_eur=5.0, kwh=0.03),
        row(tenant, "failed", None, outcome="failed", cost_eur=9.0, cloud_eur=9.0),
        row(tenant, "long ago", "home", cloud_eur=70.0, hours_ago=30),
    ):
        log.add(record)
    await log.close()

    server, house = desk
    told = (await server.ask("GET", SAVINGS)).json
    assert told["hours"] == 24.0
    assert "cheapest model outside" in told["method"]
    assert told["savings"] == pytest.approx(
        {
            "answers": 4,
            "at_home": 3,
            "cached": 1,
            "priced": 3,
            "cloud_eur": 1.0,
            "spent_eur": 0.30,
            "home_eur": 0.01,
            "saved_eur": 0.69,
            "share": 0.31,
            "kwh": 0.05,
            "co2e_g": 20.0,
        }
    )
    longer = (await server.ask("GET", f"{SAVINGS}?hours=48&tenant={tenant}", key=house)).json
    assert longer["savings"]["cloud_eur"] == pytest.approx(71.0)


async def test_where_nothing_is_known_nothing_is_claimed(desk: Desk) -> None:
    server, _ = desk
    told = (await server.ask("GET", f"{SAVINGS}?hours=0.5")).json["savings"]
    assert (told["answers"], told["cloud_eur"], told["saved_eur"], told["share"]) == (0, None, None, None)


async def test_only_administrators_ask_and_only_of_their_own(desk: Desk, tenant: str) -> None:
    server, _ = desk
    assert (await server.ask("GET", f"{SAVINGS}?tenant={tenant}-other")).status == 404
    assert (await server.ask("GET", SAVINGS, key="nobody")).status == 401


@pytest.mark.parametrize("hours", ["0", "-1", "soon", "nan", "1e9"])
async def test_hours_that_are_none_are_refused(desk: Desk, hours: str) -> None:
    server, _ = desk
    said = await server.ask("GET", f"{SAVINGS}?hours={hours}")
    assert (said.status, said.json["error"]["param"]) == (400, "hours")
