"""The maintenance log of a building: its routine work of the year, and an entry for everything that was planted.

Routine work is left out where a planted event is going on: nobody services a machine and overlooks its fault.
"""

from __future__ import annotations

from datetime import date, timedelta
from string import Template

from vestibule.demo.documents.blocks import Draft
from vestibule.demo.documents.source import parse
from vestibule.demo.documents.tables import gap_hours, utility_name
from vestibule.demo.documents.templates import sections, template
from vestibule.demo.documents.values import building_values, pick, say_date
from vestibule.demo.model import DAYS, Building, Event, World

_JITTER_DAYS = 6
_Entry = tuple[date, str]


def compose_log(world: World, building: Building) -> Draft:
    """The log of one building, at the path that the building and its events name."""
    values = building_values(world, building)
    introduction = dict(sections(template("logs/introductions.md")))[building.kind]
    entries = _routine(world, building, values) + [_event_entry(world, e, values) for e in world.events_of(building.id)]
    body = [Template(introduction).substitute(values), *(text for _, text in sorted(entries))]
    return parse(building.log, f"Maintenance Log {world.year}: {building.name}", "\n".join(body))


def _routine(world: World, building: Building, values: dict[str, str]) -> list[_Entry]:
    """Buildings of one kind share its routine work out, so that no two logs tell the same."""
    peers = [b.id for b in world.buildings if b.kind == building.kind]
    every = sections(template(f"logs/{building.kind}.md"))
    entries = []
    for heading, text in every[peers.index(building.id) :: len(peers)]:
        month_day, _, subject = heading.partition(" ")
        planned = date.fromisoformat(f"{world.year}-{month_day}")
        day = _working_day(world, building, planned + timedelta(pick(world.seed, building.id, heading, _JITTER_DAYS)))
        if not any(e.start.date() <= day <= e.end.date() for e in world.events_of(building.id)):
            entries.append((day, Template(f"## {day}: {subject}\n{text}").substitute(values)))
    return entries


def _working_day(world: World, building: Building, day: date) -> date:
    """The first weekday from `day` on that is neither a holiday nor a closing day of the building."""
    closed = {h.date for h in world.holidays}
    closed |= {e.start.date() for e in world.events_of(building.id) if e.cause == "holiday"}
    while DAYS[day.weekday()] in ("sat", "sun") or day in closed:
        day += timedelta(days=1)
    return day


def _event_entry(world: World, event: Event, values: dict[str, str]) -> _Entry:
    variants = [text for cause, text in sections(template("logs/events.md")) if cause == event.cause]
    alike = [e.id for e in world.events if e.cause == event.cause]
    text = variants[alike.index(event.id) % len(variants)]
    told = {
        **values,
        "found": str(event.found),
        "fixed": say_date(event.fixed),
        "from": say_date(event.start.date()),
        "equipment": event.equipment,
        "observed": event.observed,
        "description": event.description,
        "work": event.work,
        "technician": event.technician,
        "utility": utility_name(event),
        "first_hour": f"{event.start:%H:%M} on {say_date(event.start.date())}",
        "last_hour": f"{event.end:%H:%M} on {say_date(event.end.date())}",
        "hours": str(gap_hours(event)),
    }
    return event.found, Template(text.replace("### ", "## ", 1)).substitute(told)
