"""The child process: llama.cpp's server on a Unix socket, for as long as its parent lives.

Run as `python -m vestibule.providers.llamacpp.child LAUNCH`, with a `Launch` as JSON; see `process.py` for the other
side. It writes one line to standard output when it answers, and ends when its standard input ends: the parent holds
the other end and never writes, so however the parent dies, nobody is left behind. All else it says is its log.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from pathlib import Path

import msgspec

READY = b"ready\n"
COULD_NOT_LOAD = 3
WARNINGS = 2  # llama.cpp's level; information and debugging would name what is asked
_PR_SET_PDEATHSIG = 1


class Launch(msgspec.Struct, frozen=True):
    """What to run. `context` is per slot, in tokens. `socket` lies alone in a private folder."""

    model: Path
    socket: Path
    context: int
    slots: int
    threads: int
    parent: int


def run(launch: Launch) -> None:
    from xllamacpp import CommonParams, Server

    word = os.dup(1)
    os.dup2(2, 1)
    params = CommonParams()
    params.model.path = str(launch.model)
    params.hostnames = [str(launch.socket)]
    params.n_ctx = launch.context * launch.slots
    params.n_parallel = launch.slots
    params.cpuparams.n_threads = launch.threads
    params.cpuparams_batch.n_threads = launch.threads
    params.cache_ram_mib = 0  # 8 GiB of old prompts otherwise
    params.cache_idle_slots = False
    params.fit_params = False  # the context is what was announced, or loading fails
    params.use_jinja = True
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.verbosity = WARNINGS
    try:
        server = Server(params)
    except RuntimeError:
        sys.exit(COULD_NOT_LOAD)
    os.write(word, READY)
    sys.stdin.buffer.read()
    del server


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, also while a model is being loaded (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def main(argument: str) -> None:
    launch = msgspec.json.decode(argument, type=Launch, dec_hook=lambda kind, value: kind(value))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    die_with(launch.parent)
    run(launch)


if __name__ == "__main__":
    main(sys.argv[1])
