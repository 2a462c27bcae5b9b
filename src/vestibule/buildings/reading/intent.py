"""What a question wants to know: which typed function answers it, of which utility, by which metric, in which direction.

Intents are read from canonical words, buildings and periods already replaced by tokens. The order of `INTENTS` is the
order of precedence. Knows no portfolio.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from vestibule.core.evidence import Utility

Tool = Literal[
    "consumption", "comparison", "ranking", "peaks", "profile", "anomalies", "explain", "data_quality", "portfolio"
]
Metric = Literal["total", "per_m2", "cost", "peak", "mean"]
Direction = Literal["high", "low"]


@dataclass(frozen=True)
class Intent:
    """`tool` is None where the words alone do not say; `documents` where they ask for what is written, not measured.
    `utilities` empty: none named. `every_meter`: "energy", or money of no named utility. `measured_thing`: a noun or a
    degree of something metered is among the words; `measured` is weaker, and `past` says that the tense is past."""

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


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])(?:{'|'.join(alternatives)})(?!\w)")


_THING = "consumption|energy|electricity|gas|chilledwater|cost|peak|baseload|heating|cooling"
INTENTS: tuple[tuple[Tool, re.Pattern[str]], ...] = (
    ("explain", _any("why")),
    ("data_quality", _any("dataquality")),
    ("portfolio", _any(
        "(?:list|show me|name|tell me about|describe) (?:me )?(?:all )?(?:of )?(?:the |our |your )?(?:allbuildings|buildings|sites|§$)",
        "(?:what|which) (?:buildings|sites|properties|facilities) (?:do|are|have|can|is)(?! \\w+ (?:consumption|most|least))",
        "how many (?:buildings|sites|properties|facilities)", "floor area", "how (?:big|old|large) is §", "what is in allbuildings",
        "how high is §", "(?:when|year) (?:was|is) § built",
    )),
    ("peaks", _any(
        f"which (?:day|hour|days|hours|month|week)", "what (?:day|hour|time)", "when (?:was|were|did|is|does)[^?]* (?:most|least|peak|high|spike)",
        "(?:most|least) (?:day|hour)", "on which day", "at what time",
    )),
    ("ranking", _any(
        "rank", "(?:which|what) (?:of )?(?:the |our )?(?:allbuildings|buildings?|sites?|properties|property|facility|facilities|one|1|§)[^?]* (?:most|least|more|less|high|low|cost|increase|peak|baseload|anomaly)",
        "who[^?]* (?:consumption|cost)[^?]* (?:most|least)", "(?:most|least) (?:\\d+ )?(?:consumers?|users?|buildings?|sites?|energy|electricity|gas|chilledwater|allbuildings)(?: [a-z]+)? ?(?:buildings?|sites?|consumers?|users?)?$",
        "(?:most|least) (?:\\d+ )?(?:consumers?|users?|buildings?|sites?)", "(?:most|least) (?:energy |electricity |gas |chilledwater |cost )*(?:consumption )?(?:consumers?|users?|buildings?|sites?|of allbuildings|in allbuildings)",
        "(?:buildings?|sites?|consumers?) by (?:\\w+ )?(?:consumption|cost|energy|electricity|gas|peak)", "where (?:did|do) we[^?]* most",
    )),
    ("comparison", _any("compare", "vs", "(?:more|less|high|low|fewer)(?: [\\w@§]+){0,7} than", "than (?:in |at |the |on |during )*[@§]", "or §", "previous")),
    ("anomalies", _any("anomaly")),
    ("profile", _any("baseload", "profile", "night", "weekends", "day time", "unoccupied")),
    ("peaks", _any("peak", "spike", f"most (?:{_THING}|load|demand|day|hour)", "load factor", "most")),
    ("consumption", _any("how much", "how many", "total", "consumption", "cost", "perm2", "mean", "sum", "what did")),
)  # fmt: skip

_DOCUMENTS = _any(
    "according to", "how (?:do|can|should|would|must|shall) (?:i|we|you|one|the|an|a)", "how to", "who (?!consumption)\\w+",
    "whom", "(?:does|do|did) the [\\w ]{3,40}? (?:say|state|require|specify|allow|prescribe|mention)", "manual", "procedure", "lease",
    "policy", "setpoint", "sequence of operations?", "warranty", "maintenance (?:log|record|report|plan|contract|interval|schedule)", "steps",
    "where (?:is|are|can|do)", "access codes?", "codes?", "clause", "instructions?", "contact", "phone", "telephone",
    "when (?:was|were|is) (?:the |a |an )?[\\w ]{0,40}?(?:serviced|replaced|inspected|maintained|repaired|installed|calibrated)",
    "what (?:is|are) (?:the |our )?(?:tariff|price|unit rate|standing charge|opening hours|operating hours|occupancy hours|target|supply air|schedule)",
    "allowed", "permitted", "recommended", "should", "tariff sheet", "document", "documents", "tenants? (?:of|in|at)", "what does",
)  # fmt: skip
_MEASURED = _any(
    "why", "how much", "how many", "which (?:of|building|site)", "compare", "vs", "anomaly", "dataquality", "peak",
    "consumption", "cost", "baseload", "profile", "rank", "total", "high", "low", "increase", "decrease", "spike",
    "electricity", "gas", "chilledwater", "energy", "cooling", "heating", "most", "least", "load", "demand", "night",
)  # fmt: skip
_STRONG = _any(
    "why (?:was|is|were|did|has|have|had)",
    "how much",
    "which (?:building|site|of)",
    "compare",
    "was (?:\\w+ )?anomaly",
    "what (?:was|were)",
)
_FROM_PAPER = _any(
    "according to",
    "does the [\\w ]{3,40}? (?:say|state|require|specify|allow|prescribe|mention)",
    "lease",
    "setpoint",
    "manual",
    "procedure",
    "policy",
    "codes?",
    "clause",
    "tariff sheet",
    "price",
    "maintenance log",
)

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
_HIGH = _any(
    "high", "increase", "spike", "more", "most", "exceed(?:ed|s|ing)?", "double[ds]?", "tripled", "too"
)
_LOW = _any("low", "decrease", "less", "least", "under", "fewer", "half", "down", "zero", "nothing")
_EVERYTHING = _any("allbuildings", "buildings", "sites", "we", "our", "us")
_THINGS = _any(
    "electricity", "gas", "chilledwater", "energy", "cooling", "heating", "consumption", "cost", "perm2", "peak", "load",
    "baseload", "profile", "demand", "high", "low", "increase", "decrease", "spike", "anomaly", "meters?", "more", "less",
    "most", "least", "night", "compare", "vs", "utility",
)  # fmt: skip
_PAST = _any("was", "were", "did", "has", "have", "had")
_COMPARES = _any("compare", "vs", "than")
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
    documents = bool(_FROM_PAPER.search(text)) if _STRONG.search(text) else bool(_DOCUMENTS.search(text))
    return Intent(
        tool=tool,
        documents=documents and not (tool == "explain" and not re.search("according to", text) and bool(utilities)),
        utilities=utilities,
        every_meter=not utilities and (bool(_ALL_METERS.search(text)) or metric == "cost"),
        metric=metric,
        direction=direction,
        everything=bool(_EVERYTHING.search(text)),
        measured=bool(_MEASURED.search(text)),
        measured_thing=bool(_THINGS.search(text)),
        past=bool(_PAST.search(text)),
        compares=tool == "comparison" or bool(_COMPARES.search(text)),
    )
