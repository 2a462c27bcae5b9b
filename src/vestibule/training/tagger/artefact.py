"""Write the network as ONNX: the tables, the convolutions, and the lexicon as metadata.

The tables are outputs of the graph, so that the runtime can add up a word's rows once and remember the sum; what is run
for each text begins with the sums.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vestibule.training.tagger.model import TYPES, Network
from vestibule.training.tagger.recipe import Recipe

OPERATORS = 17


def write(model: bytes, path: Path) -> str:
    """Write the artefact at `path` and its sha256 beside it; return the latter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model)
    digest = hashlib.sha256(model).hexdigest()
    path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")
    return digest


def encode(
    network: Network,
    recipe: Recipe,
    kinds: Mapping[str, Sequence[str]],
    numbered: Sequence[str],
    thresholds: Sequence[float],
) -> bytes:
    """The artefact's bytes: the same for the same network and lists. `thresholds` are by how much the score (a logit)
    of a PERSON, an ADDRESS and an ORGANISATION must exceed that of "no name"."""
    graph = _Graph()
    width = recipe.separator_width + recipe.word_width
    for name, table in (("word_table", network.words), ("separator_table", network.separators)):
        stored = graph.constant(f"{name}_half", table.weight.detach().numpy().astype(np.float16))
        graph.node("Cast", [stored], name, to=TensorProto.FLOAT)
    graph.constant("first", np.array([0]))
    current = graph.node("Unsqueeze", [graph.node("Transpose", ["x"], perm=[1, 0]), "first"])
    for number, (layer, dilation) in enumerate(zip(network.layers, recipe.dilations, strict=True)):
        weight = graph.constant(f"weight_{number}", layer.weight.detach().numpy())
        bias = graph.constant(f"bias_{number}", layer.bias.detach().numpy())
        product = graph.node("Conv", [current, weight, bias], dilations=[dilation], pads=[dilation, dilation])
        active = graph.node("Relu", [product])
        current = active if number == 0 else graph.node("Add", [current, active])
    weight = graph.constant("weight_top", network.top.weight.detach().numpy())
    raised = np.array([0, *thresholds, 0], np.float32)
    bias = graph.constant("bias_top", network.top.bias.detach().numpy() - raised)
    top = graph.node("Squeeze", [graph.node("Conv", [current, weight, bias]), "first"])
    graph.constant("zero", np.zeros((), np.float32))
    kinds_and_begin = graph.constant("sizes", np.array([TYPES, 1]))
    graph.add("Split", [top, kinds_and_begin], ["type_scores", "begin_scores"], axis=0)
    graph.node("ArgMax", ["type_scores"], "types", axis=0, keepdims=0)
    graph.node("ReduceMax", [graph.node("Softmax", ["type_scores"], axis=0)], "scores", axes=[0], keepdims=0)
    graph.node("Greater", [graph.node("Squeeze", ["begin_scores", "first"]), "zero"], "begins")
    known = {"kinds": {kind: " ".join(words) for kind, words in kinds.items()}, "numbered": " ".join(numbered)}
    return graph.encode(width, json.dumps(known))


class _Graph:
    """A graph as it grows; `node` gives the name of what it puts out."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: int | list[int]) -> str:
        output = output or f"{kind.lower()}_{len(self._nodes)}"
        self.add(kind, inputs, [output], **attributes)
        return output

    def add(self, kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | list[int]) -> None:
        node = helper.make_node(kind, list(inputs), list(outputs))
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self._nodes.append(node)

    def encode(self, width: int, lexicon: str) -> bytes:
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["words", width])
        outputs = [
            helper.make_tensor_value_info("types", TensorProto.INT64, ["words"]),
            helper.make_tensor_value_info("begins", TensorProto.BOOL, ["words"]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["words"]),
            helper.make_tensor_value_info("word_table", TensorProto.FLOAT, ["rows", None]),
            helper.make_tensor_value_info("separator_table", TensorProto.FLOAT, ["signs", None]),
        ]
        graph = helper.make_graph(self._nodes, "tagger", [x], outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPERATORS)], ir_version=8)
        helper.set_model_props(model, {"lexicon": lexicon})
        onnx.checker.check_model(model)
        encoded: bytes = model.SerializeToString(deterministic=True)
        return encoded
