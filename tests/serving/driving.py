"""A whole product of two workers, load on it with every reply noted, and what its database holds afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.product import Product, command, environment, temporary_home
from vestibule.core.settings import Settings
from vestibule.storage.database import Database

DONE = b"data: [DONE]"
KEPT = """
    SELECT id FROM requests WHERE tenant = 'bench'
    INTERSECT SELECT request_id FROM audit_records WHERE tenant = 'bench'
"""
MODELS = ("fast", "long", "endless")


@dataclass
class Running:
    """`heard` is what a service manager was told, a list of lines for each datagram."""

    product: Product
    key: str
    manager: socket.socket
    heard: list[list[str]] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.product.process.pid

    def workers(self) -> list[int]:
        """Process ids of the workers there are, those that finish among them."""
        return [pid for pid in children(self.pid) if "vestibule.serving.worker" in arguments_of(pid)]

    def models(self) -> list[int]:
        return [pid for pid in children(self.pid) if "vestibule.providers.llamacpp.child" in arguments_of(pid)]

    async def until_told(self, line: str, within_s: float = 60.0) -> list[str]:
        """Wait until the manager hears `line`, and return the datagram."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within_s):
            while True:
                datagram = (await loop.sock_recv(self.manager, 4096)).decode().split("\n")
                self.heard.append(datagram)
                if line in datagram:
                    return datagram


def children(pid: int) -> list[int]:
    """Of all its threads."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += map(int, task.read_text().split())
    return found


def arguments_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


@contextmanager
def two_workers(
    compiled: Path | None = None, drain_s: float = 10.0, upstream: str = "tests.serving.upstream"
) -> Iterator[Running]:
    """`vestibule serve --workers 2` over a home of its own, with a key and a model server, `upstream`. `compiled` is
    the cache of another home: what takes seconds of CPU is not made twice."""
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        if compiled and compiled.is_dir():
            shutil.copytree(compiled, home / "cache", dirs_exist_ok=True)
        server = subprocess.Popen([sys.executable, "-m", upstream], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.enter_context(server)
        stack.callback(server.terminate)
        assert server.stdout
        config = home.parent / "vestibule.yaml"
        config.write_text(configuration(int(server.stdout.readline())))
        made = subprocess.run(
            command("keys", "create", "--tenant", "bench", "--json"),
            env=environment(home),
            check=True,
            capture_output=True,
        )
        manager = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        manager.bind(str(home.parent / "notify"))
        manager.setblocking(False)
        serve = ["serve", "--config", str(config), "--port", "0", "--workers", "2", "--drain-s", str(drain_s)]
        product = Product(home, *serve, NOTIFY_SOCKET=str(home.parent / "notify"))
        try:
            product.wait_until_serving()
            yield Running(product, json.loads(made.stdout)["key"], manager)
        finally:
            product.stop()


def configuration(port: int) -> str:
    return json.dumps(
        {
            "limits": {"requests_per_minute": 1_000_000_000},
            "providers": [{"id": "home", "kind": "openai", "url": f"http://127.0.0.1:{port}/v1"}],
            "models": [{"id": name, "provider": "home", "name": name} for name in MODELS],
        }
    )


@dataclass(frozen=True)
class Reply:
    """The id of an answer, the number of the connection it came by, and when, in seconds of the monotonic clock."""

    id: str
    connection: int
    at: float


@dataclass
class Load:
    """`replies` are the answers that came whole, in their order. `broken` are connections that ended in the middle, by
    their numbers, and `how` they did; `bad` are answers that were something else."""

    running: Running
    replies: list[Reply] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    bad: list[bytes] = field(default_factory=list)
    how: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(4))
    over: bool = False

    async def ask_on(self, model: str = "fast", *, stream: bool = False) -> None:
        """One request after the other on one connection, until it is over."""
        connection: Connection | None = None
        number = 0
        while not self.over:
            self.asked = asked = self.asked + 1
            try:
                if connection is None:
                    number = asked
                    connection = await Connection.open(self.running.product.port)
                status, body = await connection.ask(
                    self.running.key, model, f"question {self.mark} {asked}", stream=stream
                )
            except (OSError, asyncio.IncompleteReadError) as error:
                self.broken.add(number)
                self.how[f"{type(error).__name__} after {len(getattr(error, 'partial', b''))} bytes"] += 1
                if connection:
                    await connection.close()
                connection = None
                await asyncio.sleep(0.01)
                continue
            if status == 200 and (DONE in body or not stream):
                self.replies.append(Reply(id_of(body), number, time.monotonic()))
            else:
                self.bad.append(body)
            if not connection.stays:
                connection = None
        if connection:
            await connection.close()


def id_of(body: bytes) -> str:
    """Of a reply, or of the first piece of a stream."""
    found = json.loads(body.removeprefix(b"data: ").partition(b"\n\n")[0])["id"]
    assert isinstance(found, str)
    return found


@dataclass
class Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    stays: bool = True

    @classmethod
    async def open(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def close(self) -> None:
        self.stays = False
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    async def ask(self, key: str, model: str, question: str, *, stream: bool) -> tuple[int, bytes]:
        """Status and body, chunks put together. Raises `IncompleteReadError` where the body ends before its end."""
        await self.begin(key, model, question, stream=stream)
        return await self.reply()

    async def begin(self, key: str, model: str, question: str, *, stream: bool) -> None:
        asked = {"model": model, "stream": stream, "messages": [{"role": "user", "content": question}]}
        body = json.dumps(asked).encode()
        self.writer.write(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await self.writer.drain()

    async def get(self, path: str) -> bytes:
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return (await self.reply())[1]

    async def reply(self) -> tuple[int, bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        body = b""
        if b"transfer-encoding: chunked" in head:
            while size := int(await self.reader.readline(), 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
        else:
            body = await self.reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        if b"connection: close" in head:
            await self.close()
        return int(head.split()[1]), body


async def kept(home: Path, wanted: Set[str]) -> frozenset[str]:
    """Ids of the requests that the database has a row of and the audit trail a record, once those `wanted` are among
    them: they are written behind the answers. Where they do not come, what there is after a while."""
    database = await Database.open(Settings.load(None, {**os.environ, "VESTIBULE_HOME": str(home)}))
    try:
        for _ in range(100):
            async with database.owner() as connection:
                rows = await (await connection.execute(KEPT)).fetchall()
            found = frozenset(str(row[0]) for row in rows)
            if wanted <= found:
                break
            await asyncio.sleep(0.2)
    finally:
        await database.close()
    return found


def verdict(home: Path) -> tuple[int, str]:
    """Exit status and words of `vestibule audit verify`."""
    done = subprocess.run(command("audit", "verify", "--json"), env=environment(home), capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr
