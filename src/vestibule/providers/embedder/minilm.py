"""all-MiniLM-L6-v2 as an `Embedder`: texts in, unit vectors out, on threads of its own.

Knows nothing of what the texts are for. A call is cut into small batches and a query overtakes ingestion, so that it
waits for about one batch and not for a document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vestibule.core.once import Once
from vestibule.core.ports import Vector
from vestibule.providers.embedder.store import ensure_built
from vestibule.providers.embedder.weights import read_pinned, require_weights
from vestibule.providers.embedder.worker import Worker

if TYPE_CHECKING:
    import onnxruntime
    from tokenizers import Tokenizer

_BATCH_TEXTS = 32
_BATCH_CHARACTERS = 1_024  # about 256 tokens, padding included: no slower than more at once, and 20 MiB less
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

    def __init__(self, home: Path, *, threads: int = 2) -> None:
        """Nothing is loaded yet: the first text does that, on the embedder's own thread; it takes 0.2 s and 80 MB.

        Raises `Unavailable` where the weights are not installed.
        """
        require_weights()
        self._tokenizer = Once(_load_tokenizer)
        self._session = Once(partial(_load_session, home, threads))
        self._worker = Worker("embedder", self._embed_batch)

    @classmethod
    def load(cls, home: Path, *, threads: int = 2) -> MiniLM:
        """As `MiniLM(home)`, loaded at once."""
        model = cls(home, threads=threads)
        try:
            model.warm()
        except BaseException:
            model.close()
            raise
        return model

    def warm(self) -> None:
        """Load the model from `home/models`, building it there first if need be. Blocks: about 0.2 s, 1 s to build.

        Raises `Unavailable` where the weights are not the pinned ones or `home` cannot be written; `StorageFull` where
        the disk is full. Whoever embeds without it is told the same.
        """
        self._tokenizer()
        self._session()

    @property
    def is_loaded(self) -> bool:
        return self._session.is_made

    @property
    def trouble(self) -> str:
        """Why it could not be loaded the last time; empty where it could, or nobody has needed it yet."""
        return str(self._tokenizer.trouble or self._session.trouble or "")

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
        """Number of tokens of `text` with its two markers, without truncation: about 3 ms for 10,000 characters.

        Blocks for 0.1 s more where it is the first text of all.
        """
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
        vectors: Vector = self._session().run(None, {"ids": ids, "mask": mask})[0]
        return vectors

    def _tokenize(self, text: str) -> list[int]:
        # JSON can carry half a surrogate pair, which is no UTF-8: it is read as a question mark.
        ids: list[int] = self._tokenizer().encode(text.encode("utf-8", "replace").decode()).ids
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


def _load_tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(read_pinned(require_weights(), "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load_session(home: Path, threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime  # 18 MB that a house without documents does not need

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin between runs would take CPU from the rest of a small machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # By its file: of a model that is handed over as bytes the session keeps them, 24 MB, beside what it made of them.
    return onnxruntime.InferenceSession(ensure_built(home), options, providers=["CPUExecutionProvider"])
