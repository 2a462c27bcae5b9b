"""API keys of providers: read where `vestibule.yaml` says they are, when one is needed, and again after a refusal.

A key is never logged and stands in no error; the place it comes from is named. Knows no provider and no socket.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from vestibule.core.errors import UpstreamFailed

COMMAND_S = 10.0
_KEY = re.compile(r"[\x21-\x7e]{1,4096}")


class KeyStyle(msgspec.Struct, frozen=True):
    """How a provider takes its key, and how it says that it does not: by a status of `refusals`, or by a 400 in whose
    body `invalid` stands."""

    header: str = "Authorization"
    scheme: str = "Bearer "
    refusals: frozenset[int] = frozenset({401})
    invalid: bytes = b""

    def headers(self, key: str) -> dict[str, str]:
        return {self.header: self.scheme + key}

    def is_refused(self, status: int, body: bytes) -> bool:
        return status in self.refusals or (status == 400 and self.invalid != b"" and self.invalid in body)


BEARER = KeyStyle()


class ApiKeys:
    """`places` are `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS` (run without a shell); the first is used until
    it is refused, then the next."""

    def __init__(
        self, places: Sequence[str] = (), environ: Mapping[str, str] = os.environ, *, style: KeyStyle = BEARER
    ) -> None:
        self.style = style
        self._places = tuple(places)
        self._environ = environ
        self._at = 0
        self._known: str | None = None

    async def current(self) -> str | None:
        """The key to send, None where none is configured. Raise `UpstreamFailed` where it is not to be had."""
        if not self._places:
            return None
        if self._known is None:
            self._known = await self._read(self._places[self._at % len(self._places)])
        return self._known

    def refused(self, key: str | None) -> None:
        """The provider did not take `key`: read anew for the next request, from the next place if there is one."""
        if key is not None and key == self._known:
            self._known = None
            self._at += 1

    def __repr__(self) -> str:
        return f"ApiKeys({len(self._places)} places)"

    async def _read(self, place: str) -> str:
        kind, _, where = place.partition(":")
        match kind:
            case "env":
                key = self._environ.get(where)
                if not key:
                    raise _unreadable(f"the variable {where}", "is not set")
            case "file":
                key = await _read_file(Path(where).expanduser())
            case _:
                key = await _run(where)
        key = key.strip()
        if not _KEY.fullmatch(key):
            raise _unreadable(_named(kind, where), "holds no usable key (printable ASCII without spaces)")
        return key


async def _read_file(path: Path) -> str:
    try:
        return (await asyncio.to_thread(path.read_bytes)).decode("ascii", "replace")
    except OSError as error:
        raise _unreadable(f"the file {path}", f"cannot be read ({error.strerror})") from None


async def _run(command: str) -> str:
    """The output of a command. What it says on stderr is not passed on: it may quote the key."""
    named = _named("cmd", command)
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (OSError, ValueError) as error:
        raise _unreadable(named, f"cannot be run ({type(error).__name__})") from None
    try:
        async with asyncio.timeout(COMMAND_S):
            output, _ = await process.communicate()
    except BaseException as error:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if isinstance(error, TimeoutError):
            raise _unreadable(named, f"did not end within {COMMAND_S:g} s") from None
        raise
    if process.returncode:
        raise _unreadable(named, f"ended with status {process.returncode}")
    return output.decode("ascii", "replace")


def _named(kind: str, where: str) -> str:
    """What a place may be called in an error: of a command only the program, for its arguments may be secret."""
    return {"env": f"the variable {where}", "file": f"the file {where}"}.get(kind, f"the command {where.split()[0]}")


def _unreadable(what: str, why: str) -> UpstreamFailed:
    return UpstreamFailed(
        f"An API key could not be read: {what} {why}.", next_step="Mend `keys` of that provider in vestibule.yaml."
    )
