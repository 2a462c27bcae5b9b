"""A worker that hears nothing says so in time, and opens again; one that never heard is not trusted."""

from __future__ import annotations

from tests.configuration.conftest import Home, until
from vestibule.configuration import Configurations
from vestibule.configuration.following import Follower
from vestibule.configuration.rules import KnownModel
from vestibule.configuration.store import Standing, Versions, Worker
from vestibule.core.errors import Unavailable
from vestibule.core.settings import Settings
from vestibule.storage.database import Database


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Mute(Versions):
    """Versions on a database that stops answering when it is told to."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.silent = False

    async def beat(self, worker: Worker) -> Standing:
        if self.silent:
            raise Unavailable("The database does not answer.")
        return await super().beat(worker)


def test_before_anybody_follows_versions_nothing_is_stale() -> None:
    assert Configurations().stale == ""


def test_what_was_not_confirmed_for_five_seconds_is_stale_until_it_is() -> None:
    clock = Clock()
    held = Configurations(clock=clock)
    held.expect()
    assert "yet" in held.stale
    held.confirm(clock.now)
    clock.now += 5
    assert held.stale == ""
    clock.now += 0.1
    held.trouble = "the database is away"
    assert held.stale == (
        "it is not known here for 5 s which version of the configuration is live: the database is away"
    )
    held.confirm(clock.now)
    assert held.stale == ""


async def test_a_worker_that_hears_nothing_closes_and_opens_again(home: Home) -> None:
    clock, mute = Clock(), Mute(home.database)
    held = Configurations(clock=clock)
    follower = Follower(held, mute, home.database.changes, clock=clock)
    async with follower.running():
        assert held.stale == ""
        mute.silent = True
        await until(lambda: held.trouble != "")
        clock.now += 6
        assert "does not answer" in held.stale
        mute.silent = False
        await until(lambda: held.stale == "")


async def test_a_worker_that_never_heard_is_stale_from_the_start(home: Home) -> None:
    mute = Mute(home.database)
    mute.silent = True
    held = Configurations()
    async with Follower(held, mute, home.database.changes).running():
        assert "not known here yet" in held.stale


async def test_a_live_version_that_cannot_be_read_here_closes_the_way_out(home: Home) -> None:
    """Another release of the software, which knows more, wrote it."""
    async with home.worker() as worker:
        before = await home.office.versions.live()
        async with home.database.owner() as connection:
            await connection.execute(
                "INSERT INTO configuration_versions (number, base, author, reason, digest, document) SELECT"
                " coalesce(max(number), 0) + 1, %s, 'a', 'r', repeat('0', 64), '{\"weather\": {}}'"
                " FROM configuration_versions",
                [before],
            )
            await connection.execute(
                "UPDATE configuration_live SET number = (SELECT max(number) FROM configuration_versions)"
            )
        await until(lambda: "cannot be taken up here" in worker.configurations.trouble)
        assert worker.configurations.current.number == before
        await home.office.rollback(before, author="a", reason="the other release is gone")
        await until(lambda: worker.configurations.current.number > before + 1)
        assert worker.configurations.stale == ""


async def test_where_notifications_are_dropped_the_look_of_every_second_finds_it(home: Home) -> None:
    quiet = await Database.open(Settings(home=home.path))
    held = Configurations()
    try:
        async with Follower(held, Versions(quiet), quiet.changes).running():  # which nobody follows
            applied = await home.office.apply(b"cache: {seconds: 61}\n", author="a", reason="r")
            await until(lambda: held.current.number == applied.version.number)
    finally:
        await quiet.close()


async def test_models_that_workers_have_may_be_named_when_none_runs(home: Home) -> None:
    model = KnownModel("only-here", "cloud", ("a",))
    follower = Follower(Configurations(), home.office.versions, home.database.changes, models=lambda: [model])
    async with follower.running():
        pass
    assert (await home.office.versions.models())["only-here"] == model


async def test_a_worker_that_ends_is_not_waited_for(home: Home) -> None:
    async with home.worker() as worker:
        assert await _has(home, worker.follower.id)
    assert not await _has(home, worker.follower.id)


async def _has(home: Home, worker: str) -> bool:
    async with home.database.owner() as connection:
        cursor = await connection.execute("SELECT FROM configuration_workers WHERE id = %s", [worker])
        return await cursor.fetchone() is not None
