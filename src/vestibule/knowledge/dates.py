"""Read the date that a heading or an entry begins with. Knows the spellings of logs, not those of prose."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
_NAME = r"(?P<month>[A-Za-zä]{3,9})\.?"
_SPELLINGS = tuple(
    re.compile(rf"(?<![\w.-]){spelling}(?![\w-])")
    for spelling in (
        r"(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?:T[\d:.Z+]*)?",
        r"(?P<day>\d{1,2})\.\s?(?P<number>\d{1,2})\.\s?(?P<year>\d{4})",
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s(?:of\s)?{_NAME},?\s(?P<year>\d{{4}})",
        rf"{_NAME}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})",
    )
)
_LEADING = re.compile(r"^\W*(?:(?:date|day|datum|mon|tue|wed|thu|fri|sat|sun)[a-z]*\W+)*$", re.I)


def first_date(text: str) -> date | None:
    """The first date anywhere in `text`, such as a heading; None if there is none."""
    found = _first(text)
    return found[1] if found else None


def leading_date(text: str) -> date | None:
    """The date that `text` begins with, after no more than a weekday or the word "date"."""
    found = _first(text[:80])
    return found[1] if found and _LEADING.match(text[: found[0]]) else None


def _first(text: str) -> tuple[int, date] | None:
    found = [(match.start(), day) for match in _matches(text) if (day := _read(match))]
    return min(found) if found else None


def _matches(text: str) -> list[re.Match[str]]:
    return [match for spelling in _SPELLINGS for match in spelling.finditer(text)]


def _read(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else _month(parts["month"])
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else _GERMAN.get(short, 0)
