"""What a question wants to know: which typed function answers it, of which utility, by which metric and direction.

Intents are read from canonical words, buildings and periods already replaced by tokens. The order of `INTENTS` is the
order of precedence. Knows no portfolio.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vestibule.buildings.calls import Direction, Metric, Tool
from vestibule.core.evidence import Utility


@dataclass(frozen=True)
class Intent:
    """`tool` is None where the words alone do not say; `documents` where they ask for what is written, not measured.
    `utilities` empty: none named. `every_meter`: "energy", or money of no named utility. `measured_thing`: a noun or a
    degree of something metered is among the words; `measured` is weaker, and `past` says that the tense is past;
    `equipment` that a machine is spoken of."""

    tool: Tool | None
    documents: bool
    utilities: tuple[Utility, ...]
    every_meter: bool
    metric: Metric | None
    direction: Direction | None
    everything: bool
    measured: bool
    measured_thing: bool
    past: bool
    compares: bool
    equipment: bool


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])(?:{'|'.join(alternatives)})(?!\w)")


_METERED = "energy|electricity|gas|chilledwater|cost|consumption|heating|cooling"
_SITES = "allbuildings|buildings?|sites?|propert(?:y|ies)|facilit(?:y|ies)"
_USERS = f"consumers?|users?|{_SITES}"
_COMPARED = "most|least|more|less|high|low|cost|increase|decrease|peak|baseload"
_SAYS = r"(?:does|do|did) the [\w ]{3,40}? (?:say|state|require|specify|allow|prescribe|mention)"

INTENTS: tuple[tuple[Tool, re.Pattern[str]], ...] = (
    ("explain", _any("why")),
    ("data_quality", _any("dataquality", "meters? (?:at|in|of|for) § (?:down|working|offline|recording)")),
    ("anomalies", _any("anomaly")),
    ("peaks", _any(
        "which (?:day|hour|days|hours|month|week)", "what (?:day|hour|time)", "on which day", "at what time",
        "when (?:was|were|did|is|does).{0,120} (?:most|least|peak|high|spike)", "(?:most|least) (?:day|hour)",
    )),
    ("ranking", _any(
        "rank", rf"(?:which|what) (?:of )?(?:the |our )?(?:{_SITES}|one|1|§).{{0,120}} (?:{_COMPARED})",
        "who.{0,120} (?:consumption|cost).{0,120} (?:most|least)", "where (?:did|do) we.{0,120} most",
        rf"(?:most|least) (?:\d+ )?(?:(?:{_METERED}) )*(?:{_USERS}|of allbuildings|in allbuildings)",
        rf"(?:{_USERS}) by (?:\w+ )?(?:{_METERED}|peak)",
    )),
    ("portfolio", _any(
        f"(?:list|show me|name|tell me about|describe) (?:all )?(?:of )?(?:the |our |your )?(?:{_SITES}|§$)",
        rf"(?:what|which) (?:{_SITES}) (?:do|are|have|can|is)(?! \w+ (?:consumption|most|least))",
        f"how many (?:{_SITES})", "what is in allbuildings", "list of (?:the |our )?allbuildings",
        f"list of (?:{_SITES})",
        "floor area", "how (?:big|old|large|high) (?:is|are) §", "year (?:was|is) § built", "when was § built",
    )),
    ("comparison", _any(
        "compare", "vs", r"(?:more|less|high|low|fewer)(?: [\w@§]+){0,7} than",
        "than (?:in |at |the |on |during )*[@§]", "or §", "previous",
        r"(?:more|less|high|low)(?: [\w@§]+){0,8} or (?:in |at |on |during )?@\w+",
    )),
    ("profile", _any("baseload", "profile", "night", "weekends", "day time", "unoccupied")),
    ("peaks", _any("peak", "spike", "load factor", "most")),
    ("consumption", _any(
        "how much", "how many", "how (?:did|is|has|does|was) §", "total", "consumption", "cost", "perm2", "mean", "sum",
        "what did",
    )),
)  # fmt: skip

# What is written somewhere, not metered: asked for by these words alone …
_DOCUMENTS = _any(
    "how (?:do|can|should|would|must|shall) (?:i|we|you|one|the|an|a)", "how to", r"who (?!consumption)\w+", "whom",
    "steps", "where (?:is|are|can|do)", "instructions?", "contact", "phone", "telephone",
    "access codes?", "sequence of operations?", "warranty",
    "maintenance (?:record|report|plan|contract|interval|schedule)", "allowed", "permitted", "recommended",
    "should", "documents?", "tenants? (?:of|in|at)",
    r"when (?:was|were|is) (?:the |a |an )?[\w ]{0,40}?(?:serviced|replaced|inspected|maintained|repaired|installed)",
    "what (?:is|are) (?:the |our )?(?:tariff|unit rate|standing charge|opening hours|operating hours|target|schedule)",
)  # fmt: skip
# … or by these even in a question that could else be one about data.
_FROM_PAPER = _any(
    "according to", _SAYS, "lease", "setpoint", "manual", "procedure", "policy", "codes?", "clause", "tariff sheet",
    "prices?", "maintenance log",
)  # fmt: skip
_ABOUT_DATA = _any(
    "why (?:was|is|were|did|has|have|had)", "how much", f"which (?:of|{_SITES})", "compare", "what (?:was|were)"
)  # fmt: skip
_MEASURED = _any(
    "why", "how much", "how many", "which (?:of|building|site)", "compare", "vs", "anomaly", "dataquality", "peak",
    "consumption", "cost", "baseload", "profile", "rank", "total", "high", "low", "increase", "decrease", "spike",
    "electricity", "gas", "chilledwater", "energy", "cooling", "heating", "most", "least", "load", "demand", "night",
)  # fmt: skip
_THINGS = _any(
    "electricity", "gas", "chilledwater", "energy", "cooling", "heating", "consumption", "cost", "perm2", "peak",
    "load", "baseload", "profile", "demand", "high", "low", "increase", "decrease", "spike", "anomaly", "meters?",
    "more", "less", "most", "least", "night", "compare", "vs", "weekends", "how (?:did|is|has|was) §",
)  # fmt: skip
_PAST = _any("was", "were", "did", "has", "have", "had")
_EQUIPMENT = _any(
    "chillers?", "boilers?", "ahus?", "pumps?", "valves?", "dampers?", "fans?", "refrigerants?", "filters?", "sensors?",
    "bms", "compressors?", "thermostats?", "controllers?", "lifts?", "elevators?",
)  # fmt: skip
_COMPARES = _any("compare", "vs", "than")

_UTILITIES: tuple[tuple[Utility, re.Pattern[str]], ...] = (
    ("electricity", _any("electricity")),
    ("gas", _any("gas", "heating(?! season)")),
    ("chilled_water", _any("chilledwater", "cooling(?! season)", "chillers?(?= load)")),
)
_METRICS: tuple[tuple[Metric, re.Pattern[str]], ...] = (
    ("cost", _any("cost")),
    ("per_m2", _any("perm2")),
    ("peak", _any("peak")),
    ("mean", _any("mean")),
)
_HIGH = _any("high", "increase", "spike", "more", "most", "exceed(?:ed|s|ing)?", "double[ds]?", "tripled", "too")
_LOW = _any("low", "decrease", "less", "least", "under", "fewer", "half", "down", "zero", "nothing")
_EVERYTHING = _any("allbuildings", "buildings", "sites", "we", "our", "us")
_ALL_METERS = _any("energy", "everything", "meters")


def read_intent(text: str) -> Intent:
    """Read canonical text with tokens in it."""
    tool = next((tool for tool, pattern in INTENTS if pattern.search(text)), None)
    metric = next((metric for metric, pattern in _METRICS if pattern.search(text)), None)
    utilities = tuple(utility for utility, pattern in _UTILITIES if pattern.search(text))
    high, low = _HIGH.search(text), _LOW.search(text)
    direction: Direction | None = None
    if high or low:
        direction = "high" if high and (not low or high.start() < low.start()) else "low"
    on_paper = bool(_FROM_PAPER.search(text))
    if tool == "explain" and utilities:  # "… and what does the maintenance log say?" is answered beside the data
        on_paper = "according to" in text
    documents = on_paper or bool(_DOCUMENTS.search(text) and not _ABOUT_DATA.search(text))
    return Intent(
        tool=tool,
        documents=documents,
        utilities=utilities,
        every_meter=not utilities and (bool(_ALL_METERS.search(text)) or metric == "cost"),
        metric=metric,
        direction=direction,
        everything=bool(_EVERYTHING.search(text)),
        measured=bool(_MEASURED.search(text)),
        measured_thing=bool(_THINGS.search(text)),
        past=bool(_PAST.search(text)),
        equipment=bool(_EQUIPMENT.search(text)),
        compares=tool == "comparison" or bool(_COMPARES.search(text)),
    )
