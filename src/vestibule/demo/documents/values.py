"""What the templates' placeholders stand for: figures of the world where it has them, drawn by seed where it has none.

Whatever is drawn depends on the seed, the building and the name alone, so every document that says it says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from vestibule.demo.documents.draws import BUILDING_DRAWS, PORTFOLIO_DRAWS
from vestibule.demo.model import DAYS, Building, EquipmentKind, World
from vestibule.demo.streams import stream

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TAGS: dict[str, tuple[EquipmentKind, ...]] = {
    "ahu": ("air_handling_unit", "room_cooler", "unit_heater"),
    "chiller": ("chiller",),
    "boiler": ("boiler",),
}
_RATINGS: dict[str, tuple[EquipmentKind, str]] = {
    "chiller_kw": ("chiller", "cooling capacity"),
    "boiler_kw": ("boiler", "heat output"),
    "ahu_flow": ("air_handling_unit", "supply air flow"),
    "filter_pa": ("air_handling_unit", "filter final pressure drop"),
    "full_load_cop": ("chiller", "full-load COP"),
}
_FICTIONAL_LINES = {"desk_phone": 950, "gas_phone": 951, "power_phone": 952, "water_phone": 953}


def portfolio_values(world: World) -> dict[str, str]:
    """Values that are the same in every document."""
    firsts = {building.kind: building.name for building in reversed(world.buildings)}
    return {
        "portfolio": world.portfolio,
        "year": str(world.year),
        "count": str(len(world.buildings)),
        "harbour": world.buildings[0].name,
        **{kind: firsts[kind] for kind in ("school", "hospital", "laboratory", "data_room")},
        **{name: _fictional_phone(world.seed, line) for name, line in _FICTIONAL_LINES.items()},
        **_drawn(world.seed, "portfolio", PORTFOLIO_DRAWS),
        **_codes(world.seed),
    }


def building_values(world: World, building: Building) -> dict[str, str]:
    """Values of the documents about one building. Plant that it does not have is left out."""
    return {
        **portfolio_values(world),
        **_drawn(world.seed, building.id, BUILDING_DRAWS),
        **_register(building),
        **_temperatures(building),
        **_plant(building),
    }


def say_date(day: date) -> str:
    """As written in running text: "9 July 2025"."""
    return f"{day.day} {day:%B %Y}"


def number(value: float) -> str:
    """With thousands separated and no needless decimals: "12,400", "6.5"."""
    return f"{value:,.1f}".removesuffix(".0")


def pick(seed: int, scope: str, name: str, options: int) -> int:
    """An index below `options`, always the same for the same arguments."""
    return int(stream(seed, "documents", scope, name).integers(options))


def _register(building: Building) -> dict[str, str]:
    first_day, last_day = (_DAY_NAMES[DAYS.index(building.schedule.days[i])] for i in (0, -1))
    tenant = building.tenants[0] if building.tenants else None
    return {
        "id": building.id,
        "name": building.name,
        "area": number(building.floor_area_m2),
        "floors": str(building.floors),
        "built": str(building.built),
        "address": building.address,
        "days": f"{first_day} to {last_day}",
        "open": building.schedule.opens,
        "close": building.schedule.closes,
        "contractor": building.contractor.company,
        **{key: building.contacts[i].name for i, key in enumerate(("manager", "operator"))},
        **({"tenant": tenant.name, "tenant_floors": tenant.floors} if tenant else {}),
    }


def _temperatures(building: Building) -> dict[str, str]:
    points = building.setpoints
    return {
        "heat_set": number(points.heating_c),
        "cool_set": number(points.cooling_c),
        "heat_setback": number(points.setback_heating_c),
        "cool_setback": number(points.setback_cooling_c),
        "setback_from": points.setback_from,
        "setback_to": points.setback_to,
        "supply_c": number(points.supply_air_c),
        "chw_supply": number(points.chilled_water_c),
        "chw_return": number(points.chilled_water_c + 6),
        "flow_max": number(points.boiler_flow_c),
        "oa_min": str(points.minimum_outdoor_air_percent),
        "cold_c": number(points.cooling_c),
    }


def _plant(building: Building) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, kinds in _TAGS.items():
        found = next((e for kind in kinds if (e := building.equipment(kind))), None)
        if found:
            values[name] = found.tag
    for name, (kind, rating) in _RATINGS.items():
        equipment = building.equipment(kind)
        if equipment:
            values[name] = number(next(r.value for r in equipment.ratings if r.name == rating))
    if "full_load_cop" in values:
        values["cop_min"] = f"{0.75 * float(values['full_load_cop']):.1f}"
    return values


def _drawn(seed: int, scope: str, draws: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: options[pick(seed, scope, name, len(options))] for name, options in draws.items()}


def _codes(seed: int) -> dict[str, str]:
    """Door and alarm codes: the alarm's six digits long, the others four; no two alike."""
    places = ("main", "bay", "roof", "pharmacy", "plant", "server", "gas", "solvent", "yard")
    digits = stream(seed, "documents", "codes").permutation(9000)[: len(places)] + 1000
    codes = {f"code_{place}": str(code) for place, code in zip(places, digits.tolist(), strict=True)}
    return {**codes, "code_alarm": str(100000 + pick(seed, "codes", "alarm", 900000))}


def _fictional_phone(seed: int, line: int) -> str:
    """In the range that Germany's regulator reserves for fiction; distinct from the portfolio's, whose lines are lower
    than 950 under the same rule."""
    return f"+49 40 66969-{(line * 7 + seed * 13) % 1000:03}"
