"""Read an answer as a person would: its sentences, figures with their units, dates and hours. Knows no question."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tests.acceptance.questions.periods import Period, from_days, month

_SPACE = " \u00a0\u202f\u2009"
_NUMBER = rf"[+−-]?\d{{1,3}}(?:[,.{_SPACE}']\d{{3}})+(?:[.,]\d+)?|[+−-]?\d+(?:[.,]\d+)?"
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"kWh\s*(?:/\s*|per\s+)(?:m²|m2|sq\.?\s*m|square\s+met(?:re|er))", "kWh/m²", 1.0),
    (r"(?:m³|m3|cubic\s+met(?:re|er)s?)\s*(?:/\s*|per\s+)(?:m²|m2|square\s+met(?:re|er))", "m³/m²", 1.0),
    (r"kilowatt[ -]?hours?|kWh", "kWh", 1.0),
    (r"megawatt[ -]?hours?|MWh", "kWh", 1e3),
    (r"GWh", "kWh", 1e6),
    (r"kilowatts?|kW", "kW", 1.0),
    (r"MW", "kW", 1e3),
    (r"m³|m3|cubic\s+met(?:re|er)s?", "m³", 1.0),
    (r"€|EUR|euros?", "EUR", 1.0),
    (r"%|per\s*cent", "%", 1.0),
)
_FIGURE = re.compile(
    rf"(?P<prefix>(?:€|EUR)\s*)?(?<![\w.,])(?P<number>{_NUMBER})"
    rf"(?:\**[{_SPACE}-]?(?P<thermal>thermal\s+)?(?P<unit>{'|'.join(pattern for pattern, _, _ in _UNITS)})(?![\w²³]))?",
    re.IGNORECASE,
)
_MONTH = "|".join(f"{name}|{name[:3]}" for name in calendar.month_name[1:]) + "|Sept"
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?:\s*(?:to|and|until|–|-)\s*(\d{{1,2}})(?:st|nd|rd|th)?)?(?: of)?\s+({_MONTH})\b"
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|:)")
_ISO = re.compile(r"\b20\d\d-(\d\d)-(\d\d)")
_GERMAN = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(?:20\d\d)?(?!\d)")
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d\d)\b(?!\s*[ap]\.?m)", re.IGNORECASE)
_TWELVE = re.compile(r"\b(\d{1,2})(?::\d\d)?\s*([ap])\.?m\b", re.IGNORECASE)
_HOUR_WORD = re.compile(r"\bhour\s+(\d{1,2})\b|\b(\d{1,2})\s*h\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])(?:\s*\[\d+\])*\s+(?=[\"'(*\[]*[A-Z0-9])|\n+")


@dataclass(frozen=True)
class FigureSaid:
    """A number as said, by each way its separators can be read, in the base unit ("" where none stands by it).

    `resolution` is the worth of its last digit where decimals are shown, else 0.
    """

    values: tuple[float, ...]
    unit: str
    resolution: float
    text: str


def sentences(text: str) -> list[str]:
    return [piece.strip() for piece in _SENTENCE_END.split(text) if piece.strip()]


def markers(text: str) -> set[int]:
    """Indexes cited: "[1]", "[1, 2]"."""
    return {int(number) for group in re.findall(r"\[([\d,\s]+)\]", text) for number in re.findall(r"\d+", group)}


def figures(text: str) -> Iterator[FigureSaid]:
    for match in _FIGURE.finditer(text):
        unit, factor = _unit(match)
        number = match["number"]
        decimals = re.search(r"[.,](\d+)$", number)
        resolution = 10.0 ** -len(decimals[1]) * factor if decimals else 0.0
        values = tuple(sorted({value * factor for value in _values(number)}))
        yield FigureSaid(values, unit, resolution, match.group().strip())


def months(text: str) -> set[int]:
    """Months named, in words or by a date. "may" in lower case is no month."""
    named = {_month_number(name) for name in re.findall(rf"\b({_MONTH})\b", text)}
    return named | {number for number, _ in dates(text)}


def dates(text: str) -> set[tuple[int, int]]:
    """(month, day) of every date."""
    found = {(int(number), int(day)) for number, day in _ISO.findall(text)}
    found |= {(int(number), int(day)) for day, number in _GERMAN.findall(text)}
    found |= {(_month_number(name), int(day)) for name, day in _MONTH_DAY.findall(text)}
    for first, last, name in _DAY_MONTH.findall(text):
        found |= {(_month_number(name), int(day)) for day in (first, last) if day}
    return {(number, day) for number, day in found if 1 <= number <= 12 and 1 <= day <= 31}


def days_between(text: str, year: int) -> Period | None:
    """From the first to the last day named, or the months where no day is; None without either."""
    days = [date(year, number, day) for number, day in dates(text) if day <= calendar.monthrange(year, number)[1]]
    if days:
        return from_days(min(days), max(days))
    numbers = months(text)
    return Period(month(year, min(numbers)).start, month(year, max(numbers)).end) if numbers else None


def hours(text: str) -> set[int]:
    """Hours of the day, 0 to 24, of every time."""
    found = {int(hour) for hour, minute in _CLOCK.findall(text) if int(minute) < 60}
    for hour, half in _TWELVE.findall(text):
        found.add(int(hour) % 12 + (12 if half.lower() == "p" else 0))
    found |= {hour for word, hour in (("noon", 12), ("midday", 12), ("midnight", 0)) if re.search(rf"\b{word}\b", text)}
    found |= {int(a or b) for a, b in _HOUR_WORD.findall(text)}
    return {hour for hour in found if 0 <= hour <= 24}


def _unit(match: re.Match[str]) -> tuple[str, float]:
    said = match["unit"]
    if not said:
        return ("EUR", 1.0) if match["prefix"] else ("", 1.0)
    for pattern, unit, factor in _UNITS:
        if re.fullmatch(pattern, said, re.IGNORECASE):
            return unit, factor
    raise AssertionError(said)


def _values(number: str) -> set[float]:
    """12,345 is twelve thousand or twelve, as the reader is used to; 12,345.6 is one number."""
    plain = re.sub(rf"[{_SPACE}'+−-]", "", number)
    separators = re.findall(r"[.,]", plain)
    if not separators:
        return {float(plain)}
    head, last, tail = re.split(r"([.,])(?=[^.,]*$)", plain)
    decimal = float(re.sub(r"[.,]", "", head) + "." + tail)
    whole = float(re.sub(r"[.,]", "", plain))
    if len(set(separators)) > 1:
        return {decimal}
    if len(separators) > 1:
        return {whole}
    return {decimal, whole} if len(tail) == 3 and last else {decimal}


def _month_number(name: str) -> int:
    return [m[:3] for m in calendar.month_name].index(name[:3])
