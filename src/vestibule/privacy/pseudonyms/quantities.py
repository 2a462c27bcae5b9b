"""Numbers with a unit as people write them, multiplied or rounded and written again in the same way.

`12,345.6 kWh`, `12.345,6 kWh`, `€ 0.21`, `140 kWh/m²`. A number without a unit is none. Temperatures, shares and times
are left out: a factor would make no sense of them. Knows no policy.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple

_UNITS = {
    "energy": ("Wh", "kWh", "MWh", "GWh", "TWh", "J", "kJ", "MJ", "GJ", "TJ", "kBtu", "MMBtu"),
    "power": ("W", "kW", "MW", "GW", "VA", "kVA", "MVA", "kWp", "MWp"),
    "volume": ("m³", "m3", "l", "L", "litres", "liters"),
    "area": ("m²", "m2", "sqm", "sqft"),
    "mass": ("kg", "t", "kgCO2", "tCO2", "tCO2e", "kgCO2e"),
    "money": ("EUR", "USD", "GBP", "CHF", "€", "$", "£", "ct", "euros"),
}
_DIMENSION = {unit: dimension for dimension, units in _UNITS.items() for unit in units}
_UNIT = "|".join(re.escape(unit) for unit in sorted(_DIMENSION, key=len, reverse=True))
_NUMBER = (
    r"(?:(?!0\d)(?:\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,8})?|\d{1,3}(?:\.\d{3}){1,5},\d{1,8}|\d{1,3}(?:\.\d{3}){2,5}"
    r"|\d{1,3}(?:[\u00a0\u202f'’]\d{3}){1,5}(?:[.,]\d{1,8})?|\d{1,12}(?:[.,]\d{1,8})?))"
)
_SPACE = "[ \u00a0\u202f]?"

PATTERN = rf"(?:{_NUMBER}{_SPACE}(?:{_UNIT})(?:/(?:{_UNIT}|a))?|(?:EUR|USD|GBP|CHF|[€$£]){_SPACE}{_NUMBER})"
BEGINNING = r"(?:\d|[€$£]|EUR?|USD?|GBP?|CHF?|[EUGC]\Z)"

_QUANTITY = re.compile(rf"(?P<before>\D*?)(?P<number>{_NUMBER})(?P<after>\D.*)?", re.ASCII | re.DOTALL)


class Quantity(NamedTuple):
    """`dimension` says what may be compared ("energy", "energy/area"); `grouping` and `point` are how it is written."""

    before: str
    value: Decimal
    after: str
    dimension: str
    grouping: str
    point: str

    def times(self, factor: Decimal) -> str:
        """Exact, with as many decimals as the product has, so that two numbers never become one."""
        with localcontext(prec=60):
            return self._written(self.value * factor)

    def rounded(self, digits: int) -> str:
        """To so many significant digits."""
        if not self.value:
            return self._written(self.value)
        with localcontext(prec=60):
            step = Decimal(1).scaleb(self.value.adjusted() - digits + 1)
            near = (self.value / step).quantize(Decimal(1), ROUND_HALF_EVEN) * step
            return self._written(self.value if near == self.value else near)

    def _written(self, value: Decimal) -> str:
        whole, _, decimals = f"{value:f}".partition(".")
        if self.point == "," and not self.grouping and len(decimals) == 3:
            decimals += "0"  # "4,050" would be read as four thousand
        if self.grouping:
            whole = f"{int(whole):,}".replace(",", self.grouping)
        return f"{self.before}{whole}{self.point + decimals if decimals else ''}{self.after}"


def parse(written: str) -> Quantity | None:
    """Read what `PATTERN` found; None for anything else."""
    match = _QUANTITY.fullmatch(written)
    if match is None:
        return None
    before, number, after = match.group("before", "number", "after")
    unit, _, per = (before + (after or "")).strip(" \u00a0\u202f").partition("/")
    if unit not in _DIMENSION:
        return None
    dimension = f"{_DIMENSION[unit]}/{_DIMENSION.get(per, per)}" if per else _DIMENSION[unit]
    grouping, point = _style(number)
    value = Decimal(number.replace(grouping, "").replace(point, ".") if grouping else number.replace(point, "."))
    return Quantity(before, value, after or "", dimension, grouping, point)


def _style(number: str) -> tuple[str, str]:
    """How thousands are grouped, if they are, and what stands before the decimals. A single dot stands before
    decimals, a single comma before three digits groups: the English reading."""
    for mark in "\u00a0\u202f'’":
        if mark in number:
            return mark, "," if "," in number else "."
    if "," in number and "." in number:
        return (",", ".") if number.index(",") < number.index(".") else (".", ",")
    if number.count(".") > 1:
        return ".", ","
    if re.fullmatch(r"\d{1,3}(,\d{3})+", number):
        return ",", "."
    return "", "," if "," in number else "."
