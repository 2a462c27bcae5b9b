"""Versions as an operator makes them: proposed, taken up by every worker, live; refused, overtaken, merged, undone."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tests.configuration.conftest import Home, office_on, until
from vestibule.configuration import Configurations
from vestibule.configuration.current import Swap
from vestibule.configuration.mistakes import ConfigurationError
from vestibule.configuration.store import Worker as Row
from vestibule.core.configuration import Configuration, Document
from vestibule.core.errors import Conflict, InvalidRequest, NotFound, Unavailable


def share(value: float) -> bytes:
    return f"routes: {{cloud_share: {value}}}\n".encode()


async def test_an_applied_version_is_live_everywhere_when_apply_returns_or_a_moment_later(home: Home) -> None:
    async with home.worker() as one, home.worker() as two:
        before = await home.office.versions.live()
        applied = await home.office.apply(share(0.31), author="key_1", reason="more of the cloud")
        assert applied.version.number > before
        assert applied.version.base == before
        assert (applied.version.author, applied.version.reason) == ("key_1", "more of the cloud")
        for worker in (one, two):
            await until(lambda: worker.configurations.current.number == applied.version.number)  # noqa: B023
            assert worker.configurations.current.document.routes.cloud_share == 0.31
            assert worker.configurations.stale == ""


async def test_a_worker_that_starts_later_begins_with_the_live_version(home: Home) -> None:
    applied = await home.office.apply(share(0.32), author="a", reason="r")
    async with home.worker() as worker:
        assert worker.configurations.current.number == applied.version.number


async def test_rolling_back_makes_the_old_content_a_new_version(home: Home) -> None:
    first = await home.office.apply(share(0.11), author="a", reason="r")
    second = await home.office.apply(share(0.12), author="a", reason="r")
    back = await home.office.rollback(first.version.number, author="b", reason="too dear")
    assert back.version.number > second.version.number
    assert back.version.reason == f"rollback to {first.version.number}: too dear"
    assert back.version.digest == first.version.digest
    assert [change.told() for change in back.changes] == ["~ routes.cloud_share: 0.12 -> 0.11"]


async def test_what_is_shipped_can_be_rolled_back_to(home: Home) -> None:
    await home.office.apply(share(0.13), author="a", reason="r")
    assert (await home.office.rollback(0, author="a", reason="")).version.content == "{}"


async def test_there_is_no_rolling_back_to_a_version_there_is_not(home: Home) -> None:
    with pytest.raises(NotFound, match="no version 4711"):
        await home.office.rollback(4711, author="a", reason="")


async def test_a_version_without_a_reason_is_refused(home: Home) -> None:
    live = await home.office.versions.live()
    with pytest.raises(InvalidRequest, match="reason"):
        await home.office.apply(share(0.14), author="a", reason=" ")
    assert await home.office.versions.live() == live


async def test_the_same_content_again_makes_no_version(home: Home) -> None:
    applied = await home.office.apply(share(0.15), author="a", reason="r")
    again = await home.office.apply(b"routes:\n  cloud_share: 0.15\n", author="b", reason="again")
    assert again.version == applied.version
    assert again.changes == ()


async def test_a_version_that_one_worker_cannot_take_up_goes_live_nowhere(home: Home) -> None:
    def build(configuration: Configuration) -> Swap:
        if configuration.document.routes.cloud_share == 0.77:
            raise Unavailable("there is no disk for that")
        return lambda: None

    picky = Configurations()
    picky.join(build)
    async with home.worker(), home.worker(picky) as worker:
        live = await home.office.versions.live()
        with pytest.raises(ConfigurationError, match="there is no disk for that"):
            await home.office.apply(share(0.77), author="a", reason="r")
        assert await home.office.versions.live() == live
        refused = (await home.office.versions.newest(1))[0]
        assert refused.live_at is None
        await home.office.apply(share(0.16), author="a", reason="r")
        await until(lambda: worker.configurations.current.document.routes.cloud_share == 0.16)


async def test_a_worker_that_lives_and_does_not_answer_holds_a_version_up(home: Home) -> None:
    office = office_on(home.database, within_s=0.3)
    await office.versions.beat(Row("silent", "host-9", 4242, 0))
    with pytest.raises(Unavailable, match="4242 on host-9"):
        await office.apply(share(0.17), author="a", reason="r")
    await office.versions.leave("silent")
    await office.apply(share(0.17), author="a", reason="r")


async def test_of_two_operators_the_second_is_told_what_the_first_changed(home: Home) -> None:
    seen = (await home.office.apply(share(0.2), author="a", reason="r")).version.number
    first = await home.office.apply(share(0.21), author="a", reason="r", seen=seen)
    with pytest.raises(Conflict, match=r"0\.2 -> 0\.21") as refused:
        await home.office.apply(share(0.22), author="b", reason="r", seen=seen)
    assert f"--if {first.version.number}" in refused.value.next_step
    assert await home.office.versions.live() == first.version.number


async def test_changes_of_different_sections_can_be_merged(home: Home) -> None:
    seen = (await home.office.apply(share(0.23), author="a", reason="r")).version.number
    await home.office.apply(share(0.24), author="a", reason="r", seen=seen)
    theirs = b"routes: {cloud_share: 0.23}\ncache: {seconds: 60}\n"
    with pytest.raises(Conflict, match="is live by now") as refused:
        await home.office.apply(theirs, author="b", reason="r", seen=seen)
    assert "--merge" in refused.value.next_step
    both = await home.office.apply(theirs, author="b", reason="r", seen=seen, merge=True)
    document = both.version.document
    assert (document.routes.cloud_share, document.cache.seconds, both.merged) == (0.24, 60.0, True)


async def test_changes_of_the_same_section_are_not_merged(home: Home) -> None:
    seen = (await home.office.apply(share(0.25), author="a", reason="r")).version.number
    await home.office.apply(share(0.26), author="a", reason="r", seen=seen)
    with pytest.raises(Conflict, match=r"0\.26"):
        await home.office.apply(share(0.27), author="b", reason="r", seen=seen, merge=True)


async def test_applied_at_once_one_wins_or_both_do_in_turn_and_each_is_told_its_own(home: Home) -> None:
    async with home.worker() as worker:
        seen = await home.office.versions.live()
        made = await asyncio.gather(
            *(home.office.apply(share(0.4 + i / 100), author=f"a{i}", reason="r", seen=seen) for i in range(6)),
            return_exceptions=True,
        )
        won = [one for one in made if not isinstance(one, BaseException)]
        assert len(won) == 1
        assert all(isinstance(one, Conflict) for one in made if isinstance(one, BaseException))
        await until(lambda: worker.configurations.current.number == won[0].version.number)
        assert worker.configurations.current.document == won[0].version.document


async def test_who_is_overtaken_while_workers_take_theirs_up_is_told_so(home: Home) -> None:
    """Workers do not answer to what can go live no more: that is no fault of theirs."""
    office, versions = office_on(home.database, within_s=3600.0), home.office.versions
    slow = Row("slow-2", "here", 1, 0)
    standing = await versions.beat(slow)

    async def is_proposed() -> bool:
        return bool((await versions.beat(slow)).proposed)

    async def live_on() -> None:
        while True:
            await versions.beat(slow)
            await asyncio.sleep(0.5)

    mine = asyncio.create_task(office.apply(b"cache: {seconds: 111}", author="a", reason="mine"))
    living = asyncio.create_task(live_on())
    try:
        await until(is_proposed)
        other = await versions.propose(Document(), author="b", reason="theirs", base=standing.live)
        assert await versions.flip(other)
        with pytest.raises(Conflict, match=f"Version {other.number} went live meanwhile"):
            await asyncio.wait_for(mine, 30)
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await versions.leave(slow.id)
    assert await versions.live() == other.number


async def test_what_was_made_of_an_older_version_is_not_adopted(home: Home) -> None:
    seen, document = await home.office.live()
    await home.office.apply(share(0.5), author="a", reason="r")
    with pytest.raises(Conflict):
        await home.office.adopt(document, author="a", reason="promoted", seen=seen)
    seen, _ = await home.office.live()
    adopted = await home.office.adopt(document, author="a", reason="promoted", seen=seen)
    assert adopted.version.document == document


async def test_validating_says_what_would_change_and_changes_nothing(home: Home) -> None:
    await home.office.apply(share(0.6), author="a", reason="r")
    live = await home.office.versions.live()
    _, changes = await home.office.validate(share(0.61))
    assert [change.path for change in changes] == ["routes.cloud_share"]
    assert await home.office.versions.live() == live


async def test_a_stored_version_is_never_changed_and_never_goes(home: Home) -> None:
    number = (await home.office.apply(share(0.62), author="a", reason="r")).version.number
    for statement in ("UPDATE configuration_versions SET document = '{}'", "DELETE FROM configuration_versions"):
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            async with home.database.owner() as connection:
                await connection.execute(f"{statement} WHERE number = %s", [number])


async def test_a_tenants_transaction_sees_no_version(home: Home) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with home.database.tenant("t") as connection:
            await connection.execute("SELECT * FROM configuration_versions")
