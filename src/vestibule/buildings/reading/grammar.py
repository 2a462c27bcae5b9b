"""The rules that `periods.py` reads, in order, and the builders they name. A new way to say a period is one line here.

Definitions where speech is loose, always said in the label: the Nth week of a month is its days 1–7, 8–14, 15–21, 22–28
and 29–end; the last week its last seven days; early, mid and late are days 1–10, 11–20 and 21–end; a night is 20:00–06:00,
a morning 06–12, an afternoon 12–18, an evening 18–22; "last" is the latest that is complete in the data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from vestibule.buildings.reading import calendar as cal
from vestibule.buildings.reading.calendar import DAY, Calendar, NoSuchDate, Span, a_day, add_months, days
from vestibule.buildings.reading.relations import earlier, halves, joined, nth_week, nth_weekday
from vestibule.buildings.reading.vocabulary import MONTHS, WEEKDAYS


@dataclass
class Scratch:
    """One reading under way: the spans found so far, and the year that the text names if it names just one."""

    calendar: Calendar
    year: int | None
    spans: list[Span] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    reference: Span | None = None

    def put(self, span: Span) -> str:
        self.spans.append(span)
        return f"@{_LETTER[span.grain]}{len(self.spans) - 1}"

    def at(self, index: str) -> Span:
        return self.spans[int(index)]

    def latest(self, build: Callable[[int], Span], year: str | None = None) -> Span:
        return self.calendar.latest(build, int(year) if year else self.year)


Builder = Callable[[re.Match[str], Scratch], Span | str]


@dataclass(frozen=True)
class Rule:
    """What to look for in canonical words, and what it means: a span, or other words."""

    pattern: re.Pattern[str]
    build: Builder


_LETTER = {"day": "d", "week": "w", "month": "m", "quarter": "q", "season": "s", "year": "y", "holiday": "h",
           "range": "r", "hours": "n"}  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_HOURS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 22), "night": (20, 30), "midday": (11, 14)}
_FEASTS: dict[str, Callable[[int], Span]] = {
    "easter": lambda y: _feast(cal.easter(y) - 2 * DAY, cal.easter(y) + DAY, f"Easter {y}"),
    "pentecost": lambda y: _feast(cal.easter(y) + 48 * DAY, cal.easter(y) + 50 * DAY, f"Pentecost {y}"),
    "christmas": lambda y: _feast(date(y, 12, 24), date(y, 12, 26), f"Christmas {y}"),
    "turnofyear": lambda y: _feast(date(y, 12, 24), date(y, 12, 31), f"Christmas to New Year’s Eve {y}"),
}


def _feast(first: date, last: date, name: str) -> Span:
    return days(first, last, "holiday", f"{name} ({cal.say(first, last)})")


# ── dates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _iso_date(match: re.Match[str], scratch: Scratch) -> Span:
    day = a_day(int(match[1]), int(match[2]), int(match[3]))
    return days(day, day, "day")


def _digit_date(match: re.Match[str], scratch: Scratch) -> Span:
    """Day first, as the portfolio's country writes it; month first only where nothing else is a date."""
    first, separator, second, year = int(match[1]), match[2], int(match[3]), match[4]
    swapped = second > 12 >= first
    number, month = (second, first) if swapped else (first, second)

    def build(candidate: int) -> Span:
        day = a_day(candidate, month, number)
        doubtful = separator == "/" and first <= 12 and first != second
        note = " (read with the day first)" if doubtful and not swapped else ""
        return days(day, day, "day", f"{cal.say(day, day)}{note}")

    return scratch.latest(build, year if not year or len(year) == 4 else f"20{year}")


def _short_date(match: re.Match[str], scratch: Scratch) -> str:
    """Day and month in digits, after a preposition only: "24/7" is none."""
    number, month = int(match[2]), int(match[4])

    def build(candidate: int) -> Span:
        day = a_day(candidate, month, number)
        return days(day, day, "day", f"{cal.say(day, day)}{' (read with the day first)' if match[3] == '/' else ''}")

    return f"{match[1]} {scratch.put(scratch.latest(build))}"


def _named_date(number: str, month: str, year: str | None, scratch: Scratch) -> Span:
    def build(candidate: int) -> Span:
        day = a_day(candidate, MONTHS.index(month) + 1, int(number))
        return days(day, day, "day")

    return scratch.latest(build, year)


def _days_of_month(first: str, last: str, month: str, year: str | None, scratch: Scratch) -> Span:
    def build(candidate: int) -> Span:
        number = MONTHS.index(month) + 1
        begin, end = a_day(candidate, number, int(first)), a_day(candidate, number, int(last))
        if begin > end:
            raise NoSuchDate(f"{first} to {last} {month.capitalize()} runs backwards.")
        return days(begin, end)

    return scratch.latest(build, year)


def _checked_weekday(match: re.Match[str], scratch: Scratch) -> str:
    span = scratch.at(match[2])
    if WEEKDAYS[span.first.weekday()] != match[1]:
        scratch.gaps.append(
            f"{span.label} was a {WEEKDAYS[span.first.weekday()].capitalize()}, not a {match[1].capitalize()}."
        )
    return f"@d{match[2]}"


# ── named stretches of a year ────────────────────────────────────────────────────────────────────────────────────────


def _quarter(which: str, year: str | None, scratch: Scratch) -> Span:
    number = 4 if which == "last" else int(which[0])
    return scratch.latest(lambda y: cal.months(y, 3 * number - 2, 3, "quarter", f"Q{number} {y}"), year)


def _half_year(which: str, year: str | None, scratch: Scratch) -> Span:
    number = int(which[0])
    return scratch.latest(lambda y: cal.months(y, 6 * number - 5, 6, "range", f"H{number} {y}"), year)


def _season(name: str, year: str | None, scratch: Scratch) -> Span:
    """Three whole months. A winter is named by the year it begins in, unless only a year was said: "winter 2025" of
    data that begins in January is the part of it that the data covers best."""

    def build(candidate: int) -> Span:
        said = f"{candidate}/{(candidate + 1) % 100:02}" if name == "winter" else f"{candidate}"
        return cal.months(candidate, _SEASONS[name], 3, "season", f"{name} {said}")

    asked = int(year) if year else scratch.year
    if name == "winter" and asked:
        return max(build(asked), build(asked - 1), key=scratch.calendar.share)
    return scratch.latest(build, year)


def _part_of(part: str, span: Span) -> Span:
    """Early, mid or late: thirds of a month by days 10 and 20, of anything else by its length."""
    number = ("early", "mid", "late").index(part)
    if span.grain == "month":
        bounds = [span.first, span.first + 10 * DAY, span.first + 20 * DAY, span.last + DAY]
    elif span.grain == "year":
        bounds = [add_months(span.first, 4 * third) for third in range(4)]
    else:
        length = (span.last - span.first + DAY) / 3
        bounds = [span.first + third * length for third in range(3)] + [span.last + DAY]
    return days(bounds[number], bounds[number + 1] - DAY)


def _run_of(which: str, count: str, unit: str, span: Span) -> Span:
    """The first or last N days or weeks of a span, never more than it has."""
    length = int(count) * (7 if unit.startswith("week") else 1)
    length = max(1, min(length, (span.last - span.first).days + 1))
    if which == "last":
        return days(span.last - (length - 1) * DAY, span.last)
    return days(span.first, span.first + (length - 1) * DAY)


def _nth(match: re.Match[str], which: str, unit: str, month: Span) -> Span:
    which = which if which in ("last", "penultimate") else which[0]
    if unit == "week":
        if which.isdigit() and not 1 <= int(which) <= (5 if month.last.day > 28 else 4):
            raise NoSuchDate(f"{month.label} has no week {which}.")
        return nth_week(month, which)
    weekday, length = {"fullweek": (0, 7), "weekend": (5, 2)}.get(unit) or (WEEKDAYS.index(unit), 1)
    span = nth_weekday(month, which, weekday, length)
    if span.first > month.last:
        raise NoSuchDate(f"{month.label} has no {which}. {unit}.")
    return span


# ── parts of days ────────────────────────────────────────────────────────────────────────────────────────────────────


def _hours(part: str, day: date) -> Span:
    begin, end = _HOURS[part]
    start = datetime.combine(day, time())
    said = f"{begin:02}:00–{end % 24:02}:00"
    name = f"the night of {cal.say(day, day + DAY)}" if part == "night" else f"the {part} of {cal.say(day, day)}"
    return Span(start + timedelta(hours=begin), start + timedelta(hours=end), f"{name} ({said})", "hours")


def _night_of(span: Span) -> Span:
    """The night that begins on a day or lies between two; of more days, those days."""
    return _hours("night", span.first) if (span.last - span.first).days <= 1 else span


def _clock(match: re.Match[str], scratch: Scratch) -> Span:
    day = scratch.at(match[1])
    begin, end = (timedelta(hours=int(h), minutes=int(m)) for h, m in ((match[2], match[3]), (match[4], match[5])))
    if not timedelta() <= begin < end <= DAY:
        raise NoSuchDate(f"{match[2]}:{match[3]} to {match[4]}:{match[5]} is not a stretch of a day.")
    said = f"{int(match[2]):02}:{match[3]}–{int(match[4]):02}:{match[5]}"
    return Span(day.start + begin, day.start + end, f"{day.label}, {said}", "hours")


# ── relative to the end of the data ──────────────────────────────────────────────────────────────────────────────────


def _this(unit: str, today: date) -> Span:
    if unit == "week":
        return cal.week_of(today)
    if unit == "weekend":
        return cal.weekend_of(today)
    if unit == "month":
        return cal.month(today.year, today.month)
    if unit == "quarter":
        number = (today.month + 2) // 3
        return cal.months(today.year, 3 * number - 2, 3, "quarter", f"Q{number} {today.year}")
    if unit == "year":
        return cal.year(today.year)
    return days(today, today, "day")


def _last(unit: str, tomorrow: date) -> Span:
    """The latest day, week, weekend, month, quarter or year that is over."""
    if unit in WEEKDAYS:
        day = tomorrow - ((tomorrow.weekday() - WEEKDAYS.index(unit) - 1) % 7 + 1) * DAY
        return days(day, day, "day")
    span = _this(unit, tomorrow - DAY)
    while span.last >= tomorrow:
        span = _this(unit, span.first - DAY)
    return span


def _recent(count: str, unit: str, tomorrow: date) -> Span:
    number = int(count)
    if not 1 <= number <= 1000:
        raise NoSuchDate(f"{count} {unit} is not a stretch the data could hold.")
    if unit == "months":
        first = add_months(tomorrow, -number)
        return days(first, tomorrow.replace(day=1) - DAY)
    return days(tomorrow - number * (7 if unit == "weeks" else 1) * DAY, tomorrow - DAY)


def _ago(count: str, unit: str, tomorrow: date) -> Span:
    number = int(count)
    if not 1 <= number <= 1000:
        raise NoSuchDate(f"{count} {unit} ago is not a time the data could hold.")
    if unit.startswith("month"):
        return _this("month", add_months(tomorrow - DAY, -number))
    if unit.startswith("year"):
        return cal.year(tomorrow.year - number)
    day = tomorrow - DAY - number * (7 if unit.startswith("week") else 1) * DAY
    return cal.week_of(day) if unit.startswith("week") else days(day, day, "day")


def _previous(match: re.Match[str], scratch: Scratch) -> Span | str:
    return _before(match, match[1], scratch)


def _before(match: re.Match[str], unit: str, scratch: Scratch) -> Span | str:
    """The one before what was named, to compare with; or, where nothing was, the last one that is over."""
    named = re.search(r"@[a-z](\d+)", match.string)
    if named:
        scratch.reference = earlier(scratch.at(named[1]), unit)
        return "@@"
    if unit == "period":
        raise NoSuchDate("The period before was asked for, but no period was named.")
    span = _last(unit, scratch.calendar.tomorrow)
    if re.search(r"\b(?:vs|than|compare|yearonyear)\b", match.string):
        scratch.reference = earlier(span, unit)
    return span


def _last_year(match: re.Match[str], scratch: Scratch) -> Span | str:
    """The latest year that is over; after another period and a word of comparison, that period a year earlier."""
    if (match[1] or match[2]) and "@" in match.string:
        return f"{match[1] or ''} previous year".strip()
    return _last("year", scratch.calendar.tomorrow)


def _since(match: re.Match[str], scratch: Scratch) -> Span:
    span, covered = scratch.at(match[2]), scratch.calendar.covered
    if match[1] == "until":
        return days(min(covered.first, span.last), span.last)
    first = span.last + DAY if match[1] == "after" else span.first
    return days(first, max(first, covered.last))


def _from_to(match: re.Match[str], scratch: Scratch) -> Span | str:
    """A range; but a change "from June to July" compares the later with the earlier."""
    first, last = scratch.at(match[2]), scratch.at(match[3])
    if first.grain == last.grain != "day" and re.search(r"\b(?:increase|decrease|compare)\b", match.string):
        scratch.reference = first
        return f"@{_LETTER[last.grain]}{match[3]}"
    return joined(first, last)


def _year_to_date(match: re.Match[str], scratch: Scratch) -> Span:
    last = scratch.calendar.last_day
    first = date(last.year, 1, 1)
    return days(first, last, "range", f"the year to date ({cal.say(first, last)})")


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────

_D = r"(\d{1,2})(?:st|nd|rd|th)?"
_M = f"({'|'.join(MONTHS)})"
_W = f"({'|'.join(WEEKDAYS)})"
_Y = r"(?: (?:of )?((?:19|20)\d\d)\b)?"
_WEEKDAY = f"(?:(?:{'|'.join(WEEKDAYS)}) )?"
_NTH = r"(\d(?:st|nd|rd|th)?|last|penultimate)"
_THE = r"(?:the )?"


def _rule(pattern: str, build: Builder) -> Rule:
    return Rule(re.compile(rf"(?<![\w@]){pattern}(?!\w)"), build)


RULES: tuple[Rule, ...] = (
    # explicit days
    _rule(r"(\d{4})-(\d{2})-(\d{2})", _iso_date),
    _rule(r"(\d{1,2})([./])(\d{1,2})[./](\d{4}|\d{2})", _digit_date),
    _rule(r"(on|from|to|until|between|and|since|of) (\d{1,2})([./])(\d{1,2})\.?(?=\s|$)", _short_date),
    _rule(rf"week (\d) (?:of|in) {_THE}{_M}", lambda m, s: f"{m[1]} week of {m[2]}"),
    _rule(f"{_M}{_Y} {_NTH} (week|weekend)", lambda m, s: f"{m[3]} {m[4]} of {m[1]}{' ' + m[2] if m[2] else ''}"),
    _rule(
        rf"(?:between |from )?{_THE}{_WEEKDAY}{_D} (?:to|until) {_THE}{_WEEKDAY}{_D} (?:of )?{_M}{_Y}",
        lambda m, s: _days_of_month(m[1], m[2], m[3], m[4], s),
    ),
    _rule(
        rf"between {_THE}{_WEEKDAY}{_D} and {_THE}{_WEEKDAY}{_D} (?:of )?{_M}{_Y}",
        lambda m, s: _days_of_month(m[1], m[2], m[3], m[4], s),
    ),
    _rule(rf"between {_M} {_D} and {_D}{_Y}", lambda m, s: _days_of_month(m[2], m[3], m[1], m[4], s)),
    _rule(rf"(?:from )?{_M} {_D} to {_D}{_Y}", lambda m, s: _days_of_month(m[2], m[3], m[1], m[4], s)),
    _rule(rf"{_D} (?:of )?{_M}{_Y}", lambda m, s: _named_date(m[1], m[2], m[3], s)),
    _rule(rf"{_M} {_THE}{_D}{_Y}", lambda m, s: _named_date(m[2], m[1], m[3], s)),
    # named stretches of a year
    _rule(rf"(easter|pentecost|christmas|turnofyear)(?: day| days)?{_Y}", lambda m, s: s.latest(_FEASTS[m[1]], m[2])),
    _rule(
        rf"{_THE}(?:last |this )?{_M}{_Y}",
        lambda m, s: s.latest(lambda y: cal.month(y, MONTHS.index(m[1]) + 1), m[2]),
    ),
    _rule(rf"q([1-4]){_Y}", lambda m, s: _quarter(m[1], m[2], s)),
    _rule(r"((?:19|20)\d\d) q([1-4])", lambda m, s: _quarter(m[2], m[1], s)),
    _rule(
        rf"{_THE}(1st|2nd|3rd|4th) quarter(?: of (?:the |this )?year)?{_Y}",
        lambda m, s: _quarter(m[1], m[2], s),
    ),
    _rule(rf"{_THE}(last) quarter of (?:(?:the |this )?year|((?:19|20)\d\d))", lambda m, s: _quarter(m[1], m[2], s)),
    _rule(rf"h([12]){_Y}", lambda m, s: _half_year(m[1], m[2], s)),
    _rule(
        rf"{_THE}(1st|2nd) half (?:of )?(?:(?:the |this )?year|((?:19|20)\d\d))",
        lambda m, s: _half_year(m[1], m[2], s),
    ),
    _rule(
        rf"{_THE}(?:last |this )?(spring|summer|autumn|winter)(?: months| season)?{_Y}",
        lambda m, s: _season(m[1], m[2], s),
    ),
    # parts of months
    _rule(
        rf"{_THE}{_NTH} (week|fullweek|weekend|{'|'.join(WEEKDAYS)}) (?:of|in|on) {_THE}@m(\d+)",
        lambda m, s: _nth(m, m[1], m[2], s.at(m[3])),
    ),
    _rule(
        rf"{_THE}(1st|last) (\d{{1,2}}) (days|weeks) (?:of|in) {_THE}@[a-z](\d+)",
        lambda m, s: _run_of(m[1], m[2], m[3], s.at(m[4])),
    ),
    _rule(rf"{_THE}(1st|2nd) half (?:of|in) {_THE}@[a-z](\d+)", lambda m, s: halves(s.at(m[2]), m[1] == "2nd")),
    _rule(rf"{_THE}(early|mid|late) (?:in )?{_THE}@[mqsy](\d+)", lambda m, s: _part_of(m[1], s.at(m[2]))),
    # weeks, weekends and parts of days around a day
    _rule(
        rf"{_THE}(?:week|kw|w) ?(?:nr |number )?(\d{{1,2}}){_Y}(?! (?:of|in) @)",
        lambda m, s: s.latest(lambda y: cal.iso_week(y, int(m[1])), m[2]),
    ),
    _rule(rf"{_W} {_THE}@d(\d+)", _checked_weekday),
    _rule(
        rf"{_THE}(?:full)?week starting (?:on |with |from )?{_THE}@d(\d+)",
        lambda m, s: days(s.at(m[1]).first, s.at(m[1]).first + 6 * DAY, "week"),
    ),
    _rule(
        rf"{_THE}(?:full)?week ending (?:on |with )?{_THE}@d(\d+)",
        lambda m, s: days(s.at(m[1]).first - 6 * DAY, s.at(m[1]).first, "week"),
    ),
    _rule(
        rf"{_THE}(?:full)?week (?:of|from|with|after|on) {_THE}@[dh](\d+)(?! to)",
        lambda m, s: cal.week_of(s.at(m[1]).first),
    ),
    _rule(rf"{_THE}(?:full)?week @r(\d+)", lambda m, s: f"@r{m[1]}"),
    _rule(rf"{_THE}@[dh](\d+) week", lambda m, s: cal.week_of(s.at(m[1]).first)),
    _rule(
        rf"{_THE}weekend (?:of |on |from )?{_THE}@d(\d+)(?! (?:to|and) @)",
        lambda m, s: cal.weekend_of(s.at(m[1]).first),
    ),
    _rule(
        rf"{_THE}night (?:of |from |between |on )?{_THE}@d(\d+) (?:to|and) {_THE}{_WEEKDAY}@d(\d+)",
        lambda m, s: _night_of(joined(s.at(m[1]), s.at(m[2]))),
    ),
    _rule(rf"{_THE}night (?:of |from |between )?{_THE}@r(\d+)", lambda m, s: _night_of(s.at(m[1]))),
    _rule(
        rf"{_THE}(night|morning|afternoon|evening|midday) (?:of |on )?{_THE}@d(\d+)",
        lambda m, s: _hours(m[1], s.at(m[2]).first),
    ),
    _rule(
        r"@d(\d+) (?:at |in the |during the )?(night|morning|afternoon|evening|midday)",
        lambda m, s: _hours(m[2], s.at(m[1]).first),
    ),
    _rule(r"@d(\d+) (?:between |from )?(\d{1,2}):(\d{2}) (?:to|and) (\d{1,2}):(\d{2})", _clock),
    # relative to the end of the data
    _rule(
        r"daybeforeyesterday", lambda m, s: days(s.calendar.tomorrow - 2 * DAY, s.calendar.tomorrow - 2 * DAY, "day")
    ),
    _rule(r"yesterday", lambda m, s: _last("day", s.calendar.tomorrow)),
    _rule(r"today", lambda m, s: _this("day", s.calendar.last_day)),
    _rule(r"lastnight", lambda m, s: _hours("night", s.calendar.tomorrow - 2 * DAY)),
    _rule(rf"{_THE}(week|month)beforelast", lambda m, s: earlier(_last(m[1], s.calendar.tomorrow), m[1])),
    _rule(r"(?:the )?(?:ytd|year to date)", _year_to_date),
    _rule(
        rf"{_THE}(?:last|previous) (\d{{1,3}}) (days|weeks|months)",
        lambda m, s: _recent(m[1], m[2], s.calendar.tomorrow),
    ),
    _rule(
        r"(\d{1,3}|a) (days?|weeks?|months?|years?) ago",
        lambda m, s: _ago("1" if m[1] == "a" else m[1], m[2], s.calendar.tomorrow),
    ),
    _rule(
        rf"(?:(vs|than|and|from|with|to) )?(?:in |of )?{_THE}(same (?:\w+ )?)?(?:of |in )?last year(?! of)", _last_year
    ),
    _rule(rf"{_THE}this (day|week|weekend|month|quarter|year)", lambda m, s: _this(m[1], s.calendar.last_day)),
    _rule(
        rf"{_THE}last (day|week|weekend|month|quarter|year|{'|'.join(WEEKDAYS)})(?! of)",
        lambda m, s: _last(m[1], s.calendar.tomorrow),
    ),
    # years, ranges, and what is compared with
    _rule(
        r"(in|of|for|during|year|vs|and|to|than|with|since|from|whole|over|throughout|entire) ((?:19|20)\d\d)",
        lambda m, s: f"{m[1]} {s.put(cal.year(int(m[2])))}",
    ),
    _rule(r"((?:19|20)\d\d)$", lambda m, s: cal.year(int(m[1]))),
    _rule(rf"(from|between) {_THE}@[a-z](\d+) (?:to|until|and) {_THE}@[a-z](\d+)", _from_to),
    _rule(rf"()@[a-z](\d+) (?:to|until) {_THE}@[a-z](\d+)", _from_to),
    _rule(rf"(since|after|until) {_THE}@[a-z](\d+)", _since),
    _rule(rf"{_THE}(?:same )?previous (day|week|weekend|month|quarter|year|period)", _previous),
    _rule(r"yearonyear", lambda m, s: _before(m, "year", s)),
)
