"""The door of the room: a tenant's buildings, and what typed functions find. Joins store and analytics."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vestibule.buildings.analytics import ANALYTICS, Context
from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.importer import ImportSummary, OnProgress, import_portfolio
from vestibule.buildings.portfolio import Portfolio
from vestibule.buildings.store import Outdated, Store
from vestibule.core.errors import Unavailable
from vestibule.core.evidence import ToolResult
from vestibule.core.ports import Subject
from vestibule.storage.database import Database

ATTEMPTS = 3


class BuildingData:
    name = "building data (rows)"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._store = Store(database)

    async def portfolio(self, tenant: str) -> Portfolio:
        """The tenant's portfolio; one without buildings if it never imported any."""
        return (await self._store.snapshot(tenant)).portfolio

    async def version(self, tenant: str) -> int:
        """Grows with every import of the tenant; 0 before the first."""
        return await self._store.version(tenant)

    async def imported(self, tenant: str) -> str | None:
        """The `source` given to the last import; None before the first."""
        return (await self._store.snapshot(tenant)).source

    async def names(self, tenant: str) -> Mapping[str, str]:
        """Building id by every name and alias, as written."""
        buildings = (await self.portfolio(tenant)).buildings
        return {name: building.id for building in buildings for name in (building.name, *building.aliases)}

    async def import_portfolio(
        self, tenant: str, folder: Path, *, source: str | None = None, on_progress: OnProgress | None = None
    ) -> ImportSummary:
        """Make the files in `folder` the tenant's portfolio; see `importer.import_portfolio`."""
        summary = await import_portfolio(self._database, tenant, folder, source=source, on_progress=on_progress)
        await self._database.changes.settled()
        return summary

    async def count(self, subject: Subject) -> int:
        """Rows of the tenant. Portfolios hold tenants' firms and no people, so a person has none here."""
        return 0 if subject.person else await self._store.count(subject.tenant)

    async def erase(self, subject: Subject) -> int:
        return 0 if subject.person else await self._store.erase(subject.tenant)

    async def run(self, tenant: str, call: AnalyticCall) -> ToolResult:
        """Compute one call. Raise `NotFound` for a building or a meter that is not there."""
        for _ in range(ATTEMPTS):
            snapshot = await self._store.snapshot(tenant)
            try:
                return await ANALYTICS[call.tool](Context(self._store, snapshot), call)
            except Outdated:
                await self._database.changes.settled()
        raise Unavailable("The meter data are being replaced over and over.", next_step="Ask again in a moment.")
