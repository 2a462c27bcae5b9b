"""Dates and quantities that are sent otherwise than they are, so that a provider can still reason with them.

By how much follows from a key and the first question of the conversation: nothing is stored, and every turn and replica
comes to the same. All dates move by one number of whole weeks, so that order, distance and weekday stay, and by about
whole years, so that the season does; all quantities of a dimension are multiplied by one factor, so that ratios stay.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from vestibule.privacy.pseudonyms import dates, quantities
from vestibule.privacy.pseudonyms.document import Replacement

_EDGE = r"(?:(?<![\w.,])|(?<=\\[nrtbf]))"
_END = r"(?=T\d|(?!\w|[.,]\d))"
Numbers = Literal["none", "dates", "quantities", "both"]
PATTERNS: dict[Numbers, re.Pattern[str]] = {
    "dates": re.compile(f"{_EDGE}{dates.PATTERN}{_END}", re.ASCII),
    "quantities": re.compile(f"{_EDGE}{quantities.PATTERN}{_END}", re.ASCII),
    "both": re.compile(f"{_EDGE}(?:{dates.PATTERN}|{quantities.PATTERN}){_END}", re.ASCII),
}
# The end of a text that may become a date or a quantity; all of them are shorter.
UNFINISHED = re.compile(rf"{_EDGE}(?:{dates.BEGINNING}|{quantities.BEGINNING})[^\n]{{0,64}}\Z", re.ASCII)


class NumberPolicy(msgspec.Struct, frozen=True):
    """What becomes of numbers. `bucket` rounds to two significant digits, and what several originals share cannot be
    restored. `key` belongs to the tenant."""

    dates: Literal["keep", "shift"] = "keep"
    quantities: Literal["keep", "scale", "bucket"] = "keep"
    key: bytes = b""

    @property
    def numbers(self) -> Numbers:
        """What of all numbers is sent otherwise."""
        if self.quantities == "keep":
            return "none" if self.dates == "keep" else "dates"
        return "quantities" if self.dates == "keep" else "both"


KEEP_NUMBERS = NumberPolicy()


class Shifting:
    """`sent` maps what is sent to what it was, or to None where it stands for several."""

    def __init__(self, policy: NumberPolicy, first_question: str) -> None:
        self.sent: dict[str, str | None] = {}
        self.numbers = policy.numbers
        self._policy = policy
        self._seed = first_question.encode("utf-8", "surrogatepass")

    def replacements(self, text: str, begin: int, end: int) -> Iterator[Replacement]:
        """Yield what is sent for each date and quantity in `text[begin:end]`."""
        if self.numbers == "none":
            return
        for match in PATTERNS[self.numbers].finditer(text[begin:end]):
            written = match.group()
            sent = self._shifted(written)
            first = self.sent.setdefault(sent, written)
            if first is not None and first != written and not _mean_the_same(first, written):
                self.sent[sent] = None
            yield Replacement(begin + match.start(), begin + match.end(), sent)

    def _shifted(self, written: str) -> str:
        quantity = quantities.parse(written)
        if quantity is None:
            return dates.moved(written, self._days()) or written
        if self._policy.quantities == "bucket":
            return quantity.rounded(2)
        percent = 50 + self._draw(quantity.dimension, 132)
        return quantity.times(Decimal(percent if percent < 91 else percent + 19) / 100)

    def _days(self) -> int:
        weeks = self._draw("weeks", 7) - 3
        years = self._draw("years", 8) - 4
        return 7 * (52 * (years if years < 0 else years + 1) + weeks)

    def _draw(self, purpose: str, count: int) -> int:
        """A number from 0 to `count` - 1 that nobody without the key can tell."""
        digest = hmac.digest(self._policy.key, purpose.encode() + b"\0" + self._seed, hashlib.sha256)
        return int.from_bytes(digest[:8], "big") % count


def _mean_the_same(one: str, other: str) -> bool:
    """Of two ways to write what is sent alike: "8 July" and "08 July", "5 kWh" and "5.0 kWh"."""
    quantity, another = quantities.parse(one), quantities.parse(other)
    if quantity and another:
        return quantity.value == another.value
    return None not in (dates.moved(one, 0), dates.moved(other, 0))
