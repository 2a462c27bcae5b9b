"""llama.cpp's own server, from the wheel `xllamacpp`, in a process of its own: what a build is judged by.

`python -m vestibule.training.tiny.server MODEL` serves on a free port and prints its address.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

STARTING_S = 60.0


class LlamaServer:
    """Talks to one running server."""

    def __init__(self, address: str) -> None:
        self._address = urlsplit(address).netloc

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """The reply's JSON object; RuntimeError with the server's words where it is none or not 200."""
        status, text = self._ask("POST", path, json.dumps(body).encode())
        reply = json.loads(text) if status == 200 else None
        if not isinstance(reply, dict):
            raise RuntimeError(f"llama.cpp's server answered {path} with {status}: {text[:300]}")
        return reply

    def is_ready(self) -> bool:
        try:
            return self._ask("GET", "/health", b"")[0] == 200
        except OSError:
            return False

    def _ask(self, method: str, path: str, body: bytes) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self._address, timeout=120)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()


@contextmanager
def serving(model: Path) -> Iterator[LlamaServer]:
    """Serve `model` until left."""
    command = [sys.executable, "-m", "vestibule.training.tiny.server", str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            assert child.stdout is not None
            address = next((line for line in child.stdout if line.startswith(b"http")), b"").decode().strip()
            if not address:
                raise RuntimeError(f"llama.cpp's server did not start with {model}.")
            server = LlamaServer(address)
            _await_readiness(server)
            yield server
        finally:
            child.kill()


def _await_readiness(server: LlamaServer) -> None:
    until = time.monotonic() + STARTING_S
    while not server.is_ready():
        if time.monotonic() > until:
            raise RuntimeError(f"llama.cpp's server was not ready after {STARTING_S:.0f} s.")
        time.sleep(0.05)


def _serve(model: str) -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = 8192
    parameters.n_parallel = 2
    parameters.cache_ram_mib = 0
    parameters.use_jinja = True
    parameters.cpuparams.n_threads = 1
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1])
