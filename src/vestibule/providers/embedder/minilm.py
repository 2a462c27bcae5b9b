"""all-MiniLM-L6-v2 as an `Embedder`: texts in, unit vectors out, on threads of its own.

Knows nothing of what the texts are for. A call is cut into small batches and a query overtakes ingestion, so that it
waits for about one batch and not for a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from vestibule.core.ports import Vector
from vestibule.providers.embedder.store import load_or_build
from vestibule.providers.embedder.weights import read_pinned, require_weights
from vestibule.providers.embedder.worker import Worker

_BATCH_TEXTS = 32
_BATCH_CHARACTERS = 4_096  # about 1,000 tokens, padding included: some 70 ms on two cores, what a query may wait
_SEEN_CHARACTERS = 16_384
_SEPARATOR = 102


class MiniLM:
    """Sentence embeddings of 384 dimensions.

    Of each text the model sees the first 256 tokens, and nothing beyond 16,384 characters. What a text is batched
    with does not change its vector.
    """

    name = "all-MiniLM-L6-v2"
    dimension = 384
    max_tokens = 256

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._worker = Worker("embedder", self._embed_batch)

    @classmethod
    def load(cls, home: Path, *, threads: int = 2) -> MiniLM:
        """Load the model from `home/models`, building it there first if need be. Blocks: about 0.1 s, 1 s to build.

        Raises `Unavailable` where the weights are not installed or are not the pinned ones, or `home` cannot be
        written; `StorageFull` where the disk is full.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        # Threads that spin between runs would take CPU from the rest of a small machine.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        tokenizer = Tokenizer.from_buffer(read_pinned(require_weights(), "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        session = onnxruntime.InferenceSession(load_or_build(home), options, providers=["CPUExecutionProvider"])
        return cls(session, tokenizer)

    async def embed(self, texts: Sequence[str]) -> Vector:
        """Embed `texts`; shape (len(texts), 384), float32, rows of length 1, in the order given.

        Cancelling stops after the batch that is running. Raises `Unavailable` once closed.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        shown = [text[:_SEEN_CHARACTERS] for text in texts]
        for batch in _batches(shown):
            vectors[batch] = await self._worker.run([shown[n] for n in batch], urgent=len(batch) == len(texts))
        return vectors

    def count_tokens(self, text: str) -> int:
        """Number of tokens of `text` with its two markers, without truncation: about 3 ms for 10,000 characters."""
        return len(self._tokenize(text))

    def close(self) -> None:
        """Stop after the batch that is running; whoever still waits gets `Unavailable`."""
        self._worker.close()

    def _embed_batch(self, texts: Sequence[str]) -> Vector:
        rows = [self._truncate(self._tokenize(text)) for text in texts]
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        mask = np.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = row
            mask[n, : len(row)] = 1
        vectors: Vector = self._session.run(None, {"ids": ids, "mask": mask})[0]
        return vectors

    def _tokenize(self, text: str) -> list[int]:
        # JSON can carry half a surrogate pair, which is no UTF-8: it is read as a question mark.
        ids: list[int] = self._tokenizer.encode(text.encode("utf-8", "replace").decode()).ids
        return ids

    def _truncate(self, ids: list[int]) -> list[int]:
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], _SEPARATOR]


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Positions of `texts` in batches of similar length, the shortest first, each small enough to wait for."""
    batch: list[int] = []
    for n in sorted(range(len(texts)), key=lambda n: len(texts[n])):
        if batch and (len(batch) == _BATCH_TEXTS or (len(batch) + 1) * _cost(texts[n]) > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


def _cost(text: str) -> int:
    return min(len(text), 4 * MiniLM.max_tokens)
