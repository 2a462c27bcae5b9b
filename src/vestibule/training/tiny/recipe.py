"""The numbers of a build: all that its bytes depend on, beside the code and the versions of its packages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """Shares are of `steps`; rates are those at their highest; `batch_tokens` counts padding."""

    steps: int = 1600
    seed: int = 1
    vocabulary: int = 1024
    tokenizer_dialogues: int = 3000
    batch_tokens: int = 4096
    context: int = 4096
    drill_share: float = 0.1
    drill_every: int = 12
    matrix_rate: float = 0.02
    other_rate: float = 0.004
    warm_up: int = 20
    decay_share: float = 0.5
    weight_decay: float = 0.01
    held_out: int = 96

    @property
    def tokenizer_seed(self) -> int:
        return self.seed + 1

    @property
    def held_out_seed(self) -> int:
        return self.seed + 2


EVALUATION_SEED = 1000
"""Nothing is trained on or looked at with this seed or above."""
