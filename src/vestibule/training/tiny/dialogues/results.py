"""Computed results as sources: the first sentence of each is repeated with its number, then what is missing."""

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
SCRAMBLED = 0.08  # share of results with a sentence that means nothing and can only be copied
_NO_PERIOD = Period(datetime.min, datetime.min, "")

_STATEMENTS = {
    "consumption": (
        "{building} used {count} {unit} of {utility} {when}, {count} {unit} a day on average.",
        "Per m² of floor area {building} used {fine} {unit}/m² of {utility} {when}.",
        "The {utility} of {building} cost {money} EUR {when}, at {rate} EUR per {unit}.",
        "That is {percent} % {above} the {count} {unit} expected for the weather and the time of week, which is "
        "{verdict}.",
        "{small} of the {count} hourly readings are missing; the total counts what was metered and is not "
        "extrapolated.",
        "In {month}, {building} used {count} {unit} of {utility}.",
        "{building} has no {utility} readings {when}, so nothing can be said about its use.",
    ),
    "comparison": (
        "{building} used {count} {unit} of {utility} {when} and {count} {unit} {then}.",
        "{Utility} used {when}: {building} {count} {unit} and {building} {count} {unit}.",
        "Per m² of floor area: {building} {fine} {unit}/m² and {building} {fine} {unit}/m².",
        "That is {count} {unit} ({percent} %) {more} than {then}.",
        "{building} used {count} {unit} ({percent} %) {more} than {building}.",
        "Per day of readings it is {count} {unit} against {count} {unit}, {count} {unit} ({percent} %) {more} a day.",
        "Cost of {utility} {when}: {building} {money} EUR and {building} {money} EUR.",
    ),
    "ranking": (
        "{building} used the most {utility} {when}: {count} {unit}.",
        "{building} used the least {utility} {when}: {count} {unit}.",
        "{building} used the most {utility} per m² of floor area {when}: {fine} {unit}/m².",
        "It is followed by {building} ({count} {unit}) and {building} ({count} {unit}).",
        "It is followed by {building} ({count} {unit}), {building} ({count} {unit}), {building} ({count} {unit}), "
        "{building} ({count} {unit}) and {building} ({count} {unit}).",
        "{building} has no {utility} meter.",
    ),
    "peaks": (
        "The peak demand of {utility} at {building} {when} was {fine} kW, in the hour from {clock} on {weekday}.",
        "The lowest demand of {utility} at {building} {when} was {fine} kW, in the hour from {clock} on {weekday}.",
        "The day with the highest use was {weekday} with {count} {unit}.",
        "The next highest days reached {fine} kW (from {clock} on {weekday}) and {fine} kW (from {clock} on "
        "{weekday}).",
        "Mean demand was {fine} kW, a load factor of {percent} %.",
    ),
    "profile": (
        "The base load of {building} {when} was {fine} kW.",
        "At night {building} used {fine} kW on average, by day {fine} kW.",
        "Nights and weekends made up {percent} % of its {utility} use.",
        "Outside its hours {building} needs {percent} % of what it needs inside them.",
    ),
    "explain": (
        "{building} used {count} {unit} of {utility} {when}, {percent} % {above} the {count} {unit} expected for the "
        "weather and the time of week, which is {verdict} (± {percent} %).",
        "{building} used {count} {unit} of {utility} {when}, {percent} % {above} the {count} {unit} expected for the "
        "weather and the time of week, which is {verdict} (± {percent} %).",
        "Nothing unusual was found in its {utility} use: no sign of a fault and no departure beyond what is normal.",
        "Nothing unusual was found on its meters: no sign of a fault and no departure beyond what is normal.",
        "{building} ran as on a day off on {date}: it was a holiday ({holiday}).",
        "{building} ran as on a day off on {date}: it was closed, though the calendar names no holiday.",
        "{Utility} was {percent} % below that of an ordinary day of the same weekday ({count} {unit} less) and matched "
        "a closed day.",
        "One day of {utility} use departed from expected; it was {weekday} ({count} {unit}, {percent} % {above} "
        "expected).",
        "The pattern {when} points to {fault} at {building}: it took about {count} {unit} of {utility} more than "
        "expected.",
        "{Utility} was {percent} % above what is usual for that much chilled water.",
        "In the hours of use {utility} was {percent} % above expected: cold outside air had to be heated.",
        "Outside the hours of use {utility} was {percent} % above expected, in the hours of use {percent} % {above}.",
        "{small} hours of readings are missing on the {utility} meter of {building} (a gap from {clock} on {weekday} "
        "to {clock} on {weekday}): totals over it are too low, which is not low use.",
        "In those hours {count} {unit} of {utility} would be usual; what was really used is not known.",
    ),
    "data_quality": (
        "The {utility} meter of {building} is complete {when}: no reading is missing.",
        "The {utility} meter of {building} lacks {small} of {count} hourly readings {when} ({percent} % are there).",
        "A gap goes from {clock} on {weekday} to {clock} on {weekday}.",
        "{small} of its readings are negative.",
    ),
    "portfolio": (
        "{building} has {count} m² of floor area on {small} floors and was built in {year}.",
        "There are {small} buildings: {building} (office, {count} m²), {building} (school, {count} m²) and {building} "
        "(hotel, {count} m²).",
        "{building} has meters for electricity, gas and chilled water.",
        "It is open from {clock} to {clock}.",
    ),
}
_STATEMENTS["anomalies"] = _STATEMENTS["explain"]
_EXPECTED = "expected use from a robust time-of-week-and-temperature regression over the rest of the data"
_METHODS = (
    f"Sum of the hourly readings that are present; {_EXPECTED}, without the period itself.",
    f"Hourly readings against {_EXPECTED}, without the period itself; causes from the pattern of departures over all "
    "meters of the building.",
    "Sums of the hourly readings that are present, side by side; not corrected for weather.",
    "Extremes of the hourly readings that are present; demand is the mean of an hour.",
    "Hourly readings of {small} buildings, in order; not corrected for weather.",
    "Count of the hours that have a reading; nothing is filled in.",
    "Sum of the hourly readings.",
    "Floor area and tariff from the portfolio.",
)
_ENTRIES = (
    "",
    "",
    "",
    "No readings from the {utility} meter; its data logger had stopped.",
    "First missing hour: {clock} on {date}. Readings are there again from {clock} on {date}.",
    "Logger of the {utility} meter at {building} seen by {person}, {firm}, on {date}, with values arriving again.",
    "The building itself was in normal operation.",
    "Reported by {person}: {utility} {percent} % {above} what is usual at {building}.",
    "{person} ({firm}) handed {machine} at {building} back to normal operation on {date}.",
    "On site: {machine}: condensing temperature high, belt replaced, bearings silent.",
    "{building} was closed on {date}: works meeting of all users elsewhere.",
    "The damper of {machine} stood open at {percent} %; its motor was replaced on {date}.",
)
_LOCATORS = (
    "§ {day}",
    "§ {day}: {machine}",
    "§ {day}: {utility} meter, missing readings",
    "§ {day}: {machine}: belt and bearings",
    "page {small}",
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
    "I could not tell which period is meant by '{building}'.",
    "{building} has no {utility}.",
    "Prices of {utility} are not in the portfolio.",
)


def result_sources(random: Random) -> tuple[str, tuple[Source, ...], tuple[str, ...]]:
    """A question, its results (with at times passages after them), and gaps."""
    building = words.building(random)
    results = [_result(random, building if n == 0 else words.building(random)) for n in range(_few(random))]
    passages = [_aside(random, building) for _ in range(random.choice((0, 0, 0, 1, 2)))]
    origins: list[Passage | ToolResult] = [*results, *passages]
    sources = tuple(Source(n, origin) for n, origin in enumerate(origins, 1))
    return question(random, building), sources, gaps(random, 0.1)


def brief_sources(random: Random) -> tuple[Source, ...]:
    """Several short results: little to repeat, often the place to change."""
    results = [_result(random, words.building(random), most=2) for _ in range(random.choice((1, 2, 2, 3, 3, 4)))]
    return tuple(Source(n, result) for n, result in enumerate(results, 1))


def question(random: Random, building: str) -> str:
    return fill(random, random.choice(_QUESTIONS).replace("{0}", building))


def gaps(random: Random, share: float) -> tuple[str, ...]:
    if random.random() >= share:
        return ()
    return tuple(fill(random, random.choice(_GAPS)) for _ in range(random.choice((1, 1, 1, 2))))


def repeat(sources: tuple[Source, ...], gaps: tuple[str, ...]) -> str:
    """The answer to learn: a line for each result, which is its first sentence with its marker, then the gaps."""
    said = [
        cited(sentences(" ".join((*origin.statements, origin.method)))[0], source.index)
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


def _result(random: Random, building: str, most: int = 5) -> ToolResult:
    tool = random.choice(TOOLS)
    shapes = _STATEMENTS[tool]
    chosen = random.sample(shapes, min(len(shapes), random.randint(1, most)))
    known = recurring(random)
    said = [fill(random, shape.replace("{building}", building, 1), known) for shape in chosen]
    if random.random() < SCRAMBLED:
        said[random.randrange(len(said))] = scrambled(random)
    method = fill(random, random.choice(_METHODS))
    return ToolResult("r", tool, "b", building, None, _NO_PERIOD, (), 1.0, method, tuple(said))


def _aside(random: Random, building: str) -> Passage:
    """An entry of a log, mostly about the same building: it bears a result out and is not to be repeated."""
    about = building if random.random() < 0.7 else words.building(random)
    shapes = random.sample(_ENTRIES, random.choice((1, 2, 3, 4)))
    said = [filler(random) if shape == "" else fill(random, shape.replace("{building}", about)) for shape in shapes]
    locator = fill(random, random.choice(_LOCATORS))
    return Passage("c", "d", f"Maintenance Log 2025: {about}", locator, random.choice((" ", "\n")).join(said), 0.0)
