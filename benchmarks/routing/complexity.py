"""Judges the complexity model: `python -m benchmarks.routing.complexity [--write]` on generated and graded requests,
`--data FILE.jsonl` on any labelled routing set.

A set has a row for each request: the text under `--prompt`, and how well a weak and a strong model answered it, from 0
to 1, under `--weak` and `--strong`; or, with `--good`, only whether the weak one's answer was good enough (the strong
one's then always was).

The area under the cost-quality curve is the APGR of Ong et al. 2024 (RouteLLM). Of the requests the share x thought
hardest is sent to the strong model. PGR(x) is how much of the gap between the weak and the strong model's mean score is
recovered, and APGR its mean over x from 0 to 1: .5 for random, whatever the set; the best possible is printed beside
it. Requests of the same score are sent in random order, that is, with their mean. Intervals are of 1,000 bootstrap
samples of the rows, paired.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vestibule.core.chat import ChatRequest, Message
from vestibule.core.ports import Vector
from vestibule.providers.embedder import MiniLM
from vestibule.routing.complexity import Complexity
from vestibule.routing.complexity.structure import features
from vestibule.training.complexity.calibration import calibration
from vestibule.training.complexity.evaluate import Floats, auc, ordering
from vestibule.training.complexity.examples import draw, read
from vestibule.training.complexity.folds import of_unseen_kinds
from vestibule.training.complexity.recipe import Recipe

HERE = Path(__file__).parent
RESULTS = HERE.parent / "results" / "routing" / "complexity.json"
SAMPLES = 1000
SHARES = (0.05, 0.1, 0.2, 0.5)
Report = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a labelled set, one JSON object a line")
    parser.add_argument("--prompt", default="prompt")
    parser.add_argument("--weak", default="weak")
    parser.add_argument("--strong", default="strong")
    parser.add_argument("--good", help="the column that says whether the weak model's answer was good enough")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.name}")
    asked = parser.parse_args()
    if asked.data:
        rows = [json.loads(line) for line in asked.data.read_text("utf-8").splitlines() if line.strip()]
        weak = np.array([float(row[asked.good or asked.weak]) for row in rows])
        strong = np.ones(len(rows)) if asked.good else np.array([float(row[asked.strong]) for row in rows])
        print(json.dumps(curve([str(row[asked.prompt]) for row in rows], weak, strong), indent=2))
        return
    found = json.dumps({"speed": speed(), "graded": graded(), **generated()}, indent=2)
    print(found)
    if asked.write:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(found + "\n")


def curve(prompts: Sequence[str], weak: Floats, strong: Floats) -> Report:
    """Areas with their 95 % intervals, for the model, for its structure alone, for length and for random; and quality
    at a few shares."""
    complexity, vectors = Complexity.load(), embedded(prompts)
    rows = np.stack([features(_request(prompt)) for prompt in prompts])
    lengths = np.array([float(len(prompt)) for prompt in prompts])
    scores = {
        "model": complexity.difficulties(rows, vectors).astype(float),
        "structure": complexity.difficulties(rows, None).astype(float),
        "length": lengths,
    }
    gains = strong - weak
    picks = np.random.default_rng(0).integers(0, len(gains), (SAMPLES, len(gains)))
    picks = picks[gains[picks].sum(1) > 0]
    sampled = {name: np.array([area(said[pick], gains[pick]) for pick in picks]) for name, said in scores.items()}
    return {
        "requests": len(prompts),
        "quality": {"all_weak": _rounded(weak.mean()), "all_strong": _rounded(strong.mean())},
        "area": {
            **{name: _with_interval(area(said, gains), sampled[name]) for name, said in scores.items()},
            "random": 0.5,
            "best_possible": _rounded(area(gains, gains)),
        },
        "area_beyond_length": _with_interval(
            area(scores["model"], gains) - area(lengths, gains), sampled["model"] - sampled["length"]
        ),
        "quality_at_share": {
            f"{share:.0%}": {
                **{n: _rounded(weak.mean() + gains.mean() * recovered(s, gains, share)) for n, s in scores.items()},
                "random": _rounded(weak.mean() + gains.mean() * share),
            }
            for share in SHARES
        },
    }


def area(scores: Floats, gains: Floats) -> float:
    """APGR: the mean over all shares of the part of the whole gain that the hardest requests of that share bring."""
    curve = np.concatenate([[0.0], np.cumsum(_in_order(scores, gains))]) / gains.sum()
    return float(np.mean((curve[1:] + curve[:-1]) / 2))


def recovered(scores: Floats, gains: Floats, share: float) -> float:
    """PGR where this share is sent to the strong model."""
    curve = np.concatenate([[0.0], np.cumsum(_in_order(scores, gains))]) / gains.sum()
    return float(np.interp(share * len(gains), np.arange(len(curve)), curve))


def _in_order(scores: Floats, gains: Floats) -> Floats:
    """Gains from the hardest to the easiest; of those of one score, each has their mean."""
    _, group = np.unique(-scores, return_inverse=True)
    sizes = np.bincount(group)
    means: Floats = np.bincount(group, gains) / sizes
    return np.repeat(means, sizes)


def _with_interval(value: float, samples: Floats) -> list[float]:
    """The value, and where 95 % of the samples lie."""
    return [_rounded(value), *(_rounded(q) for q in np.quantile(samples, (0.025, 0.975)))]


def graded() -> Report:
    """The 112 requests that we wrote and graded by hand: 1, ½ or 0 for how surely a model of seven billion parameters
    answers well enough."""
    rows = [json.loads(line) for line in (HERE / "graded.jsonl").read_text("utf-8").splitlines()]
    prompts, weak = [row["prompt"] for row in rows], np.array([row["weak"] for row in rows])
    rows_of_features = np.stack([features(_request(prompt)) for prompt in prompts])
    said = Complexity.load().difficulties(rows_of_features, embedded(prompts)).astype(float)
    lengths = np.array([float(len(prompt)) for prompt in prompts])
    ends = weak != 0.5
    return {
        "curve": curve(prompts, weak, np.ones(len(weak))),
        "auc_hard_against_easy": {
            "model": _rounded(auc(said[ends], weak[ends] == 0)),
            "length": _rounded(auc(lengths[ends], weak[ends] == 0)),
        },
    }


def generated() -> Report:
    """Ordering of requests of kinds, and of templates, that the network was not fitted to; truth of probabilities."""
    recipe = Recipe()
    seen = asyncio.run(read(draw(recipe.seed, recipe.examples // 3, held_out=False)))
    both, structure = of_unseen_kinds(recipe, seen)
    held_out = asyncio.run(read(draw(recipe.seed, recipe.examples // 3, held_out=True)))
    complexity = Complexity.load()
    shipped = complexity.difficulties(held_out.rows, held_out.vectors).astype(float)
    alone = complexity.difficulties(held_out.rows, None).astype(float)
    figures: Report = {}
    for name, examples, scores in (
        ("unseen_kinds", seen, {"model": both, "structure": structure, "length": seen.lengths}),
        ("unseen_templates", held_out, {"model": shipped, "structure": alone, "length": held_out.lengths}),
    ):
        figures[name] = {
            "requests": len(examples.kinds),
            **{
                by: {k: _rounded(v) for k, v in ordering(s, examples.difficulties, examples.kinds)._asdict().items()}
                for by, s in scores.items()
            },
        }
    figures["calibration"] = calibration(shipped, held_out.difficulties, recipe.seed)
    return figures


def speed() -> Report:
    """Microseconds for one request beside the embedding, on an otherwise idle thread: the median of 400 calls."""
    complexity = Complexity.load()
    vector: Vector = np.full(384, 384**-0.5, np.float32)
    text = "Why does AHU-3 use 12.5 kWh more at night than in March, if the setpoint is 21 °C and the fan is off? "
    figures: Report = {}
    for characters in (100, 1000, 10_000):
        request = _request((text * 100)[:characters])
        for name, given in (("with_vector", vector), ("without", None)):
            figures[f"us_{characters}_characters_{name}"] = _median_us(complexity, given, request)
    return figures


def _median_us(complexity: Complexity, vector: Vector | None, request: ChatRequest) -> float:
    taken = []
    for _ in range(400):
        started = time.thread_time()
        complexity.difficulty(vector, request)
        taken.append(time.thread_time() - started)
    return round(float(np.median(taken)) * 1e6, 1)


def embedded(prompts: Sequence[str]) -> Vector:
    with tempfile.TemporaryDirectory() as home:
        embedder = MiniLM(Path(home))
        try:
            return asyncio.run(embedder.embed(prompts))
        finally:
            embedder.close()


def _request(prompt: str) -> ChatRequest:
    return ChatRequest("auto", (Message("user", prompt),))


def _rounded(value: float) -> float:
    return round(float(value), 4)


if __name__ == "__main__":
    main()
