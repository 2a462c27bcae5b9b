"""A mimetic beginning: blocks start as the circuits that continue a repeated sequence and name its source.

Copying is what every task of ours is made of. Left to chance, a model of this size finds the circuit (Olsson et al.
2022, arXiv:2209.11895) only after most of the steps we allow it; begun near it (mimetic initialisation: Trockman and
Kolter 2023, arXiv:2305.09828), it trains on the tasks from the first step. All of it is trained on like any weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from vestibule.training.tiny.model import Attention, Block, Shape, TinyQwen2, rotate, rotations

FASTEST = 12  # frequencies by which a head that looks back tells places apart
SLOWEST = 18  # frequencies that turn little over a prompt: what stands there is compared whatever the distance
COMPARED = 3  # tokens of context that a place is told by
NEARNESS = slice(8, 18)  # frequencies whose turn tells near from far over some hundred tokens
SHARPNESS = 8.0
MATCH = 1.7
WRITE = 0.1


@dataclass(frozen=True)
class Landmarks:
    """Ids of tokens: the two before the number of a source, the last first, and those that end a sentence in it."""

    before_number: tuple[int, int]
    stops: tuple[int, ...]


def begin(model: TinyQwen2, landmarks: Landmarks) -> None:
    """Blocks 0 and 1 begin as what continues a repetition, blocks 2 and 3 as what knows the number of its source."""
    with torch.no_grad():
        _begin(model, landmarks)


def _begin(model: TinyQwen2, landmarks: Landmarks) -> None:
    shape = model.shape
    size, heads = shape.head_size, shape.heads // shape.key_heads
    token = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    rooms = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    told = [rooms[n * size : (n + 1) * size] for n in range(shape.heads)]
    known = [token[:size], *told]  # known[n] reads the token n places back
    telling, copying, counting, citing = (block.attention for block in model.blocks[:4] if isinstance(block, Block))
    _tell(telling, shape, token[:size], told)
    for group, back in enumerate(((0, 1, 2), (0, 2, 3))):
        own = slice(group * size, (group + 1) * size)
        _compare(copying.key.weight[own], [known[n + 1] for n in back], group)
        copying.value.weight[own] = token[own]
        _look(copying, shape, group * heads, [known[n] for n in back])
    # "… them [1]. " goes on where "them. " stood: the fourth token back against the third, the key's second comparison.
    _look(copying, shape, shape.heads - 1, [known[0], known[4]])
    named = functional.rms_norm(model.embedding.weight, (shape.hidden,)) @ token[:size].T
    number = token[2 * size : 3 * size]
    telling_number = sum(
        named[i] / named[i].norm() @ back for i, back in zip(landmarks.before_number, told, strict=False)
    )
    assert isinstance(telling_number, Tensor)
    _count(counting, shape, telling_number, token[:size], number)
    _cite(citing, shape, known, named[list(landmarks.stops)].sum(0), number)


def _count(attention: Attention, shape: Shape, telling_number: Tensor, token: Tensor, number: Tensor) -> None:
    """The first head attends to the nearest number of a source before it, and writes it as `number`."""
    size = shape.head_size
    near = torch.zeros(size)
    near[NEARNESS] = SHARPNESS / 3
    attention.query.weight[:size] = 0.0
    attention.query.bias[:size] = near
    attention.key.weight[:size] = torch.outer(near, telling_number)
    attention.value.weight[:size] = token
    attention.out.weight[:, :size] = 2 * WRITE * number.T


def _cite(attention: Attention, shape: Shape, known: Sequence[Tensor], stop: Tensor, number: Tensor) -> None:
    """The first head looks for the stop after the words just said, and says the number of the source it is in."""
    size = shape.head_size
    token = known[0]
    _compare(attention.key.weight[:size], [token, known[1], known[2]], 0)
    _compare(attention.query.weight[:size], [torch.zeros_like(token), known[1], known[2]], 0)
    attention.query.weight[:size] *= 2
    places, directions = _comparisons(size, 0)[0]
    attention.query.bias[places] = 1.5 * MATCH * stop[directions]
    attention.value.weight[:size] = number
    attention.out.weight[:, :size] = 2 * WRITE * token.T


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
    into.mul_(0.1)
    for reader, (places, directions) in zip(read, _comparisons(into.shape[0], group), strict=False):
        into[places] = MATCH * reader[directions]


def _comparisons(size: int, group: int) -> list[tuple[Tensor, Tensor]]:
    """Where in a head each comparison stands, and which directions of a token it compares."""
    slow = torch.arange(size).view(2, -1)[:, -SLOWEST:].flatten().view(COMPARED, -1)
    room = slow.shape[1]
    return [
        (places, torch.arange(room) + (group * COMPARED + n) * room % (size - room)) for n, places in enumerate(slow)
    ]
