"""A real llama.cpp server with our own small model, on a Unix socket, in a child process. Knows no product.

Run as `python -m tests.laboratory.llama MODEL SOCKET SLOTS` it is that child, and ends with its standard input.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import vestibule

TINY_MODEL = Path(vestibule.__file__).parent / "models" / "vestibule-tiny.gguf"
CONTEXT = 4096
ROOT = Path(__file__).parents[2]


@contextmanager
def llama_server(model: Path = TINY_MODEL, *, slots: int = 2) -> Iterator[Path]:
    """The path of its socket, once it answers."""
    folder = Path(tempfile.mkdtemp(prefix="vst-llama-"))
    path = folder / "llama.sock"
    command = [sys.executable, "-m", "tests.laboratory.llama", str(model), str(path), str(slots)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout
        assert child.stdin
        if child.stdout.readline() != b"ready\n":
            raise RuntimeError("llama.cpp did not start")
        try:
            yield path
        finally:
            child.stdin.close()
            child.wait(10)
            path.unlink(missing_ok=True)
            folder.rmdir()


def _serve(model: str, path: str, slots: int) -> None:
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = model
    params.hostnames = [path]
    params.n_ctx, params.n_parallel = CONTEXT * slots, slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_ram_mib = 0
    params.fit_params = params.warmup = params.ui = False
    params.use_jinja = params.offline = True
    ready = os.dup(1)
    os.dup2(2, 1)  # what it logs is not for the parent
    server = Server(params)
    os.write(ready, b"ready\n")
    sys.stdin.buffer.read()
    del server
    os._exit(0)


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2], int(sys.argv[3]))
