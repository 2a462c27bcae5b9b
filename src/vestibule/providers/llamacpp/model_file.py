"""A GGUF file as a model to run: whether it can chat, how much context it gets, what memory it will take.

Judges by the header alone and before anything is loaded. Knows no process.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.providers.llamacpp.gguf import Header, read_header
from vestibule.providers.memory.footprint import (
    CACHE_BLOCKS,
    Footprint,
    Serving,
    Shape,
    footprint,
    spell,
)

CONTEXT = 4096
LONGEST_EMBEDDED = 2048  # tokens of a text: llama.cpp sets room aside for the logits of each, vectors or not
MEND = "Use fewer slots, a smaller context, the q8_0 cache type, or a smaller model or quantisation (Q4_K_M)"


class Adapter(msgspec.Struct, frozen=True):
    """A LoRA file that is loaded with a model; requests call it `name`."""

    name: str
    path: Path


class ModelFile(msgspec.Struct, frozen=True):
    """`serving` is how it is run: its context is what one of its slots may hold, in tokens. `shape` is what its memory
    depends on; its weights are those of the `adapters` too. An `embedding` model turns texts into vectors, by the
    file's own `pooling` or, where that is None or 0, by the mean of the tokens."""

    path: Path
    architecture: str
    name: str
    trained_context: int
    serving: Serving
    shape: Shape
    adapters: tuple[Adapter, ...] = ()
    pooling: int | None = None

    @property
    def file_bytes(self) -> int:
        return self.shape.weights_bytes

    @property
    def embedding(self) -> bool:
        return self.serving.embedding

    @property
    def footprint(self) -> Footprint:
        return footprint(self.shape, self.serving)


def examine(path: Path, wanted: Serving, adapters: Sequence[Adapter] = (), *, embedding: bool = False) -> ModelFile:
    """Read the header of `path` and judge it; blocking. The context is capped by what the model was trained for.

    Raises `NotFound` and `InvalidRequest` for a file that cannot be run, so or at all, and for such an adapter.
    """
    header = read_header(path)
    architecture = _architecture(header, path)
    if not embedding and is_embedder(header):
        raise InvalidRequest(f"{path} is an embedding model: it cannot chat.", next_step="Add it with --embedding.")
    weights_bytes = header.file_bytes + sum(_adapter_bytes(adapter, architecture) for adapter in adapters)
    trained = max(header.numbers(f"{architecture}.context_length"), default=0) or CONTEXT
    model = ModelFile(
        path=path,
        architecture=architecture,
        name=header.text("general.name"),
        trained_context=trained,
        serving=_embedding(wanted, trained) if embedding else _capped(wanted, trained),
        shape=_shape(header, architecture, weights_bytes),
        adapters=tuple(adapters),
        pooling=max(header.numbers(f"{architecture}.pooling_type"), default=None),
    )
    values, _ = CACHE_BLOCKS[wanted.cache]
    if model.shape.key_length % values or model.shape.value_length % values:
        raise InvalidRequest(
            f"{path} has heads of {model.shape.key_length} values, which the cache type {wanted.cache} cannot divide.",
            next_step="Use the cache type f16.",
        )
    return model


def is_embedder(header: Header) -> bool:
    """Whether the file itself says that it turns texts into vectors: it looks ahead, or pools its tokens."""
    architecture = header.text("general.architecture")
    causal = header.metadata.get(f"{architecture}.attention.causal") is not False
    return not causal or any(header.numbers(f"{architecture}.pooling_type"))


def require_unchanged(model: ModelFile) -> None:
    """Raise what `examine` raises, or `InvalidRequest` where another model lies at the path now; blocking."""
    now = examine(model.path, model.serving, model.adapters, embedding=model.embedding)
    if now != model:
        raise InvalidRequest(
            f"{model.path} was replaced by another model while it was served.",
            next_step="Put the file back, or `vestibule models remove` it and add it again.",
        )


def require_budget(model: ModelFile, budget_bytes: int) -> None:
    """Raise `TooLarge`, with the sum, for a model that cannot fit even alone."""
    if model.footprint.total > budget_bytes:
        raise TooLarge(
            f"{_sum(model)}; the budget of local models is {spell(budget_bytes)}.",
            next_step=f"{MEND}, or raise `local.memory_gib` where the machine has more.",
        )


def require_free(model: ModelFile, available_bytes: int) -> None:
    """Raise `TooLarge`, with the sum, for a model that the machine has no memory for now."""
    if model.footprint.total > available_bytes:
        raise TooLarge(
            f"{_sum(model)}; {spell(available_bytes)} of memory are free.", next_step=f"{MEND}, or free memory."
        )


def _sum(model: ModelFile) -> str:
    serving = model.serving
    return (
        f"{model.path.name} does not fit: {model.footprint}, with {serving.slots} x {serving.context:,} tokens of "
        f"context, cache type {serving.cache}"
    )


def _capped(wanted: Serving, trained: int) -> Serving:
    return msgspec.structs.replace(wanted, context=min(wanted.context, trained))


def _embedding(wanted: Serving, trained: int) -> Serving:
    """One slot, and a whole text in one batch: in several slots llama.cpp's vectors depend on their neighbours
    (mean pooling, xllamacpp 2026.10: components off by up to 0.15), and a longer text than the batch it refuses."""
    context = min(wanted.context, trained, LONGEST_EMBEDDED)
    return msgspec.structs.replace(wanted, context=context, slots=1, batch=context, embedding=True)


def _adapter_bytes(adapter: Adapter, architecture: str) -> int:
    header = read_header(adapter.path)
    if header.text("general.type") != "adapter" or header.text("adapter.type") != "lora":
        raise InvalidRequest(f"{adapter.path} is no LoRA adapter.", next_step="Convert it with convert_lora_to_gguf.")
    theirs = header.text("general.architecture")
    if theirs != architecture:
        raise InvalidRequest(
            f"{adapter.path} is an adapter for the architecture {theirs!r}; the model is {architecture!r}.",
            next_step="Name an adapter that was trained on this model.",
        )
    return header.file_bytes


def _architecture(header: Header, path: Path) -> str:
    architecture = header.text("general.architecture")
    kind = header.text("general.type") or "model"
    if not architecture:
        raise InvalidRequest(f"{path} does not say which architecture it is.", next_step="Convert the model anew.")
    if kind != "model" or architecture == "clip":
        what = "an adapter" if kind == "adapter" else "a part of a model"
        raise InvalidRequest(f"{path} is {what}, not a language model.", next_step="Name the GGUF of the base model.")
    if max(header.numbers("split.count"), default=1) > 1:
        raise InvalidRequest(
            f"{path} is one of several parts.", next_step="Join them first: llama-gguf-split --merge FIRST WHOLE."
        )
    if "tokenizer.ggml.tokens" not in header.metadata:
        raise InvalidRequest(f"{path} holds no tokenizer.", next_step="Convert the model anew, with its tokenizer.")
    return architecture


def _shape(header: Header, architecture: str, weights_bytes: int) -> Shape:
    """What the header says; a number it is silent about counts as nothing."""

    def number(name: str, default: int) -> int:
        return max(header.numbers(f"{architecture}.{name}"), default=default)

    layers, width, heads = number("block_count", 0), number("embedding_length", 0), number("attention.head_count", 1)
    kv_heads = header.numbers(f"{architecture}.attention.head_count_kv") or [heads]
    return Shape(
        weights_bytes=weights_bytes,
        layers=layers,
        kv_heads=sum(kv_heads) if len(kv_heads) == layers else max(kv_heads) * layers,
        key_length=number("attention.key_length", width // max(heads, 1)),
        value_length=number("attention.value_length", width // max(heads, 1)),
        width=width,
        inner=number("feed_forward_length", 0),
        vocabulary=header.lengths.get("tokenizer.ggml.tokens", 0),
    )


def available_memory(proc: Path = Path("/proc/meminfo"), group: Path = Path("/sys/fs/cgroup")) -> int:
    """Bytes that can be had now: the kernel's MemAvailable, and no more than this control group still may take; all
    physical memory where the kernel tells neither."""
    try:
        kilobytes = next(line.split()[1] for line in proc.read_text().splitlines() if line.startswith("MemAvailable:"))
        free = int(kilobytes) * 1024
    except (OSError, StopIteration):
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = (group / "memory.max").read_text().strip()
        counts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        used = int((group / "memory.current").read_text()) - int(counts["file"])  # what is cached can be given up
    except (OSError, ValueError, KeyError):
        return free
    return free if limit == "max" else min(free, max(int(limit) - used, 0))
