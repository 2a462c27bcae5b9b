"""What the gateway needs from those that build it. `app.py` hands it the real things."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from vestibule.access.limits import Standing
from vestibule.core.answer import Event
from vestibule.core.caller import Caller, Credential, Scope
from vestibule.core.chat import ChatRequest
from vestibule.core.ports import EmbeddingModel


class Pipeline(Protocol):
    def run(self, credential: Credential, request: ChatRequest) -> AsyncGenerator[Event, None]:
        """Answer: `Opened`, then `Delta`s, then `Completed`; a refusal is raised before `Opened`."""
        ...


class Access(Protocol):
    async def authenticate(self, credential: Credential) -> Caller: ...

    def admit(self, caller: Caller, scope: Scope) -> None: ...

    def standing(self, caller: Caller) -> tuple[Standing, Standing]:
        """Of the caller's requests and tokens a minute."""
        ...

    def allow_model(self, caller: Caller, model: str) -> None:
        """Raise `Forbidden` for a model the caller may not name."""
        ...

    async def permits_origin(self, origin: str) -> bool:
        """Whether pages of that web origin may call with any key at all."""
        ...


class ModelInfo(msgspec.Struct, frozen=True):
    """A model as `/v1/models` lists it; `created` in Unix seconds."""

    id: str
    created: int = 0
    owned_by: str = "vestibule"


class Component(msgspec.Struct, frozen=True):
    """A part that must be there to answer; `reason` says what is missing and never names a secret."""

    ok: bool
    reason: str = ""


Models = Callable[[], Sequence[ModelInfo]]
EmbeddingModels = Callable[[], Mapping[str, EmbeddingModel]]
Readiness = Callable[[], Awaitable[Mapping[str, Component]]]
