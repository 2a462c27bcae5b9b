"""Fill the slots of a sentence shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random

from vestibule.training.tiny.dialogues import words

_SLOT = re.compile(r"\{(\w+)\}")
_DRAWS: dict[str, Callable[[Random], str]] = {
    "building": words.building,
    "machine": words.machine,
    "person": words.person,
    "firm": words.firm,
    "count": words.count,
    "amount": words.amount,
    "percent": words.percentage,
    "day": words.day,
    "clock": words.clock,
    "period": words.period,
    "sound": words.sound,
    "unit": lambda random: random.choice(("kWh", "m³", "kWh of chilled water", "kWh")),
    "utility": lambda random: random.choice(words.UTILITIES),
    "Utility": lambda random: random.choice(words.UTILITIES).capitalize(),
    "more": lambda random: random.choice(("more", "less")),
    "above": lambda random: random.choice(("above", "below")),
    "small": lambda random: str(random.randint(2, 30)),
    "year": lambda random: str(random.randint(1900, 2025)),
}
_RECURRING = {"period": 1, "utility": 1, "unit": 1, "day": 2, "clock": 3}


Known = Mapping[str, Sequence[str]]


def fill(random: Random, shape: str, known: Known | None = None) -> str:
    """A slot that is `known` is one of those; any other is drawn anew each time."""
    pools = known or {}
    return _SLOT.sub(lambda slot: random.choice(pools[slot[1]]) if slot[1] in pools else _DRAWS[slot[1]](random), shape)


def recurring(random: Random) -> Known:
    """What comes again and again in what is said about one thing, so that only the wider context tells places apart."""
    pools = {name: [_DRAWS[name](random) for _ in range(count)] for name, count in _RECURRING.items()}
    return {**pools, "Utility": [said.capitalize() for said in pools["utility"]]}
