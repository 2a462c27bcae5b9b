"""Run the product as a user runs it: a server process of its own, on a free port, over a home of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gates import handed_on

START_S = 240.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A home with a short path that the account of the embedded PostgreSQL can reach, removed afterwards."""
    parent = Path(tempfile.mkdtemp(prefix="vst-"))
    parent.chmod(0o711)
    try:
        with handed_on(parent / "home"):
            yield parent / "home"
    finally:
        shutil.rmtree(parent, ignore_errors=True)


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VESTIBULE_")}
    return kept | {"VESTIBULE_HOME": str(home), "COLUMNS": "200"} | more


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "vestibule", *arguments]


class Product:
    """A running `vestibule demo` or `vestibule serve`. `output` is all it said on standard error."""

    def __init__(self, home: Path, *arguments: str, **variables: str) -> None:
        self.home = home
        self.output = ""
        self.port = 0
        self._address = threading.Event()
        self.process = subprocess.Popen(
            command(*arguments), env=environment(home, **variables), stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_serving(self, timeout_s: float = START_S) -> None:
        """Return when it has said where it answers; raise with its output if it ends or stays silent."""
        if not self._address.wait(timeout_s) or not self.port:
            self.process.kill()
            raise RuntimeError(f"the server did not start:\n{self.output}")

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C does, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._let_go()
        return status

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait()
        self._let_go()

    def _let_go(self) -> None:
        self._reader.join()
        if self.process.stderr:
            self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.output += line
            found = _ADDRESS.search(line)
            if found and "answers at" in line:
                self.port = int(found[1])
                self._address.set()
        self._address.set()


@contextmanager
def serving(home: Path, *arguments: str, **variables: str) -> Iterator[Product]:
    """Start, wait until it serves, stop at the end."""
    product = Product(home, *arguments, **variables)
    try:
        product.wait_until_serving()
        yield product
    finally:
        product.stop()
