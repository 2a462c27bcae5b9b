"""What `vestibule doctor` asks about the embedder: are the weights here, is the model built, and what mends it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vestibule.core.errors import Unavailable
from vestibule.providers.embedder.store import find_built
from vestibule.providers.embedder.weights import MEND, SHA256, find_weights, read_pinned


class Check(msgspec.Struct, frozen=True):
    """One thing looked at. `mend` is a command or an instruction, empty where nothing is to be done."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


def diagnose(home: Path) -> tuple[Check, ...]:
    """Look at weights and built model; reads some 115 MB, changes nothing, raises nothing."""
    weights = _weights()
    return (weights, _model(home, weights.ok))


def _weights() -> Check:
    folder = find_weights()
    if folder is None:
        return Check("embedding weights", False, "not installed", MEND)
    try:
        for name in SHA256:
            read_pinned(folder, name)
    except Unavailable as error:
        return Check("embedding weights", False, error.message, f"{MEND} --force-reinstall")
    return Check("embedding weights", True, f"all-MiniLM-L6-v2 in {folder}")


def _model(home: Path, can_build: bool) -> Check:
    """A model that is not built is no fault as long as the next start can build it."""
    folder = home / "models"
    if find_built(folder) is not None:
        return Check("embedding model", True, f"built, in {folder}")
    if can_build:
        return Check("embedding model", True, "not built yet: the next start builds it in seconds")
    return Check("embedding model", False, "not built, and cannot be without its weights", MEND)
