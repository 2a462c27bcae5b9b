"""Who is unloaded to make room for a model: a pure decision over what is loaded. Knows no process and no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec


class Loaded(msgspec.Struct, frozen=True):
    """A model in memory. `busy` while anybody is answered by it or waits for it; `used` orders by last use."""

    name: str
    size_bytes: int
    busy: bool
    used: float


def room_for(size_bytes: int, loaded: Iterable[Loaded], budget_bytes: int) -> tuple[Loaded, ...] | None:
    """The idle models to unload so that `size_bytes` more stay within the budget, least recently used first; None
    where unloading all of them is not enough."""
    return _first_to_go(size_bytes, tuple(loaded), budget_bytes, lambda model: not model.busy)


def must_drain(size_bytes: int, loaded: Iterable[Loaded], budget_bytes: int) -> tuple[Loaded, ...]:
    """The busy models that must first come to rest, and get no new requests until then, where idle ones do not make
    room enough: of the busy, those least recently used."""
    busy = tuple(model for model in loaded if model.busy)
    going = _first_to_go(size_bytes, busy, budget_bytes, lambda model: True)
    return busy if going is None else going


def _first_to_go(
    size_bytes: int, loaded: tuple[Loaded, ...], budget_bytes: int, may_go: Callable[[Loaded], bool]
) -> tuple[Loaded, ...] | None:
    over = size_bytes + sum(model.size_bytes for model in loaded) - budget_bytes
    going: list[Loaded] = []
    for model in sorted(loaded, key=lambda model: model.used):
        if over <= 0:
            break
        if may_go(model):
            going.append(model)
            over -= model.size_bytes
    return tuple(going) if over <= 0 else None
