"""A mimetic beginning: the first two blocks start as the circuit that continues a repeated sequence.

Copying is what every task of ours is made of. Left to chance, a model of this size finds the circuit (Olsson et al. 2022,
arXiv:2209.11895) only after most of the steps we allow it; begun near it (mimetic initialisation: Trockman and Kolter
2023, arXiv:2305.09828), it trains on the tasks from the first step. All of it is trained further like any weight.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vestibule.training.tiny.model import Attention, Block, Shape, TinyQwen2, rotate, rotations

FASTEST = 10  # frequencies by which a head that looks back tells places apart
SHARPNESS = 7.0
MATCH = 1.6
WRITE = 0.1


@torch.no_grad()
def begin(model: TinyQwen2) -> None:
    """Block 0 tells each token the two before it; block 1 attends to where the same stood before, and copies from it."""
    size = model.shape.head_size
    basis = torch.linalg.qr(torch.randn(model.shape.hidden, model.shape.hidden))[0].split(size)
    token, before, two_before, copied = basis[:4]
    looking, copying = (block.attention for block in model.blocks[:2] if isinstance(block, Block))
    _look_back(looking, model.shape)
    looking.value.weight[:size] = token
    _write(looking, 0, before)
    _write(looking, 1, two_before)
    _read(copying, head=0, query=token, key=before, value=copied)
    _read(copying, head=model.shape.heads // 2, query=before, key=two_before, value=token)


def _look_back(attention: Attention, shape: Shape) -> None:
    """The first heads, which share one key, attend by place alone: one and two tokens back."""
    size = shape.head_size
    fast = torch.zeros(size)
    fast[:FASTEST] = SHARPNESS
    attention.key.weight[:size] = 0.0
    attention.key.bias[:size] = fast
    for head, distance in enumerate((1, 2)):
        span = slice(head * size, (head + 1) * size)
        attention.query.weight[span] = 0.0
        attention.query.bias[span] = rotate(fast, rotations(torch.tensor([[-distance]]), shape)).flatten()


def _write(attention: Attention, head: int, into: Tensor) -> None:
    size = into.shape[0]
    attention.out.weight[:, head * size : (head + 1) * size] = WRITE * into.T


def _read(attention: Attention, *, head: int, query: Tensor, key: Tensor, value: Tensor) -> None:
    """`head` is the first of those that share its key."""
    size = query.shape[0]
    shared = attention.query.weight.shape[0] // attention.key.weight.shape[0]
    own, group = slice(head * size, (head + 1) * size), slice(head // shared * size, (head // shared + 1) * size)
    attention.query.weight[own] = MATCH * query
    attention.key.weight[group] = MATCH * key
    attention.value.weight[group] = value
    _write(attention, head, 2 * value)
