"""The policy in force: that of a version of the configuration, else that of its file, which it follows.

A file that cannot be read shuts the cloud door.
"""

from __future__ import annotations

import asyncio
import threading
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
        self._of_file = self._read()
        self._laid: Policy | None = None
        self._changing = threading.Lock()
        self.current = self._of_file
        self.trouble = ""

    def lay(self, policy: Policy | None) -> None:
        """Have `policy` in force in place of the file's; None for the file's again. A file that cannot be read keeps
        the door shut either way."""
        with self._changing:
            self._laid = policy
            self._settle()

    def refresh(self) -> bool:
        """Take up a file that changed since; tell whether there was a change. Blocks for milliseconds."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            read, trouble = self._read(), ""
            log.info("policy_loaded", policy=read.id)
        except PolicyError as error:
            read, trouble = self._of_file, str(error)
            log.error("policy_unusable_cloud_closed", policy=self.current.id, problem=trouble)
        with self._changing:
            self._of_file, self.trouble = read, trouble
            self._settle()
        return True

    async def watch(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Follow the file until cancelled."""
        while True:
            await pause(POLL_S)
            await asyncio.to_thread(self.refresh)

    def _settle(self) -> None:
        policy = self._laid or self._of_file
        self.current = policy.closed() if self.trouble else policy

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
