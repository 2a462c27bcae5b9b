"""`read`: a question in people's words, with the turns before it, becomes typed calls. Pure: no model, no I/O.

Words → buildings → canonical words → periods → intent → what the turn leaves unsaid, taken from the turns before →
calls. What cannot be read is said in `gaps`, never guessed. Text beyond the first 2,000 characters of a turn, and turns
before the last four, are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from vestibule.buildings.calls import AnalyticCall
from vestibule.buildings.portfolio import Portfolio
from vestibule.buildings.reading.assembly import assemble
from vestibule.buildings.reading.buildings import BuildingsRead, Names, find_buildings, names_of, without_tenants
from vestibule.buildings.reading.calendar import Calendar
from vestibule.buildings.reading.intent import Intent, read_intent
from vestibule.buildings.reading.periods import PeriodsRead, read_periods
from vestibule.buildings.reading.vocabulary import KNOWN, canonical
from vestibule.buildings.reading.words import words
from vestibule.core.evidence import Period

_TURNS = 4


class Reading(msgspec.Struct, frozen=True):
    """What a question asks of the data. `buildings` are the ids named, also when it is not about data. `period` is the
    one read, or the whole year of data where a data question names none; None where it named one we cannot serve.
    `is_certain`: it names a time, or no word in it is left unread; and it does not ask for a rule. Where it is not,
    documents may know better."""

    calls: tuple[AnalyticCall, ...] = ()
    buildings: tuple[str, ...] = ()
    period: Period | None = None
    gaps: tuple[str, ...] = ()
    is_about_data: bool = False
    is_certain: bool = True


@dataclass(frozen=True)
class Turn:
    """One turn, read on its own. `leans`: it says too little to stand without the turn before."""

    buildings: BuildingsRead
    periods: PeriodsRead
    intent: Intent
    leans: bool
    points_back: bool
    certain: bool = True


def read(question: str, history: Sequence[str], portfolio: Portfolio) -> Reading:
    """Read the last user turn; `history` are the user turns before it, oldest first. Never raises."""
    if not portfolio.buildings:
        return Reading(gaps=("No building has been imported yet.",)) if _asks_for_data(question) else Reading()
    names = names_of(portfolio)
    calendar = Calendar.of(portfolio)
    before: Turn | None = None
    for text in history[-_TURNS:]:
        before = _following(_read_turn(text, names, calendar, before), before)
    turn = _following(_read_turn(question, names, calendar, before), before)
    if not _is_about_data(turn):
        return Reading(buildings=tuple(turn.buildings.ids))
    calls, period, gaps = assemble(turn.buildings, turn.periods, turn.intent, names, calendar, portfolio)
    return Reading(calls, tuple(turn.buildings.ids), period, gaps, True, turn.certain)


def _asks_for_data(question: str) -> bool:
    """Whether meters would be asked if there were any; without a portfolio there are no names to go by."""
    intent = read_intent(" ".join(canonical(words(question))))
    asks = intent.tool is not None or bool(intent.utilities or intent.every_meter)
    return asks and not intent.documents


def _read_turn(text: str, names: Names, calendar: Calendar, before: Turn | None) -> Turn:
    heard = words(text)
    spoken = without_tenants(heard, names)
    buildings = find_buildings(spoken, names)
    said = canonical(buildings.words)
    anchor = before.periods.spans[0] if before and before.periods.spans else None
    periods = read_periods(said, calendar, anchor)
    intent = read_intent(periods.text)
    opens = tuple(said[:2])
    leans = opens[:1] in {("and",), ("or",), ("then",), ("same",), ("also",)} or opens in {
        ("what", "about"), ("how", "about"), ("was", "ist"), ("the", "same"), ("was", "mit"),
    }  # fmt: skip
    points_back = bool(_BACKWARD & set(said))
    unread = spoken != heard or intent.equipment or any(_is_unread(word) for word in periods.text.split())
    rules = bool(_RULES.search(" ".join(spoken))) and not intent.past
    certain = not rules and (periods.attempted or not unread)
    return Turn(buildings, periods, intent, leans or intent.tool is None, points_back or leans, certain)


# what ought to be is written down, not metered
_RULES = re.compile(
    r"\bmay [\w ]{1,40}\bbe\b|\bmay [\w ]{1,40} before\b|\b(?:want|supposed|meant|have|has|need|needs) to\b"
)


def _is_unread(word: str) -> bool:
    """A content word that no typed function has a use for."""
    return len(word) >= 4 and word.isalpha() and (word in _NEVER_METERED or word not in KNOWN)


_NEVER_METERED = frozenset({"temperature", "temperatures", "pressure", "humidity", "setback", "setpoint", "setpoints"})


_BACKWARD = frozenset({"it", "its", "there", "then", "that", "they", "them", "this", "those", "same", "dort", "es"})


def _following(turn: Turn, before: Turn | None) -> Turn:
    """Fill what a turn leaves unsaid from the one before it."""
    if before is None:
        return turn
    intent, periods, buildings = turn.intent, turn.periods, turn.buildings
    says_something = bool(buildings.ids or periods.attempted or intent.measured or intent.utilities or turn.points_back)
    if not says_something or intent.documents:
        if not buildings.ids and turn.points_back:
            buildings = before.buildings
        return replace(turn, buildings=buildings)
    unnamed = not buildings.ids and not buildings.gaps and not intent.everything and not buildings.stray
    if unnamed:
        buildings = replace(before.buildings, gaps=[])
    if not periods.attempted and (unnamed or turn.points_back or turn.leans):
        periods = replace(periods, spans=before.periods.spans, reference=before.periods.reference)
    elif (
        intent.compares
        and turn.points_back
        and len(periods.spans) == 1
        and before.periods.spans
        and not periods.reference
    ):
        periods = replace(periods, spans=(before.periods.spans[0], *periods.spans))
    if turn.leans and intent.tool in (None, "consumption") and before.intent.tool:
        intent = replace(
            intent,
            tool=before.intent.tool,
            metric=intent.metric or before.intent.metric,
            direction=intent.direction or before.intent.direction,
            measured=True,
            measured_thing=True,
            everything=intent.everything or (unnamed and before.intent.everything),
        )
    if not intent.utilities and not intent.every_meter and (unnamed or turn.leans or turn.points_back):
        intent = replace(intent, utilities=before.intent.utilities, every_meter=before.intent.every_meter)
    return replace(turn, buildings=buildings, periods=periods, intent=intent)


def _is_about_data(turn: Turn) -> bool:
    intent = turn.intent
    if intent.documents:
        return False
    timed = turn.periods.attempted
    if intent.equipment and not intent.utilities and not timed and intent.tool != "data_quality":
        return False
    placed = bool(turn.buildings.ids or turn.buildings.gaps or turn.buildings.stray or intent.everything)
    if intent.tool == "portfolio":
        return placed
    if intent.tool in ("ranking", "data_quality", "anomalies"):
        return placed or timed or intent.tool != "anomalies"
    if intent.tool is None:
        return bool(intent.utilities or intent.every_meter) and placed
    if intent.tool == "explain":
        return (placed and (intent.measured_thing or timed)) or (timed and intent.measured_thing)
    return (placed or timed or intent.past) and intent.measured_thing
