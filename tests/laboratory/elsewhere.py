"""Names that lead out of the house, in a network of their own where a public address is this machine's.

Run as `unshare --map-root-user --net --mount python -m tests.laboratory.elsewhere`, it prints as JSON how each request
ended and what the server at each address saw. Nothing can leave that network; the names are in its own /etc/hosts, so
that the system's resolver answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from tests.egress.servers.dialects import Dialect
from tests.egress.servers.ollama_native import OllamaNative
from tests.egress.servers.openai_chat import OpenAIChat
from tests.egress.servers.server import RecordingServer
from tests.laboratory.speeches import KnownText
from vestibule.core.chat import Message
from vestibule.core.clearance import ClearedRequest
from vestibule.core.errors import VestibuleError
from vestibule.core.generation import ModelRequest
from vestibule.core.settings import ProviderSettings
from vestibule.providers.base import Chunk, Provider
from vestibule.providers.kinds import KINDS, way_home
from vestibule.providers.ollama import OllamaProvider

COMMAND = ("unshare", "--map-root-user", "--net", "--mount")
NAME = "models.example"
PUBLIC = "5.6.7.8"  # of this network only
HOME = "127.0.0.1"
ASKED = ModelRequest((Message("user", "The code of the boiler room is BOILER-ROOM-CODE."),))


def settle_in() -> Callable[[str], None]:
    """Take the public address, and return what says where the name leads from now on."""
    for command in ("ip link set lo up", f"ip address add {PUBLIC}/32 dev lo"):
        subprocess.run(command.split(), check=True)
    hosts = Path(tempfile.mkstemp()[1])
    hosts.chmod(0o644)
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)

    def lead(address: str) -> None:
        Path("/etc/hosts").write_text(f"127.0.0.1 localhost\n{address} {NAME}\n")

    return lead


async def ending(provider: Provider) -> str:
    cleared = ClearedRequest(
        provider.encode(ASKED, "llama3.2"), provider.destination, "m", 1, "a", time.monotonic() + 60
    )
    answer: AsyncGenerator[Chunk, None] = provider.send(cleared)
    try:
        async with aclosing(answer) as chunks:
            return "answered" if [c async for c in chunks][-1].finish_reason else "cut"
    except VestibuleError as error:
        return error.code


async def look(lead: Callable[[str], None]) -> dict[str, object]:
    found: dict[str, object] = {}
    dialects: dict[str, Callable[[], Dialect]] = {"openai": OpenAIChat, "ollama": OllamaNative}
    for kind, dialect in dialects.items():
        for listed in ((), (NAME,)):
            with RecordingServer(dialect(), speech=KnownText(), host="0.0.0.0") as server:
                endings = []
                for address in (HOME, PUBLIC, HOME):
                    lead(address)
                    endings.append(await ending(_provider(kind, server, listed)))  # of its own connections
                seen = {a: sum(len(c.received) for c in server.connections if c.address == a) for a in (HOME, PUBLIC)}
                found[f"{kind}, {'listed' if listed else 'not listed'}"] = {"endings": endings, "bytes": seen}
    return found


def _provider(kind: str, server: RecordingServer, home_hosts: tuple[str, ...]) -> Provider:
    url = f"http://{NAME}:{server.port}"
    if kind == "ollama":
        return OllamaProvider("ollama", url, home_hosts)
    os.environ["LABORATORY_KEY"] = "sk-" + "l" * 40
    entry = ProviderSettings("openai", "openai", f"{url}/v1", keys=("env:LABORATORY_KEY",))
    return KINDS["openai"].make("openai", entry.url, way_home(entry, home_hosts), cloud=False)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(look(settle_in()))))
