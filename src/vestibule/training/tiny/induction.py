"""A mimetic beginning: the first two blocks start as the circuit that continues a repeated sequence.

Copying is what every task of ours is made of. Left to chance, a model of this size finds the circuit (Olsson et al.
2022, arXiv:2209.11895) only after most of the steps we allow it; begun near it (mimetic initialisation: Trockman and
Kolter 2023, arXiv:2305.09828), it trains on the tasks from the first step. All of it is trained on like any weight.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vestibule.training.tiny.model import Attention, Block, Shape, TinyQwen2, rotate, rotations

FASTEST = 12  # frequencies by which a head that looks back tells places apart
SLOWEST = 18  # frequencies that turn little over a prompt: what stands there is compared whatever the distance
SHARPNESS = 8.0
MATCH = 1.7
WRITE = 0.1


def begin(model: TinyQwen2) -> None:
    """Block 0 tells each token the four before it; block 1 attends to where the same few stood before, and copies."""
    with torch.no_grad():
        _begin(model)


def _begin(model: TinyQwen2) -> None:
    shape = model.shape
    size = shape.head_size
    basis = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    token, copied = basis[:size], (basis[:size], basis[size : 2 * size])
    rooms = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    told = tuple(rooms[n * size : (n + 1) * size] for n in range(shape.heads))
    looking, copying = (block.attention for block in model.blocks[:2] if isinstance(block, Block))
    _tell(looking, shape, token, told)
    known = (token, *told)  # known[n] reads the token n places back
    _match(copying, shape, 0, [(known[n], known[n + 1]) for n in (0, 1, 2)], copied[0])
    _match(copying, shape, 1, [(known[n], known[n + 1]) for n in (0, 2, 3)], copied[1])


def _tell(attention: Attention, shape: Shape, token: Tensor, told: tuple[Tensor, ...]) -> None:
    """Each head attends by place alone, one, two, three or four tokens back, and writes what stands there."""
    size = shape.head_size
    fast = torch.zeros(size)
    fast[:FASTEST] = SHARPNESS
    attention.key.weight.zero_()
    attention.key.bias.copy_(fast.repeat(shape.key_heads))
    attention.value.weight.copy_(token.repeat(shape.key_heads, 1))
    attention.query.weight.zero_()
    for head, into in enumerate(told):
        span = slice(head * size, (head + 1) * size)
        attention.query.bias[span] = rotate(fast, rotations(torch.tensor([[-1 - head]]), shape)).flatten()
        attention.out.weight[:, span] = WRITE * into.T


def _match(attention: Attention, shape: Shape, group: int, pairs: list[tuple[Tensor, Tensor]], copied: Tensor) -> None:
    """The first head of `group` looks for places whose keys hold what its queries hold, pair by pair."""
    size = shape.head_size
    head = group * shape.heads // shape.key_heads
    places = (
        torch.arange(size)
        .view(2, -1)[:, -SLOWEST:]
        .flatten()[: 2 * SLOWEST // len(pairs) * len(pairs)]
        .view(len(pairs), -1)
    )
    for n, (query, key) in enumerate(pairs):
        rows = torch.arange(len(places[n])) + (group * len(pairs) + n) * len(places[n]) % (size - len(places[n]))
        attention.query.weight[head * size + places[n]] = MATCH * query[rows]
        attention.key.weight[group * size + places[n]] = MATCH * key[rows]
    unused = torch.arange(size).view(2, -1)[:, :-SLOWEST].flatten()
    attention.query.weight[head * size + unused] *= 0.1
    attention.value.weight[group * size : (group + 1) * size] = copied
    attention.out.weight[:, head * size : (head + 1) * size] = 2 * WRITE * copied.T
