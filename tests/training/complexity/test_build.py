"""A short build: the same bytes twice, and a model that the product reads and that orders requests."""

from __future__ import annotations

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from vestibule.routing.complexity import Complexity
from vestibule.training.complexity.evaluate import auc, ordering
from vestibule.training.complexity.examples import draw, read
from vestibule.training.complexity.folds import of_unseen_kinds
from vestibule.training.complexity.recipe import Recipe
from vestibule.training.complexity.trainer import fit

SHORT = ["--examples", "4", "--steps", "120"]


def build_in_a_process_of_its_own(out: Path) -> str:
    command = [sys.executable, "-m", "vestibule.training.complexity", *SHORT, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_short_build_gives_the_same_bytes_again(tmp_path: Path) -> None:
    first, second = tmp_path / "first" / "complexity.safetensors", tmp_path / "second" / "complexity.safetensors"
    said = [build_in_a_process_of_its_own(out) for out in (first, second)]
    assert first.read_bytes() == second.read_bytes()
    digest = sha256(first.read_bytes()).hexdigest()
    assert first.with_suffix(".sha256").read_text() == f"{digest}  complexity.safetensors\n"
    assert digest in said[0]
    areas = [float(found) for found in re.findall(r"AUC ([\d.]+)", said[0])]
    assert len(areas) == 3
    assert areas[0] > areas[2]
    Complexity.read(first.read_bytes())


async def test_kinds_never_seen_are_ordered_better_than_by_length() -> None:
    recipe = Recipe(examples=6, steps=150, folds=3)
    examples = await read(draw(recipe.seed, recipe.examples, held_out=False))
    both, structure = of_unseen_kinds(recipe, examples)
    said = [ordering(scores, examples.difficulties, examples.kinds) for scores in (both, structure, examples.lengths)]
    assert said[0].auc > 0.75
    assert said[1].auc > 0.7
    assert min(said[0].rank, said[1].rank) > said[2].rank


def test_a_network_learns_what_no_line_separates() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(2000, 4)).astype(np.float32)
    targets = np.where(np.abs(rows[:, 0]) > 0.8, 0.9, 0.1)
    head = fit(Recipe(steps=1500, rate=0.03, hidden=8), rows, None, targets)
    said = Complexity({"structure": head}).difficulties(rows, None).astype(np.float64)
    assert auc(said, targets > 0.5) > 0.95
