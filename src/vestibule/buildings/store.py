"""Read portfolios, meters and weather back as arrays. Keeps what was read last in memory, per version of the data."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import Generic, LiteralString, TypeVar

import msgspec
import numpy as np

from vestibule.buildings.assessment import Assessment, assess
from vestibule.buildings.portfolio import Portfolio
from vestibule.buildings.series import BuildingSeries, Grid, Series, Weather, filled, grid_of, on_grid
from vestibule.core.evidence import Period
from vestibule.storage.changes import Remembered
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

KEPT_BUILDINGS = 64
KEPT_ASSESSMENTS = 128
Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The values used last, each made once even if several ask for it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, asyncio.Task[Value]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> Value:
        task = self._made.get(key)
        if task is None:
            task = self._made[key] = asyncio.ensure_future(_run(make))
            task.add_done_callback(lambda done: self._forget_failed(key, done))
        self._made.move_to_end(key)
        while len(self._made) > self._most:
            self._made.popitem(last=False)
        return await asyncio.shield(task)

    def forget(self, tenant: str) -> None:
        """Drop what is kept under keys that begin with `tenant`."""
        for key in [key for key in self._made if isinstance(key, tuple) and key[0] == tenant]:
            del self._made[key]

    def _forget_failed(self, key: Hashable, done: asyncio.Task[Value]) -> None:
        if (done.cancelled() or done.exception()) and self._made.get(key) is done:
            del self._made[key]


async def _run(make: Callable[[], Awaitable[Value]]) -> Value:
    return await make()


class Snapshot(msgspec.Struct, frozen=True):
    """A tenant's portfolio as of one import. Version 0, with no source, is that of a tenant that never imported."""

    tenant: str
    version: int
    source: str | None
    portfolio: Portfolio


class Store:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._snapshots: Remembered[Snapshot] = Remembered(database.changes, "portfolio")
        self._grounds: Recent[tuple[Grid, Weather]] = Recent(KEPT_BUILDINGS)
        self._buildings: Recent[BuildingSeries] = Recent(KEPT_BUILDINGS)
        self._assessments: Recent[Assessment] = Recent(KEPT_ASSESSMENTS)

    async def snapshot(self, tenant: str) -> Snapshot:
        """As it is now: read again only when it has changed."""
        return await self._snapshots.get(tenant, lambda: self._read_snapshot(tenant))

    async def _read_snapshot(self, tenant: str) -> Snapshot:
        async with self._database.tenant(tenant) as connection:
            found = await connection.execute(
                "SELECT version, source, definition::text FROM portfolios WHERE tenant = %s", [tenant]
            )
            row = await found.fetchone()
        if row is None:
            return Snapshot(tenant, 0, None, _nothing())
        return Snapshot(tenant, row[0], row[1], msgspec.json.decode(row[2], type=Portfolio))

    async def erase(self, tenant: str) -> int:
        """Forget a portfolio with all readings and weather; return how many rows. The version still grows, so that no
        answer of before is taken for one of after."""
        async with self._database.tenant(tenant) as connection:
            rows = [await connection.execute(f"DELETE FROM {table}") for table in ("readings", "weather")]
            emptied = await connection.execute(
                "UPDATE portfolios SET definition = %s, source = '', version = version + 1 WHERE source <> ''",
                [msgspec.json.encode(_nothing()).decode()],
            )
        await self._database.changes.settled()
        for kept in (self._grounds, self._buildings, self._assessments):
            kept.forget(tenant)
        return sum(each.rowcount for each in (*rows, emptied))

    async def count(self, tenant: str) -> int:
        """How many rows `erase` would take."""
        async with self._database.tenant(tenant) as connection:
            found = await connection.execute(
                "SELECT (SELECT count(*) FROM readings) + (SELECT count(*) FROM weather)"
                " + (SELECT count(*) FROM portfolios WHERE source <> '')"
            )
            row = await found.fetchone()
        return int(row[0]) if row else 0

    async def version(self, tenant: str) -> int:
        """Grows with every import; 0 before the first."""
        return (await self.snapshot(tenant)).version

    async def series(self, snapshot: Snapshot, building_id: str) -> BuildingSeries:
        """All hours of a building. Raise `NotFound` for an id that the portfolio does not have."""
        snapshot.portfolio.building(building_id)
        key = (snapshot.tenant, snapshot.version, building_id)
        return await self._buildings.get(key, lambda: self._read_building(snapshot, building_id))

    async def assessment(self, snapshot: Snapshot, building_id: str, period: Period) -> Assessment:
        """What the whole of a building's data says, fitted without `period`."""
        series = await self.series(snapshot, building_id)
        key = (snapshot.tenant, snapshot.version, building_id, period.start, period.end)
        return await self._assessments.get(key, lambda: asyncio.to_thread(assess, series, period))

    async def _read_building(self, snapshot: Snapshot, building_id: str) -> BuildingSeries:
        key = (snapshot.tenant, snapshot.version)
        grid, weather = await self._grounds.get(key, lambda: self._read_ground(snapshot))
        portfolio = snapshot.portfolio
        meters = {meter.utility: meter for meter in portfolio.meters_of(building_id)}
        columns = {
            utility: await self._read(snapshot, _METER, [snapshot.tenant, meter.id])
            for utility, meter in meters.items()
        }
        return BuildingSeries(
            building=portfolio.building(building_id),
            grid=grid,
            weather=weather,
            meters=meters,
            amounts={
                utility: on_grid(column[0].astype(np.int64), column[1], grid) for utility, column in columns.items()
            },
            holidays={holiday.date: holiday.name for holiday in portfolio.holidays},
        )

    async def _read_ground(self, snapshot: Snapshot) -> tuple[Grid, Weather]:
        portfolio = snapshot.portfolio
        grid = await asyncio.to_thread(grid_of, portfolio.data_start, portfolio.data_end, portfolio.zone)
        hours, temperature, solar = await self._read(snapshot, _WEATHER, [snapshot.tenant])
        at = hours.astype(np.int64)
        return grid, Weather(filled(on_grid(at, temperature, grid)), filled(on_grid(at, solar, grid)))

    async def _read(self, snapshot: Snapshot, query: LiteralString, parameters: list[str]) -> list[Series]:
        """One row of arrays, of the very version that the snapshot is of."""
        async with self._database.tenant(snapshot.tenant) as connection:
            if await _version(connection, snapshot.tenant, _AND_HOLD) != snapshot.version:
                raise Outdated
            async with connection.cursor(binary=True) as cursor:
                await cursor.execute(query, parameters)
                row = await cursor.fetchone()
        return [np.array(column if column else [], dtype=np.float64) for column in row or ()]


class Outdated(Exception):
    """The data were replaced by an import since the snapshot was taken; take a new one."""


async def _version(connection: Connection, tenant: str, hold: LiteralString = "") -> int:
    found = await connection.execute("SELECT version FROM portfolios WHERE tenant = %s" + hold, [tenant])
    row = await found.fetchone()
    return int(row[0]) if row else 0


_AND_HOLD: LiteralString = " FOR SHARE"
_HOURS: LiteralString = "array_agg((extract(epoch FROM hour) / 3600)::float8 ORDER BY hour)"
_METER: LiteralString = (
    "SELECT " + _HOURS + ", array_agg(amount ORDER BY hour) FROM readings WHERE tenant = %s AND meter = %s"
)
_WEATHER: LiteralString = (
    "SELECT " + _HOURS + ", array_agg(temperature_c ORDER BY hour),"
    " array_agg(coalesce(solar_w_m2, 'NaN') ORDER BY hour) FROM weather WHERE tenant = %s"
)


def _nothing() -> Portfolio:
    now = datetime.now(UTC)
    return Portfolio("", "UTC", (), (), (), (), now, now)
