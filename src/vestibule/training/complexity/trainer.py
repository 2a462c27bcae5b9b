"""Fit the network that `routing/complexity/difficulty.py` runs: cross-entropy to the difficulty, with weight decay.

Numpy alone; the same bytes for the same seed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vestibule.core.ports import Vector
from vestibule.routing.complexity.difficulty import FAR
from vestibule.training.complexity.recipe import Recipe

Floats = NDArray[np.float64]
Head = dict[str, NDArray[np.float32]]


def fit(recipe: Recipe, rows: NDArray[np.float32], vectors: Vector | None, targets: Floats) -> Head:
    """`rows` (n, features), `vectors` (n, 384), `targets` in (0, 1)."""
    mean, deviation = rows.mean(0), rows.std(0)
    scale = 1 / np.maximum(deviation, 0.05)
    inputs = np.clip((rows - mean) * scale, -FAR, FAR).astype(np.float64)
    decay = np.full(inputs.shape[1], recipe.decay_of_structure)
    if vectors is not None:
        inputs = np.concatenate([vectors.astype(np.float64), inputs], axis=1)
        decay = np.concatenate([np.full(vectors.shape[1], recipe.decay_of_vector), decay])
    network = _descend(recipe, inputs, decay, targets)
    found = {"mean": mean, "scale": scale, **network}
    return {name: array.astype(np.float32) for name, array in found.items()}


def _descend(recipe: Recipe, inputs: Floats, decay: Floats, targets: Floats) -> dict[str, Floats]:
    """Adam (Kingma and Ba 2015) over batches, its rate falling along a cosine."""
    random = np.random.default_rng(recipe.seed)
    width, hidden = inputs.shape[1], recipe.hidden
    network = {
        "inner": random.normal(0, 0.3 / np.sqrt(width), (width, hidden)),
        "bias": np.zeros(hidden),
        "outer": np.concatenate([random.normal(0, 0.3, hidden), np.zeros(width)]),
        "level": np.zeros(1),
    }
    decays = {"inner": decay[:, None], "outer": np.concatenate([np.full(hidden, recipe.decay_of_hidden), decay])}
    first = {name: np.zeros_like(array) for name, array in network.items()}
    second = {name: np.zeros_like(array) for name, array in network.items()}
    for step in range(1, recipe.steps + 1):
        batch = random.choice(len(inputs), min(recipe.batch, len(inputs)), replace=False)
        slopes = _slopes(network, inputs[batch], targets[batch])
        rate = recipe.rate * 0.5 * (1 + np.cos(np.pi * step / recipe.steps))
        for name, slope in slopes.items():
            decayed = slope + decays[name] * network[name] if name in decays else slope
            first[name] = 0.9 * first[name] + 0.1 * decayed
            second[name] = 0.999 * second[name] + 0.001 * decayed * decayed
            mended = first[name] / (1 - 0.9**step)
            network[name] = network[name] - rate * mended / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
    return network


def _slopes(network: dict[str, Floats], inputs: Floats, targets: Floats) -> dict[str, Floats]:
    active = np.tanh(inputs @ network["inner"] + network["bias"])
    both = np.concatenate([active, inputs], axis=1)
    error = (1 / (1 + np.exp(-(both @ network["outer"] + network["level"]))) - targets) / len(targets)
    back = np.outer(error, network["outer"][: active.shape[1]]) * (1 - active * active)
    return {"inner": inputs.T @ back, "bias": back.sum(0), "outer": both.T @ error, "level": error.sum(keepdims=True)}
