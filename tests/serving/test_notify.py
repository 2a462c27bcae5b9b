"""What the service manager hears, on the socket that systemd would give."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from vestibule.serving.notify import ServiceManager


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def told(manager: socket.socket) -> list[str]:
    return manager.recv(4096).decode().split("\n")


def test_it_says_how_it_is(manager: socket.socket) -> None:
    service = ServiceManager({"NOTIFY_SOCKET": manager.getsockname()})
    service.ready("2 workers")
    service.reloading()
    service.stopping()
    assert told(manager) == ["READY=1", "STATUS=2 workers"]
    reloading = told(manager)
    assert reloading[0] == "RELOADING=1"
    assert int(reloading[1].removeprefix("MONOTONIC_USEC=")) > 0
    assert told(manager) == ["STOPPING=1"]


def test_an_abstract_address_is_one_too() -> None:
    name = f"vestibule-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0{name}")
        listening.settimeout(5)
        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).stopping()
        assert told(listening) == ["STOPPING=1"]


async def test_the_watchdog_is_fed_twice_in_its_time(manager: socket.socket) -> None:
    service = ServiceManager({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "20000"})
    async with service.watched():
        heard = [await asyncio.to_thread(told, manager) for _ in range(3)]
    assert service.watchdog_s == 0.02
    assert heard == [["WATCHDOG=1"]] * 3


async def test_a_watchdog_of_another_process_is_not_fed(manager: socket.socket) -> None:
    variables = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}
    async with ServiceManager(variables).watched():
        await asyncio.sleep(0.05)
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(10)


def test_without_a_manager_or_with_one_that_is_gone_nothing_happens(tmp_path: Path) -> None:
    ServiceManager({}).ready("alone")
    ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "gone")}).stopping()
