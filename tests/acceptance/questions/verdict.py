"""Judge an answer: is it right, and if not, why not. The reasons name what was wanted and what was said instead."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

import msgspec

from tests.acceptance.questions import answer as said
from tests.acceptance.questions import causes
from tests.acceptance.questions.case import (
    Case,
    CauseNamed,
    DataMissing,
    Figure,
    NamedFirst,
    NothingUnusual,
    PassageCited,
    Peak,
    Subject,
    TwoFigures,
)
from tests.acceptance.questions.causes import About

TOLERANCE = 0.005
ROUNDING = 0.02
"""How far the rounding of a figure that shows decimals may take it from the reference: "1.2 MWh" for 1,223 kWh."""
PASSAGE_SHARE = 0.6
ALL_CAUSES = ("stuck_damper", "failed_setback", "chiller_fault", "holiday", "meter_gap")

_ABOVE = r"\b(?:above|higher|more|over|exceed\w*|excess|increase\w*|rose|up|additional|extra|high)\b"
_BELOW = r"\b(?:below|lower|less|under|decrease\w*|fell|dropped|down|fewer|low|reduced)\b"
_NORMAL = re.compile(
    r"\bnormal(?:ly)?\b|as (?:expected|usual|planned)|unremarkable|in line with"
    r"|with(?:in|out) (?:the |its |what |\w+ )*(?:expected|usual|normal|typical)|close to (?:the |its |what )"
    r"|nothing (?:\w+ )?(?:unusual|abnormal|odd|special|out of the ordinary|notable|stands? out|points?|wrong)"
    r"|\bno (?:\w+ ){0,3}(?:anomal\w+|departure|deviation|fault|sign|evidence|indication|explanation|cause|problem)"
    r"|\bnot? (?:\w+ ){0,2}(?:unusual\w*|abnormal\w*|high|remarkable|significant\w*|depart|differ|out of)"
    r"|cannot (?:see|find|confirm)|did(?: not|n't) (?:\w+ )?(?:find|see|depart|differ|stand)",
    re.IGNORECASE,
)
_AWAY_FROM = re.compile(
    r"\b(?:not|than|above|below|over|under|outside|beyond|exceed\w*)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_MISSING = (
    r"\bmissing\b|\bgaps?\b|\bincomplete\b|\bno (?:readings|data)\b|\bcoverage\b|\black\w*\b|not (?:all|complete)"
)
_COMPLETE = (
    r"\bcomplete\b|\b(?:no|none|0|zero|without|not? any)\b[^.]{0,40}\b(?:missing|gaps?|holes)"
    r"|\ball\b[^.]{0,40}\b(?:there|present|delivered|readings)|\b100(?:\.0+)?\s*%|nothing is missing"
)
_AGAINST_NORMAL = (
    r"(?:more|less|higher|lower|above|below)\s+(?:than\s+)?(?:is\s+|the\s+)?(?:expected|usual|normal|typical)"
)
_MORE = r"\b(?:more|higher|most|highest|larger|greater)\b(?!\s+efficien)"
_LESS = r"\b(?:less|lower|least|lowest|smaller|fewer|more efficient)\b"
_SAVING = r"\b(?:saved|savings?)\b"


class Citation(msgspec.Struct, frozen=True):
    index: int
    title: str = ""
    locator: str = ""
    quote: str = ""
    document_id: str = ""


@dataclass(frozen=True)
class Verdict:
    ok: bool
    reasons: tuple[str, ...]


def judge(case: Case, answer_text: str, vestibule_block: Mapping[str, object]) -> Verdict:
    """Hold the answer's text and the reply's `vestibule` block against what the case wants. An answer that only refers
    to sources it does not number, or numbers sources that the block does not list, is not cited and so not right."""
    text = re.sub(r"[*_`]{1,3}", "", answer_text)
    try:
        listed = msgspec.convert(vestibule_block.get("citations", []), tuple[Citation, ...])
    except msgspec.ValidationError as error:
        return Verdict(False, (f"the block's citations are malformed: {error}",))
    cited = tuple(c for c in listed if c.index in said.markers(text))
    reasons = [] if cited else [f"no citation of the block is used in the text ({len(listed)} listed)"]
    if case.subjects and not _is_named(case.subjects, text) and _is_named(case.strangers, text):
        reasons.append("speaks of another building")
    reasons += _problems(case, text, cited)
    return Verdict(not reasons, tuple(reasons))


def _problems(case: Case, text: str, cited: tuple[Citation, ...]) -> list[str]:
    prose = re.sub(r"\s*\[[\d,\s]+\]", "", text)
    match case.check:
        case CauseNamed() as check:
            return _cause_problems(case, check, prose)
        case NothingUnusual():
            return _quiet_problems(case, prose)
        case Figure() as check:
            return _figure_problems(check, prose)
        case TwoFigures() as check:
            return _two_figures_problems(check, prose)
        case NamedFirst() as check:
            return _ranking_problems(check, prose)
        case Peak() as check:
            return _peak_problems(check, prose)
        case DataMissing() as check:
            return _missing_problems(check, prose)
        case PassageCited() as check:
            return _passage_problems(check, cited)


def _cause_problems(case: Case, check: CauseNamed, text: str) -> list[str]:
    subjects, strangers = _names(case.subjects), _names(case.strangers)
    about = About(subjects, strangers, case.period)
    problems = []
    if not causes.named(check.cause, check.words, text, About(subjects, strangers, check.window)):
        problems.append(f"the cause {check.cause} is not named (by one of {', '.join(check.words)})")
    for other in ALL_CAUSES:
        if other != check.cause and other not in check.also_true:
            clause = causes.asserted(other, text, about)
            problems += [f"names another cause, {other}: {clause!r}"] if clause else []
    if check.direction == "missing":
        problems += _claimed_saving(text)
    else:
        problems += _direction_problems(check.direction, text)
    return problems


def _direction_problems(direction: str, text: str) -> list[str]:
    """Wrong only if the answer speaks of the other direction alone: signs of one fault can go both ways."""
    right, wrong = (_ABOVE, _BELOW) if direction == "high" else (_BELOW, _ABOVE)
    contradicted = causes.said_affirmatively(wrong, text) and not re.search(right, text, re.IGNORECASE)
    return [f"says the contrary of {direction}"] if contradicted else []


def _quiet_problems(case: Case, text: str) -> list[str]:
    about = About(_names(case.subjects), _names(case.strangers), case.period)
    problems = []
    for cause in ALL_CAUSES:
        clause = causes.asserted(cause, text, about)
        problems += [f"invents a cause, {cause}: {clause!r}"] if clause else []
    if not any(_says_normal(sentence) for sentence in about.relevant(text)):
        problems.append("does not say that the period was normal")
    return problems


def _says_normal(sentence: str) -> bool:
    return any(not _AWAY_FROM.search(sentence[: match.start()]) for match in _NORMAL.finditer(sentence))


def _figure_problems(check: Figure, text: str) -> list[str]:
    if not any(_is_said(value, check.unit, text) for value in check.values):
        return [_not_said(check.values, check.unit, text)]
    if check.readings_missing and not re.search(_MISSING, text, re.IGNORECASE):
        return ["does not say that readings are missing from the sum"]
    return []


def _two_figures_problems(check: TwoFigures, text: str) -> list[str]:
    first, second = check.values
    both = _is_said(first, check.unit, text) and _is_said(second, check.unit, text)
    problems = []
    if not both and not _is_said(abs(first - second), check.unit, text):
        problems.append(_not_said(check.values, check.unit, text))
    problems += _wrong_winner(check.more, check.less, text, per_area=check.unit.endswith("/m²"))
    if check.change:
        wrong = r"\b(?:fell|decreas\w+|dropped|declin\w+|went down)\b"
        right = r"\b(?:rose|increas\w+|grew|climbed|went up)\b"
        wrong, right = (wrong, right) if check.change > 0 else (right, wrong)
        if causes.said_affirmatively(wrong, text) and not re.search(right, text, re.IGNORECASE):
            problems.append("the change goes the other way")
    return problems


def _wrong_winner(more: Subject, less: Subject, text: str, per_area: bool) -> list[str]:
    """Where a sentence names both and says "more" or "less", it must say so of the right one."""
    for sentence in said.sentences(re.sub(_AGAINST_NORMAL, "", text, flags=re.IGNORECASE)):
        if per_area and not re.search(r"m²|m2\b|square met|efficien", sentence):
            continue
        if any(_position(s, sentence) == math.inf for s in (more, less)):
            continue
        ups, downs = (list(re.finditer(p, sentence, re.IGNORECASE)) for p in (_MORE, _LESS))
        if bool(ups) == bool(downs):
            continue
        if _said_of((ups or downs)[0], sentence, more, less) != (more if ups else less):
            return [f"the wrong one is ahead ({more.names[0]} is greater): {sentence!r}"]
    return []


def _said_of(comparative: re.Match[str], sentence: str, more: Subject, less: Subject) -> Subject:
    """The one that follows with a verb or preposition ("higher at X", "higher: X"), else the last one before."""
    before, after = sentence[: comparative.start()], sentence[comparative.end() :]
    for one in (more, less):
        names = "|".join(re.escape(name) for name in one.names)
        if re.match(rf"(?:\s\w+){{0,3}}?\s*(?:was|is|at|in|by|:)\s+(?:the )?(?:{names})\b", after, re.IGNORECASE):
            return one
    if _last_position(more, before) == _last_position(less, before):
        return min((more, less), key=lambda s: _position(s, after))
    return max((more, less), key=lambda s: _last_position(s, before))


def _ranking_problems(check: NamedFirst, text: str) -> list[str]:
    places = {s: _position(s, text) for s in (check.first, *check.others)}
    ahead = min(places, key=lambda s: places[s])
    if places[ahead] == math.inf:
        return ["names no building"]
    return [] if ahead == check.first else [f"names {ahead.names[0]} first, not {check.first.names[0]}"]


def _peak_problems(check: Peak, text: str) -> list[str]:
    problems = []
    if check.value is not None and not _is_said(check.value, "kW", text):
        problems.append(_not_said((check.value,), "kW", text))
    days = [(month, day) for month, day, _ in check.hours]
    on_day = said.dates(text)
    in_hour = said.hours(text)
    if not on_day & set(days):
        problems.append(f"the day {days[0]} (month, day) is not named; said: {sorted(on_day)}")
    elif check.value is not None and not any({hour, hour + 1} & in_hour for _, _, hour in check.hours):
        problems.append(f"the hour from {check.hours[0][2]}:00 is not named; said: {sorted(in_hour)}")
    return problems


def _missing_problems(check: DataMissing, text: str) -> list[str]:
    if not check.missing:
        return [] if re.search(_COMPLETE, text, re.IGNORECASE) else ["does not say that the readings are complete"]
    problems = _claimed_saving(text)
    clause = causes.said_affirmatively(r"\bmissing\b|\bgaps?\b|\bincomplete\b|logger", text)
    if not clause and not re.search(r"\bnot (?:all|complete)\b", text, re.IGNORECASE):
        problems.append("does not say that readings are missing")
    return problems


def _passage_problems(check: PassageCited, cited: tuple[Citation, ...]) -> list[str]:
    if any(_same_passage(check.quote, c.quote) and not _of_another_document(check, c) for c in cited):
        return []
    quoted = "; ".join(f"{c.title} {c.locator}: {c.quote[:80]!r}" for c in cited) or "nothing"
    return [f"{check.document} ({check.heading}: {check.quote[:80]!r}) is not cited, but {quoted}"]


def _same_passage(wanted: str, quote: str) -> bool:
    """One holds the other, or enough words of the wanted passage stand in the quote in their order, at least two in a
    row: the words that any two passages share do not count."""
    one, other = (re.findall(r"\w+", text.lower()) for text in (wanted, quote))
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    shared = sum(block.size for block in blocks if block.size >= min(2, len(one)))
    return bool(one) and (shared >= PASSAGE_SHARE * len(one) or (shared == len(other) and shared >= 4))


def _of_another_document(check: PassageCited, citation: Citation) -> bool:
    """Known only where the block calls documents by their path."""
    path = citation.document_id
    return check.document not in path and any(other in path for other in check.other_documents)


def _claimed_saving(text: str) -> list[str]:
    clause = causes.said_affirmatively(_SAVING, text)
    return [f"calls missing readings a saving: {clause!r}"] if clause else []


def _is_said(value: float, unit: str, text: str) -> bool:
    for figure in said.figures(text):
        if figure.unit == unit:
            slack = max(TOLERANCE * value, min(figure.resolution / 2, ROUNDING * value))
            if any(abs(abs(v) - value) <= slack for v in figure.values):
                return True
    return False


def _not_said(values: tuple[float, ...], unit: str, text: str) -> str:
    wanted = " or ".join(f"{value:,.1f}" for value in values)
    return f"wanted {wanted} {unit}; said: {', '.join(f.text for f in said.figures(text)) or 'no figure'}"


def _is_named(subjects: tuple[Subject, ...], text: str) -> bool:
    return any(_position(subject, text) != math.inf for subject in subjects)


def _names(subjects: tuple[Subject, ...]) -> tuple[str, ...]:
    return tuple(name for subject in subjects for name in subject.names)


def _last_position(subject: Subject, text: str) -> int:
    return max(
        (m.start() for name in subject.names for m in re.finditer(rf"\b{re.escape(name)}\b", text, re.I)), default=-1
    )


def _position(subject: Subject, text: str) -> float:
    found = [re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in subject.names]
    return min((match.start() for match in found if match), default=math.inf)
