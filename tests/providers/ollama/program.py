"""A program named `ollama` that runs the test daemon where a real one would run: at OLLAMA_HOST, until it is ended."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

PROGRAM = f"""#!{sys.executable}
import asyncio, json, os, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.providers.ollama.daemon import LLAMA, Daemon
from vestibule.providers.ollama.discovery import parse_host

async def main() -> None:
    open(sys.argv[0] + ".started", "a").write(json.dumps([os.getpid(), sys.argv[1:], dict(os.environ)]) + "\\n")
    async with Daemon(models=[LLAMA], port=parse_host(os.environ["OLLAMA_HOST"]).port).running():
        await asyncio.Event().wait()

asyncio.run(main())
"""


def install(folder: Path) -> Path:
    """Write the program into `folder`. Each start is a line of JSON in `ollama.started` beside it: pid, arguments and
    environment."""
    folder.mkdir(exist_ok=True)
    program = folder / "ollama"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    return program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
