"""What every room's tests may ask for: a real PostgreSQL, an open database on it, a tenant nobody else has."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest

from tests.gates import handed_on
from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.storage.server import EmbeddedServer


@contextmanager
def home_with_database() -> Iterator[Path]:
    """A home whose embedded PostgreSQL runs until it is left."""
    home = Path(tempfile.mkdtemp(prefix="vestibule-tests-"))
    server = EmbeddedServer(home, Settings().postgres_user)
    server.ensure()
    with handed_on(home):
        yield home
    server.close()
    server.wait_stopped()
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def storage_home() -> Iterator[Path]:
    """The home that all tests of a run share."""
    with home_with_database() as home:
        yield home


@pytest.fixture
async def database(storage_home: Path) -> AsyncIterator[Database]:
    """An open database, migrated. Shared by all tests of a run: keep to a `tenant` of your own."""
    database = await Database.open(Settings(home=storage_home))
    yield database
    await database.close()


@pytest.fixture
async def tenant(database: Database) -> str:
    """The id of a tenant made for this test."""
    name = f"tenant-{uuid4().hex[:12]}"
    async with database.owner() as connection:
        await connection.execute("INSERT INTO tenants (id) VALUES (%s)", [name])
    return name


MEMORY = Path("/dev/shm")
OURS = "vsuite-"  # short: sockets have their paths below it
ROOM_BYTES = 6 * 2**30


def pytest_configure(config: pytest.Config) -> None:
    """Nothing is late: how long an example takes says more of the machine than of us."""
    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")
    if "TMPDIR" not in os.environ and _has_room():
        _work_in_memory(config)


def _work_in_memory(config: pytest.Config) -> None:
    """Tests make a hundred databases: on a disk that writes through that is half of their time. In memory they are gone
    with the run; whoever wants to look at them afterwards sets TMPDIR."""
    folder = MEMORY / f"{OURS}{os.getpid()}"
    for left in MEMORY.glob(f"{OURS}*"):
        if left == folder or not Path("/proc", left.name.removeprefix(OURS)).exists():
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
    folder.mkdir(mode=0o711)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def _has_room() -> bool:
    """Of memory, and for programs that are run from there."""
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    there, memory = os.statvfs(MEMORY), Path("/proc/meminfo").read_text().partition("MemAvailable:")[2]
    room = min(there.f_bavail * there.f_frsize, int(memory.split()[0]) * 1024)
    return room >= ROOM_BYTES and not there.f_flag & os.ST_NOEXEC


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, and why: a part that could not be had."""
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.write_line(f"not run: {report.nodeid}: {reason.removeprefix('Skipped: ')}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Where everything must be run (`VESTIBULE_TEST_ALL`), a test that was not is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("VESTIBULE_TEST_ALL") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
