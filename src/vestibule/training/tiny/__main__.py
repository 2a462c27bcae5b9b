"""`python -m vestibule.training.tiny --out MODEL.gguf`: train from scratch, write the GGUF, its sha256 and its log."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path

from vestibule.training.tiny.curve import draw_curve
from vestibule.training.tiny.recipe import Progress, Recipe


def main() -> None:
    parser = argparse.ArgumentParser(description="Train vestibule-tiny from scratch, on one thread.")
    parser.add_argument("--out", type=Path, required=True, help="where the GGUF goes; its sha256 and tokens beside it")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--log", type=Path, help="folder for the log of the training and its loss curve")
    asked = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", RAYON_NUM_THREADS="1")
    if find_spec("torch") is None or find_spec("gguf") is None:
        sys.exit("PyTorch and gguf are needed to train: pip install 'vestibule[train]'.")
    digest = build(replace(Recipe(), steps=asked.steps), asked.out, asked.log)
    print(f"{asked.out}: {asked.out.stat().st_size:,} bytes, sha256 {digest}")


def build(recipe: Recipe, out: Path, log: Path | None = None) -> str:
    """Train and write the files; return the GGUF's sha256."""
    from vestibule.training.tiny.artefact import write
    from vestibule.training.tiny.trainer import train

    steps: list[Progress] = []

    def report(progress: Progress) -> None:
        steps.append(progress)
        if progress.step % 20 == 0 or progress.exact is not None:
            exact = (
                f"  held out exact {progress.exact:.1%} {progress.exact_by_kind}" if progress.exact is not None else ""
            )
            print(f"step {progress.step:>5}  loss {progress.loss:.4f}  {progress.seconds:7.1f} s{exact}", flush=True)

    model, tokenizer = train(recipe, report)
    digest = write(model, tokenizer, out)
    tokenizer.save(str(out.with_suffix(".tokenizer.json")), pretty=False)
    if log is not None:
        _write_log(log, recipe, steps, digest)
    return digest


def _write_log(folder: Path, recipe: Recipe, steps: Sequence[Progress], digest: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.json").write_text(json.dumps({**asdict(recipe), "sha256": digest}, indent=2) + "\n")
    with (folder / "training.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["step", "loss", "tokens", "cpu_s", "held_out_exact"])
        for p in steps:
            lines.writerow(
                [p.step, f"{p.loss:.4f}", p.tokens, f"{p.seconds:.1f}", "" if p.exact is None else f"{p.exact:.3f}"]
            )
    (folder / "loss.svg").write_text(draw_curve([(p.step, p.loss) for p in steps]), encoding="utf-8")


if __name__ == "__main__":
    main()
