"""A chat request as the rest of the product sees it. The wire shape is the gateway's business."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Role = Literal["system", "developer", "user", "assistant", "tool"]
CacheMode = Literal["default", "bypass", "refresh", "only"]


class Message(msgspec.Struct, frozen=True):
    role: Role
    content: str = ""
    name: str | None = None


class Controls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Linguistic potentiometers in [0, 1] and switches; None means the default of the tenant."""

    citations: bool | None = None


class PrivacyOptions(msgspec.Struct, frozen=True, rename={"level": "class"}, forbid_unknown_fields=True):
    level: Literal["public", "internal", "confidential", "restricted"] | None = None


class RouteOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    deadline_s: float | None = None


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `vestibule` object of a request."""

    controls: Controls = Controls()
    knowledge: bool = True
    buildings: list[str] | None = None
    privacy: PrivacyOptions = PrivacyOptions()
    cache: CacheMode = "default"
    route: RouteOptions = RouteOptions()


class Sampling(msgspec.Struct, frozen=True):
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None


class ChatRequest(msgspec.Struct, frozen=True):
    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = False
    sampling: Sampling = Sampling()
    options: Options = Options()
    metadata: dict[str, Any] = {}

    @property
    def question(self) -> str:
        """The last user turn."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")
