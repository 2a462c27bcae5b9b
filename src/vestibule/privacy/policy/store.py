"""The policy in force, kept up to date with its file. A file that cannot be read shuts the cloud door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from vestibule.privacy.policy.document import PolicyError
from vestibule.privacy.policy.policy import Policy

POLL_S = 1.0

log = structlog.get_logger(__name__)


class PolicyStore:
    """`current` is one reference, swapped whole: who took it keeps a policy that does not change under them.

    With no `path`, or where nothing is there, the policy shipped is in force. `trouble` says what is wrong with the
    file, "" while all is well.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Raise `PolicyError` where the file is there and cannot be used: a start does not go past that."""
        self._path = path
        self._seen = self._stamp()
        self.current = self._read()
        self.trouble = ""

    def refresh(self) -> bool:
        """Take up a file that changed since; tell whether there was a change. Blocks for milliseconds."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self.current = self._read()
            self.trouble = ""
            log.info("policy_loaded", policy=self.current.id)
        except PolicyError as error:
            self.current = self.current.closed()
            self.trouble = str(error)
            log.error("policy_unusable_cloud_closed", policy=self.current.id, problem=self.trouble)
        return True

    async def watch(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Follow the file until cancelled."""
        while True:
            await pause(POLL_S)
            await asyncio.to_thread(self.refresh)

    def _read(self) -> Policy:
        if self._path is None or not self._path.exists():
            return Policy.shipped()
        return Policy.load(self._path)

    def _stamp(self) -> tuple[int, int, int] | None:
        """What tells one state of the file from another; an editor may replace it instead of writing into it."""
        try:
            status = self._path.stat() if self._path else None
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino) if status else None
