"""`python -m vestibule.training.complexity --out complexity.safetensors`: generate, embed, fit, measure, write."""

from __future__ import annotations

import argparse
import asyncio
import os
from dataclasses import replace
from pathlib import Path

from vestibule.training.complexity.recipe import Recipe


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the model of how difficult a request is, on one thread.")
    parser.add_argument("--out", type=Path, required=True, help="where the file goes; its sha256 beside it")
    parser.add_argument("--examples", type=int, default=Recipe.examples, help="requests of each kind")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    asked = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")  # sums in another order would be other bytes
    digest = asyncio.run(build(replace(Recipe(), examples=asked.examples, steps=asked.steps), asked.out))
    print(f"{asked.out}: {asked.out.stat().st_size:,} bytes, sha256 {digest}")


async def build(recipe: Recipe, out: Path) -> str:
    """Fit to all templates but those held out, measure on those, write the artefact."""
    import numpy as np

    from vestibule.routing.complexity.difficulty import Complexity
    from vestibule.training.complexity.artefact import encode, write
    from vestibule.training.complexity.evaluate import Floats, ordering
    from vestibule.training.complexity.examples import draw, read
    from vestibule.training.complexity.folds import fitted

    seen = await read(draw(recipe.seed, recipe.examples, held_out=False))
    held_out = await read(draw(recipe.seed, max(recipe.examples // 5, 1), held_out=True))
    model = encode(fitted(recipe, seen))
    complexity = Complexity.read(model)
    said: dict[str, Floats] = {
        "embedding and structure": complexity.difficulties(held_out.rows, held_out.vectors).astype(np.float64),
        "structure alone": complexity.difficulties(held_out.rows, None).astype(np.float64),
        "length alone": held_out.lengths,
    }
    for name, scores in said.items():
        found = ordering(scores, held_out.difficulties, held_out.kinds)
        print(f"held out, {name:<24} AUC {found.auc:.3f}  within kinds {found.within:.3f}  rank {found.rank:.3f}")
    return write(model, out)


if __name__ == "__main__":
    main()
