"""The numbers of a build: all that its bytes depend on, beside the code and the versions of its packages."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """Rates are those at their highest. A step takes `batches` of rows of about one length, `batch_tokens` in all."""

    steps: int = 2800
    seed: int = 1
    vocabulary: int = 2048
    tokenizer_dialogues: int = 3000
    batch_tokens: int = 4096
    batches: int = 2
    context: int = 4096
    reach: int = 1536
    drill_steps: int = 30
    drill_every: int = 12
    brief_share: float = 0.15
    matrix_rate: float = 0.003
    other_rate: float = 0.004
    warm_up: int = 20
    decay_share: float = 0.8
    weight_decay: float = 0.01
    held_out: int = 96

    @property
    def tokenizer_seed(self) -> int:
        return self.seed + 1

    @property
    def held_out_seed(self) -> int:
        return self.seed + 2


@dataclass(frozen=True)
class Progress:
    """`exact`: share of held-out dialogues whose every learnt token is the model's first choice, None between looks."""

    step: int
    loss: float
    tokens: int
    seconds: float
    exact: float | None = None
    exact_by_kind: dict[str, float] = field(default_factory=dict)


EVALUATION_SEED = 1000
"""Nothing is trained on or looked at with this seed or above."""
