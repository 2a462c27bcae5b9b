"""Tells the service manager how it is, by systemd's protocol (sd_notify(3)): a datagram of `NAME=value` lines.

Without a `NOTIFY_SOCKET` there is nobody to tell, and nothing happens.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress


class ServiceManager:
    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        path = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{path[1:]}" if path.startswith("@") else path
        mine = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        told_us = environ.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(told_us) / 1e6 if mine and told_us.isdecimal() else None

    def ready(self, status: str) -> None:
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Show that the event loop goes round, twice in the time the watchdog gives."""
        beating = asyncio.create_task(self._beat(), name="watchdog") if self.watchdog_s else None
        try:
            yield
        finally:
            if beating:
                beating.cancel()
                with suppress(asyncio.CancelledError):
                    await beating

    async def _beat(self) -> None:
        assert self.watchdog_s
        while True:
            self._tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_s / 2)

    def _tell(self, *lines: str) -> None:
        """Never fails: a manager that is gone stops nothing."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as manager:
            manager.setblocking(False)
            manager.sendto("\n".join(lines).encode(), self._address)
