"""Servers of four providers that fail all the time, in every way there is: `python -m benchmarks.providers.failing`.

Prints their addresses as JSON and serves until its standard input ends. `--share` of the requests fail.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import get_args

from tests.egress.servers.deepseek_chat import DeepSeekChat
from tests.egress.servers.dialects import Dialect
from tests.egress.servers.faults import Fault, FaultKind
from tests.egress.servers.gemini_native import GeminiNative
from tests.egress.servers.ollama_native import OllamaNative
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import Received, RecordingServer
from tests.laboratory.speeches import KnownText

DIALECTS: dict[str, Callable[[], Dialect]] = {
    "openai": OpenAIChat,
    "deepseek": DeepSeekChat,
    "gemini": GeminiNative,
    "ollama": OllamaNative,
}
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
NOT_OF = {"ollama": ("content_filter",)}


def dealer(name: str, share: float, seed: int = 0) -> Callable[[], Fault | None]:
    """Deals faults at random, at any place of an answer; the same each time."""
    chance = random.Random(f"{name} {seed}")
    kinds = [kind for kind in KINDS if kind not in NOT_OF.get(name, ())]

    def deal() -> Fault | None:
        if chance.random() >= share:
            return None
        again = chance.choice((None, 1))
        return Fault(chance.choice(kinds), after=chance.randrange(60), retry_after_s=again, wait_s=0.2)

    return deal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.95)
    share = parser.parse_args().share
    with ExitStack() as stack:
        servers = {}
        for name, dialect in DIALECTS.items():
            server = stack.enter_context(RecordingServer(dialect(), speech=KnownText()))
            server.deal = dealer(name, share)
            server.witness = _forgetting(server)
            servers[name] = server.base_url
        print(json.dumps(servers), flush=True)
        sys.stdin.read()


def _forgetting(server: RecordingServer) -> Callable[[Received], None]:
    """It serves for long: what it saw is not kept."""

    def forget(request: Received) -> None:
        for kept in (server.requests, server.given, server.speech.said, server.speech.answers):
            del kept[:-100]
        for connection in server.connections[:-100]:
            connection.received.clear()

    return forget


if __name__ == "__main__":
    main()
