"""How difficult a request is, from 0 (any model answers it well) to 1 (only the best do): a small network over the
question's embedding and the request's structure.

Numpy alone. Trained by `vestibule.training.complexity`; knows neither the models nor what becomes of the figure.
"""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from math import exp
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load

from vestibule.core.chat import ChatRequest
from vestibule.core.ports import Vector
from vestibule.routing.complexity.structure import NAMES, features

Floats = NDArray[np.float32]
Heads = dict[str, dict[str, Floats]]
FAR = 4.0  # standard deviations beyond which a feature counts no more: a strange request is no harder than a rare one


class Complexity:
    """`heads` are two networks, `both` (embedding and structure) and `structure` (without the embedding), each with the
    arrays `mean`, `scale` (of the structure), `inner` (inputs, hidden), `bias` (hidden), `outer` (hidden + inputs) and
    `level` (1). What goes in is the embedding, then the standardised features."""

    def __init__(self, heads: Heads) -> None:
        self._heads = {name: {key: a.astype(np.float32) for key, a in head.items()} for name, head in heads.items()}

    @classmethod
    def load(cls) -> Self:
        """The shipped one. Raise `ValueError` where it is not what its sha256 says."""
        folder = files(__package__)
        model = (folder / "complexity.safetensors").read_bytes()
        stated = (folder / "complexity.sha256").read_text("utf-8").split()[0]
        if hashlib.sha256(model).hexdigest() != stated:
            raise ValueError("complexity.safetensors is not the file its sha256 names; install Vestibule again")
        return cls.read(model)

    @classmethod
    def read(cls, model: bytes) -> Self:
        """As written by the recipe. Raise `ValueError` where it was trained for other features."""
        size = int.from_bytes(model[:8], "little")
        said = json.loads(model[8 : 8 + size]).get("__metadata__", {})
        if said.get("features", "").split() != list(NAMES):
            raise ValueError("the complexity model was trained for other features; run `make complexity-model`")
        heads: Heads = {}
        for name, array in load(model).items():
            head, _, key = name.partition(".")
            heads.setdefault(head, {})[key] = array
        return cls(heads)

    def difficulty(self, vector: Vector | None, request: ChatRequest) -> float:
        """In (0, 1). `vector` is the unit vector of the question, shape (384,); None where it was not embedded."""
        logit = self._logits(features(request)[None], None if vector is None else vector[None])[0]
        return 1 / (1 + exp(-float(logit)))

    def difficulties(self, rows: Floats, vectors: Vector | None) -> Floats:
        """Of many at once: `rows` (n, features) and `vectors` (n, 384)."""
        return (1 / (1 + np.exp(-self._logits(rows, vectors)))).astype(np.float32)

    def _logits(self, rows: Floats, vectors: Vector | None) -> Floats:
        head = self._heads["structure" if vectors is None else "both"]
        standard = np.clip((rows - head["mean"]) * head["scale"], -FAR, FAR)
        inputs = standard if vectors is None else np.concatenate([vectors, standard], axis=1)
        hidden = np.tanh(inputs @ head["inner"] + head["bias"])
        logits: Floats = np.concatenate([hidden, inputs], axis=1) @ head["outer"] + head["level"]
        return logits
