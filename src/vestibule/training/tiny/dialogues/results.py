"""Computed results as sources: every sentence of each is repeated with its number, then what is missing."""

from __future__ import annotations

from datetime import datetime
from random import Random

from vestibule.core.evidence import Passage, Period, ToolResult
from vestibule.core.generation import Source
from vestibule.core.sentences import sentences
from vestibule.training.tiny.dialogues import words
from vestibule.training.tiny.dialogues.prose import filler, scrambled
from vestibule.training.tiny.dialogues.slots import fill, recurring

TOOLS = (
    "consumption",
    "comparison",
    "ranking",
    "peaks",
    "profile",
    "anomalies",
    "explain",
    "data_quality",
    "portfolio",
)
_NO_PERIOD = Period(datetime.min, datetime.min, "")

_STATEMENTS = {
    "consumption": (
        "{building} used {count} {unit} of {utility} in {period}.",
        "{building} used {count} {unit} of {utility} in {period}, {count} {unit} a day on average.",
        "{building} used {count} {unit} of {utility} in {period}, {percent} % {above} the {count} {unit} expected for "
        "the weather and the calendar, which is within the normal range (± {percent} %).",
        "Per square metre {building} used {count} {unit} of {utility} in {period}.",
        "The {utility} of {building} cost {count} EUR in {period}, at {count} EUR for each kWh.",
        "{small} of the {count} readings are missing; the sum holds what was metered and no more.",
        "In {period}, {building} used {count} {unit} of {utility}.",
        "{Utility} use of {building} in {period}: {count} {unit}, {count} {unit} a day on average.",
        "That is {count} {unit} a day on average.",
        "That is {count} {unit}/m² of floor area.",
        "At the tariff of the building this cost {count} EUR.",
        "It was {percent} % {more} than the {count} {unit} expected for the weather and the calendar.",
        "Expected were {count} {unit}, so use was {percent} % {above} what is normal.",
        "{percent} % of the hours have a reading.",
        "{count} hours without a reading are not in this sum.",
    ),
    "comparison": (
        "{building} used {count} {unit} of {utility} in {period} and {count} {unit} in {period}.",
        "{building} used {count} {unit}, {building} {count} {unit} of {utility} in {period}.",
        "The difference is {count} {unit}, or {percent} %.",
        "{building} used {percent} % {more} than {building}.",
        "Per square metre it was {count} against {count} {unit}.",
        "{Utility} use rose by {percent} % from {period} to {period}.",
        "{Utility} use fell by {count} {unit} ({percent} %) from {period} to {period}.",
    ),
    "ranking": (
        "{building} used the most {utility} in {period}: {count} {unit}.",
        "{building} used the least {utility} in {period}: {count} {unit}.",
        "It is followed by {building} with {count} {unit} and {building} with {count} {unit}.",
        "All buildings together used {count} {unit}.",
        "Behind it come {building} ({count} {unit}), {building} ({count} {unit}), {building} ({count} {unit}), "
        "{building} ({count} {unit}) and {building} ({count} {unit}).",
        "Readings are missing for {building} and {building}.",
        "Per square metre {building} leads with {count} {unit}/m².",
    ),
    "peaks": (
        "The highest {utility} demand of {building} in {period} was {count} kW on {day} at {clock}.",
        "Peak demand of {building} was {count} kW, in the hour from {clock} on {day}.",
        "The day with the highest use was {day} with {count} {unit}.",
        "The next highest hours were {count} kW on {day} at {clock} and {count} kW on {day} at {clock}.",
        "Mean demand was {count} kW and the load factor {percent} %.",
        "The hours after it reached {count} kW (from {clock} on {day}), {count} kW (from {clock} on {day}) and "
        "{count} kW (from {clock} on {day}).",
    ),
    "profile": (
        "The base load of {building} in {period} was {count} kW.",
        "At night {building} used {count} kW on average, by day {count} kW.",
        "Nights and weekends made up {percent} % of its {utility} use.",
        "Outside its hours the building needs {percent} % of what it needs inside them.",
    ),
    "explain": (
        "{Utility} use of {building} was {percent} % {above} normal from {day} to {day}: {count} {unit} {more} "
        "than expected.",
        "The cause is probably a stuck outdoor air damper (confidence {percent} %).",
        "The pattern points to a night setback that failed: nights were {percent} % {above} normal.",
        "A chiller fault explains it: electricity for each kWh of chilled water rose by {percent} %.",
        "It was a holiday: {building} ran as on a Sunday on {day}.",
        "The meter did not record for {count} hours from {day}, {clock}; this is no saving.",
        "Days were normal, only hours without people were high.",
        "Cooling was {percent} % {above} expected while it was warm outside.",
        "The excess over the whole time was {count} {unit}.",
        "Nothing unusual was found: {utility} use was {percent} % {above} expected, within the normal range.",
        "No cause could be told from the meters.",
        "The {utility} meter of {building} has no reading from {clock} on {day} to {clock} on {day}: sums over it are "
        "too low, which is not low use.",
        "In those hours {count} {unit} of {utility} would be usual; what was used is not known.",
        "{building} used {count} {unit} of {utility} in {period}, {percent} % {above} the {count} {unit} expected for "
        "the weather and the calendar, which is unusual (± {percent} %).",
        "From {day} to {day} {utility} was {percent} % {above} expected by night and {percent} % by day.",
        "{small} days were unusual; the most so was {day} ({count} {unit}, {percent} % {above} expected).",
        "Signs of it: use at night was {percent} % {above} expected; by day it was normal; it ended on {day}.",
        "{building}: {percent} % of the readings are missing from {day} to {day}.",
        "The excess came between {clock} and {clock}, and on {day} too.",
    ),
    "data_quality": (
        "{count} of {count} hours of {utility} at {building} have no reading in {period}.",
        "The readings of {building} in {period} are complete.",
        "The longest gap is {count} hours, from {day} {clock} to {day} {clock}.",
        "A low sum in that time is missing data and no saving.",
    ),
    "portfolio": (
        "{building} has {count} m² on {small} floors and was built in {year}.",
        "The portfolio has {small} buildings: {building}, {building}, {building} and {building}.",
        "{building} has meters for electricity, gas and chilled water.",
        "It is open from {clock} to {clock}.",
        "There are {small} buildings: {building} (office, {count} m²), {building} (data room, {count} m²) and "
        "{building} (school, {count} m²).",
    ),
}
_STATEMENTS["anomalies"] = _STATEMENTS["explain"]
_METHODS = (
    "Sum of the hourly readings.",
    "Sum of hourly readings; missing hours are left out.",
    "Expected use: regression on the hour of the week and outdoor temperature, fitted without the period asked about.",
    "Baseline fitted on all other weeks of the year, by time of week and temperature.",
    "Hourly readings, local time.",
    "Compared by the sum of the hours that both have.",
    "Largest hourly means of the period.",
    "Floor area and tariff from the portfolio.",
    "Sum of the hourly readings; expected use: regression on time of week and outdoor temperature over {small} "
    "other weeks, {percent} % uncertain.",
    "Means of the hourly readings of {small} buildings, not corrected for the weather.",
    "Departures of more than {count} robust deviations and {percent} % count as unusual.",
)
_QUESTIONS = (
    "How much {utility} did {0} use in {period}?",
    "What did the {utility} of {0} cost in {period}?",
    "Why was {0} so high in {period}?",
    "Why was the {utility} use of {0} high in {period}?",
    "What happened at {0} in {period}?",
    "Compare {0} in {period} with {period}.",
    "Which building used the most {utility} in {period}?",
    "When was the peak of {0} in {period}?",
    "Anything unusual at {0} in {period}?",
    "Is any {utility} data missing for {0}?",
    "What is the base load of {0}?",
    "And in {period}?",
    "How does {0} compare with {building}?",
    "Rank our buildings by {utility}.",
    "The {utility} bill of {0} for {period} looks too high. What happened?",
    "Was {0} normal in {period}?",
    "{0} used much less {utility} than usual in {period}. Is that a saving?",
    "Give me the {utility} total for {0} in {period} in {unit}.",
    "On which day did {0} use the most {utility}?",
    "How big is {0}?",
    "Did {0} or {building} use more {utility} in {period}?",
    "Can I trust the {utility} data of {0} in {period}?",
    "What drove up the {utility} consumption of {0}?",
)
_GAPS = (
    "There is no meter for {utility} at {building}.",
    "No readings before {day} are known.",
    "I know no building called {building}.",
    "The period {period} is not in the data.",
    "I could not tell which period is meant by '{sound} {sound}'.",
    "{building} has no {utility}.",
    "Prices of {utility} are not in the portfolio.",
)


def result_sources(random: Random) -> tuple[str, tuple[Source, ...], tuple[str, ...]]:
    """A question, its results (with at times passages after them), and gaps."""
    building, tool = words.building(random), random.choice(TOOLS)
    results = [_result(random, building if n == 0 else words.building(random), tool) for n in range(_few(random))]
    passages = [_aside(random) for _ in range(random.choice((0, 0, 0, 0, 1, 2)))]
    origins: list[Passage | ToolResult] = [*results, *passages]
    sources = tuple(Source(n, origin) for n, origin in enumerate(origins, 1))
    return question(random, building), sources, gaps(random, 0.15)


def brief_sources(random: Random) -> tuple[Source, ...]:
    """Many short results: little to repeat, often the place to change."""
    results = []
    for _ in range(random.randint(1, 5)):
        said = tuple(scrambled(random, 4) for _ in range(random.randint(1, 4)))
        results.append(_computed(words.building(random), random.choice(TOOLS), said[:-1], said[-1]))
    return tuple(Source(n, result) for n, result in enumerate(results, 1))


def question(random: Random, building: str) -> str:
    return fill(random, random.choice(_QUESTIONS).replace("{0}", building))


def gaps(random: Random, share: float) -> tuple[str, ...]:
    if random.random() >= share:
        return ()
    return tuple(fill(random, random.choice(_GAPS)) for _ in range(random.choice((1, 1, 1, 2))))


def repeat(sources: tuple[Source, ...], gaps: tuple[str, ...]) -> str:
    """The answer to learn: all computed sentences with their marker, source by source, then the gaps."""
    said = [
        " ".join(cited(sentence, source.index) for sentence in sentences(" ".join((*origin.statements, origin.method))))
        for source in sources
        if isinstance(origin := source.origin, ToolResult)
    ]
    return "\n".join([*said, *gaps])


def cited(sentence: str, index: int) -> str:
    """Put the marker before the full stop."""
    stop = sentence[-1] if sentence[-1] in ".!?:" else ""
    return f"{sentence[: len(sentence) - len(stop)]} [{index}]{stop or '.'}"


def _few(random: Random) -> int:
    return random.choice((1, 1, 1, 1, 1, 1, 2, 2, 3))


def _result(random: Random, building: str, tool: str) -> ToolResult:
    shapes = _STATEMENTS[tool]
    chosen = random.sample(shapes, min(len(shapes), random.choice((1, 2, 2, 3, 3, 4))))
    known = recurring(random) if random.random() < 0.75 else {}
    said = [fill(random, shape.replace("{building}", building, 1), known) for shape in chosen]
    if random.random() < 0.35:
        said[random.randrange(len(said))] = scrambled(random)
    method = fill(random, random.choice(_METHODS)) if random.random() < 0.8 else scrambled(random)
    return _computed(building, tool, tuple(said), method)


def _computed(building: str, tool: str, statements: tuple[str, ...], method: str) -> ToolResult:
    return ToolResult("r", tool, "b", building, None, _NO_PERIOD, (), 1.0, method, statements)


def _aside(random: Random) -> Passage:
    text = " ".join(filler(random) for _ in range(random.choice((1, 2, 3))))
    return Passage("c", "d", f"{words.place(random)} Maintenance Log", f"{words.day(random)}", text, 0.0)
