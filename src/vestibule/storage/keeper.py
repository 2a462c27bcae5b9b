"""The keeper: a process that runs the embedded PostgreSQL for as long as anybody holds the lease.

Every user of the database holds `lease` shared. The keeper waits for it exclusively: it gets it when the last holder
has let go or died, however it died, and then stops the server and ends. It knows no user and speaks with none but the
one that started it, once: a line of JSON on the descriptor given, saying that the server is ready or why it is not.

Run as `python -m vestibule.storage.keeper FOLDER ACCOUNT FD`; see `server.py` for the other side.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from vestibule.core.errors import StorageFull, VestibuleError
from vestibule.storage.binaries import programs, server_account
from vestibule.storage.cluster import Cluster
from vestibule.storage.private import open_lock


class Word(msgspec.Struct, frozen=True):
    """What the keeper says to the process that started it."""

    ready: bool
    full: bool = False
    message: str = ""
    next_step: str = ""


def keep(folder: Path, account: str, reply: int) -> None:
    """Run the server in `folder` until nobody holds the lease. Returns at once if another keeper does so already."""
    lock = open_lock(folder / "keeper.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _say(reply, Word(ready=True))
    lease = open_lock(folder / "lease")
    try:
        owner = server_account(account)
        cluster = Cluster(folder, owner, programs(owner))
        cluster.prepare()
        server = cluster.start()
    except VestibuleError as error:
        full = isinstance(error, StorageFull)
        return _say(reply, Word(ready=False, full=full, message=error.message, next_step=error.next_step))
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
    _say(reply, Word(ready=True))
    threading.Thread(target=_stop_after_last_user, args=(lease, server), daemon=True).start()
    server.wait()
    return None


def _stop_after_last_user(lease: int, server: subprocess.Popen[bytes]) -> None:
    fcntl.flock(lease, fcntl.LOCK_EX)  # held until this process ends: who comes now waits and starts anew
    server.send_signal(signal.SIGINT)


def _say(reply: int, word: Word) -> None:
    try:
        os.write(reply, msgspec.json.encode(word))
    except BrokenPipeError:
        pass  # who started us is gone; others may be waiting
    finally:
        os.close(reply)


def main(arguments: list[str]) -> None:
    if os.fork():  # whoever started us waits for this process only, and never for the keeper
        os._exit(0)
    folder, account, reply = arguments
    keep(Path(folder), account, int(reply))


if __name__ == "__main__":
    main(sys.argv[1:])
