"""Stands between Vestibule and the `ollama serve` that it started: however Vestibule ends, Ollama ends with it.

Run as `python -m vestibule.providers.ollama.guard PROGRAM` with a pipe as standard input, which nobody writes to: its
end is the end of who started it. Ends with the status of the program.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading

LEAVE_S = 5.0
PR_SET_PDEATHSIG = 1


def main() -> None:
    child = subprocess.Popen(
        [sys.argv[1], "serve"],
        stdin=subprocess.DEVNULL,
        # the guard has one thread here, so this is safe; it is for the case that the guard itself is killed
        preexec_fn=_die_with_the_guard if sys.platform == "linux" else None,
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    threading.Thread(target=_end_with_the_parent, args=(child,), daemon=True).start()
    status = child.wait()
    os._exit(status if status >= 0 else 128 - status)  # not sys.exit: the thread still reads


def _end_with_the_parent(child: subprocess.Popen[bytes]) -> None:
    os.read(sys.stdin.fileno(), 1)
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(LEAVE_S)
        return
    child.kill()


def _die_with_the_guard() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    main()
