"""Makes `reference.npz`: what transformers' own forward pass says of the same sentences with the same weights.

Run by hand from the root of the repository, in an environment of its own (torch, transformers, numpy), never by the
tests: `python -m tests.providers.embedder.make_reference FOLDER_OF_THE_MODEL`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer  # type: ignore[import-not-found]  # as above

from tests.providers.embedder.sentences import sentences


def main(folder: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    rows = []
    for text in sentences():
        encoded = tokenizer(text, truncation=True, max_length=256, return_tensors="pt")
        with torch.no_grad():
            hidden = model(**encoded).last_hidden_state[0]
        rows.append(torch.nn.functional.normalize(hidden.mean(dim=0), dim=0).numpy())
    digest = hashlib.sha256("\0".join(sentences()).encode()).hexdigest()
    vectors = np.array(rows).astype(np.float16)
    np.savez_compressed(Path(__file__).with_name("reference.npz"), vectors=vectors, sentences_sha256=digest)


if __name__ == "__main__":
    main(sys.argv[1])
