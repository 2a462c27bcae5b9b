"""Who and what is in the demo portfolio: buildings, tenants, people, contractors and tariffs, drawn by seed.

Names of people and companies are invented; telephone numbers lie in the range +49 40 66969-000 to -999, which Germany's
regulator sets aside for fiction; e-mail is at example.org. Harbour Office is in every portfolio.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TypeVar

import numpy as np

from vestibule.demo.archetypes import ARCHETYPES, Archetype, Range
from vestibule.demo.load import Performance
from vestibule.demo.model import UNITS, Building, Contact, Contractor, Kind, Meter, Schedule, Setpoints, Tariff, Tenant
from vestibule.demo.plant import install
from vestibule.demo.streams import stream

_T = TypeVar("_T")
_KINDS: tuple[Kind, ...] = (
    "office",
    "office",
    "school",
    "hospital",
    "hotel",
    "retail",
    "laboratory",
    "warehouse",
    "data_room",
)
_TENTH: tuple[Kind, ...] = ("office", "retail", "laboratory")
_HARBOUR = ("Harbour Office", "the harbour building")
_PORTFOLIOS = ("Nordhafen Estates", "Hanse Quarter Properties", "Seven Bridges Portfolio", "Kaispeicher Holdings")
_STREETS = (
    "Kaiweg",
    "Ankerstraße",
    "Lotsenplatz",
    "Salzgasse",
    "Am Speicher",
    "Werftallee",
    "Kranufer",
    "Tidestraße",
    "Möwensteig",
    "Kompassring",
    "Brückendamm",
    "Schleusenweg",
    "Reedereistraße",
    "Fährgasse",
)
_FIRST_NAMES = (
    "Anke",
    "Bruno",
    "Carla",
    "Dirk",
    "Elif",
    "Falk",
    "Greta",
    "Hannes",
    "Ines",
    "Jonas",
    "Karin",
    "Levin",
    "Mirja",
    "Nils",
    "Olga",
    "Pelle",
    "Ronja",
    "Sönke",
    "Tilda",
    "Uwe",
    "Vera",
    "Wiebke",
    "Yannick",
    "Zoe",
)
_LAST_NAMES = (
    "Albers",
    "Brandis",
    "Callsen",
    "Dierks",
    "Ehlers",
    "Frerichs",
    "Godeffroy",
    "Harmsen",
    "Ibsen",
    "Janke",
    "Kruskop",
    "Lührs",
    "Mahnke",
    "Nissen",
    "Oltmann",
    "Petersen",
    "Quast",
    "Rickmers",
    "Siemsen",
    "Tietjen",
    "Uhlhorn",
    "Voss",
    "Wichmann",
    "Ziegler",
)
_TENANTS = (
    "Albatros Reederei", "Bernstein Consulting", "Deichgraf Software", "Elbtal Insurance Brokers", "Fokus Architects",
    "Gezeiten Verlag", "Heckrodt & Sons", "Inselblick Travel", "Jolle Design Studio", "Kogge Trading",
    "Leuchtfeuer Legal", "Marsch Analytics", "Nebelhorn Media", "Ostwind Logistics", "Prisma Diagnostics",
    "Riff Outdoor", "Strandgut Fashion", "Treibholz Furniture", "Watt Engineering", "Zeitwind Pharmacy",
)  # fmt: skip
_CONTRACTORS = ("Klimatechnik Nordlicht", "Haustechnik Seewind", "Gebäudeservice Deichtor", "Anlagenbau Kranich")
_PEOPLE_PER_BUILDING = 3
_PLAIN = {ord(letter): plain for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"))}


def draw_portfolio(seed: int) -> tuple[str, tuple[Building, ...], tuple[Tariff, ...]]:
    """Its name, its buildings (Harbour Office first) and its tariffs."""
    rng = stream(seed, "portfolio")
    tariffs = _tariffs(seed)
    kinds = (*_KINDS, _one(rng, _TENTH))
    names = _names(rng, kinds)
    streets = _shuffled(rng, _STREETS)
    tenants = _shuffled(rng, _TENANTS)
    people = _people(rng)
    contractors = [_contractor(seed, company, [people.pop() for _ in range(3)]) for company in _CONTRACTORS]
    buildings = []
    for i, (kind, (name, alias)) in enumerate(zip(kinds, names, strict=True)):
        own = [tenants.pop() for _ in range(_tenant_count(kind))]
        staff = [people.pop() for _ in range(_PEOPLE_PER_BUILDING)]
        contractor = contractors[int(rng.integers(len(contractors)))]
        tariff = tariffs[0 if kind in ("school", "hospital") else 2 if kind in ("warehouse", "data_room") else 1]
        address = f"{streets.pop()} {rng.integers(1, 90)}, 20999 Nordhafen"
        buildings.append(_building(seed, i, kind, (name, alias), address, tariff.id, own, staff, contractor))
    return _one(rng, _PORTFOLIOS), tuple(buildings), tariffs


def draw_performance(seed: int, building: Building) -> Performance:
    """The kind's performance, each figure of this building's own up to 12 % off."""
    rng = stream(seed, "performance", building.id)
    typical = ARCHETYPES[building.kind].performance
    kept = {"outdoor_air", "balance_c", "setback_k", "solar_share"}
    drawn = {
        name: value if name in kept else round(value * float(rng.uniform(0.88, 1.12)), 4)
        for name, value in ((name, getattr(typical, name)) for name in typical.__struct_fields__)
    }
    if building.kind == "data_room":  # what goes in as electricity comes out as heat
        drawn["process_cooling_w"] = drawn["base_w"] + drawn["fan_w"]
    return Performance(**drawn)


def meters_of(buildings: tuple[Building, ...]) -> tuple[Meter, ...]:
    """One meter per building and utility, `<building id>.<utility>`."""
    return tuple(Meter(f"{b.id}.{u}", b.id, u, UNITS[u]) for b in buildings for u in b.utilities)


def _building(
    seed: int,
    position: int,
    kind: Kind,
    name: tuple[str, str],
    address: str,
    tariff: str,
    tenants: list[str],
    people: list[str],
    contractor: Contractor,
) -> Building:
    building_id = re.sub(r"[^a-z0-9]+", "-", name[0].lower())
    rng = stream(seed, "building", building_id)
    archetype = ARCHETYPES[kind]
    area = round(_between(rng, archetype.area_m2) / 50) * 50
    floors = int(rng.integers(archetype.floors[0], archetype.floors[1] + 1))
    built = int(rng.integers(1962, 2013))
    opens, closes = _one(rng, archetype.hours)
    return Building(
        id=building_id,
        name=name[0],
        aliases=(name[1],),
        kind=kind,
        floor_area_m2=area,
        floors=floors,
        built=built,
        address=address,
        schedule=Schedule(archetype.days, f"{opens:02}:00", f"{closes:02}:00"),
        tariff=tariff,
        tenants=_let(rng, tenants, floors),
        systems=install(rng, kind, archetype, area, built),
        setpoints=_setpoints(rng, kind, archetype, opens, closes),
        contacts=_contacts(seed, position, people),
        contractor=contractor,
        utilities=archetype.utilities,
        log=f"maintenance/{building_id}-2025.{'html' if position % 2 else 'md'}",
    )


def _setpoints(rng: np.random.Generator, kind: Kind, archetype: Archetype, opens: int, closes: int) -> Setpoints:
    rests = archetype.performance.setback_k > 0
    heating = {"warehouse": 16.0, "data_room": 0.0, "hospital": 22.0}.get(kind, 20.0) + _one(rng, (0.0, 0.5, 1.0))
    cooling = {"data_room": 25.0, "retail": 23.0}.get(kind, 24.0) + _one(rng, (0.0, 0.5, 1.0))
    return Setpoints(
        heating_c=heating,
        cooling_c=cooling,
        setback_heating_c=heating - (_one(rng, (4.0, 4.5, 5.0)) if rests else 0),
        setback_cooling_c=cooling + (_one(rng, (3.0, 4.0)) if rests else 0),
        setback_from=f"{closes:02}:00" if rests else "00:00",
        setback_to=f"{opens - 1:02}:00" if rests else "00:00",
        supply_air_c=16.0,
        chilled_water_c=_one(rng, (6.0, 6.5, 7.0)) if kind != "data_room" else _one(rng, (12.0, 14.0)),
        boiler_flow_c=_one(rng, (65.0, 70.0, 75.0)),
        minimum_outdoor_air_percent=round(archetype.performance.outdoor_air * 100),
    )


def _contacts(seed: int, position: int, people: list[str]) -> tuple[Contact, ...]:
    roles = ("building manager", "facility operator", "energy officer")
    return tuple(
        Contact(name, role, f"{_mailbox(name)}@example.org", _phone(seed, position * 10 + i))
        for i, (name, role) in enumerate(zip(people, roles, strict=True))
    )


def _contractor(seed: int, company: str, technicians: list[str]) -> Contractor:
    email = f"service@{_mailbox(company).replace('.', '-')}.example.org"
    return Contractor(company, email, _phone(seed, 900 + _CONTRACTORS.index(company)), tuple(technicians))


def _people(rng: np.random.Generator) -> list[str]:
    """48 names, no two the same."""
    firsts, lasts = _shuffled(rng, _FIRST_NAMES), _shuffled(rng, _LAST_NAMES)
    return [f"{first} {lasts[(i + shift) % len(lasts)]}" for shift in (0, 7) for i, first in enumerate(firsts)]


def _phone(seed: int, line: int) -> str:
    """Distinct for each `line` below 1,000 under one seed."""
    return f"+49 40 66969-{(line * 7 + seed * 13) % 1000:03}"


def _mailbox(name: str) -> str:
    plain = name.lower().translate(_PLAIN)
    return re.sub(r"[^a-z]+", ".", plain)


def _tariffs(seed: int) -> tuple[Tariff, ...]:
    rng = stream(seed, "tariffs")

    def tariff(tariff_id: str, name: str, rise: float) -> Tariff:
        return Tariff(
            id=tariff_id,
            name=name,
            electricity_eur_per_kwh=round(float(rng.uniform(0.19, 0.23)) + rise, 3),
            gas_eur_per_m3=round(float(rng.uniform(0.78, 0.92)) + 2 * rise, 3),
            chilled_water_eur_per_kwh=round(float(rng.uniform(0.07, 0.085)) + rise / 2, 3),
        )

    return (
        tariff("public-frame-2025", "Public Sector Frame Contract 2025", -0.01),
        tariff("business-2025", "Business Standard 2025", 0.02),
        tariff("industry-2025", "Industry Medium Voltage 2025", -0.03),
    )


def _let(rng: np.random.Generator, tenants: list[str], floors: int) -> tuple[Tenant, ...]:
    """Divide the floors among the tenants, from the lowest up."""
    if not tenants:
        return ()
    count = min(len(tenants), floors)
    cuts = [0, *sorted((rng.permutation(floors - 1)[: count - 1] + 1).tolist()), floors]
    spans = [(low + 1, high) for low, high in pairwise(cuts)]
    return tuple(
        Tenant(name, str(low) if low == high else f"{low}-{high}")
        for name, (low, high) in zip(tenants, spans, strict=False)
    )


def _tenant_count(kind: Kind) -> int:
    return {"office": 3, "retail": 3, "laboratory": 1, "warehouse": 1}.get(kind, 0)


def _names(rng: np.random.Generator, kinds: tuple[Kind, ...]) -> list[tuple[str, str]]:
    pools = {kind: _shuffled(rng, archetype.names) for kind, archetype in ARCHETYPES.items()}
    return [_HARBOUR, *(pools[kind].pop() for kind in kinds[1:])]


def _one(rng: np.random.Generator, choices: tuple[_T, ...]) -> _T:
    return choices[int(rng.integers(len(choices)))]


def _shuffled(rng: np.random.Generator, choices: tuple[_T, ...]) -> list[_T]:
    return [choices[i] for i in rng.permutation(len(choices)).tolist()]


def _between(rng: np.random.Generator, span: Range) -> float:
    return float(rng.uniform(*span))
