"""Parts of documents that list the whole portfolio, as source text: prices, people, days, meter gaps."""

from __future__ import annotations

from collections.abc import Iterable

from vestibule.demo.documents.values import say_date
from vestibule.demo.model import Event, World


def portfolio_parts(world: World) -> dict[str, str]:
    """Source text by the placeholder that it stands for."""
    return {
        "tariff_table": _tariff_table(world),
        "tariff_facts": _tariff_facts(world),
        "tariff_assignment": _tariff_assignment(world),
        "contacts_table": _contacts_table(world),
        "contact_facts": _contact_facts(world),
        "contractors_table": _contractors_table(world),
        "holidays_table": _table(
            ("Date", "Day", "Holiday"), ((f"{h.date}", f"{h.date:%A}", h.name) for h in world.holidays)
        ),
        "closures": _closures(world),
        "gaps_table": _gaps_table(world),
    }


def gap_hours(event: Event) -> int:
    """Missing hours of a meter gap."""
    return round((event.end - event.start).total_seconds() / 3600)


def utility_name(event: Event) -> str:
    return event.utilities[0].replace("_", " ")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, *rows))


def _tariff_table(world: World) -> str:
    head = ("Tariff", "Electricity, EUR/kWh", "Gas, EUR/m³", "Chilled water, EUR/kWh")
    rows = (
        (t.name, f"{t.electricity_eur_per_kwh:.3f}", f"{t.gas_eur_per_m3:.3f}", f"{t.chilled_water_eur_per_kwh:.3f}")
        for t in world.tariffs
    )
    return _table(head, rows)


def _tariff_facts(world: World) -> str:
    lines = []
    for tariff in world.tariffs:
        price = f"{tariff.electricity_eur_per_kwh:.3f} EUR"
        lines += [
            f"{{{{Under {tariff.name} a kilowatt-hour of electricity costs {price}, by day and by night alike, "
            f"and a cubic metre of gas {tariff.gas_eur_per_m3:.3f} EUR.}}}}",
            f"? What is the electricity price in the tariff {tariff.name}? | {price} per kWh",
        ]
    return "\n".join(lines)


def _tariff_assignment(world: World) -> str:
    return "\n".join(
        f"- {tariff.name}: {', '.join(b.name for b in world.buildings if b.tariff == tariff.id)}."
        for tariff in world.tariffs
        if any(b.tariff == tariff.id for b in world.buildings)
    )


def _contacts_table(world: World) -> str:
    rows = ((b.name, c.role, c.name, c.phone, c.email) for b in world.buildings for c in b.contacts[:2])
    return _table(("Building", "Role", "Name", "Telephone", "E-mail"), rows)


def _contact_facts(world: World) -> str:
    building = world.buildings[0]
    person = building.contacts[-1]
    return (
        f"{{{{Questions about meters and consumption at {building.name} are answered by {person.name}, {person.role}, "
        f"at {person.phone} or {person.email}.}}}}\n"
        f"? Whom can I ring about the meters at {building.name}? | {person.name}, {person.phone}"
    )


def _contractors_table(world: World) -> str:
    contractors = {b.contractor.company: b.contractor for b in world.buildings}
    rows = (
        (company, ", ".join(b.name for b in world.buildings if b.contractor.company == company), c.phone, c.email)
        for company, c in contractors.items()
    )
    return _table(("Contractor", "Buildings", "Telephone", "E-mail"), rows)


def _closures(world: World) -> str:
    public = {holiday.date for holiday in world.holidays}
    own = [e for e in world.events if e.cause == "holiday" and e.start.date() not in public]
    lines = [f"- {say_date(e.start.date())}: {e.observed}" for e in own]
    return "\n".join(lines) if lines else "No building has announced a closing day of its own."


def _gaps_table(world: World) -> str:
    rows = (
        (
            world.building(e.building).name,
            utility_name(e),
            f"{e.start:%Y-%m-%d %H:%M}",
            f"{e.end:%Y-%m-%d %H:%M}",
            f"{gap_hours(e)}",
        )
        for e in world.events
        if e.cause == "meter_gap"
    )
    return _table(("Building", "Meter", "First missing hour", "Readings again from", "Hours missing"), rows)
