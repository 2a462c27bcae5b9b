"""What a model takes in memory, summed before it is loaded: weights, KV cache, compute buffer, the process around them.

Arithmetic only. It knows no file and no process: where the numbers of a model come from is the caller's business.
"""

from __future__ import annotations

from typing import Self

import msgspec

from vestibule.core.settings import CacheType, LocalSettings

# Cache type → (values in a block, bytes of a block): a quantised block carries an f16 scale besides its values.
CACHE_BLOCKS: dict[CacheType, tuple[int, int]] = {"f16": (1, 2), "q8_0": (32, 34), "q4_0": (32, 18)}
PADDING = 256  # llama.cpp rounds the context of a slot up to this many tokens
BATCH = 512
INPUT_BYTES = 64  # ids and positions of a token of the batch
F32, F16 = 4, 2

# The process around a model, as measured on children that answered hundreds of requests in all their slots at once
# (xllamacpp 2026.10, x86-64, up to 152,000 tokens of vocabulary and 8 slots): interpreter and libraries, what
# a slot keeps of a conversation, the tokenizer's tables, a slot's candidates for the next token.
PROCESS_BYTES = 56 * 1_048_576
SLOT_BYTES = 6 * 1_048_576
TOKEN_BYTES = 192
CANDIDATE_BYTES = 24
UNITS = ((1_073_741_824, "GiB"), (1_048_576, "MiB"))


class Shape(msgspec.Struct, frozen=True):
    """What memory depends on in a model. `kv_heads` are those of all `layers` together; `key_length` and
    `value_length` are of one head; `width` and `inner` are channels of a layer and of its feed-forward part."""

    weights_bytes: int
    layers: int
    kv_heads: int
    key_length: int
    value_length: int
    width: int
    inner: int
    vocabulary: int


class Serving(msgspec.Struct, frozen=True):
    """How a model is to be run. `context` is of one of the `slots`, in tokens. `threads` None lets the runtime choose;
    they take no memory that counts. `batch` tokens go through the layers at once: llama.cpp's n_ubatch. With
    `embedding` all of them come out, and not the last one of each slot."""

    context: int
    slots: int
    cache: CacheType = "f16"
    threads: int | None = None
    batch: int = BATCH
    embedding: bool = False

    @classmethod
    def of(cls, local: LocalSettings) -> Self:
        return cls(local.context, local.slots, local.cache_type, local.threads)


class Footprint(msgspec.Struct, frozen=True):
    """Bytes."""

    weights: int
    cache: int
    compute: int
    overhead: int

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.compute + self.overhead

    def __str__(self) -> str:
        return (
            f"{spell(self.weights)} of weights + {spell(self.cache)} of KV cache + {spell(self.compute)} of compute "
            f"buffer + {spell(self.overhead)} of overhead = {spell(self.total)}"
        )


def footprint(shape: Shape, serving: Serving) -> Footprint:
    """Sum what the model takes when it is run so; never less than llama.cpp uses on a CPU, as far as measured."""
    context = -(-serving.context // PADDING) * PADDING
    return Footprint(
        weights=shape.weights_bytes,
        cache=cache_bytes_per_token(shape, serving.cache) * context * serving.slots,
        compute=_compute(shape, context, serving),
        overhead=PROCESS_BYTES
        + SLOT_BYTES * serving.slots
        + shape.vocabulary * (TOKEN_BYTES + CANDIDATE_BYTES * serving.slots),
    )


def cache_bytes_per_token(shape: Shape, cache: CacheType) -> int:
    """KV heads of all layers x (key length + value length) x bytes of a value. Source: llama.cpp, `llama_kv_cache`.

    Layers that keep no cache or only a window of it (state-space, sliding window) are counted as full ones.
    """
    values, size = CACHE_BLOCKS[cache]
    return shape.kv_heads * (shape.key_length + shape.value_length) * size // values


def _compute(shape: Shape, context: int, serving: Serving) -> int:
    """llama.cpp plans its buffer for a full batch through the layer that needs most. Fitted to what it reports for
    models of 64 to 2,048 channels, feed-forward parts of 0.5 to 8 times that, and 1,024 to 32,768 tokens of context."""
    channels = max(3 * shape.inner + 5 * shape.width, 8 * shape.width)
    outputs = serving.batch if serving.embedding else 2 * serving.slots  # their logits, and a copy for the sampler
    return serving.batch * (channels * F32 + context * F16 + INPUT_BYTES) + outputs * shape.vocabulary * F32


def spell(size: int) -> str:
    """Bytes in words: "4.36 GiB", "120 MiB"."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.2f} {name}" if size < 10 * unit else f"{size / unit:.1f} {name}"
    return f"{size / UNITS[-1][0]:.2f} MiB"
