"""Dialogues as rows of token ids, of which only what the assistant says is learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from vestibule.training.tiny.chatml import render
from vestibule.training.tiny.dialogues import Dialogue, Kind, draw
from vestibule.training.tiny.tokenizer import encode

POOL = 192  # dialogues that are sorted by length together, so that rows of a batch are padded little

STRETCHED = 0.2  # share of rows with skipped positions; with more of them it learns to tell near from far late


@dataclass(frozen=True)
class Row:
    """`learnt[i]` says whether the model is to foretell `tokens[i]`."""

    kind: Kind
    tokens: tuple[int, ...]
    learnt: tuple[bool, ...]
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    """Rows padded to one length: tokens and positions (rows × length), and where what comes next is learnt."""

    tokens: Tensor
    positions: Tensor
    learnt: Tensor

    def to_foretell(self) -> Tensor:
        """The tokens that follow the learnt places, in order."""
        return self.tokens[:, 1:][self.learnt[:, :-1]]


def row(dialogue: Dialogue, tokenizer: Tokenizer) -> Row:
    tokens: list[int] = []
    learnt: list[bool] = []
    for text, is_learnt in render(dialogue):
        ids = encode(tokenizer, text)
        tokens += ids
        learnt += [is_learnt] * len(ids)
    return Row(dialogue.kind, tuple(tokens), tuple(learnt), tuple(range(len(tokens))))


def stretched(plain: Row, breaks: frozenset[int], reach: int, random: Random) -> Row:
    """Skip positions after up to three line breaks of the row."""
    places = [n for n, token in enumerate(plain.tokens) if token in breaks]
    positions = spread(len(plain.tokens), random.sample(places, min(len(places), 3)), reach, random)
    return replace(plain, positions=tuple(positions))


def spread(length: int, places: Sequence[int], reach: int, random: Random) -> list[int]:
    """Positions below `reach` with a skip after each of `places`, so that far ones are met without long rows.

    Positional skip-wise training: Zhu et al. 2023, arXiv:2309.10400.
    """
    skips = {place: random.randint(0, max(reach - length, 0) // max(len(places), 1)) for place in places}
    positions, at = [], 0
    for n in range(length):
        positions.append(at)
        at += 1 + skips.get(n, 0)
    return positions


def rows(
    seed: int, first: int, count: int, tokenizer: Tokenizer, reach: int, shares: Mapping[Kind, float]
) -> list[Row]:
    """Dialogues `first` to `first + count` of `seed`, some of them stretched as far as `reach`."""
    breaks = frozenset(n for token, n in tokenizer.get_vocab().items() if token.endswith("Ċ"))
    random = Random(f"stretch {seed} {first}")
    drawn = [row(draw(seed, n, shares), tokenizer) for n in range(first, first + count)]
    return [stretched(r, breaks, reach, random) if random.random() < STRETCHED else r for r in drawn]


def batched(pool: Sequence[Row], budget: int, random: Random) -> list[Batch]:
    """Batches of at most `budget` tokens with padding, each of rows of about one length, in random order."""
    batches: list[list[Row]] = [[]]
    for r in sorted(pool, key=lambda r: len(r.tokens)):
        if len(r.tokens) * (len(batches[-1]) + 1) > budget and batches[-1]:
            batches.append([])
        batches[-1].append(r)
    random.shuffle(batches)
    return [stack(b) for b in batches]


def stack(pool: Sequence[Row]) -> Batch:
    length = max(len(r.tokens) for r in pool)
    return Batch(
        _padded((r.tokens for r in pool), length),
        _padded((r.positions for r in pool), length),
        _padded(((*r.learnt[1:], False) for r in pool), length).bool(),
    )


def stream(
    seed: int, tokenizer: Tokenizer, reach: int, budget: int, shares: Mapping[Kind, float], first: int = 0
) -> Iterator[Batch]:
    """Batches without end."""
    random = Random(f"order {seed} {first}")
    while True:
        yield from batched(rows(seed, first, POOL, tokenizer, reach, shares), budget, random)
        first += POOL


def _padded(values: Iterable[Sequence[int]], length: int) -> Tensor:
    return torch.tensor([[*v, *[0] * (length - len(v))] for v in values], dtype=torch.long)
