"""An `ollama serve` of our own: started where none answers, started again when it dies, ended with us.

A daemon that somebody else runs at the same address is left alone, and replaced once it is gone. Knows nothing of
models.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from vestibule.core.settings import LocalSettings

State = Literal["stopped", "of others", "starting", "running", "restarting"]
LEAVE_S = 8.0
LOG_BYTES = 4 * 1_048_576
MOST_WAITING = 64
"""Requests wait in Vestibule's own queue; this is for those that reach the daemon all the same."""
PASSED_ON = ("OLLAMA_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_", "HSA_", "GGML_", "LD_LIBRARY_", "DYLD_", "XDG_")
PASSED = frozenset({"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "HTTPS_PROXY", "https_proxy", "NO_PROXY"})

log = structlog.get_logger(__name__)


class ServicePatience(msgspec.Struct, frozen=True):
    """Waits between deaths: `backoff_s`, doubled up to `backoff_max_s`, from the start again after `steady_s` of life.
    Of a daemon that once answered, `misses` looks in a row without an answer, one every `look_s`, and it is killed."""

    backoff_s: float = 0.5
    backoff_max_s: float = 30.0
    steady_s: float = 30.0
    look_s: float = 5.0
    misses: int = 6


class ServiceStatus(msgspec.Struct, frozen=True):
    """`reason` says how the last one died."""

    state: State
    reason: str = ""
    restarts: int = 0
    pid: int | None = None


def variables(local: LocalSettings, host: str) -> dict[str, str]:
    """What `ollama serve` is told. A KV cache that is not f16 needs flash attention there.

    Source: Ollama's FAQ on its server's variables.
    """
    told = {
        "OLLAMA_HOST": host,
        "OLLAMA_NO_CLOUD": "1",
        "OLLAMA_NUM_PARALLEL": str(local.slots),
        "OLLAMA_MAX_QUEUE": str(MOST_WAITING),
        "OLLAMA_MAX_LOADED_MODELS": str(local.loaded_models),
        "OLLAMA_KEEP_ALIVE": local.keep_alive,
        "OLLAMA_KV_CACHE_TYPE": local.cache_type,
        "OLLAMA_CONTEXT_LENGTH": str(local.context),
    }
    return told if local.cache_type == "f16" else told | {"OLLAMA_FLASH_ATTENTION": "1"}


def environment(local: LocalSettings, host: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Those, and of our own environment what a program needs to run: no key of ours."""
    kept = {name: value for name, value in environ.items() if name in PASSED or name.startswith(PASSED_ON)}
    return kept | variables(local, host)


class OllamaService:
    """`answers` says whether any daemon answers at the address that `environ` names."""

    def __init__(
        self,
        program: str,
        environ: Mapping[str, str],
        log_file: Path,
        answers: Callable[[], Awaitable[bool]],
        patience: ServicePatience | None = None,
    ) -> None:
        self._program = program
        self._environ = dict(environ)
        self._log = log_file
        self._answers = answers
        self._patience = patience or ServicePatience()
        self.status = ServiceStatus("stopped")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._keep_alive(), name="ollama serve")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self.status = ServiceStatus("stopped", restarts=self.status.restarts)

    async def _keep_alive(self) -> None:
        deaths = 0
        while True:
            if await self._answers():
                self._set("of others")
                await asyncio.sleep(self._patience.look_s)
                continue
            begun = time.monotonic()
            reason = await self._live()
            deaths = 1 if time.monotonic() - begun > self._patience.steady_s else deaths + 1
            self.status = ServiceStatus("restarting", reason, self.status.restarts + 1)
            log.warning("ollama_ended", reason=reason, log=str(self._log))
            await asyncio.sleep(min(self._patience.backoff_s * 2.0 ** (deaths - 1), self._patience.backoff_max_s))

    async def _live(self) -> str:
        """One daemon from its start to its death; return how it died."""
        try:
            process = await self._start()
        except OSError as error:
            return f"`ollama serve` could not be started ({error.strerror})"
        self._set("starting", pid=process.pid)
        watcher = asyncio.create_task(self._watch(process))
        try:
            status = await process.wait()
            return f"`ollama serve` ended with status {status}"
        finally:
            watcher.cancel()
            await _end(process)

    async def _start(self) -> asyncio.subprocess.Process:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        stream = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "vestibule.providers.ollama.guard",
                self._program,
                stdin=subprocess.PIPE,
                stdout=stream,
                stderr=stream,
                env=self._environ,
                start_new_session=True,  # Ctrl-C is for Vestibule, which then ends the daemon
            )
        finally:
            os.close(stream)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Tell when it answers, kill one that hangs, keep its log within bounds."""
        misses = 0
        while misses < self._patience.misses:
            if await self._answers():
                misses = 0
                self._set("running", pid=process.pid)
            elif self.status.state == "running":
                misses += 1
            await asyncio.sleep(self._patience.look_s if self.status.state == "running" else 0.1)
            await asyncio.to_thread(self._bound_log)
        assert process.stdin is not None
        process.stdin.close()  # the guard ends it, and kills what does not listen

    def _bound_log(self) -> None:
        if self._log.stat().st_size > LOG_BYTES:
            os.truncate(self._log, 0)

    def _set(self, state: State, *, pid: int | None = None) -> None:
        self.status = ServiceStatus(state, self.status.reason, self.status.restarts, pid)


async def _end(process: asyncio.subprocess.Process) -> None:
    """The guard ends the daemon, kindly at first, once its standard input ends."""
    assert process.stdin is not None
    process.stdin.close()
    gone = asyncio.ensure_future(process.wait())
    if not (await asyncio.wait({gone}, timeout=LEAVE_S))[0]:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await gone
