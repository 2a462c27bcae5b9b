"""The parent's side of the parsing process: starts it, hands it documents one at a time, replaces it when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

import msgspec

from vestibule.core.errors import InvalidRequest, TooLarge
from vestibule.knowledge.parsing.messages import LENGTH, Outcome, Refused, Request
from vestibule.knowledge.parsing.section import Parsed

TIMEOUT_S = 120.0
_MODULE = "vestibule.knowledge.parsing.child"
_ENVIRONMENT = {"PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "TMPDIR"}
_DECODER: msgspec.msgpack.Decoder[Parsed | Refused] = msgspec.msgpack.Decoder(Outcome)
_DIED = (BrokenPipeError, ConnectionResetError, asyncio.IncompleteReadError)


class ParsingProcess:
    """Parses in a child of ours with limited time and memory. Belongs to one event loop."""

    def __init__(self, *, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._child: Process | None = None
        self._turn = asyncio.Lock()

    async def parse(self, path: str, content: bytes, media_type: str | None = None) -> Parsed:
        """Parse a document. Raise `InvalidRequest` or `TooLarge` with the mend; the next document is not affected."""
        request = msgspec.msgpack.encode(Request(path, media_type, content))
        async with self._turn:
            outcome = await self._exchange(request)
        if isinstance(outcome, Refused):
            raise outcome.as_error()
        return outcome

    async def close(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await _end(child)

    async def _exchange(self, request: bytes) -> Outcome:
        child = await self._running()
        try:
            async with asyncio.timeout(self._timeout_s):
                reply = await _ask(child, request)
        except TimeoutError:
            await self.close()
            raise TooLarge(
                f"Reading the document took longer than {self._timeout_s:.0f} s.", next_step="Split it into parts."
            ) from None
        except _DIED:
            await self.close()
            raise InvalidRequest(
                "Reading the document crashed the program that reads it.",
                next_step="Save it again with the program that made it, or send it in another format.",
            ) from None
        except asyncio.CancelledError:
            await self.close()
            raise
        return _DECODER.decode(reply)

    async def _running(self) -> Process:
        if self._child is None or self._child.returncode is not None:
            await self.close()
            self._child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", _MODULE, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment()
            )
        return self._child


async def _ask(child: Process, request: bytes) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(LENGTH.pack(len(request)))
    child.stdin.write(request)
    await child.stdin.drain()
    size = LENGTH.unpack(await child.stdout.readexactly(LENGTH.size))[0]
    return await child.stdout.readexactly(size)


async def _end(child: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    if child.stdin is not None:
        child.stdin.close()
    await child.wait()


def _environment() -> dict[str, str]:
    """What Python needs to start, and nothing that could hold a secret."""
    kept = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT or name.startswith("COVERAGE_")}
    return kept | {"OPENBLAS_NUM_THREADS": "1"}
