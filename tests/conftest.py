"""What every room's tests may ask for: a real PostgreSQL, an open database on it, a tenant nobody else has."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from vestibule.core.settings import Settings
from vestibule.storage.database import Database
from vestibule.storage.server import EmbeddedServer


@contextmanager
def home_with_database() -> Iterator[Path]:
    """A home whose embedded PostgreSQL runs until it is left."""
    home = Path(tempfile.mkdtemp(prefix="vestibule-tests-"))
    server = EmbeddedServer(home, Settings().postgres_user)
    server.ensure()
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
