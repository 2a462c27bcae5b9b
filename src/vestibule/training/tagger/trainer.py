"""Train the network: one thread, fixed seeds, deterministic kernels, so that a build gives the same bytes again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vestibule.privacy.tagger.features import ALL_BITS, NAME_BITS, SEPARATORS, Lexicon
from vestibule.training.tagger.examples import Forms, Numbers, frequent
from vestibule.training.tagger.grammar import Labelled
from vestibule.training.tagger.lists import kinds
from vestibule.training.tagger.model import TYPES, Network
from vestibule.training.tagger.recipe import Recipe
from vestibule.training.tagger.texts import draw

GAP = 8
"""Words that are none between two texts of a batch: more than the network sees to one side."""


class Batch(NamedTuple):
    words: Tensor
    separators: Tensor
    is_word: Tensor
    types: Tensor
    begins: Tensor


class Trained(NamedTuple):
    network: Network
    numbered: tuple[str, ...]


def train(recipe: Recipe, report: Callable[[int, float], None]) -> Trained:
    """Generate the texts and learn from them; `report` hears of every step and its loss."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    texts = [draw(recipe.seed, number) for number in range(recipe.texts)]
    numbered = frequent(texts, recipe.vocabulary)
    lexicon = Lexicon(kinds(whole=False), numbered)
    lessons = Lessons(recipe, lexicon, [text for text in texts if text.text.strip()])
    network = Network(recipe, lexicon.rows)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=0.01)
    for step in range(recipe.steps):
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * min(1.0, (step + 1) / 50, (recipe.steps - step) / (0.6 * recipe.steps))
        report(step + 1, _step(network, optimizer, lessons.batch()))
    return Trained(network.eval(), numbered)


def _step(network: Network, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    scores = network(batch.words, batch.separators, batch.is_word)
    named = batch.types > 0
    loss = functional.cross_entropy(scores[batch.is_word, :TYPES], batch.types[batch.is_word], label_smoothing=0.02)
    if bool(named.any()):
        begin = functional.binary_cross_entropy_with_logits(scores[named, TYPES], batch.begins[named].float())
        loss = loss + 0.2 * begin
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


class Lessons:
    """Batches of texts drawn at random; in each, some words are shown as if no list knew them."""

    def __init__(self, recipe: Recipe, lexicon: Lexicon, texts: Sequence[Labelled]) -> None:
        self._recipe = recipe
        self._rng = np.random.default_rng(recipe.seed)
        forms = Forms(lexicon)
        self._examples = [forms.read(text) for text in texts]
        self._empty = forms.empty
        ways = [forms.word_rows(0), forms.word_rows(NAME_BITS), forms.word_rows(ALL_BITS, numbered=False)]
        width = max(way.shape[1] for way in ways)
        self._rows = np.stack([_widened(way, width, forms.empty) for way in ways])
        self._separators = forms.separator_rows()

    def batch(self) -> Batch:
        chosen = [self._examples[n] for n in self._rng.integers(len(self._examples), size=self._recipe.batch_texts)]
        way = self._rng.random(self._rows.shape[1])
        ways = np.where(way < self._recipe.strange, 2, way < self._recipe.strange + self._recipe.unlisted)
        words = _gapped([e.words for e in chosen], -1)
        separators = _gapped([e.separators for e in chosen], -1)
        rows = self._rows[ways[words], words]
        rows[words < 0] = self._empty
        between = self._separators[separators]
        between[separators < 0] = SEPARATORS
        return Batch(
            torch.from_numpy(rows).long(),
            torch.from_numpy(between).long(),
            torch.from_numpy(words >= 0),
            torch.from_numpy(_gapped([e.types for e in chosen], 0)).long(),
            torch.from_numpy(_gapped([e.begins for e in chosen], 0)).long(),
        )


def _widened(rows: Numbers, width: int, empty: int) -> Numbers:
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])), constant_values=empty)


def _gapped(columns: Sequence[Numbers], filling: int) -> NDArray[np.int64]:
    gap = np.full(GAP, filling)
    return np.concatenate([part for column in columns for part in (column, gap)])
