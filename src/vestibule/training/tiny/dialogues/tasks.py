"""Tasks without sources: JSON by a schema, calls of functions, what a function returned, copying, small talk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from vestibule.training.tiny.dialogues import words
from vestibule.training.tiny.dialogues.dialogue import Call, Dialogue, JsonValue, Turn, compact
from vestibule.training.tiny.dialogues.prose import filler, scrambled

Schema = dict[str, JsonValue]

_JSON = (
    "Answer with a JSON object that fits this schema, and nothing else.",
    "Reply only with JSON that fits this schema.",
)
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}


def json_task(random: Random) -> Dialogue:
    """Fields stand in the text in another order than in the schema."""
    stated, asked = [], {}
    fields = random.sample(sorted(_FIELDS), random.randint(1, 4))
    for name in fields:
        shape, schema, value = _FIELDS[name](random)
        stated.append(shape)
        asked[name] = (schema, value)
    random.shuffle(stated)
    random.shuffle(fields)
    wanted: Schema = {"type": "object", "properties": {f: asked[f][0] for f in fields}, "required": [*fields]}
    system = f"{random.choice(_JSON)}\n{compact(wanted)}"
    reply = compact({f: asked[f][1] for f in fields})
    return Dialogue("json", (Turn("system", system), Turn("user", " ".join(stated)), Turn("assistant", reply)))


def _building(random: Random) -> tuple[str, Schema, JsonValue]:
    name = words.building(random)
    return f"The building is {name}.", _TEXT, name


def _machine(random: Random) -> tuple[str, Schema, JsonValue]:
    name = words.machine(random)
    return f"It is about {name}.", _TEXT, name


def _person(random: Random) -> tuple[str, Schema, JsonValue]:
    name = words.person(random)
    return f"{name} reported it.", _TEXT, name


def _date(random: Random) -> tuple[str, Schema, JsonValue]:
    day = words.day(random)
    return f"It happened on {day}.", _TEXT, day


def _value(random: Random) -> tuple[str, Schema, JsonValue]:
    value = _figure(random)
    return f"The value is {value}.", _NUMBER, value


def _floor(random: Random) -> tuple[str, Schema, JsonValue]:
    floor = random.randint(0, 40)
    return f"It is on floor {floor}.", {"type": "integer"}, floor


def _unit(random: Random) -> tuple[str, Schema, JsonValue]:
    unit = random.choice(words.UNITS)
    return f"Measured in {unit}.", _TEXT, unit


def _urgent(random: Random) -> tuple[str, Schema, JsonValue]:
    urgent = random.random() < 0.5
    return ("It is urgent." if urgent else "It is not urgent."), {"type": "boolean"}, urgent


_FIELDS: Mapping[str, Callable[[Random], tuple[str, Schema, JsonValue]]] = {
    "building": _building,
    "equipment": _machine,
    "reporter": _person,
    "date": _date,
    "value": _value,
    "floor": _floor,
    "unit": _unit,
    "urgent": _urgent,
}


def _figure(random: Random) -> int | float:
    return random.randint(1, 9999) if random.random() < 0.6 else round(random.uniform(0, 100), 1)


def _function(name: str, description: str, **parameters: Schema) -> dict[str, JsonValue]:
    """As llama.cpp hands it to the template: name, description, parameters."""
    needed: list[JsonValue] = [*parameters]
    shape: Schema = {"type": "object", "properties": {**parameters}, "required": needed}
    return {"name": name, "description": description, "parameters": shape}


_Offer = tuple[dict[str, JsonValue], tuple[str, ...]]
_CALLS: tuple[_Offer, ...] = (
    (
        _function("get_consumption", "Energy that a building used", building=_TEXT, utility=_TEXT, period=_TEXT),
        ("How much {utility} did {building} use in {period}?", "{utility} of {building} in {period}, please."),
    ),
    (
        _function("get_weather", "Weather at a place", place=_TEXT, day=_TEXT),
        ("What was the weather in {place} on {day}?", "How warm was it in {place} on {day}?"),
    ),
    (
        _function("set_setpoint", "Change a setpoint", equipment=_TEXT, value=_NUMBER),
        ("Set {equipment} to {value}.", "Change the setpoint of {equipment} to {value}."),
    ),
    (
        _function("create_ticket", "Open a ticket for a fault", equipment=_TEXT, person=_TEXT),
        ("Open a ticket for {equipment} and give it to {person}.", "{equipment} is broken, tell {person}."),
    ),
    (
        _function("find_document", "Search the documents", query=_TEXT),
        ("Find the documents about {query}.", "Search for {query}."),
    ),
    (
        _function("list_meters", "Meters of a building", building=_TEXT),
        ("Which meters does {building} have?", "List the meters of {building}."),
    ),
    (
        _function("convert", "Convert a value to another unit", value=_NUMBER, unit=_TEXT),
        ("Convert {value} to {unit}.", "What is {value} in {unit}?"),
    ),
    (
        _function("get_peak", "Highest demand of a building", building=_TEXT, day=_TEXT),
        ("What was the peak of {building} on {day}?", "Highest demand of {building} on {day}?"),
    ),
)
_VERBS = words.listed(
    "read write start stop reset check count plan order print send show test lock open close sum rank"
)
_NOUNS = words.listed(
    "alarm badge budget door fault filter invoice lamp lease log note pump report room sensor shift task"
)
_ARGUMENTS: Mapping[str, Callable[[Random], JsonValue]] = {
    "building": words.building,
    "utility": lambda random: random.choice(words.UTILITIES),
    "period": words.period,
    "place": words.place,
    "day": words.day,
    "equipment": words.machine,
    "value": _figure,
    "person": words.person,
    "query": words.building,
    "unit": lambda random: random.choice(words.UNITS),
}


def tool_call(random: Random) -> Dialogue:
    """The right one of several functions, with arguments copied from the question, at times after other calls."""
    offered = _offers(random)
    turns = [*_system(random)]
    for _ in range(random.choice((0, 0, 0, 1, 2))):
        turns += _exchange(random, offered)
    return Dialogue("tool_call", (*turns, *_exchange(random, offered)[:2]), tuple(f for f, _ in offered))


def tool_reply(random: Random) -> Dialogue:
    """What the function returned is said as it stands."""
    offered = _offers(random)
    return Dialogue("tool_reply", (*_system(random), *_exchange(random, offered)), tuple(f for f, _ in offered))


def _offers(random: Random) -> list[_Offer]:
    """Known functions, one of them at times replaced by one that is made up."""
    offered = random.sample(_CALLS, random.choice((1, 2, 2, 2, 3, 3)))
    if random.random() < 0.25:
        offered[0] = _invented(random)
    random.shuffle(offered)
    return offered


def _invented(random: Random) -> _Offer:
    """A function of a name and with a parameter that nobody knows: both are copied from its description."""
    verb, noun = random.choice(_VERBS), random.choice(_NOUNS)
    argument = random.choice(sorted(set(_ARGUMENTS) - {"value"}))
    function = _function(f"{verb}_{noun}", f"{verb.capitalize()} the {noun}", **{argument: _TEXT})
    asked = (f"{verb.capitalize()} the {noun} of {{{argument}}}.", f"Please {verb} the {noun} for {{{argument}}}.")
    return function, asked


def _exchange(random: Random, offered: Sequence[_Offer]) -> tuple[Turn, ...]:
    """A question, the call it wants, what that returned, and the answer."""
    asked, call = _request(random, *random.choice(offered))
    found = filler(random)
    return (Turn("user", asked), Turn("assistant", call=call), Turn("tool", found), Turn("assistant", found))


def _request(random: Random, function: Mapping[str, JsonValue], questions: tuple[str, ...]) -> tuple[str, Call]:
    shape = random.choice(questions)
    arguments = {name: draw(random) for name, draw in _ARGUMENTS.items() if f"{{{name}}}" in shape}
    asked = shape.format(**arguments)
    parameters = function["parameters"]
    assert isinstance(parameters, dict)
    needed = parameters["required"]
    assert isinstance(needed, list)
    return asked[0].upper() + asked[1:], Call(str(function["name"]), {str(n): arguments[str(n)] for n in needed})


def _system(random: Random) -> tuple[Turn, ...]:
    said = ("You help with buildings.", "You are a helpful assistant.", "Be brief.")
    return (Turn("system", random.choice(said)),) if random.random() < 0.5 else ()


def copy(random: Random) -> Dialogue:
    """Repeat what was said, all of it or the part that is named."""
    lines = [scrambled(random) if random.random() < 0.5 else filler(random) for _ in range(random.randint(1, 4))]
    if len(lines) == 1 or random.random() < 0.5:
        text = "\n".join(lines)
        return Dialogue("copy", (Turn("user", f"Repeat exactly:\n{text}"), Turn("assistant", text)))
    chosen = random.randrange(len(lines))
    listed = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))
    return Dialogue("copy", (Turn("user", f"{listed}\nRepeat line {chosen + 1}."), Turn("assistant", lines[chosen])))


_TALK = (
    (("Hello", "Hi", "Good morning", "Hello there", "Hey"), "Hello. Ask me about your buildings."),
    (("Thanks", "Thank you", "Thank you very much", "Great, thanks"), "You are welcome."),
    (
        ("Who are you?", "What are you?", "What is your name?"),
        "I am vestibule-tiny, a small model for tests and demos.",
    ),
    (
        ("What can you do?", "How can you help me?", "Help"),
        "I repeat what the sources say about a question, with the number of the source.",
    ),
    (("Bye", "Goodbye", "See you"), "Goodbye."),
    (
        (
            "Tell me a joke.",
            "Write a poem.",
            "Who won the match?",
            "What is the capital of France?",
            "Write some code.",
            "Give me a recipe for soup.",
            "What is love?",
            "Translate this.",
        ),
        "I cannot help with that. I only answer questions about buildings from given sources.",
    ),
)


def talk(random: Random) -> Dialogue:
    questions, reply = random.choice(_TALK)
    return Dialogue("talk", (*_system(random), Turn("user", random.choice(questions)), Turn("assistant", reply)))
