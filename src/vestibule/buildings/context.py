"""What a typed function works with: one version of a tenant's data, and what was metered in a period."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vestibule.buildings.assessment import Assessment
from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.portfolio import Building, Portfolio
from vestibule.buildings.series import BuildingSeries, Mask, Series, hours_in
from vestibule.buildings.speech import SAID, UNIT, metered, number
from vestibule.buildings.store import Snapshot, Store
from vestibule.core.errors import InvalidRequest, NotFound
from vestibule.core.evidence import Finding, Period, Quantity, ToolResult, Utility


class Usage(msgspec.Struct, frozen=True, eq=False):
    """What one meter counted in a period. `amounts` are the hours on the grid that begin in it, NaN where missing;
    `hours` is how many there should be, on the grid or not."""

    series: BuildingSeries
    utility: Utility
    period: Period
    window: slice
    amounts: Series
    hours: int

    @property
    def building(self) -> Building:
        return self.series.building

    @property
    def known(self) -> Mask:
        return ~np.isnan(self.amounts)

    @property
    def present(self) -> int:
        return int(self.known.sum())

    @property
    def coverage(self) -> float:
        """Share of the hours that have a reading."""
        return self.present / self.hours if self.hours else 0.0

    @property
    def total(self) -> Quantity:
        return Quantity("total", float(np.nansum(self.amounts)), UNIT[self.utility])

    def missing(self) -> tuple[str, ...]:
        """One sentence if hours are missing, else none."""
        if self.present == self.hours:
            return ()
        if not self.present:
            return (f"The {SAID[self.utility]} meter of {self.building.name} has no reading in that time.",)
        return (
            f"{number_of(self.hours - self.present)} of the {number_of(self.hours)} hourly readings are missing;"
            " the total counts what was metered and is not extrapolated.",
        )

    def coverage_quantities(self) -> tuple[Quantity, ...]:
        return (
            Quantity("hours", self.hours, "h"),
            Quantity("missing_hours", self.hours - self.present, "h"),
        )


class Context(msgspec.Struct, frozen=True):
    store: Store
    snapshot: Snapshot

    @property
    def portfolio(self) -> Portfolio:
        return self.snapshot.portfolio

    async def series(self, building_id: str) -> BuildingSeries:
        return await self.store.series(self.snapshot, building_id)

    async def usage(self, building_id: str, utility: Utility, period: Period) -> Usage:
        """Raise `NotFound` if the building, or that meter of it, does not exist."""
        series = await self.series(building_id)
        if utility not in series.amounts:
            has = ", ".join(SAID[u] for u in series.amounts) or "none"
            raise NotFound(f"{series.building.name} has no {SAID[utility]} meter.", next_step=f"Meters it has: {has}.")
        window = series.grid.window(period)
        return Usage(series, utility, period, window, series.amounts[utility][window], hours_in(period))

    async def assessment(self, building_id: str, period: Period) -> Assessment:
        return await self.store.assessment(self.snapshot, building_id, period)

    def cost(self, building_id: str, total: Quantity, utility: Utility) -> tuple[Quantity, Quantity] | None:
        """Cost and price in EUR at the building's tariff, None where it has no price."""
        tariff = self.portfolio.tariff_of(building_id)
        price = tariff.price(utility) if tariff else None
        if price is None:
            return None
        return Quantity("cost", total.value * price, "EUR"), Quantity("price", price, f"EUR/{total.unit}")

    def result(
        self,
        call: AnalyticCall,
        *,
        buildings: Sequence[Building],
        utility: Utility | None,
        quantities: Sequence[Quantity],
        coverage: float,
        method: str,
        statements: Sequence[str],
        findings: Sequence[Finding] = (),
    ) -> ToolResult:
        """Put a result together; its id is the same for the same call on the same version of the data."""
        one = buildings[0] if len(buildings) == 1 else None
        scope = one.id if one else "+".join(b.id for b in buildings) if len(buildings) <= 3 else "portfolio"
        period, second = call.period, call.second_period
        parts = [call.tool, scope, utility or "all", _span(period), *([_span(second)] if second else [])]
        return ToolResult(
            id="data/" + "/".join(parts),
            tool=call.tool,
            building_id=one.id if one else scope,
            building=one.name if one else _names(buildings),
            utility=utility,
            period=period,
            quantities=tuple(quantities),
            coverage=coverage,
            method=method,
            statements=tuple(statements),
            findings=tuple(findings),
        )


def one_building(call: AnalyticCall) -> str:
    """Raise `InvalidRequest` unless the call is about exactly one building."""
    if len(call.buildings) != 1:
        raise InvalidRequest(f"{call.tool} looks at one building at a time.", next_step="Ask for each building.")
    return call.buildings[0]


def number_of(count: float) -> str:
    return f"{count:,.0f}"


def _span(period: Period) -> str:
    return f"{period.start:%Y-%m-%d}..{period.end:%Y-%m-%d}"


def _names(buildings: Sequence[Building]) -> str:
    if len(buildings) <= 3:
        return ", ".join(b.name for b in buildings)
    return f"{len(buildings)} buildings"


__all__ = ["Context", "Usage", "metered", "number", "number_of", "one_building"]
