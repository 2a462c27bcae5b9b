"""Questions of building teams, written at a wanted difficulty, about things of a wanted class. Knows no model and no score.

Five bands of difficulty a kind: later ones ask for more steps, more things at once and more that must hold together. A
restricted or confidential value stands in a sentence that says what it is.
"""

# ruff: noqa: E501 - tables and templates read better unbroken

from __future__ import annotations

import random
from collections.abc import Mapping

from benchmarks.privacy.values import buildings, credentials, identifiers, people
from benchmarks.privacy.values.drawing import VALUES, Draw
from benchmarks.routing.simulation.assumptions import Kind, Level

LOADED = (buildings, credentials, identifiers, people)  # importing them fills VALUES
BANDS = 5
CHARACTERS_A_TOKEN = 4.0

PLANT = (
    "chiller",
    "boiler",
    "heat pump",
    "air handler",
    "cooling tower",
    "pump group",
    "ventilation unit",
    "heat exchanger",
)
SIGN = (
    "short cycling",
    "a drifting sensor",
    "a stuck damper",
    "a rising return temperature",
    "a noisy bearing",
    "a slow valve",
)
AIM = (
    "lower peak demand",
    "steadier comfort",
    "less night consumption",
    "fewer starts",
    "lower carbon",
    "quieter operation",
)
LANGUAGE = ("Python", "SQL", "a shell script", "JavaScript")
CONDITIONS = (
    "comfort must hold in every zone at all hours",
    "the peak price applies from four to eight in the evening",
    "two of the machines may not start within the same quarter of an hour",
    "the storage tank loses three percent a day",
    "the forecast of the weather is wrong by up to four degrees",
    "maintenance takes one machine out on alternate days",
    "the grid may ask for a cut at ten minutes' notice",
    "readings of one sensor in ten are missing at random",
)

_ASKS: Mapping[Kind, tuple[tuple[str, ...], ...]] = {
    "coordination": (
        ("Who takes the next step for the {plant}: the metering agent or the comfort agent?", "Pass this task on to the agent for the {plant}."),
        ("Assign the three open tasks about {sign} to agents, one line each.", "Merge the two partial results on the {plant} into one list."),
        ("Order the five tasks for the {plant} by what depends on what, and name the agent of each.",),
        ("Two agents disagree whether {sign} or {sign2} explains the {plant}; decide which result counts and say what is to be asked again.",),
        ("Plan the work of four agents towards {aim}, with what each may assume of the others, and resolve their conflicting demands on the {plant}.",),
    ),
    "lookup": (
        ("What does {sign} mean at a {plant}?", "How often should a {plant} be inspected?"),
        ("Which readings show {sign} at a {plant}, and where are they found?",),
        ("List the usual causes of {sign} at a {plant} and how to tell them apart.",),
        ("Which of the causes of {sign} fit a {plant} that runs at part load with a falling supply temperature, and which do not?",),
        ("Derive from first principles why a {plant} shows {sign} only under part load while the {plant2} beside it does not, and which single measurement would prove it.",),
    ),
    "analysis": (
        ("What is the highest of the relative loads above?", "At which hour is the relative load lowest?"),
        ("Compare the morning with the evening in the relative loads above.",),
        ("Find the hours in the relative loads above that stand out and explain what a {plant} might have done there.",),
        ("Separate in the relative loads above what the weather does from what the schedule does, and say how sure that is.",),
        ("From the relative loads above, attribute the deviation to {sign}, {sign2} or a change of schedule, test each against the others, and quantify the confounding.",),
    ),
    "optimisation": (
        ("When should a {plant} start in the morning for {aim}?",),
        ("Suggest two changes to the schedule of a {plant} for {aim}.",),
        ("Find a schedule of a {plant} and a {plant2} for {aim} and give the reasons.",),
        ("Design a control strategy for a {plant} with storage towards {aim} and {aim2}, which pull against each other.",),
        ("Formulate and solve the dispatch of a {plant}, a {plant2} and storage over a day as an optimisation with uncertainty, towards {aim} and {aim2}, and prove that no constraint is violated.",),
    ),
    "forecast": (
        ("Will the relative load be higher at noon tomorrow than at midnight?",),
        ("Estimate the relative load of the next three hours from those above.",),
        ("Forecast the relative loads of the next day from those above and name two risks.",),
        ("Forecast the relative loads of next week from those above for two kinds of weather, with intervals.",),
        ("Build a probabilistic forecast from the loads above that accounts for a change of regime after {sign}, and say how its calibration is to be verified.",),
    ),
    "report": (
        ("Write two sentences on the state of the {plant}.",),
        ("Summarise the notes above for the team in five lines.",),
        ("Write a page for the owners on {aim}, with what was done and what comes next.",),
        ("Write a report on {aim} for engineers and for owners, each with what concerns them, from the notes above.",),
        ("Write an audit report that reconciles the contradicting notes above on {sign} and {sign2}, weighs the evidence, and recommends with costs and risks.",),
    ),
    "code": (
        ("Write one line of {language} that takes the mean of a list of loads.",),
        ("Write a function in {language} that fills gaps of up to an hour in a series.",),
        ("Write {language} that finds {sign} in a series of readings, with a test.",),
        ("Write {language} that reads readings in three formats, aligns their time zones over the change of clocks and removes duplicates.",),
        ("Write a concurrent scheduler in {language} for a {plant} and a {plant2} that survives restarts, never starts both at once, and comes with a proof of that.",),
    ),
}  # fmt: skip
_PUBLIC = (
    "What is a typical COP of a {plant}?", "How does a {plant} work?", "What is the difference between a {plant} and a {plant2}?",
    "Why do {plant}s lose efficiency at part load?", "What are typical causes of {sign}?",
)  # fmt: skip
_NOTES = (
    "The {plant} was looked after and ran as it should.",
    "There was {sign}, and it went away after a restart.",
    "The filter was changed and the pressure drop fell.",
    "The {plant} waited for the {plant2} twice.",
    "The team wants {aim} without new machines.",
    "The valve was slow in the morning and well in the afternoon.",
)
_RESTRICTED = {
    "SETPOINT": ("The setpoint of room 4.17 is {}.", "The cooling setpoint in the boardroom is {}."),
    "BUILDING_CONSUMPTION": ("The annual consumption of our building is {}.", "Our building used {} last month."),
    "OCCUPANCY": ("There were {} in the building at noon.", "On the second floor there were {} yesterday."),
    "IP_ADDRESS": ("The controller answers at {}.", "ping {} times out."),
    "ACCESS_CODE": ("The door code is {}.", "Alarm code {} for the north gate."),
    "PASSWORD": ("The BMS password is {}", "Log in as operator with password: {}"),
    "METER_ID": ("The meter number is {}.", "Meter ID {} stopped counting."),
}
_CONFIDENTIAL = {
    "PERSON": ("Please ask {} about it.", "The caretaker, {}, has the keys."),
    "EMAIL": ("Write to {} when it is known.", "Send the report to {} please."),
    "PHONE": ("The phone number of the porter is {}.", "Call {} before you come."),
    "TARIFF": ("Our tariff is {}.", "We pay {} for electricity."),
}


def _drawn(rng: random.Random, type: str) -> str:
    draw = Draw(rng, "dev")
    match type:
        case "SETPOINT":
            return f"{rng.randint(17, 26)}.{rng.randint(11, 99)} °C"
        case "BUILDING_CONSUMPTION":
            return f"{rng.randint(10, 989)},{rng.randint(101, 998)}.{rng.randint(1, 9)} kWh"
        case "OCCUPANCY":
            return f"{rng.randint(113, 987)} people"
        case "IP_ADDRESS":
            return VALUES["IP_ADDRESS"]["v4"](draw)
        case "ACCESS_CODE":
            return draw.chars(rng.randint(6, 8), "123456789")
        case "PASSWORD":
            return VALUES["PASSWORD"]["random"](draw)
        case "METER_ID":
            return VALUES["METER_ID"]["melo"](draw)
        case "PERSON":
            return VALUES["PERSON"]["en"](draw)
        case "EMAIL":
            return rng.choice(list(VALUES["EMAIL"].values()))(draw)
        case "PHONE":
            return f"+44 20 7{draw.chars(3)} {draw.chars(4)}"
        case _:
            return f"{rng.randint(11, 39)}.{rng.randint(101, 989)} ct/kWh"


def plant(rng: random.Random, level: Level) -> tuple[str, str]:
    """A sentence of that class and the value in it; both empty where the class needs none."""
    types = {"restricted": _RESTRICTED, "confidential": _CONFIDENTIAL}.get(level)
    if types is None:
        return "", ""
    type = rng.choice(list(types))
    value = _drawn(rng, type)
    return rng.choice(types[type]).format(value), value


def ask(rng: random.Random, kind: Kind, difficulty: float, level: Level) -> str:
    """What is asked at the end. `difficulty` chooses the band and, within it, how many conditions come along."""
    words = {
        **dict(zip(("plant", "plant2"), rng.sample(PLANT, 2), strict=True)),
        **dict(zip(("sign", "sign2"), rng.sample(SIGN, 2), strict=True)),
        **dict(zip(("aim", "aim2"), rng.sample(AIM, 2), strict=True)),
        "language": rng.choice(LANGUAGE),
    }
    band = min(BANDS - 1, int(difficulty * BANDS))
    if level == "public" and band == 0:
        return rng.choice(_PUBLIC).format(**words)
    asked = rng.choice(_ASKS[kind][band]).format(**words)
    within = difficulty * BANDS - band
    conditions = rng.sample(CONDITIONS, min(len(CONDITIONS), band // 2 + round(within * 1.5)))
    return f"{asked} Mind that {'; that '.join(conditions)}." if conditions else asked


def context(rng: random.Random, kind: Kind, tokens: int) -> str:
    """What comes with a question: relative loads where something is to be reckoned, notes elsewhere."""
    wanted, parts, size = tokens * CHARACTERS_A_TOKEN, list[str](), 0.0
    numbers = kind in ("analysis", "forecast")
    while size < wanted:
        if numbers:
            part = "relative loads " + ", ".join(f"{rng.uniform(0.2, 1):.2f}" for _ in range(24))
        else:
            chosen = dict(zip(("plant", "plant2"), rng.sample(PLANT, 2), strict=True))
            part = rng.choice(_NOTES).format(**chosen, sign=rng.choice(SIGN), aim=rng.choice(AIM))
        parts.append(part)
        size += len(part) + 1
    return ("\n" if numbers else " ").join(parts)[: int(wanted)]
