"""What a value generator is given: a seeded source, the split, and pools whose entries the two splits never share."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOWER = "abcdefghijklmnopqrstuvwxyz"
HEX = "0123456789abcdef"
ALNUM = DIGITS + UPPER + LOWER
BASE64 = ALNUM + "+/"
URLSAFE = ALNUM + "-_"
CAPITALS = UPPER + DIGITS


@dataclass(frozen=True)
class Draw:
    rng: random.Random
    split: str

    def any(self, *choices: str) -> str:
        return self.rng.choice(choices)

    def own(self, pool: Sequence[str]) -> str:
        """One entry of the third of a pool that belongs to dev, or of the two thirds that belong to judge."""
        mine = [entry for i, entry in enumerate(pool) if (i % 3 == 0) == (self.split == "dev")]
        return self.rng.choice(mine or list(pool))

    def chars(self, count: int, alphabet: str = DIGITS) -> str:
        return "".join(self.rng.choice(alphabet) for _ in range(count))

    def int(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def mask(self, mask: str) -> str:
        """`#` any digit, `9` not 0, `@` a capital, `%` a capital or digit, `~` a hex digit; the rest as is."""
        drawn = {"#": DIGITS, "9": DIGITS[1:], "@": UPPER, "%": CAPITALS, "~": HEX}
        return "".join(self.rng.choice(drawn[c]) if c in drawn else c for c in mask)


Generator = Callable[[Draw], str]
VALUES: dict[str, dict[str, Generator]] = {}


def value(type: str, *variants: str) -> Callable[[Generator], Generator]:
    """Register a generator as the named variants of a type (lower case: a filler that is not labelled)."""

    def register(generator: Generator) -> Generator:
        for variant in variants:
            VALUES.setdefault(type, {})[variant] = generator
        return generator

    return register


def masks(type: str, variant: str, *choices: str) -> None:
    """Register masks (see `Draw.mask`) of which one is drawn."""
    VALUES.setdefault(type, {})[variant] = lambda d: d.mask(d.any(*choices))


def listed(type: str, variant: str, *pool: str) -> None:
    """Register a closed list, divided between the splits."""
    VALUES.setdefault(type, {})[variant] = lambda d: d.own(pool)
