"""Take a portfolio in: the door for the demo world and for a user's own data alike.

The folder is the whole portfolio of the tenant: what it does not name is gone afterwards, all in one transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from vestibule.buildings.portfolio_files import PortfolioFiles, Table, read_folder
from vestibule.buildings.series import HOUR_S
from vestibule.storage.database import Database
from vestibule.storage.pool import Connection

OnProgress = Callable[[int, int], None]


class ImportSummary(msgspec.Struct, frozen=True):
    """`warnings` name what was taken as it is but looks wrong; `version` is that of the tenant's data from now on."""

    buildings: int
    meters: int
    readings: int
    missing: int
    start: datetime
    end: datetime
    version: int
    warnings: tuple[str, ...]


async def import_portfolio(
    database: Database, tenant: str, folder: Path, *, source: str | None = None, on_progress: OnProgress | None = None
) -> ImportSummary:
    """Read buildings.json, readings.csv and weather.csv from `folder` and make them the tenant's portfolio.

    `source` names what was imported (default: a digest of the description), to be asked for later. Raise
    `InvalidRequest` with file, line and column for what is wrong; nothing is changed then.
    """
    files = await asyncio.to_thread(read_folder, folder)
    progress = on_progress or (lambda done, total: None)
    definition = msgspec.json.encode(files.portfolio)
    async with database.tenant(tenant) as connection:
        version = await _replace_portfolio(connection, tenant, definition, source)
        await _replace_readings(connection, tenant, files, progress)
        await _replace_weather(connection, tenant, files.weather)
    present = sum(int((~np.isnan(column)).sum()) for column in files.readings.columns.values())
    cells = len(files.readings.hours) * len(files.readings.columns)
    return ImportSummary(
        buildings=len(files.portfolio.buildings),
        meters=len(files.portfolio.meters),
        readings=present,
        missing=cells - present,
        start=files.portfolio.data_start,
        end=files.portfolio.data_end,
        version=version,
        warnings=files.warnings,
    )


async def _replace_portfolio(connection: Connection, tenant: str, definition: bytes, source: str | None) -> int:
    """Also holds the row until the end, so that imports of one tenant follow one another."""
    found = await connection.execute(
        "INSERT INTO portfolios (tenant, definition, source, version) VALUES (%s, %s::jsonb, %s, 1)"
        " ON CONFLICT (tenant) DO UPDATE SET definition = excluded.definition, source = excluded.source,"
        " version = portfolios.version + 1, imported_at = now() RETURNING version",
        [tenant, definition.decode(), source or hashlib.sha256(definition).hexdigest()],
    )
    return int((await found.fetchone() or (0,))[0])


async def _replace_readings(connection: Connection, tenant: str, files: PortfolioFiles, progress: OnProgress) -> None:
    """One statement a meter. (COPY into a table under row-level security is not to be had in PostgreSQL.)"""
    await connection.execute("DELETE FROM readings WHERE tenant = %s", [tenant])
    total = len(files.readings.columns)
    hours = [_moment(hour) for hour in files.readings.hours.tolist()]
    for done, (meter, amounts) in enumerate(files.readings.columns.items(), start=1):
        await connection.execute(
            "INSERT INTO readings (tenant, meter, hour, amount) SELECT %s, %s, hour, amount"
            " FROM unnest(%b::timestamptz[], %b::float8[]) AS row (hour, amount) WHERE amount <> 'NaN'",
            [tenant, meter, hours, amounts.tolist()],
        )
        progress(done, total)


async def _replace_weather(connection: Connection, tenant: str, weather: Table) -> None:
    await connection.execute("DELETE FROM weather WHERE tenant = %s", [tenant])
    columns = [_nullable(weather, name) for name in ("temperature_c", "relative_humidity", "solar_w_m2")]
    await connection.execute(
        "INSERT INTO weather (tenant, hour, temperature_c, relative_humidity, solar_w_m2)"
        " SELECT %s, hour, temperature, nullif(humidity, 'NaN'), nullif(solar, 'NaN')"
        " FROM unnest(%b::timestamptz[], %b::float8[], %b::float8[], %b::float8[])"
        " AS row (hour, temperature, humidity, solar) WHERE temperature <> 'NaN'",
        [tenant, [_moment(hour) for hour in weather.hours.tolist()], *columns],
    )


def _nullable(weather: Table, name: str) -> list[float]:
    column = weather.columns.get(name)
    return [float("nan")] * len(weather.hours) if column is None else column.tolist()


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * HOUR_S, UTC)
