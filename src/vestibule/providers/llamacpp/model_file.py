"""A GGUF file as a model to run: whether it can chat, how much context it gets, what memory it will take.

Judges by the header alone and before anything is loaded. Knows no process.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.providers.llamacpp.gguf import Header, read_header

CONTEXT = 4096
KV_BYTES = 2  # f16
GIB = 1_073_741_824


class ModelFile(msgspec.Struct, frozen=True):
    """`context` is what one of the `slots` conversations may hold, in tokens; sizes are bytes."""

    path: Path
    architecture: str
    name: str
    trained_context: int
    context: int
    slots: int
    file_bytes: int
    cache_bytes: int

    @property
    def memory_bytes(self) -> int:
        return self.file_bytes + self.cache_bytes


def examine(
    path: Path, *, slots: int, context: int | None = None, available: Callable[[], int] | None = None
) -> ModelFile:
    """Read the header of `path` and judge it; blocking. `context` is capped by what the model was trained for.

    Raises `NotFound` and `InvalidRequest` for a file that cannot be run and `TooLarge`, with the sum, for one that
    does not fit in the memory that is `available`, in bytes.
    """
    header = read_header(path)
    architecture = _chat_architecture(header, path)
    trained = max(header.numbers(f"{architecture}.context_length"), default=0) or CONTEXT
    per_slot = min(context or CONTEXT, trained)
    model = ModelFile(
        path=path,
        architecture=architecture,
        name=header.text("general.name"),
        trained_context=trained,
        context=per_slot,
        slots=slots,
        file_bytes=header.file_bytes,
        cache_bytes=_cache_bytes_per_token(header, architecture) * per_slot * slots,
    )
    _require_memory(model, (available or available_memory)())
    return model


def _chat_architecture(header: Header, path: Path) -> str:
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
    if header.metadata.get(f"{architecture}.attention.causal") is False:
        raise InvalidRequest(f"{path} is an embedding model: it cannot chat.", next_step="Name a chat model's GGUF.")
    if "tokenizer.ggml.tokens" not in header.metadata:
        raise InvalidRequest(f"{path} holds no tokenizer.", next_step="Convert the model anew, with its tokenizer.")
    return architecture


def _cache_bytes_per_token(header: Header, architecture: str) -> int:
    """KV cache in f16: for each layer, KV heads x (key length + value length) x 2 bytes. 0 where the header is silent.

    Layers that keep no cache or only a window of it (state-space, sliding window) are counted as full ones.
    """

    def number(name: str, default: int) -> int:
        return max(header.numbers(f"{architecture}.{name}"), default=default)

    layers, width, heads = number("block_count", 0), number("embedding_length", 0), number("attention.head_count", 1)
    lengths = number("attention.key_length", width // max(heads, 1)) + number(
        "attention.value_length", width // max(heads, 1)
    )
    kv_heads = header.numbers(f"{architecture}.attention.head_count_kv") or [heads]
    total_heads = sum(kv_heads) if len(kv_heads) == layers else max(kv_heads) * layers
    return total_heads * lengths * KV_BYTES


def _require_memory(model: ModelFile, available: int) -> None:
    if model.memory_bytes > available:
        raise TooLarge(
            f"{model.path} does not fit: {_gib(model.file_bytes)} of weights + {_gib(model.cache_bytes)} of context "
            f"({model.slots} x {model.context:,} tokens) = {_gib(model.memory_bytes)}; "
            f"{_gib(available)} of memory are free.",
            next_step="Use a smaller model or quantisation (Q4_K_M), a smaller context, or free memory.",
        )


def _gib(size: int) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB / 100 else f"{size / 1_048_576:.1f} MiB"


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
