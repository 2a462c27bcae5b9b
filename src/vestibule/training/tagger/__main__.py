"""`python -m vestibule.training.tagger --out tagger.onnx`: generate, train, measure, write the file and its sha256."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from vestibule.training.tagger.recipe import Recipe

HELD_OUT_TEXTS = 4000
HARMLESS_TEXTS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the tagger, on one thread.")
    parser.add_argument("--out", type=Path, required=True, help="where the ONNX file goes; its sha256 beside it")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--texts", type=int, default=Recipe.texts)
    asked = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    if find_spec("torch") is None:
        sys.exit("PyTorch is needed to train: pip install 'vestibule[train]'.")
    digest = build(replace(Recipe(), steps=asked.steps, texts=asked.texts), asked.out)
    print(f"{asked.out}: {asked.out.stat().st_size:,} bytes, sha256 {digest}")


def build(recipe: Recipe, out: Path) -> str:
    """Train; calibrate with the whole lexicon; measure on what was held out, with a lexicon that does not know it;
    write the artefact with all of it."""
    from vestibule.privacy.tagger import Tagger
    from vestibule.training.tagger.artefact import encode, write
    from vestibule.training.tagger.calibrate import thresholds
    from vestibule.training.tagger.evaluate import evaluate
    from vestibule.training.tagger.lists import kinds
    from vestibule.training.tagger.texts import draw, harmless
    from vestibule.training.tagger.trainer import train

    def report(step: int, loss: float) -> None:
        if step % 100 == 0:
            print(f"step {step:>5}  loss {loss:.4f}", flush=True)

    def read(raised: Sequence[float], *, whole: bool = True) -> Tagger:
        return Tagger.read(encode(network, recipe, kinds(whole=whole), numbered, raised))

    network, numbered = train(recipe, report)
    raised = thresholds(read, [harmless(recipe.seed, number) for number in range(HARMLESS_TEXTS)])
    print(f"thresholds of PERSON, ADDRESS and ORGANISATION: {raised}")
    tagger = read(raised, whole=False)
    held_out = [draw(recipe.seed, number, held_out=True) for number in range(HELD_OUT_TEXTS)]
    for exact in (True, False):
        for kind, score in evaluate(tagger, held_out, exact=exact).items():
            print(
                f"held out, {'exact' if exact else 'overlap':<7} {kind:<13} precision {score.precision:.3f}  "
                f"recall {score.recall:.3f}  F1 {score.f1:.3f}  of {score.names}"
            )
    return write(encode(network, recipe, kinds(whole=True), numbered, raised), out)


if __name__ == "__main__":
    main()
