"""Dates as people write them in English and German, moved by days and written again in the same way.

`2025-07-08`, `08.07.2025`, `8 July 2025`, `8. Juli`, `July 8th, 2025`, `Jul 2025`. What could be read in two ways
(`07/08/2025`) is left out. Knows no policy.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_ENGLISH = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_GERMAN = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAMES = (_ENGLISH, _GERMAN, _SHORT)
_MONTH = "|".join(sorted({name for names in _NAMES for name in names}, key=len, reverse=True))

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_DOTTED = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d\d?)(\.|st|nd|rd|th)?( )({_MONTH})\b(?:(,? )(\d{{4}}))?", re.ASCII)
_MONTH_FIRST = re.compile(rf"({_MONTH})( )(\d\d?)(?!\d)(st|nd|rd|th)?(?:(,? )(\d{{4}}))?", re.ASCII)
_MONTH_ALONE = re.compile(rf"({_MONTH})( )(\d{{4}})", re.ASCII)

PATTERN = (
    r"(?:\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4}"
    rf"|\d\d?(?:\.|st|nd|rd|th)? (?:{_MONTH})\b(?:,? \d{{4}})?"
    rf"|(?:{_MONTH}) (?:\d\d?(?!\d)(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d{{4}}))"
)
BEGINNING = r"(?:\d|(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])|[JFMASOND][a-zä]?[a-z]?\Z)"
_COMMON_YEAR = 2023  # stands in for the year where none is written


def moved(written: str, days: int) -> str | None:
    """The same way to write the date that is `days` later; None if what is written is no date.

    A date without a year moves through common years only, so it may differ by a day from the same one with its year; a
    month moves by the months nearest to `days`.
    """
    try:
        return _moved(written, days)
    except (ValueError, OverflowError):
        return None


def _moved(written: str, days: int) -> str | None:
    later = timedelta(days)
    if match := _ISO.fullmatch(written):
        return (date(int(match[1]), int(match[2]), int(match[3])) + later).isoformat()
    if match := _DOTTED.fullmatch(written):
        there = date(int(match[3]), int(match[2]), int(match[1])) + later
        width = 1 if min(len(match[1]), len(match[2])) == 1 else 2
        return f"{there.day:0{width}}.{there.month:0{width}}.{there.year:04}"
    if match := _DAY_FIRST.fullmatch(written):
        day, mark, space, month, comma, year = match.groups("")
        there = _day(year, month, day, days)
        return f"{_number(there.day, day)}{_mark(there.day, mark)}{space}{_name(there.month, month, mark)}" + (
            f"{comma}{there.year:04}" if year else ""
        )
    if match := _MONTH_FIRST.fullmatch(written):
        month, space, day, mark, comma, year = match.groups("")
        there = _day(year, month, day, days)
        return f"{_name(there.month, month)}{space}{_number(there.day, day)}{_mark(there.day, mark)}" + (
            f"{comma}{there.year:04}" if year else ""
        )
    if match := _MONTH_ALONE.fullmatch(written):
        months = int(match[3]) * 12 + _month(match[1]) - 1 + round(days / 30.436875)
        return f"{_name(months % 12 + 1, match[1])}{match[2]}{months // 12:04}"
    return None


def _day(year: str, month: str, day: str, days: int) -> date:
    if year:
        return date(int(year), _month(month), int(day)) + timedelta(days)
    return date(_COMMON_YEAR, _month(month), int(day)) + timedelta(days - 365 * round(days / 365))


def _month(name: str) -> int:
    return next(names.index(name) for names in _NAMES if name in names) + 1


def _name(month: int, like: str, mark: str = "") -> str:
    """The month in the language and length of `like`; a day with a dot before it is German."""
    order = (_GERMAN, _ENGLISH, _SHORT) if mark == "." else _NAMES
    return next(names for names in order if like in names)[month - 1]


def _number(value: int, like: str) -> str:
    return f"{value:02}" if like[0] == "0" else str(value)


def _mark(day: int, like: str) -> str:
    if like in ("", "."):
        return like
    return "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
