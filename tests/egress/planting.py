"""Values that must not leave, each in a text that may hold it disguised. Knows no conversation."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from benchmarks.privacy.values.drawing import Draw
from benchmarks.privacy.values.obfuscation import WAYS

from tests.egress.sorts import PORTFOLIO_ADDRESS, SORTS
from vestibule.privacy.entities import ENTITIES

assert SORTS.keys() == ENTITIES.keys(), "every type is planted"
BLOCKED = tuple(e.type for e in ENTITIES.values() if e.rule == "block")
PSEUDONYMISED = tuple(e.type for e in ENTITIES.values() if e.rule == "pseudonymise")
STATISTICAL = frozenset({"PERSON", "ADDRESS", "ORGANISATION"})
"""Types that a tagger finds, by likelihood. Of all others not one byte may be seen."""


@dataclass(frozen=True)
class Plant:
    """One value in one text. `traces` is what to look for in what was received."""

    type: str
    value: str
    text: str
    way: str
    traces: tuple[str, ...]

    @property
    def statistical(self) -> bool:
        """Whether it may be missed: found by a tagger, and no name of the portfolio."""
        return self.type in STATISTICAL and self.value != PORTFOLIO_ADDRESS


DISGUISES: dict[str, frozenset[str]] = {
    "invisible": frozenset(SORTS) - {"PRIVATE_KEY"},
    "fullwidth": frozenset(SORTS) - {"PRIVATE_KEY", "PERSON", "ADDRESS", "ORGANISATION"},
    "lookalike": frozenset({"EMAIL", "TENANT", "IP_ADDRESS", "HOST_NAME", "BANK_ACCOUNT", "API_KEY"}),
    "words": frozenset({"EMAIL"}),
    "base": frozenset(t for t, sort in SORTS.items() if sort.bare and t not in ("PRIVATE_KEY", "ROOM")),
}


def plant(rng: random.Random, type: str) -> Plant:
    """A value of the type in a sentence of its own, plain four times in ten."""
    sort, draw = SORTS[type], Draw(rng, "dev")
    value = rng.choice(sort.values)(draw)
    sentence = rng.choice(sort.sentences)
    fit = [way for way, types in DISGUISES.items() if type in types]
    ways = ["plain"] * 5 + fit + ["sentence"] + ([] if sort.cased else ["upper"])
    ways += [] if type == "PRIVATE_KEY" else ["lines"]
    way = rng.choice(ways)
    written, whole = value, ""
    match way:
        case "plain":
            pass
        case "lines":
            whole, written = _broken(rng, sentence, value)
        case "upper":
            written = value.upper()
        case "sentence":
            whole = WAYS["base"](draw, sentence.format(value))
        case _:
            written = WAYS[way](draw, value)
    text = whole or sentence.format(written)
    return Plant(type, value, text, way, traces_of(type, value, written))


def _broken(rng: random.Random, sentence: str, value: str) -> tuple[str, str]:
    """The text and the value in it with one line break, as wrapping has it: before the value or within."""
    within = [at for at, character in enumerate(value) if character == " "]
    at = rng.choice([-1, *within])
    if at < 0:
        return sentence.format(value).replace(f" {value}", f"\n{value}", 1), value
    written = f"{value[:at]}\n{value[at + 1 :]}"
    return sentence.format(written), written


def field(rng: random.Random, type: str) -> tuple[str, Plant]:
    """A member of a JSON object, "door_code": "482913", as tools and schemas hold it."""
    sort = SORTS[type]
    value = rng.choice(sort.values)(Draw(rng, "dev"))
    return rng.choice(sort.fields), Plant(type, value, value, "field", traces_of(type, value, value))


def in_json(rng: random.Random, type: str) -> Plant:
    """The text of a JSON object, with or without escapes, that holds a value beside harmless members."""
    name, planted = field(rng, type)
    inner: dict[str, object] = {"priority": rng.choice(("low", "high")), name: planted.value}
    nested: object = inner if rng.random() < 0.6 else {"request": inner, "comment": "see the list"}
    if rng.random() < 0.2:
        nested = {"payload": json.dumps(nested)}
    text = json.dumps(nested, ensure_ascii=rng.random() < 0.5)
    return Plant(type, planted.value, text, "json", planted.traces)


def traces_of(type: str, value: str, written: str) -> tuple[str, ...]:
    """The value, the value as written, and such parts of it as are it still: a surname, the lines of a key."""
    parts = [value, written]
    if type == "PRIVATE_KEY":
        parts += value.splitlines()[1:-1]
    if type == "EMAIL":
        parts += [part for part in (value.partition("@")[0],) if len(part) >= 10]
    return tuple(dict.fromkeys(parts))
