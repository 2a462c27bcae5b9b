"""From what a turn said to the calls it asks for, with the defaults that speech leaves out. Reads no words itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vestibule.buildings.calls import AnalyticCall, Metric, Tool
from vestibule.buildings.portfolio import Portfolio
from vestibule.buildings.reading.buildings import BuildingsRead, Names
from vestibule.buildings.reading.calendar import Calendar, Span, year
from vestibule.buildings.reading.intent import Intent
from vestibule.buildings.reading.periods import PeriodsRead
from vestibule.buildings.reading.relations import earlier, joined
from vestibule.core.evidence import Period, Utility

UTILITIES: tuple[Utility, ...] = ("electricity", "gas", "chilled_water")
_ACROSS: frozenset[Tool] = frozenset({"comparison", "ranking", "portfolio", "total"})
_ALL_IF_UNNAMED: frozenset[Tool] = frozenset(
    {"ranking", "portfolio", "comparison", "consumption", "anomalies", "data_quality"}
)
_WHOLE_BUILDING: frozenset[Tool] = frozenset({"explain", "anomalies", "data_quality"})


def assemble(
    named: BuildingsRead, said: PeriodsRead, intent: Intent, names: Names, calendar: Calendar, portfolio: Portfolio
) -> tuple[tuple[AnalyticCall, ...], Period | None, tuple[str, ...]]:
    """Calls in the order asked, the period they are about, and what stood in the way of others."""
    gaps = [*named.gaps, *said.gaps]
    tool: Tool = intent.tool or "consumption"
    asked, second = _periods(said, tool, intent, len(named.ids) + len(named.gaps), calendar, gaps)
    ids = _buildings(named, tool, intent, names, gaps)
    if tool == "comparison" and len(ids) == 1 and second is None:
        tool = "consumption"
    if tool == "consumption" and second is not None:
        tool = "comparison"
    if tool == "consumption" and len(ids) > 1 and not named.ids:
        tool = "total"
    calls = [
        call
        for span in asked
        for call in _calls(
            tool,
            ids,
            intent,
            calendar.period(span),
            calendar.period(second) if second else None,
            names,
            portfolio,
            gaps,
        )
    ]
    period = calendar.period(asked[0]) if asked else None
    return tuple(dict.fromkeys(calls)), period, tuple(dict.fromkeys(gaps))


def _periods(
    said: PeriodsRead, tool: Tool, intent: Intent, named: int, calendar: Calendar, gaps: list[str]
) -> tuple[list[Span], Span | None]:
    """The periods asked about, clipped to the data, and the one they are compared with."""
    spans, second = list(dict.fromkeys(said.spans)), said.reference
    if not spans:
        whole_year = calendar.clip(calendar.latest(year, None))
        return ([] if said.attempted or whole_year is None else [whole_year]), None
    if second is None and len(spans) == 2 and intent.compares:
        second = spans.pop()
    elif second is None and tool == "comparison" and named <= 1 and len(spans) == 1 and not intent.everything:
        second = earlier(spans[0], "period")
    elif len(spans) > 1 and all(b.start == a.end for a, b in pairwise(spans)):
        spans = [joined(spans[0], spans[-1])]
    asked = [covered for span in spans if (covered := _covered(span, calendar, gaps))]
    return asked, _covered(second, calendar, gaps) if second else None


def _covered(span: Span, calendar: Calendar, gaps: list[str]) -> Span | None:
    covered = calendar.clip(span)
    if covered != span:
        what = "There is no data for" if covered is None else "There is not data for all of"
        gaps.append(f"{what} {span.label}; the data covers {calendar.covered.label}.")
    return covered


def _buildings(named: BuildingsRead, tool: Tool, intent: Intent, names: Names, gaps: list[str]) -> tuple[str, ...]:
    everyone = tuple(names.shown)
    if tool == "comparison" and len(named.ids) == 1 and intent.everything:
        return (*named.ids, *(each for each in everyone if each not in named.ids))
    if named.ids and not (tool == "ranking" and len(named.ids) == 1):
        return tuple(named.ids)
    if named.gaps:
        return ()
    if named.stray and not intent.everything:
        gaps.append(f"“{named.stray.capitalize()}” is not a building in this portfolio; it has: {names.listed()}.")
        return ()
    if intent.everything or tool in _ALL_IF_UNNAMED or len(everyone) == 1:
        return everyone
    gaps.append(f"No building is named; name one of: {names.listed()}.")
    return ()


def _calls(
    tool: Tool,
    ids: tuple[str, ...],
    intent: Intent,
    period: Period,
    second: Period | None,
    names: Names,
    portfolio: Portfolio,
    gaps: list[str],
) -> list[AnalyticCall]:
    """One call for each utility; and for each building, except where the tool looks across buildings."""
    if not ids:
        return []
    direction = intent.direction or ("high" if tool == "ranking" else None)
    if tool not in ("ranking", "explain", "anomalies"):
        direction = None
    calls = []
    for group in [ids] if tool in _ACROSS else [(each,) for each in ids]:
        for utility in _utilities(tool, group, intent, names, portfolio, gaps):
            metric = _metric(tool, intent)
            calls.append(AnalyticCall(tool, group, utility, period, second, metric, direction))
    return calls


def _metric(tool: Tool, intent: Intent) -> Metric | None:
    return intent.metric or "total" if tool in ("consumption", "total", "comparison", "ranking") else None


def _utilities(
    tool: Tool, ids: Sequence[str], intent: Intent, names: Names, portfolio: Portfolio, gaps: list[str]
) -> list[Utility | None]:
    """Those named, as far as there are meters; every meter for "energy"; else electricity, or None for tools that look
    at a whole building."""
    if tool == "portfolio" or (tool in _WHOLE_BUILDING and not intent.utilities):
        return [None]
    metered = {meter.utility for meter in portfolio.meters if meter.building in ids}
    if intent.every_meter:
        return [utility for utility in UTILITIES if utility in metered]
    wanted = intent.utilities or ("electricity",)
    for utility in wanted:
        if utility not in metered:
            has = ", ".join(each.replace("_", " ") for each in UTILITIES if each in metered) or "none"
            gaps.append(f"{names.listed(ids)} has no {utility.replace('_', ' ')} meter; it has: {has}.")
    return [utility for utility in wanted if utility in metered]
