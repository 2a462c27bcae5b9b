"""Fill the slots of a sentence shape, each occurrence drawn anew."""

from __future__ import annotations

import re
from collections.abc import Callable
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


def fill(random: Random, shape: str) -> str:
    return _SLOT.sub(lambda slot: _DRAWS[slot[1]](random), shape)
