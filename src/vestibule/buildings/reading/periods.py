"""Find the periods a question names and turn them into spans of the data's calendar.

The grammar (`grammar.py`) is a list of rules, read top to bottom. Each replaces what it understood by a token, `@m0`
for the month that is span 0, so that later rules build on earlier ones: "8 july" → `@d0`, "week of @d0" → `@w1`.
Expects canonical words. Knows no building and no intent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vestibule.buildings.reading.calendar import Calendar, NoSuchDate, Span, days
from vestibule.buildings.reading.grammar import RULES
from vestibule.buildings.reading.scratch import Rule, Scratch


@dataclass(frozen=True)
class PeriodsRead:
    """`spans` in the order they were said. `reference` is what the first is compared with, where that was said by its
    relation ("the week before"). `text` has tokens in the place of periods. `attempted` is true also where what was
    said is no date, or not one we can resolve; `gaps` then say so."""

    spans: tuple[Span, ...] = ()
    reference: Span | None = None
    text: str = ""
    gaps: tuple[str, ...] = ()

    @property
    def attempted(self) -> bool:
        return bool(self.spans or self.gaps)


def read_periods(words: Sequence[str], calendar: Calendar, anchor: Span | None = None) -> PeriodsRead:
    """Read every period in canonical words. `anchor` is the period of the turn before. Never raises: a date that is
    none becomes a gap."""
    text = " ".join(_without_modal_may(words))
    years = set(_YEAR.findall(text))
    scratch = Scratch(calendar, int(years.pop()) if len(years) == 1 else None, anchor=anchor)
    text = _holidays(text, scratch)
    for rule in RULES:
        text = _apply(rule, text, scratch)
    spans = tuple(scratch.spans[int(index)] for index in _TOKEN.findall(text))
    return PeriodsRead(spans, scratch.reference, text, tuple(dict.fromkeys(scratch.gaps)))


def _holidays(text: str, scratch: Scratch) -> str:
    """Replace the portfolio's own holidays, the longest name first; a year may follow."""
    for name, dates in sorted(scratch.calendar.holidays.items(), key=lambda item: -len(item[0])):
        found = re.search(rf"(?<!\w){re.escape(name)}(?: (?:in |of )?((?:19|20)\d\d))?(?!\w)", text)
        if found:
            asked = int(found[1]) if found[1] else scratch.year
            day = next((day for day in sorted(dates, reverse=True) if asked in (None, day.year)), None)
            if day is None:
                scratch.gaps.append(f"The calendar of the portfolio has no {name.title()} in {asked}.")
            token = scratch.put(days(day, day, "holiday")) if day else "@@"
            text = text[: found.start()] + token + text[found.end() :]
    return text


def _apply(rule: Rule, text: str, scratch: Scratch) -> str:
    def build(match: re.Match[str]) -> str:
        try:
            made = rule.build(match, scratch)
        except NoSuchDate as problem:
            scratch.gaps.append(str(problem))
            return "@@"
        except (OverflowError, ValueError):  # a year that datetime does not hold
            scratch.gaps.append(f"“{match.group()}” is outside what the calendar holds.")
            return "@@"
        return made if isinstance(made, str) else scratch.put(made)

    return rule.pattern.sub(build, text)


_TOKEN = re.compile(r"@[a-z](\d+)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)(?! (?:electricity|gas|chilledwater|cost))")

_BEFORE_MONTH = frozenset(
    [
        "and",
        "before",
        "between",
        "during",
        "early",
        "for",
        "from",
        "in",
        "last",
        "late",
        "mid",
        "of",
        "or",
        "since",
        "than",
        "this",
        "throughout",
        "to",
        "vs",
        "week",
        "with",
    ]
)
_AFTER_MONTH = frozenset(
    [
        "and",
        "chilledwater",
        "consumption",
        "cooling",
        "cost",
        "electricity",
        "energy",
        "gas",
        "heating",
        "high",
        "low",
        "peak",
        "to",
        "vs",
    ]
)


def _without_modal_may(words: Sequence[str]) -> list[str]:
    """Drop "may" the verb: the month follows a preposition, or goes with a number or a measured thing."""
    kept = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        is_month = before in _BEFORE_MONTH or before[:1].isdigit() or after[:1].isdigit() or after in _AFTER_MONTH
        if word != "may" or is_month or not after:
            kept.append(word)
    return kept
