"""Write the fitted networks as safetensors, with the names of the features they were fitted to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from safetensors.numpy import save

from vestibule.routing.complexity.structure import NAMES
from vestibule.training.complexity.trainer import Head


def encode(heads: Mapping[str, Head]) -> bytes:
    """The artefact's bytes: the same for the same networks. One entry of metadata only: several have no order."""
    arrays = {f"{name}.{key}": array for name, head in heads.items() for key, array in head.items()}
    encoded: bytes = save(arrays, {"features": " ".join(NAMES)})
    return encoded


def write(model: bytes, path: Path) -> str:
    """Write the artefact at `path` and its sha256 beside it; return the latter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model)
    digest = hashlib.sha256(model).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return digest
