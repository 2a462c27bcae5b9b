"""A mimetic beginning: the first two blocks start as the circuit that continues a repeated sequence.

Copying is what every task of ours is made of. Left to chance, a model of this size finds the circuit (Olsson et al.
2022, arXiv:2209.11895) only after most of the steps we allow it; begun near it (mimetic initialisation: Trockman and
Kolter 2023, arXiv:2305.09828), it trains on the tasks from the first step. All of it is trained on like any weight.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from vestibule.training.tiny.model import Attention, Block, Shape, TinyQwen2, rotate, rotations

FASTEST = 12  # frequencies by which a head that looks back tells places apart
SLOWEST = 18  # frequencies that turn little over a prompt: what stands there is compared whatever the distance
COMPARED = 3  # tokens of context that a place is told by
SHARPNESS = 8.0
MATCH = 1.7
WRITE = 0.1


def begin(model: TinyQwen2) -> None:
    """Block 0 tells each token the four before it; block 1 attends to where the same few stood before, and copies."""
    with torch.no_grad():
        _begin(model)


def _begin(model: TinyQwen2) -> None:
    shape = model.shape
    size, heads = shape.head_size, shape.heads // shape.key_heads
    token = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    rooms = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    told = [rooms[n * size : (n + 1) * size] for n in range(shape.heads)]
    known = [token[:size], *told]  # known[n] reads the token n places back
    looking, copying = (block.attention for block in model.blocks[:2] if isinstance(block, Block))
    _tell(looking, shape, token[:size], told)
    for group, back in enumerate(((0, 1, 2), (0, 2, 3))):
        own = slice(group * size, (group + 1) * size)
        _compare(copying.key.weight[own], [known[n + 1] for n in back], group)
        copying.value.weight[own] = token[own]
        _look(copying, shape, group * heads, [known[n] for n in back])
    # "… them [1]. " goes on where "them. " stood: the fourth token back against the third, the key's second comparison.
    _look(copying, shape, shape.heads - 1, [known[0], known[4]])


def _tell(attention: Attention, shape: Shape, token: Tensor, told: Sequence[Tensor]) -> None:
    """Each head attends by place alone, one, two, three or four tokens back, and writes what stands there."""
    size = shape.head_size
    fast = torch.zeros(size)
    fast[:FASTEST] = SHARPNESS
    attention.key.weight.zero_()
    attention.key.bias.copy_(fast.repeat(shape.key_heads))
    attention.value.weight.copy_(token.repeat(shape.key_heads, 1))
    attention.query.weight.zero_()
    for head, into in enumerate(told):
        own = slice(head * size, (head + 1) * size)
        attention.query.bias[own] = rotate(fast, rotations(torch.tensor([[-1 - head]]), shape)).flatten()
        attention.out.weight[:, own] = WRITE * into.T


def _look(attention: Attention, shape: Shape, head: int, sought: Sequence[Tensor]) -> None:
    """`head` attends to where the keys of its group hold what is `sought`, and writes what stands there."""
    size = shape.head_size
    group = head * shape.key_heads // shape.heads
    own = slice(head * size, (head + 1) * size)
    _compare(attention.query.weight[own], sought, group)
    attention.out.weight[:, own] = 2 * WRITE * attention.value.weight[group * size : (group + 1) * size].T


def _compare(into: Tensor, read: Sequence[Tensor], group: int) -> None:
    """Let a query or a key hold what each of `read` reads, one by one among the dimensions that turn slowly."""
    size = into.shape[0]
    slow = torch.arange(size).view(2, -1)[:, -SLOWEST:].flatten().view(COMPARED, -1)
    room = slow.shape[1]
    into.mul_(0.1)
    for n, reader in enumerate(read):
        directions = torch.arange(room) + (group * COMPARED + n) * room % (size - room)
        into[slow[n]] = MATCH * reader[directions]
