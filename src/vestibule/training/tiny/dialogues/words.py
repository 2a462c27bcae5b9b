"""Names, amounts and moments, drawn so widely that no answer can be known by heart: copying is the only way."""

from __future__ import annotations

import calendar
from random import Random


def listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_HEADS = listed("b br c ch d dr f fl g gr h j k kl l m n p pr r s sh st t tr v w z")
_CORES = listed("a e i o u ai ea ee ou oa ar er or")
_TAILS = listed("b ck d f g k l ll m n nd ng p r rk s st t th w x")
_KINDS = listed(
    "House Hall Office Court Tower Centre Wing Building Annex Works Mill School Hospital Hotel Library Laboratory "
    "Warehouse Depot Pavilion Arcade Clinic College Gallery Market Station Campus Data Room Plaza Yard Point "
    "Quarter"
)
_PLACES = listed(
    "Harbour North South East West River Lake Park Garden Bridge Station City Old New Market Castle Church Forest "
    "Hill Valley Meadow Mill Queen King Linden Birch Oak Maple Central Upper Lower Green Silver Stone Second Main"
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
    """A word nobody knows."""
    parts = [random.choice(_HEADS) + random.choice(_CORES) for _ in range(random.choice((1, 1, 2)))]
    return "".join(parts) + random.choice(_TAILS)


def place(random: Random) -> str:
    return random.choice(_PLACES) if random.random() < 0.5 else sound(random).capitalize()


def building(random: Random) -> str:
    return f"{place(random)} {random.choice(_KINDS)}"


def machine(random: Random) -> str:
    if random.random() < 0.5:
        return f"{random.choice(_CODES)}-{random.randint(1, 29)}"
    return f"{random.choice(MACHINES)} {random.choice('ABCDEFGHKMN')}{random.randint(1, 29)}"


def person(random: Random) -> str:
    return f"{random.choice(_FIRST)} {sound(random).capitalize()}"


def firm(random: Random) -> str:
    return (
        f"{sound(random).capitalize()} {random.choice(('Service', 'Cooling', 'Controls', 'Technik', 'GmbH', 'Works'))}"
    )


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
