"""Builds the int8 ONNX graph of all-MiniLM-L6-v2 from its weights: BERT, mean pooling and L2 norm in one graph.

Imported only when a model is built: `onnx` is not needed to run one. The fused operators are onnxruntime's own
(domain `com.microsoft`); what they compute is BERT (Devlin et al., 2018) with mean pooling (Reimers & Gurevych, 2019).

Each output channel has a scale for every 64 inputs. One scale a channel, with activations scaled by whole tensor, was
1.8 times as fast where the CPU has VNNI but missed the accuracy asked for (worst cosine .965 instead of .996 over our
500 sentences), may saturate on x86 CPUs without VNNI, and moved a text's vector by what it was batched with (to .957).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from safetensors.numpy import load as load_safetensors

Array = NDArray[np.float32]
_FUSED = "com.microsoft"
_BLOCK = 64


class Shape(msgspec.Struct, frozen=True):
    """What the graph needs of `config.json`; every other value in it is fixed by the pinned digest."""

    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    layer_norm_eps: float


def build(config: bytes, weights: bytes) -> bytes:
    """Return a serialised model: `ids`, `mask` (n, tokens) int64 → `vectors` (n, hidden) float32 unit rows."""
    graph = _Graph(msgspec.convert(json.loads(config), Shape), load_safetensors(weights))
    serialised: bytes = graph.model().SerializeToString(deterministic=True)
    return serialised


class _Graph:
    """Nodes in order of evaluation. Each method adds what it is named for and returns the name of its output."""

    def __init__(self, shape: Shape, weights: Mapping[str, Array]) -> None:
        self._shape = shape
        self._weights = weights
        self._nodes: list[NodeProto] = []
        self._initializers: list[TensorProto] = []

    def model(self) -> ModelProto:
        hidden = self._embeddings()
        lengths = self._add("Cast", ["mask"], to=TensorProto.INT32)
        for index in range(self._shape.num_hidden_layers):
            hidden = self._layer(f"encoder.layer.{index}", hidden, lengths)
        self._pooled(hidden)
        graph = helper.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "tokens"]) for name in ("ids", "mask")],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", self._shape.hidden_size])],
            self._initializers,
        )
        domains = [helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=9, producer_name="vestibule")

    def _embeddings(self) -> str:
        """Word + position + type; every text is one segment, so its type row is folded into the positions."""
        rows, scales = quantise_rows(self._weights["embeddings.word_embeddings.weight"])
        table, scale = self._constant(rows), self._constant(scales[:, None])
        words = self._add("Cast", [self._add("Gather", [table, "ids"])], to=TensorProto.FLOAT)
        words = self._add("Mul", [words, self._add("Gather", [scale, "ids"])])
        typed = self._weights["embeddings.position_embeddings.weight"]
        typed = typed + self._weights["embeddings.token_type_embeddings.weight"][0]
        tokens = self._add("Shape", ["ids"], start=1, end=2)
        zero, one = self._constant(np.array([0])), self._constant(np.array([1]))
        places = self._add("Slice", [self._constant(typed), zero, tokens, zero, one])
        norm = "embeddings.LayerNorm"
        return self._add(
            "LayerNormalization",
            [self._add("Add", [words, places]), self._weight(f"{norm}.weight"), self._weight(f"{norm}.bias")],
            epsilon=self._shape.layer_norm_eps,
        )

    def _layer(self, name: str, hidden: str, mask: str) -> str:
        attention = f"{name}.attention.self"
        parts = [f"{attention}.{part}" for part in ("query", "key", "value")]
        joined = np.concatenate([self._weights[f"{part}.weight"] for part in parts])
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        query, key, value = self._split(self._matmul(hidden, joined), 3)
        attended = self._add(
            "MultiHeadAttention",
            [query, key, value, self._constant(bias), mask],
            fused=True,
            num_heads=self._shape.num_attention_heads,
        )
        hidden = self._residual(f"{name}.attention.output", attended, hidden)
        wide = self._matmul(hidden, self._weights[f"{name}.intermediate.dense.weight"])
        wide = self._add("BiasGelu", [wide, self._weight(f"{name}.intermediate.dense.bias")], fused=True)
        return self._residual(f"{name}.output", wide, hidden)

    def _residual(self, name: str, inner: str, outer: str) -> str:
        """LayerNorm(outer + dense(inner))."""
        dense = self._matmul(inner, self._weights[f"{name}.dense.weight"])
        norm = [self._weight(f"{name}.LayerNorm.weight"), self._weight(f"{name}.LayerNorm.bias")]
        return self._add(
            "SkipLayerNormalization",
            [dense, outer, *norm, self._weight(f"{name}.dense.bias")],
            fused=True,
            epsilon=self._shape.layer_norm_eps,
        )

    def _pooled(self, hidden: str) -> None:
        """Mean over the tokens that are not padding, then length 1. A sum has the direction of its mean."""
        mask = self._add("Cast", ["mask"], to=TensorProto.FLOAT)
        row = self._add("Unsqueeze", [mask, self._constant(np.array([1]))])
        summed = self._add("Squeeze", [self._add("MatMul", [row, hidden]), self._constant(np.array([1]))])
        self._nodes.append(helper.make_node("LpNormalization", [summed], ["vectors"], axis=1, p=2))

    def _matmul(self, left: str, weight: Array) -> str:
        """left @ weight.T, the codes stored as onnxruntime wants them: unsigned with 128 for zero, block by block."""
        outputs, inputs = weight.shape
        codes, scales = quantise_rows(weight.reshape(-1, _BLOCK))
        stored = (codes.astype(np.int16) + 128).astype(np.uint8).reshape(outputs, inputs // _BLOCK, _BLOCK)
        return self._add(
            "MatMulNBits",
            [left, self._constant(stored), self._constant(scales)],
            fused=True,
            K=inputs,
            N=outputs,
            bits=8,
            block_size=_BLOCK,
            accuracy_level=4,  # activations in int8, one scale a token and block: no row depends on its neighbours
        )

    def _split(self, joined: str, parts: int) -> list[str]:
        names = [f"{joined}.{index}" for index in range(parts)]
        self._nodes.append(helper.make_node("Split", [joined], names, axis=-1, num_outputs=parts))
        return names

    def _weight(self, name: str) -> str:
        return self._constant(self._weights[name])

    def _constant(self, values: NDArray[np.generic]) -> str:
        name = f"c{len(self._initializers)}"
        self._initializers.append(numpy_helper.from_array(values, name))
        return name

    def _add(self, operator: str, inputs: list[str], *, fused: bool = False, **attributes: float) -> str:
        name = f"n{len(self._nodes)}"
        node = helper.make_node(operator, inputs, [name], name=name, domain=_FUSED if fused else "")
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return name


def quantise_rows(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Symmetric int8 with one scale a row: `codes * scales[:, None]` is within half a step of `weight`."""
    scales = np.maximum(np.abs(weight).max(axis=1), 1e-12) / 127
    codes = np.rint(weight / scales[:, None]).clip(-127, 127).astype(np.int8)
    return codes, scales.astype(np.float32)
