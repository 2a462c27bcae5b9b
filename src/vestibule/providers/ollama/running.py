"""Ask a daemon which models it holds in memory, and how much each takes.

Source: Ollama's API description, "List Running Models" (GET /api/ps): `size` is all that a model takes, `size_vram` the
part of it on a graphics card.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from vestibule.core.clearance import Destination
from vestibule.core.errors import VestibuleError
from vestibule.providers.home.transport import HomeTransport

WAIT_S = 0.4


class RunningModel(msgspec.Struct, frozen=True):
    """In bytes; `vram_bytes` are part of `size_bytes`. It stays until `expires_at`, unless it is asked again."""

    name: str
    size_bytes: int = msgspec.field(name="size", default=0)
    vram_bytes: int = msgspec.field(name="size_vram", default=0)
    expires_at: str = ""


class _Running(msgspec.Struct):
    models: list[RunningModel] | None = None


async def running_models(url: str | None, home_hosts: Collection[str] = ()) -> tuple[RunningModel, ...]:
    """What the daemon at `url` holds now. Nothing where there is none, or it does not say so at once: then it takes no
    part in the budget rather than stopping it."""
    if url is None:
        return ()
    try:
        body = await HomeTransport(home_hosts).get(Destination.parse(url), "/api/ps", wait_s=WAIT_S)
        return tuple(msgspec.json.decode(body, type=_Running).models or ())
    except (VestibuleError, msgspec.DecodeError, UnicodeDecodeError):
        return ()
