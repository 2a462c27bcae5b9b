"""Train the model: one thread, fixed seeds and deterministic kernels, so that a build gives the same bytes again.

Matrices are stepped by Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/), all else by AdamW.
Matrix products are in bfloat16, weights and sums in float32.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from vestibule.training.tiny.batches import Batch, Row, rows, stack, stream
from vestibule.training.tiny.chatml import render
from vestibule.training.tiny.dialogues import draw
from vestibule.training.tiny.dialogues.drawing import BRIEF_FIRST, SHARES
from vestibule.training.tiny.drill import drills
from vestibule.training.tiny.induction import Landmarks, begin
from vestibule.training.tiny.model import Shape, TinyQwen2
from vestibule.training.tiny.recipe import Progress, Recipe
from vestibule.training.tiny.tokenizer import encode
from vestibule.training.tiny.tokenizer import train as train_tokenizer

FULL_FROM = 10_000_000  # number of the first dialogue of the last lessons, so that none comes twice


def train(recipe: Recipe, report: Callable[[Progress], None], look_every: int = 400) -> tuple[TinyQwen2, Tokenizer]:
    """Learn the tokens, then the model; `report` hears of every step."""
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    texts = ("".join(t for t, _ in render(draw(recipe.tokenizer_seed, n))) for n in range(recipe.tokenizer_dialogues))
    tokenizer = train_tokenizer(texts, recipe.vocabulary)
    model = TinyQwen2(Shape(tokenizer.get_vocab_size(), context=recipe.context))
    begin(model, landmarks(tokenizer))
    optimizers = _optimizers(model, recipe)
    held_out = rows(recipe.held_out_seed, 0, recipe.held_out, tokenizer, 0, SHARES)
    began, seen = time.process_time(), 0
    for step, batches in zip(range(1, recipe.steps + 1), _lessons(recipe, tokenizer), strict=False):
        loss = _step(model, batches, optimizers, _rate(step, recipe))
        seen += sum(batch.tokens.numel() for batch in batches)
        exact = exactness(model, held_out) if step % look_every == 0 or step == recipe.steps else {}
        overall = exact.pop("all", None)
        report(Progress(step, loss, seen, time.process_time() - began, overall, exact))
    return model, tokenizer


def landmarks(tokenizer: Tokenizer) -> Landmarks:
    two_back, one_back, _ = encode(tokenizer, '<source number="1')[-3:]
    return Landmarks((one_back, two_back), tuple({encode(tokenizer, stop)[0] for stop in (".", ".\n")}))


def _lessons(recipe: Recipe, tokenizer: Tokenizer) -> Iterator[list[Batch]]:
    """Drills first, then mostly brief dialogues, then all; of several lengths and so of several kinds in every step.

    Drills come again all along, since in dialogues some tokens are too rare to be learnt.
    """
    budget = recipe.batch_tokens // recipe.batches
    drilled = drills(recipe.seed, tokenizer.get_vocab_size(), recipe.reach, budget)
    briefly = stream(recipe.seed, tokenizer, recipe.reach, budget, BRIEF_FIRST)
    fully = stream(recipe.seed, tokenizer, recipe.reach, budget, SHARES, first=FULL_FROM)
    drill_steps = min(recipe.drill_steps, recipe.steps // 3)
    for step in range(recipe.steps):
        is_early = step < drill_steps + recipe.brief_share * recipe.steps
        lesson = drilled if step < drill_steps else briefly if is_early else fully
        lessons = [lesson] * recipe.batches
        if step % recipe.drill_every == 0:
            lessons[0] = drilled
        yield [next(each) for each in lessons]


def _optimizers(model: TinyQwen2, recipe: Recipe) -> list[torch.optim.Optimizer]:
    matrices = [p for n, p in model.named_parameters() if p.dim() == 2 and not n.startswith("embedding")]
    others = [p for n, p in model.named_parameters() if p.dim() < 2 or n.startswith("embedding")]
    return [
        torch.optim.Muon(matrices, lr=recipe.matrix_rate, weight_decay=recipe.weight_decay),
        torch.optim.AdamW(others, lr=recipe.other_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def _rate(step: int, recipe: Recipe) -> float:
    """Share of the full rate: a short rise, level, then down to nought in a line."""
    decay = max(round(recipe.steps * recipe.decay_share), 1)
    return min(step / recipe.warm_up, 1.0, (recipe.steps - step + 1) / decay)


def _step(
    model: TinyQwen2, batches: Sequence[Batch], optimizers: Sequence[torch.optim.Optimizer], rate: float
) -> float:
    learnt, total = sum(int(batch.learnt.sum()) for batch in batches), 0.0
    for batch in batches:
        loss = functional.cross_entropy(_foretold(model, batch).float(), batch.to_foretell(), reduction="sum") / learnt
        torch.autograd.backward(loss)
        total += float(loss.detach())
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group.setdefault("full_rate", group["lr"]) * rate
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return total


def _foretold(model: TinyQwen2, batch: Batch) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden: Tensor = model(batch.tokens, batch.positions)
        return model.scores(hidden[batch.learnt])


def exactness(model: TinyQwen2, held_out: Sequence[Row]) -> dict[str, float]:
    """Share of dialogues that greedy decoding would give to the letter, by kind and of "all"."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one in held_out:
        batch = stack([one])
        with torch.no_grad():
            exact = bool((_foretold(model, batch).argmax(-1) == batch.to_foretell()).all())
        for name in (one.kind, "all"):
            right[name] += exact
            asked[name] += 1
    return {name: right[name] / asked[name] for name in asked}
