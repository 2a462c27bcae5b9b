"""Names, amounts and moments, drawn so widely that no answer can be known by heart: copying is the only way."""

from __future__ import annotations

import calendar
from random import Random


def listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


KNOWN = 0.5  # share of names that are on a list; of the others nobody has heard before
_HEADS = listed(
    "b bl br c ch cl cr d dr f fl fr g gl gr h j k kl kn l m n p pf pl pr qu r s sch sh sk sp st t th tr tw v w wh y z"
)
_CORES = listed("a e i o u ai ea ee ou oa ar er or ie ei eu au ä ö ü y oo ir ur al el il on en an")
_TAILS = listed(
    "b ck d f ff g k l ll m mm n nd nn nt ng nk p r rk rn rt s sch ss st t tz th w x ld lt ft mp ß feld burg berg heim "
    "hof stein dorf wald tal bach haus ation age ing ton ham ford land shire well wick stead mont ville wood ridge "
    "port mere dale field bury ley ional ence ity ment ness ium ade ette ano ini ova sen son mann er ler ner ow ich itz"
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KINDS = listed(
    "House Hall Office Court Tower Centre Wing Building Annex Works Mill School Hospital Hotel Library Laboratory "
    "Warehouse Depot Pavilion Arcade Clinic College Gallery Market Station Campus Data Room Plaza Yard Point "
    "Quarter Passage Terminal Biolab Academy Bank Bureau Lodge Manor Museum Theatre Studio Garage Store Villa Square "
    "Exchange Observatory Residence Vocational"
)
_PLACES = listed(
    "Harbour North South East West River Lake Park Garden Bridge City Old New Castle Church Forest Hill Valley Meadow "
    "Queen King Linden Birch Oak Maple Central Upper Lower Green Silver Stone Second Main Anchor Granite Cargo Marlow "
    "Sunder Polaris Grand Royal Amber Copper Falcon Heron Iris Juniper Kestrel Laurel Nova Orchard Prince Quay Rowan "
    "Summit Tannen Union Vesper Willow York Zenith Alder Beacon Cedar Delta Elm Ferry Gate Hafen Ivory Jasmin Kaiser"
)
MACHINES = (
    "chiller",
    "boiler",
    "air handler",
    "pump",
    "fan",
    "heat exchanger",
    "cooling tower",
    "controller",
    "valve",
    "compressor",
    "lift",
    "server room",
    "kitchen",
    "car park",
    "cold store",
    "meter",
    "roof unit",
)
_CODES = ("AHU", "CH", "B", "P", "RTU", "FCU", "CT", "VAV", "EX", "HX", "M", "DDC")
_FIRST = (
    "Anna",
    "Bernd",
    "Clara",
    "David",
    "Elena",
    "Felix",
    "Greta",
    "Henry",
    "Ines",
    "Jonas",
    "Karin",
    "Lukas",
    "Maria",
    "Nils",
    "Olga",
    "Paul",
    "Ruth",
    "Samir",
    "Tessa",
    "Victor",
)
_LAST = listed(
    "Adler Bauer Cole Dorn Ebert Frank Graf Hansen Ivers Jensen Keller Lange Meyer Novak Otto Peters Quast Richter "
    "Schmidt Thiel Ulrich Vogel Weber Xander Young Ziegler Berg Clark Dietz Evans Fischer Gross Hahn Jung Kraus Lind"
)
FAULTS = (
    "a chiller fault (the chiller lost efficiency, its COP fell)",
    "a night setback that failed (plant kept running at night and at weekends)",
    "an outdoor-air damper stuck open (too much outside air)",
)
HOLIDAYS = ("Ascension Day", "Good Friday", "Easter Monday", "New Year's Day", "Christmas Day", "Day of German Unity")
UTILITIES = ("electricity", "gas", "chilled water")
UNITS = (
    "kWh",
    "m³",
    "kW",
    "degrees",
    "EUR",
    "%",
    "Pa",
    "bar",
    "rpm",
    "m²",
    "hours",
    "days",
    "minutes",
    "Wh",
    "ppm",
    "kPa",
    "MWh",
    "kg",
    "km",
    "GJ",
    "kWh/m²",
    "years",
    "lux",
    "kV",
    "mA",
)


def sound(random: Random) -> str:
    """A word nobody knows; at times letters that nobody could say."""
    if random.random() < 0.1:
        return "".join(random.choices(_LETTERS, k=random.randint(3, 7)))
    parts = [random.choice(_HEADS) + random.choice(_CORES) for _ in range(random.choice((1, 1, 2)))]
    return "".join(parts) + random.choice(_TAILS)


def place(random: Random) -> str:
    return random.choice(_PLACES) if random.random() < KNOWN else sound(random).capitalize()


def building(random: Random) -> str:
    middle = f" {place(random)}" if random.random() < 0.2 else ""
    kind = random.choice(_KINDS) if random.random() < 0.9 else sound(random).capitalize()
    return f"{place(random)}{middle} {kind}"


def machine(random: Random) -> str:
    if random.random() < 0.5:
        return f"{random.choice(_CODES)}-{random.randint(1, 29)}"
    return f"{random.choice(MACHINES)} {random.choice('ABCDEFGHKMN')}{random.randint(1, 29)}"


def person(random: Random) -> str:
    return f"{random.choice(_FIRST)} {_surname(random)}"


def _surname(random: Random) -> str:
    return random.choice(_LAST) if random.random() < KNOWN else sound(random).capitalize()


def firm(random: Random) -> str:
    return f"{_surname(random)} {random.choice(('Service', 'Cooling', 'Controls', 'Technik', 'GmbH', 'Works'))}"


def count(random: Random) -> str:
    """A number of any size as people write it: 7, 43.5, 1,204, 312,087."""
    draw = random.random()
    if draw < 0.25:
        return str(random.randint(2, 99))
    if draw < 0.5:
        return f"{random.uniform(1, 100):.1f}"
    if draw < 0.6:
        return f"{random.uniform(0, 10):.2f}"
    return f"{int(10 ** random.uniform(2, 6.3)):,}"


def percentage(random: Random) -> str:
    return f"{random.uniform(0, 100):.1f}" if random.random() < 0.7 else str(random.randint(1, 99))


def amount(random: Random) -> str:
    return f"{count(random)} {random.choice(UNITS)}"


def day(random: Random) -> str:
    month = random.randint(1, 12)
    number = random.randint(1, calendar.monthrange(2025, month)[1])
    name = calendar.month_name[month]
    weekday = calendar.day_name[calendar.weekday(2025, month, number)]
    return random.choice(
        (
            f"{number} {name}",
            f"{number} {name} 2025",
            f"{weekday}, {number} {name}",
            f"2025-{month:02}-{number:02}",
            f"{weekday} {number} {name} 2025",
        )
    )


def date(random: Random) -> str:
    return f"{random.randint(1, 28)} {month(random)}"


def month(random: Random) -> str:
    return f"{calendar.month_name[random.randint(1, 12)]} {random.choice((2024, 2025, 2025, 2025))}"


def weekday(random: Random) -> str:
    return f"{calendar.day_name[random.randrange(7)]}, {date(random)}"


def when(random: Random) -> str:
    """A period as results name it, with the word before it."""
    first = random.randint(1, 20)
    span = f"{first}–{first + random.randint(1, 8)} {month(random)}"
    return random.choice(
        (
            f"in {month(random)}",
            f"in {month(random)}",
            f"on {date(random)}",
            f"over {span}",
            f"over {span}",
            f"over {random.randint(20, 30)} {calendar.month_name[random.randint(1, 12)]}–{date(random)}",
            f"over calendar week {random.randint(1, 52)} of 2025 ({span})",
            f"over Q{random.randint(1, 4)} 2025 (January–March 2025)",
        )
    )


def clock(random: Random) -> str:
    return f"{random.randint(0, 23):02}:{random.choice((0, 0, 15, 30, 45)):02}"


def period(random: Random) -> str:
    """As it stands after "in" or "for"."""
    name = calendar.month_name[random.randint(1, 12)]
    first = random.randint(1, 20)
    return random.choice(
        (
            name,
            f"{first}–{random.randint(first + 1, 28)} {name} 2025",
            f"{name} 2025",
            f"the week of {day(random)}",
            f"{day(random)} to {day(random)}",
            f"week {random.randint(1, 52)}",
            "2025",
            f"the first half of {name}",
            f"the {random.choice(('first', 'second', 'third', 'last'))} quarter of 2025",
        )
    )
