"""The network: sums of feature rows, three convolutions over the words, a type and a beginning for each word.

Only this module, the trainer and the artefact know PyTorch or ONNX.
"""

# mypy: disallow-subclassing-any=False
from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from vestibule.privacy.tagger.features import SEPARATORS
from vestibule.training.tagger.recipe import Recipe

TYPES = 4


class Network(nn.Module):
    def __init__(self, recipe: Recipe, word_rows: int) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(word_rows, recipe.word_width, mode="sum", padding_idx=word_rows - 1)
        self.separators = nn.EmbeddingBag(SEPARATORS + 1, recipe.separator_width, mode="sum", padding_idx=SEPARATORS)
        for table in (self.words, self.separators):
            nn.init.normal_(table.weight, std=0.2)
            with torch.no_grad():
                table.weight[-1] = 0
        width = recipe.word_width + recipe.separator_width
        self.layers = nn.ModuleList(
            nn.Conv1d(width if n == 0 else recipe.hidden, recipe.hidden, 3, padding=d, dilation=d)
            for n, d in enumerate(recipe.dilations)
        )
        self.top = nn.Conv1d(recipe.hidden, TYPES + 1, 1)
        self.dropout = nn.Dropout(0.2)

    def forward(self, words: Tensor, separators: Tensor, is_word: Tensor) -> Tensor:
        """Feature rows of shape (words, features), `is_word` (words,) → scores (words, TYPES + 1), the last that of a
        beginning. Between texts stand words that are none; they are nought in every layer, as beyond a text's ends."""
        x = torch.cat([self.separators(separators), self.words(words)], dim=1).T[None]
        mask = is_word.to(x.dtype)[None, None]
        x = self.dropout(x) * mask
        for n, layer in enumerate(self.layers):
            y = functional.relu(layer(x))
            x = (y if n == 0 else x + y) * mask
        scores: Tensor = self.top(self.dropout(x))[0].T
        return scores
