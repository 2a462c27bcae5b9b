"""The registry of the second set's value generators, apart from the first set's: no variant replaces another."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.privacy.values.drawing import Draw, Generator

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
    """Register a closed list; all of it is this set's."""
    VALUES.setdefault(type, {})[variant] = lambda d: d.any(*pool)


def number(type: str, variant: str, low: int, high: int) -> None:
    """Register a whole number between two bounds, both included."""
    VALUES.setdefault(type, {})[variant] = lambda d: str(d.int(low, high))


__all__ = ["VALUES", "Draw", "listed", "masks", "number", "value"]
