"""Ask a daemon which models it has, and tell those that it runs itself from those that somebody else runs.

Source: Ollama's API description, "List Local Models" (GET /api/tags) and its schema `ModelSummary`. A model with
`remote_host` or `remote_model`, or with a cloud tag, is run by somebody else's servers and is not home, wherever the
daemon is.
"""

from __future__ import annotations

import msgspec

from vestibule.core.clearance import Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.home.transport import HomeTransport

_EMBEDDERS = frozenset({"bert", "nomic-bert", "nomic-bert-moe", "xlm-roberta"})


class _Details(msgspec.Struct, frozen=True):
    family: str | None = None
    families: list[str] | None = None
    parameter_size: str = ""
    quantization_level: str = ""


class _Summary(msgspec.Struct):
    name: str
    size: int = 0
    digest: str = ""
    remote_host: str | None = None
    remote_model: str | None = None
    details: _Details | None = None


class _Tags(msgspec.Struct):
    models: list[_Summary] | None = None


class OllamaModel(msgspec.Struct, frozen=True):
    """`name` as the daemon calls it, with its tag; `size_bytes` on its disk. A `remote` one is not home; one that
    `embeds` does not chat. `parameter_size` as in "7.6B"."""

    name: str
    size_bytes: int = 0
    digest: str = ""
    remote: bool = False
    embeds: bool = False
    parameter_size: str = ""


async def listed_models(transport: HomeTransport, daemon: Destination, *, wait_s: float) -> tuple[OllamaModel, ...]:
    """All models of the daemon, largest first. Raise `UpstreamFailed` or `EgressRefused`."""
    body = await transport.get(daemon, "/api/tags", wait_s=wait_s)
    try:
        found = msgspec.json.decode(body, type=_Tags).models or []
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed(
            f"{daemon} answers, but not as Ollama does.", next_step="Check OLLAMA_HOST.", fault="malformed"
        ) from None
    return tuple(sorted(map(_read, found), key=lambda m: (-m.size_bytes, m.name)))


def _read(model: _Summary) -> OllamaModel:
    remote = is_remote(model.name, model.remote_host, model.remote_model)
    details = model.details or _Details()
    embeds = details.family in _EMBEDDERS
    return OllamaModel(model.name, model.size, model.digest, remote, embeds, details.parameter_size)


def is_remote(name: str, host: str | None, model: str | None) -> bool:
    tag = name.rpartition(":")[2]
    return bool(host or model) or tag == "cloud" or tag.endswith("-cloud")


def named(models: tuple[OllamaModel, ...], name: str) -> OllamaModel | None:
    """The model that is meant by `name`; without a tag that is the latest ("Conventions", "Model names")."""
    return next((m for m in models if m.name in (name, f"{name}:latest")), None)
