"""Find the Ollama daemon at `OLLAMA_HOST`, if it answers at once and is home."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import msgspec

from vestibule.core.clearance import Destination
from vestibule.core.errors import VestibuleError
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.ollama.tags import OllamaModel, home_models

PORT = 11434
WAIT_S = 0.4


class Discovery(msgspec.Struct, frozen=True):
    """`models` that may be asked at `url`; where there are none, `note` says why."""

    url: str
    models: tuple[OllamaModel, ...] = ()
    note: str = ""


async def discover_ollama(home_hosts: Collection[str] = (), environ: Mapping[str, str] = os.environ) -> Discovery:
    """Ask the daemon for its models, for less than half a second. Never raises for a daemon that is not there."""
    named = environ.get("OLLAMA_HOST", "")
    try:
        daemon = parse_host(named)
    except ValueError as error:
        return Discovery(named, note=f"OLLAMA_HOST is no address: {error}")
    url = str(daemon)
    if daemon.scheme != "http" or not daemon.is_home(home_hosts):
        return Discovery(url, note=f"OLLAMA_HOST names {url}, which is not home; list its host under home_hosts.")
    try:
        models = await home_models(HomeTransport(home_hosts), daemon, wait_s=WAIT_S)
    except VestibuleError as error:
        return Discovery(url, note=error.message)
    return Discovery(url, models, "" if models else f"Ollama at {url} has no chat model of its own.")


def parse_host(named: str) -> Destination:
    """Read what Ollama itself reads: `host`, `host:port`, `:port` or a URL. An address to listen on everywhere
    (0.0.0.0, ::) is reached at loopback. Raise `ValueError` for what is no address."""
    text = named.strip() or "127.0.0.1"
    scheme, separator, rest = text.partition("://")
    parts = urlsplit(f"http://{rest if separator else text}")
    host = parts.hostname or "127.0.0.1"
    default = {"http": 80, "https": 443}.get(scheme, PORT) if separator else PORT
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    return Destination("https" if scheme == "https" else "http", anywhere.get(host, host), parts.port or default)
