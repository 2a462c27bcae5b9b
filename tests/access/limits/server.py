"""A real Redis of the test's own, on a Unix socket: started, killed and started again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path


class RedisServer:
    def __init__(self, folder: Path) -> None:
        found = shutil.which("redis-server") or shutil.which("redis-server", path=str(Path(sys.executable).parent))
        assert found, "the extra dev brings redis-server"
        self._program = found
        self._folder = folder
        self._path = folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._path}"

    def start(self) -> None:
        log = self._folder / "redis.log"
        where = ["--port", "0", "--unixsocket", str(self._path), "--dir", str(self._folder), "--logfile", str(log)]
        self._process = subprocess.Popen([self._program, *where, "--save", ""])
        for _ in range(200):
            with socket.socket(socket.AF_UNIX) as trying:
                try:
                    trying.connect(str(self._path))
                    return
                except OSError:
                    time.sleep(0.05)
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
