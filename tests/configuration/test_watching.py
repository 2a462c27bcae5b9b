"""The file of the home: applied when it changed and is whole, once, by whoever watches it; what is wrong is said."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.configuration.conftest import Home, office_on, until
from vestibule.configuration.reading import LONGEST
from vestibule.configuration.store import Worker
from vestibule.configuration.watching import Watch

SERIAL = iter(range(1, 10_000))


def fresh() -> str:
    """Content that no version of this database has."""
    return f"cache: {{seconds: {next(SERIAL) + 1000}}}\n"


async def looked(watch: Watch) -> None:
    """The first look sees a change, the second that it rests."""
    await watch.look()
    await watch.look()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "configuration.yaml"


async def test_a_changed_file_is_applied_and_names_itself_as_the_author(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    await looked(watch)
    before = await home.office.versions.live()
    file.write_text(fresh())
    await watch.look()
    assert await home.office.versions.live() == before
    await watch.look()
    version = (await home.office.versions.newest(1))[0]
    assert (version.author, watch.trouble) == ("file:configuration.yaml", "")
    assert await home.office.versions.live() == version.number > before
    await looked(watch)
    assert await home.office.versions.live() == version.number


async def test_what_is_written_half_is_refused_and_named_until_it_is_whole(home: Home, file: Path) -> None:
    watch, whole = Watch(file, home.office), "routes:\n  cloud_share: 0.1\n" + fresh()
    before = await home.office.versions.live()
    for length in range(1, len(whole)):
        file.write_text(whole[:length])
        await looked(watch)
        if whole[length - 1] != "\n":
            assert await home.office.versions.live() == before
            assert watch.trouble.startswith("configuration.yaml is not applied: configuration.yaml:")
        before = await home.office.versions.live()
    file.write_text(whole)
    await looked(watch)
    assert watch.trouble == ""
    assert (await home.office.live())[1].routes.cloud_share == 0.1


@pytest.mark.parametrize("content", ["", "cache: {second: 1}\n", "routes: {tasks: {lookup: {prefer: [smal]}}}\n"])
async def test_a_wrong_file_changes_nothing_and_is_mended_in_place(home: Home, file: Path, content: str) -> None:
    watch = Watch(file, home.office)
    before = await home.office.versions.live()
    file.write_text(content)
    await looked(watch)
    assert "configuration.yaml:1:" in watch.trouble
    assert await home.office.versions.live() == before
    file.write_text(fresh())
    await looked(watch)
    assert watch.trouble == ""
    assert await home.office.versions.live() > before


async def test_a_pipe_in_its_place_is_not_waited_for(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    os.mkfifo(file)
    await asyncio.wait_for(looked(watch), 30)
    assert "no plain file" in watch.trouble
    file.unlink()
    file.write_text(fresh())
    await looked(watch)
    assert watch.trouble == ""


async def test_a_file_without_end_is_read_as_far_as_a_version_goes(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    file.write_bytes(b"#" * (LONGEST + 2))
    await looked(watch)
    assert "longer than" in watch.trouble


async def test_of_many_mistakes_the_first_are_told(home: Home, file: Path) -> None:
    """Everybody may ask whether the house is ready."""
    watch = Watch(file, home.office)
    file.write_text("".join(f"unknown{number}: 1\n" for number in range(5000)))
    await looked(watch)
    assert "`unknown2`" in watch.trouble
    assert "and 4997 more" in watch.trouble
    assert len(watch.trouble) < 1000


async def test_a_rollback_stays_until_the_file_is_changed_again(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    before = (await home.office.apply(fresh().encode(), author="a", reason="r")).version.number
    file.write_text(fresh())
    await looked(watch)
    back = await home.office.rollback(before, author="a", reason="not that")
    await looked(Watch(file, home.office))
    assert await home.office.versions.live() == back.version.number
    file.write_text(fresh())
    await looked(watch)
    assert await home.office.versions.live() > back.version.number


async def test_two_that_watch_apply_it_once(home: Home, file: Path) -> None:
    content = fresh()
    file.write_text(content)
    watches = [Watch(file, home.office), Watch(file, office_on(home.database))]
    for watch in watches:
        await looked(watch)
    of_file = [v for v in await home.office.versions.newest(1000) if v.content == _canonical(content)]
    assert len(of_file) == 1


async def test_what_the_database_refuses_is_named_and_tried_again(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    async with home.database.owner() as connection:
        await connection.execute("ALTER TABLE configuration_versions RENAME COLUMN reason TO away")
    try:
        file.write_text(fresh())
        await looked(watch)
        assert "the database refused it" in watch.trouble
    finally:
        async with home.database.owner() as connection:
            await connection.execute("ALTER TABLE configuration_versions RENAME COLUMN away TO reason")
    await watch.look()
    assert watch.trouble == ""


async def test_what_is_not_the_files_fault_is_tried_again(home: Home, file: Path) -> None:
    watch = Watch(file, office_on(home.database, within_s=0.1))
    await home.office.versions.beat(Worker("deaf", "host-9", 1, 0))
    file.write_text(fresh())
    await looked(watch)
    assert "was not taken up" in watch.trouble
    await home.office.versions.leave("deaf")
    await watch.look()
    assert watch.trouble == ""


async def test_a_file_that_is_taken_away_leaves_the_version_and_no_trouble(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    file.write_text("nonsense: [\n")
    await looked(watch)
    before = await home.office.versions.live()
    assert watch.trouble
    file.unlink()
    await watch.look()
    assert watch.trouble == ""
    assert await home.office.versions.live() == before


async def test_a_file_that_cannot_be_read_is_named(home: Home, file: Path) -> None:
    watch = Watch(file, home.office)
    file.mkdir()
    await looked(watch)
    assert "cannot be read" in watch.trouble


async def test_it_looks_until_it_is_cancelled(home: Home, file: Path) -> None:
    file.write_text(fresh())
    before = await home.office.versions.live()
    running = asyncio.create_task(Watch(file, home.office).run(pause=lambda _: asyncio.sleep(0)))

    async def applied() -> bool:
        return await home.office.versions.live() > before

    await until(applied)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def _canonical(content: str) -> str:
    seconds = float(content.split(": ")[2].rstrip("}\n"))
    return f'{{"cache":{{"seconds":{seconds}}}}}'
