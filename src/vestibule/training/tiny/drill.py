"""Rows of random tokens in which a stretch comes twice: the second time it is to be foretold.

Few different tokens a row, so that only several tokens of context tell which continuation is meant. Every token of the
second stretch is learnt, where a dialogue has one in six: copying is trained best before the dialogues begin.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from random import Random

from vestibule.training.tiny.batches import STRETCHED, Batch, Row, spread, stack

FEWEST = 12  # different tokens a row
LEAD = 3  # tokens of the second stretch that are given away: they tell where it began


def drills(seed: int, vocabulary: int, reach: int, budget: int) -> Iterator[Batch]:
    """Batches of at most `budget` tokens, without end; the first have no token twice but in the stretch, about."""
    random = Random(f"drill {seed}")
    for number in itertools.count():
        length = random.choice((96, 160, 256, 384))
        fewest = max(int(vocabulary * 0.96**number), FEWEST)
        yield stack([_row(random, vocabulary, fewest, reach, length) for _ in range(budget // length)])


def _row(random: Random, vocabulary: int, fewest: int, reach: int, length: int) -> Row:
    alphabet = random.sample(range(vocabulary), round(vocabulary * (fewest / vocabulary) ** random.random()))
    repeated = random.randint(length // 4, length // 2 - 8)
    tokens = _babble(random, alphabet, length - repeated)
    start = random.randint(0, len(tokens) - repeated)
    tokens += tokens[start : start + repeated]
    learnt = [n >= length - repeated + LEAD for n in range(length)]
    places = random.sample(range(length - repeated), 3)
    positions = spread(length, places, reach, random) if random.random() < STRETCHED else range(length)
    return Row("copy", tuple(tokens), tuple(learnt), tuple(positions))


def _babble(random: Random, alphabet: Sequence[int], length: int) -> list[int]:
    """Single tokens and, in every other row, phrases that come again between them: only what stood before tells on."""
    phrases = [random.choices(alphabet, k=random.randint(3, 10)) for _ in range(3)] if random.random() < 0.5 else []
    tokens: list[int] = []
    while len(tokens) < length:
        tokens += random.choice(phrases) if phrases and random.random() < 0.25 else random.choices(alphabet, k=2)
    return tokens[:length]
