"""Write a tiny GGUF with random weights that llama.cpp really loads: Qwen2 architecture, byte vocabulary, ChatML.

It knows nothing and says printable nonsense until its context is full, which is what tests of a runtime need. The file
format is GGUF version 3: magic, version, counts, key-value pairs, tensor infos, then aligned tensor data.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CONTEXT = 4096
ALIGNMENT = 32
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

Value = str | int | float | bool | list[str] | list[int]


@dataclass(frozen=True)
class Shape:
    """`vocabulary` is at least 259; what is beyond has tokens that are never said."""

    width: int = 64
    heads: int = 4
    kv_heads: int = 2
    layers: int = 2
    inner: int = 128
    vocabulary: int = 256 + len(SPECIAL)


SMALL = Shape()


def write_random_model(
    path: Path,
    changes: Mapping[str, Value] | None = None,
    *,
    context: int = CONTEXT,
    version: int = 3,
    model: Shape = SMALL,
) -> Path:
    """Write the model to `path`; `changes` replace its metadata."""
    metadata = _metadata(context, model) | dict(changes or {})
    return _write(path, metadata, _tensors(np.random.default_rng(7), model), version)


def write_random_adapter(
    path: Path,
    changes: Mapping[str, Value] | None = None,
    *,
    width: int = SMALL.width,
    layers: int = SMALL.layers,
    strength: float = 0.3,
) -> Path:
    """Write a LoRA of rank 4 on the queries of a Qwen2 model of that width; `changes` replace its metadata."""
    metadata: dict[str, Value] = {
        "general.type": "adapter",
        "general.architecture": "qwen2",
        "adapter.type": "lora",
        "adapter.lora.alpha": 4.0,
    }
    randomness = np.random.default_rng(3)
    tensors = {}
    for layer in range(layers):
        for half, shape in (("a", (4, width)), ("b", (width, 4))):
            values = randomness.standard_normal(shape) * strength
            tensors[f"blk.{layer}.attn_q.weight.lora_{half}"] = values.astype(np.float32)
    return _write(path, metadata | dict(changes or {}), tensors, 3)


def _write(path: Path, metadata: Mapping[str, Value], tensors: Mapping[str, NDArray[np.float32]], version: int) -> Path:
    header = struct.pack("<4sIQQ", b"GGUF", version, len(tensors), len(metadata))
    header += b"".join(_text(key) + _value(value) for key, value in metadata.items())
    data = bytearray()
    for name, tensor in tensors.items():
        shape = tensor.shape[::-1]
        header += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        data += _padded(tensor.tobytes())
    path.write_bytes(_padded(header) + data)
    return path


def _metadata(context: int, model: Shape) -> dict[str, Value]:
    never = model.vocabulary - 256 - len(SPECIAL)
    tokens = [*_alphabet(), *SPECIAL, *(f"<|unused_{number}|>" for number in range(never))]
    return {
        "general.architecture": "qwen2",
        "general.name": "random",
        "qwen2.context_length": context,
        "qwen2.embedding_length": model.width,
        "qwen2.block_count": model.layers,
        "qwen2.feed_forward_length": model.inner,
        "qwen2.attention.head_count": model.heads,
        "qwen2.attention.head_count_kv": model.kv_heads,
        "qwen2.attention.layer_norm_rms_epsilon": 1e-6,
        "qwen2.rope.freq_base": 10_000.0,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * 256 + [3] * len(SPECIAL) + [5] * never,
        "tokenizer.ggml.merges": ["t h"],
        "tokenizer.ggml.eos_token_id": 258,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": TEMPLATE,
    }


def _alphabet() -> list[str]:
    """The 256 bytes as the printable characters that byte-level BPE writes them with (GPT-2)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) if byte in plain else chr(256 + others.index(byte)) for byte in range(256)]


def _tensors(randomness: np.random.Generator, model: Shape) -> Mapping[str, NDArray[np.float32]]:
    def weights(*shape: int) -> NDArray[np.float32]:
        return (randomness.standard_normal(shape) * 0.3).astype(np.float32)

    output = weights(model.vocabulary, model.width)
    output[[byte for byte in range(len(output)) if not 32 <= byte < 127]] = 0  # never the likeliest
    tensors = {"token_embd.weight": weights(model.vocabulary, model.width), "output.weight": output}
    tensors["output_norm.weight"] = np.ones(model.width, np.float32)
    heads = model.width // model.heads
    for layer in range(model.layers):
        tensors |= {
            f"blk.{layer}.attn_norm.weight": np.ones(model.width, np.float32),
            f"blk.{layer}.ffn_norm.weight": np.ones(model.width, np.float32),
            f"blk.{layer}.attn_q.weight": weights(model.width, model.width),
            f"blk.{layer}.attn_k.weight": weights(model.kv_heads * heads, model.width),
            f"blk.{layer}.attn_v.weight": weights(model.kv_heads * heads, model.width),
            f"blk.{layer}.attn_q.bias": weights(model.width),
            f"blk.{layer}.attn_k.bias": weights(model.kv_heads * heads),
            f"blk.{layer}.attn_v.bias": weights(model.kv_heads * heads),
            f"blk.{layer}.attn_output.weight": weights(model.width, model.width),
            f"blk.{layer}.ffn_gate.weight": weights(model.inner, model.width),
            f"blk.{layer}.ffn_up.weight": weights(model.inner, model.width),
            f"blk.{layer}.ffn_down.weight": weights(model.width, model.inner),
        }
    return tensors


def _value(value: Value) -> bytes:
    """A typed value: 4 = uint32, 6 = float32, 7 = bool, 8 = string, 9 = array (of 5 = int32 or strings)."""
    match value:
        case bool():
            return struct.pack("<I?", 7, value)
        case int():
            return struct.pack("<II", 4, value)
        case float():
            return struct.pack("<If", 6, value)
        case str():
            return struct.pack("<I", 8) + _text(value)
        case [str(), *_]:
            return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(_text(str(item)) for item in value)
        case _:
            return struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % ALIGNMENT)
