"""The rules that `periods.py` reads, in order, and the builders they name. A new way to say a period is one line here.

Definitions where speech is loose, always said in the label: the Nth week of a month is its days 1–7, 8–14, 15–21, 22–28
and 29–end; the last week its last seven days; early, mid and late are days 1–10, 11–20 and 21–end; a night is
20:00–06:00, a morning 06–12, an afternoon 12–18, an evening 18–22; "last" is the latest that is complete in the data.
"""

from __future__ import annotations

import re

from vestibule.buildings.reading import calendar as cal
from vestibule.buildings.reading import relative, stretches
from vestibule.buildings.reading.calendar import DAY, days
from vestibule.buildings.reading.relations import earlier, halves, joined
from vestibule.buildings.reading.scratch import Builder, Rule
from vestibule.buildings.reading.vocabulary import MONTHS, WEEKDAYS

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
    _rule(r"(\d{4})-(\d{2})-(\d{2})", stretches.iso_date),
    _rule(r"(\d{1,2})([./])(\d{1,2})[./](\d{4}|\d{2})", stretches.digit_date),
    _rule(r"(on|from|to|until|between|and|since|of) (\d{1,2})([./])(\d{1,2})\.?(?=\s|$)", stretches.short_date),
    _rule(rf"week (\d) (?:of|in) {_THE}{_M}", lambda m, s: f"{m[1]} week of {m[2]}"),
    _rule(f"{_M}{_Y} {_NTH} (week|weekend)", lambda m, s: f"{m[3]} {m[4]} of {m[1]}{' ' + m[2] if m[2] else ''}"),
    _rule(
        rf"(?:between |from )?{_THE}{_WEEKDAY}{_D} (?:to|until) {_THE}{_WEEKDAY}{_D} (?:of )?{_M}{_Y}",
        lambda m, s: stretches.days_of_month(m[1], m[2], m[3], m[4], s),
    ),
    _rule(
        rf"between {_THE}{_WEEKDAY}{_D} and {_THE}{_WEEKDAY}{_D} (?:of )?{_M}{_Y}",
        lambda m, s: stretches.days_of_month(m[1], m[2], m[3], m[4], s),
    ),
    _rule(rf"{_D} and {_THE}{_D} (?:of )?{_M}{_Y}", stretches.two_dates),
    _rule(rf"between {_M} {_D} and {_D}{_Y}", lambda m, s: stretches.days_of_month(m[2], m[3], m[1], m[4], s)),
    _rule(rf"(?:from )?{_M} {_D} to {_D}{_Y}", lambda m, s: stretches.days_of_month(m[2], m[3], m[1], m[4], s)),
    _rule(rf"{_D} (?:of )?{_M}{_Y}", lambda m, s: stretches.named_date(m[1], m[2], m[3], s)),
    _rule(rf"{_M} {_THE}{_D}{_Y}", lambda m, s: stretches.named_date(m[2], m[1], m[3], s)),
    # named stretches of a year
    _rule(
        rf"(easter|pentecost|christmas|turnofyear)(?: day| days)?{_Y}",
        lambda m, s: s.latest(stretches.FEASTS[m[1]], m[2]),
    ),
    _rule(
        rf"{_THE}(?:last |this )?{_M}{_Y}",
        lambda m, s: s.latest(lambda y: cal.month(y, MONTHS.index(m[1]) + 1), m[2]),
    ),
    _rule(rf"q([1-4]){_Y}", lambda m, s: stretches.quarter(m[1], m[2], s)),
    _rule(r"((?:19|20)\d\d) q([1-4])", lambda m, s: stretches.quarter(m[2], m[1], s)),
    _rule(
        rf"{_THE}(1st|2nd|3rd|4th) quarter(?: of (?:the |this )?year)?{_Y}",
        lambda m, s: stretches.quarter(m[1], m[2], s),
    ),
    _rule(
        rf"{_THE}(last) quarter of (?:(?:the |this )?year|((?:19|20)\d\d))",
        lambda m, s: stretches.quarter(m[1], m[2], s),
    ),
    _rule(rf"h([12]){_Y}", lambda m, s: stretches.half_year(m[1], m[2], s)),
    _rule(
        rf"{_THE}(1st|2nd) half (?:of )?(?:(?:the |this )?year|((?:19|20)\d\d))",
        lambda m, s: stretches.half_year(m[1], m[2], s),
    ),
    _rule(
        rf"{_THE}(?:last |this )?(spring|summer|autumn|winter)(?: months| season)?{_Y}",
        lambda m, s: stretches.season(m[1], m[2], s),
    ),
    # parts of months
    _rule(
        rf"{_THE}{_NTH} (week|fullweek|weekend|{'|'.join(WEEKDAYS)}) (?:of |in |on )?{_THE}@m(\d+)",
        lambda m, s: stretches.nth(m, m[1], m[2], s.at(m[3])),
    ),
    _rule(
        rf"{_THE}(1st|last) (\d{{1,2}}) (days|weeks) (?:of|in) {_THE}@[a-z](\d+)",
        lambda m, s: stretches.run_of(m[1], m[2], m[3], s.at(m[4])),
    ),
    _rule(rf"{_THE}(1st|2nd) half (?:of|in) {_THE}@[a-z](\d+)", lambda m, s: halves(s.at(m[2]), m[1] == "2nd")),
    _rule(r"(early|mid|late) ((?:19|20)\d\d)", lambda m, s: stretches.part_of(m[1], cal.year(int(m[2])))),
    _rule(rf"{_THE}(early|mid|late) (?:in )?{_THE}@[mqsy](\d+)", lambda m, s: stretches.part_of(m[1], s.at(m[2]))),
    # weeks, weekends and parts of days around a day
    _rule(
        rf"{_THE}(?:week|kw|w) ?(?:nr |number )?(\d{{1,2}}){_Y}(?! (?:of|in) @)",
        lambda m, s: s.latest(lambda y: cal.iso_week(y, int(m[1])), m[2]),
    ),
    _rule(rf"{_W} {_THE}@d(\d+)", stretches.checked_weekday),
    _rule(
        rf"(?:around|about) {_THE}@d(\d+)", lambda m, s: days(s.at(m[1]).first - 3 * DAY, s.at(m[1]).first + 3 * DAY)
    ),
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
        lambda m, s: stretches.night_of(joined(s.at(m[1]), s.at(m[2]))),
    ),
    _rule(rf"{_THE}night (?:of |from |between )?{_THE}@r(\d+)", lambda m, s: stretches.night_of(s.at(m[1]))),
    _rule(
        rf"{_THE}(night|morning|afternoon|evening|midday) (?:of |on )?{_THE}@d(\d+)",
        lambda m, s: stretches.hours(m[1], s.at(m[2]).first),
    ),
    _rule(
        r"@d(\d+) (?:at |in the |during the )?(night|morning|afternoon|evening|midday)",
        lambda m, s: stretches.hours(m[2], s.at(m[1]).first),
    ),
    _rule(r"@d(\d+) (?:between |from )?(\d{1,2}):(\d{2}) (?:to|and) (\d{1,2}):(\d{2})", stretches.clock),
    # relative to the end of the data
    _rule(
        r"daybeforeyesterday", lambda m, s: days(s.calendar.tomorrow - 2 * DAY, s.calendar.tomorrow - 2 * DAY, "day")
    ),
    _rule(r"yesterday", lambda m, s: relative.last("day", s.calendar.tomorrow)),
    _rule(r"today", lambda m, s: relative.this("day", s.calendar.last_day)),
    _rule(r"lastnight", lambda m, s: stretches.hours("night", s.calendar.tomorrow - 2 * DAY)),
    _rule(rf"{_THE}(week|month)beforelast", lambda m, s: earlier(relative.last(m[1], s.calendar.tomorrow), m[1])),
    _rule(r"(?:the )?(?:ytd|year to date)", relative.year_to_date),
    _rule(
        rf"{_THE}(?:last|previous) (\d{{1,3}}) (days|weeks|months)",
        lambda m, s: relative.recent(m[1], m[2], s.calendar.tomorrow),
    ),
    _rule(
        r"(\d{1,3}|a) (days?|weeks?|months?|years?) ago",
        lambda m, s: relative.ago("1" if m[1] == "a" else m[1], m[2], s.calendar.tomorrow),
    ),
    _rule(
        rf"(?:(vs|than|and|from|with|to) )?(?:in |of )?{_THE}(same (?:\w+ )?)?(?:of |in )?last year(?! of)",
        relative.last_year,
    ),
    _rule(rf"{_THE}this (day|week|weekend|month|quarter|year)", lambda m, s: relative.this(m[1], s.calendar.last_day)),
    _rule(
        rf"{_THE}last (day|week|weekend|month|quarter|year|{'|'.join(WEEKDAYS)})(?! of)",
        lambda m, s: relative.last(m[1], s.calendar.tomorrow),
    ),
    # years, ranges, and what is compared with
    _rule(
        r"(in|of|for|during|year|vs|and|to|than|with|since|from|whole|over|throughout|entire) ((?:19|20)\d\d)",
        lambda m, s: f"{m[1]} {s.put(cal.year(int(m[2])))}",
    ),
    _rule(r"((?:19|20)\d\d)$", lambda m, s: cal.year(int(m[1]))),
    _rule(rf"(from|between) {_THE}@[a-z](\d+) (?:to|until|and) {_THE}@[a-z](\d+)", relative.from_to),
    _rule(rf"()@[a-z](\d+) (?:to|until) {_THE}@[a-z](\d+)", relative.from_to),
    _rule(rf"(since|after|until) {_THE}@[a-z](\d+)", relative.since),
    _rule(rf"{_THE}(?:same )?previous (day|week|weekend|month|quarter|year|period)", relative.previous),
    _rule(rf"{_THE}next (day|week|weekend|month|quarter|year|period)", relative.after),
    _rule(r"yearonyear", lambda m, s: relative.before(m, "year", s)),
)
