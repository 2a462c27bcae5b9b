"""What a budget holds: for each model its sum, whether it fits, and who would be unloaded for it. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from vestibule.providers.memory.footprint import Footprint, Serving, Shape, cache_bytes_per_token, footprint
from vestibule.providers.memory.room import Loaded, room_for

Source = Literal["added", "built in", "catalogue"]


class Entry(msgspec.Struct, frozen=True):
    """A model that could be run so. `catalogue` entries are not installed."""

    name: str
    source: Source
    shape: Shape
    serving: Serving


class Row(msgspec.Struct, frozen=True):
    """Bytes. `at_start`: loaded when the server starts. `unloads`: who makes room when it is asked after that, nobody
    being busy, the least recently used first."""

    model: str
    source: Source
    weights: int
    kv_per_token: int
    context: int
    slots: int
    cache_type: str
    compute: int
    overhead: int
    sum: int
    fits: bool
    at_start: bool
    unloads: tuple[str, ...] = ()


def table(entries: Iterable[Entry], budget_bytes: int) -> tuple[Row, ...]:
    """Installed models are loaded at the start, in their order, as far as they fit; then each row is asked alone."""
    sums = {entry: footprint(entry.shape, entry.serving) for entry in entries}
    at_start: dict[Entry, Loaded] = {}
    for entry, summed in sums.items():
        if entry.source != "catalogue" and room_for(summed.total, at_start.values(), budget_bytes) == ():
            at_start[entry] = Loaded(entry.name, summed.total, False, len(at_start))
    return tuple(_row(entry, summed, at_start, budget_bytes) for entry, summed in sums.items())


def _row(entry: Entry, summed: Footprint, at_start: dict[Entry, Loaded], budget_bytes: int) -> Row:
    going = () if entry in at_start else room_for(summed.total, at_start.values(), budget_bytes)
    return Row(
        model=entry.name,
        source=entry.source,
        weights=summed.weights,
        kv_per_token=cache_bytes_per_token(entry.shape, entry.serving.cache),
        context=entry.serving.context,
        slots=entry.serving.slots,
        cache_type=entry.serving.cache,
        compute=summed.compute,
        overhead=summed.overhead,
        sum=summed.total,
        fits=going is not None,
        at_start=entry in at_start,
        unloads=tuple(model.name for model in going or ()),
    )
