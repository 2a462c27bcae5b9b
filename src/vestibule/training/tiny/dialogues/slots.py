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
    "fine": lambda random: f"{10 ** random.uniform(0, 3.2):,.1f}",
    "money": lambda random: f"{10 ** random.uniform(1, 5):,.2f}",
    "rate": lambda random: f"{random.uniform(0.03, 1.2):.3f}",
    "amount": words.amount,
    "percent": words.percentage,
    "day": words.day,
    "date": words.date,
    "weekday": words.weekday,
    "month": words.month,
    "clock": words.clock,
    "period": words.period,
    "when": words.when,
    "then": words.when,
    "sound": words.sound,
    "unit": lambda random: random.choice(("kWh", "kWh", "m³")),
    "utility": lambda random: random.choice(words.UTILITIES),
    "Utility": lambda random: random.choice(words.UTILITIES).capitalize(),
    "more": lambda random: random.choice(("more", "less")),
    "above": lambda random: random.choice(("above", "below")),
    "verdict": lambda random: random.choice(("within the normal range", "unusually high", "unusually low")),
    "fault": lambda random: random.choice(words.FAULTS),
    "holiday": lambda random: random.choice(words.HOLIDAYS),
    "small": lambda random: str(random.randint(2, 120)),
    "year": lambda random: str(random.randint(1900, 2025)),
}
_RECURRING = {"when": 1, "utility": 1, "unit": 1, "weekday": 3, "clock": 3}


Known = Mapping[str, Sequence[str]]


def fill(random: Random, shape: str, known: Known | None = None) -> str:
    """A slot that is `known` is one of those; any other is drawn anew each time."""
    pools = known or {}
    return _SLOT.sub(lambda slot: random.choice(pools[slot[1]]) if slot[1] in pools else _DRAWS[slot[1]](random), shape)


def recurring(random: Random) -> Known:
    """What comes again and again in what is said about one thing, so that only the wider context tells places apart."""
    pools = {name: [_DRAWS[name](random) for _ in range(count)] for name, count in _RECURRING.items()}
    return {**pools, "Utility": [said.capitalize() for said in pools["utility"]]}
