"""How the house is right now, as values: the models it serves, their queues, memory and keys, its parts.

Knows nobody who asked and nothing of what was; who gathers it is `vestibule.status`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vestibule.core.answer import Location

State = Literal["ready", "loading", "asleep", "resting", "away", "failed"]


class ModelStatus(msgspec.Struct, frozen=True):
    """A model and how it is. `asleep` is not in memory and loaded when asked, `resting` is left alone after failures,
    `away` does not answer, `failed` cannot be run; `why` says more. `served` requests are under way and `waiting` wait
    for one of `slots`, None where no limit is known. `memory_bytes` is what it takes now, None where it is not known.
    `vectors` where it gives vectors and no answers."""

    id: str
    provider: str
    kind: str
    location: Location
    state: State = "ready"
    why: str = ""
    automatic: bool = False
    images: bool = False
    vectors: bool = False
    served: int = 0
    waiting: int = 0
    slots: int | None = None
    memory_bytes: int | None = None

    @property
    def is_well(self) -> bool:
        return self.state in ("ready", "asleep", "loading")


class Memory(msgspec.Struct, frozen=True):
    """What models at home may take and take now; `outside_bytes` of it is Ollama's."""

    limit_bytes: int
    used_bytes: int
    outside_bytes: int = 0


class ProviderKeys(msgspec.Struct, frozen=True):
    """The API keys of a provider outside: of `total`, `usable` may be used now; `why` says it of the others by the
    name of their place, never by what they are."""

    provider: str
    total: int
    usable: int
    soonest_s: float = 0.0
    why: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """A part of the house; one that is not `used` is not missed."""

    name: str
    ok: bool
    reason: str = ""
    used: bool = True


class SystemStatus(msgspec.Struct, frozen=True):
    models: tuple[ModelStatus, ...]
    memory: Memory
    keys: tuple[ProviderKeys, ...] = ()
    parts: tuple[Part, ...] = ()
