"""What buildings there are, and what is known of one."""

from __future__ import annotations

import msgspec

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.context import Context, number_of
from vestibule.buildings.portfolio import Building
from vestibule.buildings.speech import SAID, listed
from vestibule.core.evidence import Quantity, ToolResult
from vestibule.core.sensitivity import PrivacyClass

_DAY_NAMES = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday",
}  # fmt: skip


async def run(context: Context, call: AnalyticCall) -> ToolResult:
    """Quantities: floor_area per building id. No consumption, so no more than internal."""
    buildings = [context.portfolio.building(b) for b in call.buildings]
    if len(buildings) == 1:
        statements = _describe(context, buildings[0])
    else:
        parts = [f"{b.name} ({b.kind.replace('_', ' ')}, {number_of(b.floor_area_m2)} m²)" for b in buildings]
        statements = (
            [f"There are {len(buildings)} buildings: {listed(parts)}."] if parts else ["There are no buildings."]
        )
    result = context.result(
        call,
        buildings=buildings,
        utility=None,
        quantities=[
            Quantity("buildings", len(buildings), ""),
            *(Quantity(f"{b.id}_floor_area", b.floor_area_m2, "m²") for b in buildings),
        ],
        coverage=1.0,
        method="The description of the portfolio as imported.",
        statements=statements,
    )
    return msgspec.structs.replace(result, level=PrivacyClass.INTERNAL)


def _describe(context: Context, building: Building) -> list[str]:
    facts = [f"{number_of(building.floor_area_m2)} m² of floor area"]
    if building.floors:
        facts.append(f"{building.floors} floors")
    if building.built:
        facts.append(f"built in {building.built}")
    kind = building.kind.replace("_", " ")
    article = "an" if kind[0] in "aeiou" else "a"
    statements = [f"{building.name} is {article} {kind} with {listed(facts)}."]
    if building.address:
        statements.append(f"Its address is {building.address}.")
    days = listed([_DAY_NAMES[day] for day in building.schedule.days]) if building.schedule.days else "no day"
    statements.append(f"It is in use from {building.schedule.opens} to {building.schedule.closes} on {days}.")
    if meters := [SAID[meter.utility] for meter in context.portfolio.meters_of(building.id)]:
        statements.append(f"It has meters for {listed(meters)}.")
    return statements
