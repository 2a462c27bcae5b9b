"""What the portfolios of all tenants name that a question may give away: firms, people, rooms, devices and the like.

Read as the owner of the database, since whoever guards what leaves guards it for everybody. The names of buildings are
not among it: every question says them.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
import structlog

from vestibule.buildings.portfolio import Portfolio
from vestibule.storage.database import Database

log = structlog.get_logger(__name__)


class SiteNames:
    """Remembers what it read last, so that following it costs one small query."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: tuple[int, datetime | None] = (0, None)

    async def changed(self) -> list[tuple[str, str]] | None:
        """Rows of (entity type, name) if a portfolio changed since the last call, else None. Raise `Unavailable`."""
        async with self._database.owner() as connection:
            found = await connection.execute("SELECT coalesce(sum(version), 0), max(imported_at) FROM portfolios")
            row = await found.fetchone()
            now = (int(row[0]), row[1]) if row else (0, None)
            if now == self._seen:
                return None
            found = await connection.execute("SELECT definition::text FROM portfolios")
            texts = [str(row[0]) for row in await found.fetchall()]
        self._seen = now
        return [name for text in texts for name in _read(text)]


def _read(text: str) -> list[tuple[str, str]]:
    """A portfolio that another version wrote, or somebody by hand, stops nobody else's from being known."""
    try:
        return names_of(msgspec.json.decode(text, type=Portfolio))
    except msgspec.ValidationError as error:
        log.warning("portfolio_unreadable", reason=str(error))
        return []


def names_of(portfolio: Portfolio) -> list[tuple[str, str]]:
    """Entity type and name of everything in a portfolio that is somebody's or somewhere's."""
    names = [("TENANT", tenant.name) for building in portfolio.buildings for tenant in building.tenants]
    names += [("ADDRESS", building.address) for building in portfolio.buildings]
    names += [("ROOM", room) for building in portfolio.buildings for room in building.rooms]
    names += [("ASSET_ID", device) for building in portfolio.buildings for device in building.devices]
    names += [("PERSON", person) for person in portfolio.people]
    names += [("METER_ID", meter.id) for meter in portfolio.meters]
    names += [("TARIFF", tariff.name) for tariff in portfolio.tariffs]
    return [(kind, name) for kind, name in names if name.strip()]
