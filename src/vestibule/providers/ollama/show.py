"""Ask a daemon what one of its models can do.

Source: Ollama's API description, "Show Model Information" (POST /api/show) and its schema `ShowResponse`. Daemons that
forward models say so here too, by `remote_host` and `remote_model`.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import msgspec

from vestibule.core.clearance import ClearedRequest, Destination
from vestibule.core.errors import UpstreamFailed
from vestibule.providers.home.transport import LONGEST_BODY, HomeTransport


class Shown(msgspec.Struct, frozen=True):
    """`capabilities` are the daemon's words ("completion", "tools", "vision", "embedding"), None where it says none;
    `context`, in tokens, is what the model was trained for and `width` the length of its vectors, 0 where unsaid."""

    capabilities: frozenset[str] | None = None
    context: int = 0
    width: int = 0
    remote: bool = False


class _Show(msgspec.Struct):
    capabilities: list[str] | None = None
    model_info: dict[str, Any] = {}
    remote_host: str | None = None
    remote_model: str | None = None


async def show_model(transport: HomeTransport, daemon: Destination, name: str, *, wait_s: float) -> Shown:
    """Raise `UpstreamFailed` or `EgressRefused`."""
    body = await _post(transport, daemon, "/api/show", name, wait_s)
    try:
        said = msgspec.json.decode(body, type=_Show)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UpstreamFailed(f"{daemon} describes {name} in no way we know.", fault="malformed") from None
    return Shown(
        capabilities=None if said.capabilities is None else frozenset(said.capabilities),
        context=_number(said, ".context_length"),
        width=_number(said, ".embedding_length"),
        remote=bool(said.remote_host or said.remote_model),
    )


def _number(said: _Show, ending: str) -> int:
    found = (value for key, value in said.model_info.items() if key.endswith(ending))
    return next((value for value in found if isinstance(value, int)), 0)


async def _post(transport: HomeTransport, daemon: Destination, path: str, model: str, wait_s: float) -> bytes:
    """A question that holds the name of a model and nothing anybody asked."""
    question = msgspec.json.encode({"model": model})
    cleared = ClearedRequest(question, daemon, model, policy_version=0, audit_id="", expires_at=float("inf"))
    body = b""
    try:
        async with asyncio.timeout(wait_s), aclosing(transport.stream(cleared, daemon, path)) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > LONGEST_BODY:
                    raise UpstreamFailed(f"{daemon}{path} is longer than {LONGEST_BODY} bytes.", fault="malformed")
    except TimeoutError:
        raise UpstreamFailed(f"{daemon} did not answer within {wait_s:g} s.", fault="silent") from None
    return body
