"""A mimetic beginning: blocks start as the circuits that continue a repeated sequence and name its source.

Copying is what every task of ours is made of. Left to chance, a model of this size finds the circuit (Olsson et al.
2022, arXiv:2209.11895) only after most of the steps we allow it; begun near it (mimetic initialisation: Trockman and
Kolter 2023, arXiv:2305.09828), it trains on the tasks from the first step. All of it is trained on like any weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from vestibule.training.tiny.model import Attention, Block, Shape, TinyQwen2, rotate, rotations

FASTEST = 12  # frequencies by which a head that looks back tells places apart
SLOWEST = 18  # frequencies that turn little over a prompt: what stands there is compared whatever the distance
COMPARED = 3  # tokens of context that a place is told by
NEARNESS = slice(8, 18)  # frequencies whose turn tells near from far over some hundred tokens
NUMBERED = 16  # dimensions of a value that carry the number of the source
SHARPNESS = 8.0
MATCH = 2.2
WRITE = 0.1


@dataclass(frozen=True)
class Landmarks:
    """Ids of tokens: the two before the number of a source, the last first, and those that end a sentence in it."""

    before_number: tuple[int, int]
    stops: tuple[int, ...]


def begin(model: TinyQwen2, landmarks: Landmarks) -> None:
    """Block 0 tells each token those before it, block 1 the number of its source; block 2 copies, and cites."""
    with torch.no_grad():
        _begin(model, landmarks)


def _begin(model: TinyQwen2, landmarks: Landmarks) -> None:
    shape = model.shape
    size = shape.head_size
    token = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    rooms = torch.linalg.qr(torch.randn(shape.hidden, shape.hidden))[0]
    told = [rooms[n * size : (n + 1) * size] for n in range(shape.heads)]
    number, fifth = token[2 * size : 3 * size], token[3 * size :]
    known = [token[:size], *told, fifth]  # known[n] reads the token n places back
    telling, counting, copying = (block.attention for block in model.blocks[:3] if isinstance(block, Block))
    named = functional.rms_norm(model.embedding.weight, (shape.hidden,)) @ token[:size].T
    for block in model.blocks[:2]:
        assert isinstance(block, Block)
        block.feed.down.weight.zero_()
        block.attention.out.weight.zero_()
    _tell(telling, shape, token[:size], dict(enumerate(told, 1)))
    _tell(counting, shape, token[:size], {len(known) - 1: fifth}, first=shape.heads // shape.key_heads)
    sought = zip(landmarks.before_number, told, strict=False)
    marks = torch.stack([named[i] / named[i].norm() @ back for i, back in sought]).sum(0)
    _count(counting, shape, marks, token[:size], number)
    _copy(copying, shape, known, token[size : 2 * size], number)
    _cite(copying, shape, known, named[list(landmarks.stops)].sum(0))


def _count(attention: Attention, shape: Shape, marks: Tensor, token: Tensor, number: Tensor) -> None:
    """The first head attends to the nearest number of a source before it, and writes it as `number`."""
    size = shape.head_size
    near = torch.zeros(size)
    near[NEARNESS] = SHARPNESS / 3
    attention.query.weight[:size] = 0.0
    attention.query.bias[:size] = near
    attention.key.weight[:size] = torch.outer(near, marks)
    attention.value.weight[:size] = token
    attention.out.weight[:, :size] = WRITE * number.T


def _copy(attention: Attention, shape: Shape, known: Sequence[Tensor], other: Tensor, number: Tensor) -> None:
    """The first head of each group continues what repeats; the last goes on after a marker.

    "… of them [1]. " goes on where "of them. " stood: the fourth and fifth token back against the third and fourth.
    """
    size, heads = shape.head_size, shape.heads // shape.key_heads
    token = known[0]
    for group, back in enumerate(((0, 1, 2), (0, 2, 3))):
        own = slice(group * size, (group + 1) * size)
        _compare(attention.key.weight[own], [known[n + 1] for n in back], group)
        _compare(attention.query.weight[group * heads * size :][:size], [known[n] for n in back], group)
    _compare(attention.query.weight[-size:], [token, known[4], known[5]], 1)
    attention.value.weight[:size] = torch.cat((token[:-NUMBERED], number[:NUMBERED]))
    attention.value.weight[size:] = other
    attention.out.weight[:, : size - NUMBERED] = 2 * WRITE * token[:-NUMBERED].T
    attention.out.weight[:, size - NUMBERED : size] = 0.0
    for head in (heads, shape.heads - 1):
        attention.out.weight[:, head * size : (head + 1) * size] = 2 * WRITE * other.T


def _cite(attention: Attention, shape: Shape, known: Sequence[Tensor], stop: Tensor) -> None:
    """The second head looks for the words just said with a stop after them, and says the number of their source."""
    size = shape.head_size
    own = slice(size, 2 * size)
    _compare(attention.query.weight[own], [torch.zeros_like(known[0]), known[1], known[2]], 0)
    places, directions = _comparisons(size, 0)[0]
    attention.query.bias[size + places] = MATCH * stop[directions]
    attention.out.weight[:, own] = 0.0
    attention.out.weight[:, 2 * size - NUMBERED : 2 * size] = 6 * WRITE * known[0][:NUMBERED].T


def _tell(attention: Attention, shape: Shape, token: Tensor, told: Mapping[int, Tensor], first: int = 0) -> None:
    """Heads from `first` on attend by place alone, `told` tokens back, and write what stands there."""
    size, heads = shape.head_size, shape.heads // shape.key_heads
    fast = torch.zeros(size)
    fast[:FASTEST] = SHARPNESS
    for head, (distance, into) in enumerate(told.items(), first):
        own = slice(head * size, (head + 1) * size)
        group = slice(head // heads * size, (head // heads + 1) * size)
        attention.key.weight[group] = 0.0
        attention.key.bias[group] = fast
        attention.value.weight[group] = token
        attention.query.weight[own] = 0.0
        attention.query.bias[own] = rotate(fast, rotations(torch.tensor([[-distance]]), shape)).flatten()
        attention.out.weight[:, own] = WRITE * into.T


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
