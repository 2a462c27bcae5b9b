"""How numbers, days and meters are said. English, rounded for people; every number said stays a `Quantity`."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from vestibule.core.evidence import Period, Quantity, Utility

SAID: dict[Utility, str] = {"electricity": "electricity", "gas": "gas", "chilled_water": "chilled water"}
UNIT: dict[Utility, str] = {"electricity": "kWh", "gas": "m³", "chilled_water": "kWh"}
DEMAND_UNIT: dict[Utility, str] = {"electricity": "kW", "gas": "m³/h", "chilled_water": "kW"}
# not strftime, which speaks the machine's language
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def number(value: float) -> str:
    """12,345 · 123.4 · 1.23 · 0.123: whole from 1,000 on, one decimal from 10 on, two from 1 on, else three."""
    size = abs(value)
    decimals = 0 if round(size) >= 1000 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{decimals}f}"


def amount(quantity: Quantity) -> str:
    """ "12,345 kWh", "12.3 %"; money as "EUR 1,234.50" is said "1,234.50 EUR"."""
    if quantity.unit == "%":
        return f"{quantity.value:.1f} %"
    if quantity.unit == "EUR":
        return f"{quantity.value:,.2f} EUR"
    return f"{number(quantity.value)} {quantity.unit}"


def metered(quantity: Quantity, utility: Utility) -> str:
    """The same with what it is: "12,345 kWh of chilled water"."""
    return f"{amount(quantity)} of {SAID[utility]}"


def day(moment: date) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def weekday(moment: date) -> str:
    return f"{_WEEKDAYS[moment.weekday()]}, {day(moment)}"


def hour(moment: datetime) -> str:
    return f"{moment:%H:%M} on {weekday(moment)}"


def days(first: date, last: date) -> str:
    """ "7 July 2025", "7–14 July 2025", "28 June–3 July 2025"; both days included."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{first.day} {_MONTHS[first.month - 1]}–{day(last)}"
    return f"{day(first)}–{day(last)}"


def within(period: Period) -> str:
    """ "in July 2025", "on 8 July 2025", "over 8–14 July 2025"."""
    length = period.end.date() - period.start.date()
    if length == timedelta(days=1):
        return f"on {period.label}"
    whole = period.label.isdigit() or not period.label[:1].isdigit()
    return f"in {period.label}" if whole and "–" not in period.label else f"over {period.label}"


def above(departure: Quantity) -> str:
    """ "12.3 % above" or "4.1 % below" for a departure in %."""
    return f"{abs(departure.value):.1f} % {'above' if departure.value >= 0 else 'below'}"


def listed(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
