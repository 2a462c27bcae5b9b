"""Ask a daemon which models it has and runs itself.

Source: Ollama's API description, "List Local Models" (GET /api/tags) and its schema `ModelSummary`. A model with
`remote_host`, or with a cloud tag, is run by somebody else's servers and is not home, wherever the daemon is.
"""

from __future__ import annotations

import msgspec

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.home.transport import HomeTransport


class _Details(msgspec.Struct):
    family: str | None = None
    families: list[str] | None = None


class _Summary(msgspec.Struct):
    name: str
    size: int = 0
    remote_host: str | None = None
    remote_model: str | None = None
    details: _Details = msgspec.field(default_factory=_Details)


class _Tags(msgspec.Struct):
    models: list[_Summary] | None = None


class OllamaModel(msgspec.Struct, frozen=True):
    """`name` as the daemon calls it, with its tag; `size_bytes` on its disk."""

    name: str
    size_bytes: int


_EMBEDDERS = frozenset({"bert", "nomic-bert", "nomic-bert-moe", "xlm-roberta"})


async def home_models(transport: HomeTransport, daemon: Destination, *, wait_s: float) -> tuple[OllamaModel, ...]:
    """The chat models that the daemon runs itself, largest first. Raise `UpstreamFailed` or `EgressRefused`."""
    body = await transport.get(daemon, "/api/tags", wait_s=wait_s)
    try:
        found = msgspec.json.decode(body, type=_Tags).models or []
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed(f"{daemon} answers, but not as Ollama does.", next_step="Check OLLAMA_HOST.") from None
    here = [OllamaModel(m.name, m.size) for m in found if not _is_remote(m) and m.details.family not in _EMBEDDERS]
    return tuple(sorted(here, key=lambda m: (-m.size_bytes, m.name)))


def _is_remote(model: _Summary) -> bool:
    tag = model.name.rpartition(":")[2]
    return bool(model.remote_host or model.remote_model) or tag == "cloud" or tag.endswith("-cloud")
