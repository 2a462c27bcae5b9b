"""Find the Ollama daemon at `OLLAMA_HOST`, if it answers at once and is home, and what it can do."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

import msgspec

from vestibule.core.clearance import Destination
from vestibule.core.errors import VestibuleError
from vestibule.providers.home.transport import HomeTransport
from vestibule.providers.ollama.tags import OllamaModel, listed_models
from vestibule.providers.ollama.version import UPGRADE, is_too_old, too_old, version_of

PORT = 11434
WAIT_S = 0.4


class Discovery(msgspec.Struct, frozen=True):
    """`models` that may be asked at `url`, and `embedders` that turn texts into vectors; where there are none, `note`
    says why. `remote` ones are run by somebody else and never asked. It `answers`, is home and is new enough, or is
    `too_old`."""

    url: str
    models: tuple[OllamaModel, ...] = ()
    embedders: tuple[OllamaModel, ...] = ()
    remote: tuple[OllamaModel, ...] = ()
    version: str = ""
    note: str = ""
    answers: bool = False
    too_old: bool = False


async def discover_ollama(
    home_hosts: Collection[str] = (), environ: Mapping[str, str] = os.environ, *, wait_s: float | None = None
) -> Discovery:
    """Ask the daemon for its version and its models, each for `wait_s`, less than half a second. Never raises for a
    daemon that is not there."""
    named = environ.get("OLLAMA_HOST", "")
    try:
        daemon = parse_host(named)
    except ValueError as error:
        return Discovery(named, note=f"OLLAMA_HOST is no address: {error}")
    url = str(daemon)
    if daemon.scheme != "http" or not daemon.is_home(home_hosts):
        return Discovery(url, note=f"OLLAMA_HOST names {url}, which is not home; list its host under home_hosts.")
    transport, patience = HomeTransport(home_hosts), WAIT_S if wait_s is None else wait_s
    try:
        version = await version_of(transport, daemon, wait_s=patience)
        if is_too_old(version):
            return Discovery(url, version=version, note=f"{too_old(version)} {UPGRADE}", too_old=True)
        models = await listed_models(transport, daemon, wait_s=patience)
    except VestibuleError as error:
        return Discovery(url, note=str(error))
    chat = tuple(m for m in models if not m.remote and not m.embeds)
    embedders = tuple(m for m in models if not m.remote and m.embeds)
    note = "" if chat else f"Ollama at {url} has no chat model of its own."
    remote = tuple(m for m in models if m.remote)
    return Discovery(url, chat, embedders, remote, version, note, answers=True)


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
