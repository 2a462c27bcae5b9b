"""The child process: llama.cpp's server on a Unix socket, for as long as its parent lives.

Run as `python -m vestibule.providers.llamacpp.child LAUNCH`, with a `Launch` as JSON; see `process.py` for the other
side. It writes one line to standard output when it answers, and ends when its standard input ends: the parent holds
the other end and never writes, so however the parent dies, nobody is left behind. All else it says is its log.

A socket in a private folder and not a port: there is none to be taken by another program, and neither another account
of this machine nor a page in a browser can reach it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys

import msgspec
from xllamacpp import CommonAdapterLoraInfo, CommonParams, Server, ggml_type, llama_load_mode, llama_pooling_type

from vestibule.core.settings import CacheType
from vestibule.providers.llamacpp.launch import COULD_NOT_LOAD, READY, Launch

_ERRORS = 1  # llama.cpp's log level; further ones quote what was asked or said
_PR_SET_PDEATHSIG = 1
MORE_THREADS = 4
"""Than slots, to answer HTTP: for health, and for who hung up just now. As many as llama.cpp takes itself at least; by
default it takes one for each core, and each keeps memory of its own: 64 of them held 5 MiB more than 6."""
CACHE_TYPES: dict[CacheType, ggml_type] = {
    "f16": ggml_type.GGML_TYPE_F16,
    "q8_0": ggml_type.GGML_TYPE_Q8_0,
    "q4_0": ggml_type.GGML_TYPE_Q4_0,
}


def run(launch: Launch) -> None:
    """Load, say so, serve until the parent is gone. Exits with `COULD_NOT_LOAD` where llama.cpp refuses the file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    _die_with_parent(launch.parent, signal.SIGKILL)  # loading holds the interpreter: no handler would run
    word = os.dup(1)
    os.dup2(2, 1)
    try:
        _server = Server(parameters(launch))
    except RuntimeError:
        sys.exit(COULD_NOT_LOAD)
    signal.signal(signal.SIGTERM, lambda signum, frame: _leave(launch))
    _die_with_parent(launch.parent, signal.SIGTERM)
    try:
        os.write(word, READY)
        sys.stdin.buffer.read()
    finally:
        _leave(launch)


def parameters(launch: Launch) -> CommonParams:
    params = CommonParams()
    params.model.path = launch.model
    params.hostnames = [launch.socket]
    params.n_ctx = launch.context * launch.slots
    params.n_parallel = launch.slots
    params.n_ubatch = launch.batch
    params.lora_adapters = [CommonAdapterLoraInfo(path, 0.0) for path in launch.adapters]  # none unless asked for
    params.cache_type_k = params.cache_type_v = CACHE_TYPES[launch.cache]
    params.load_mode = llama_load_mode.LLAMA_LOAD_MODE_NONE  # mapped, Q4 weights are there twice: file and repacked
    params.cpuparams.n_threads = launch.threads
    params.cpuparams_batch.n_threads = launch.threads
    params.n_threads_http = launch.slots + MORE_THREADS
    params.cache_ram_mib = 0  # old prompts of other conversations; 8 GiB by default
    params.cache_idle_slots = False
    params.fit_params = False  # the context is what was announced, or loading fails
    params.warmup = False  # 0.3 s and more of every restart; the first answer warms it as well
    params.use_jinja = True
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = _ERRORS
    if launch.embedding:
        params.embedding = True
        params.n_batch = launch.batch
        if launch.mean:
            params.pooling_type = llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    return params


def _die_with_parent(parent: int, by: signal.Signals) -> None:
    """Have the kernel signal this process when its parent dies (Linux; elsewhere the end of standard input does)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(0)


def _leave(launch: Launch) -> None:
    """Whole in itself, since a signal may come while this runs already."""
    shutil.rmtree(os.path.dirname(launch.socket), ignore_errors=True)
    os._exit(0)  # the server's own end waits up to 30 s for a stream that is open


if __name__ == "__main__":
    run(msgspec.json.decode(sys.argv[1], type=Launch))
