"""The whole suite, measured for coverage, in two processes at once: most of its time is waiting.

`python -m tests.side_by_side [arguments of pytest]`. Each file runs in one of the two. Lines of progress come as they
are; what each half says in the end comes when it is over. The exit status is 0 where both were well.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Sequence

HALF = (
    "tests/acceptance",
    "tests/access",
    "tests/cli",
    "tests/console",
    "tests/egress",
    "tests/knowledge",
    "tests/laboratory",
    "tests/providers",
    "tests/serving",
    "tests/storage",
)
"""What takes about half of the time. The other process runs whatever else there is."""
HALVES = (HALF, ("tests", *(f"--ignore={part}" for part in HALF)))
PYTEST = (sys.executable, "-m", "coverage", "run", "-m", "pytest")
_THE_END = re.compile(r"=+ (FAILURES|ERRORS|warnings summary|short test summary info|.*\d+ \w+.* in .*) =+\s*")


class Half:
    """One process of pytest. What it says is shown line by line up to its report, which is kept."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._report: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait(self) -> int:
        """Until it is over; show its report and return its exit status."""
        status = self._process.wait()
        self._reader.join()
        sys.stdout.write("".join(self._report))
        sys.stdout.flush()
        return status

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                if self._report or _THE_END.fullmatch(line):
                    self._report.append(line)
                else:
                    sys.stdout.write(line)
                    sys.stdout.flush()


def run(halves: Sequence[Sequence[str]], command: Sequence[str] = PYTEST) -> int:
    """The exit status of the first that was not well, or 0. An interrupt reaches both, and they are waited for."""
    running = [Half([*command, *half]) for half in halves]
    try:
        return next(filter(None, [half.wait() for half in running]), 0)
    except KeyboardInterrupt:
        for half in running:
            half.wait()
        return 130


if __name__ == "__main__":
    sys.exit(run([[*half, *sys.argv[1:]] for half in HALVES]))
