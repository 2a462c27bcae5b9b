"""A house's versions on a PostgreSQL of their own: which one is live is nobody else's business."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import home_with_database
from vestibule.configuration import Configurations
from vestibule.configuration.following import Follower
from vestibule.configuration.mistakes import Finding, Lint
from vestibule.configuration.office import Office
from vestibule.configuration.rules import KnownModel
from vestibule.configuration.store import Versions
from vestibule.core.settings import Settings
from vestibule.storage.database import Database

MODELS = {
    model.id: model
    for model in (KnownModel("small"), KnownModel("large", adapters=("hvac",)), KnownModel("far", "cloud"))
}
WITHIN_S = 30.0


def no_lint(_: bytes) -> Collection[Finding]:
    return ()


@dataclass(frozen=True)
class Worker:
    """What one process holds of the configuration."""

    configurations: Configurations
    follower: Follower


@dataclass(frozen=True)
class Home:
    """Versions, where they are made, and workers on the same database."""

    path: Path
    database: Database
    office: Office

    @asynccontextmanager
    async def worker(self, configurations: Configurations | None = None) -> AsyncIterator[Worker]:
        held = configurations or Configurations()
        follower = Follower(held, Versions(self.database), self.database.changes)
        async with follower.running():
            yield Worker(held, follower)


@pytest.fixture(scope="module")
def versions_home() -> Iterator[Path]:
    with home_with_database() as home:
        yield home


@pytest.fixture
async def home(versions_home: Path) -> AsyncIterator[Home]:
    """The versions of the tests before are still there."""
    database = await Database.open(Settings(home=versions_home))
    try:
        async with database.changes.followed():
            yield Home(versions_home, database, office_on(database))
    finally:
        await database.close()


def office_on(database: Database, *, lint: Lint = no_lint, within_s: float = 15.0) -> Office:
    async def models() -> Mapping[str, KnownModel]:
        return MODELS

    return Office(Versions(database), models, lint, within_s)


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition, with a generous end."""
    end = time.monotonic() + WITHIN_S
    while True:
        held = holds()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.02)
