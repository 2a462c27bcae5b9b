"""What is old is forgotten, and what remains is as provable as before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.privacy.audit.conftest import House, decision
from vestibule.core.errors import InvalidRequest
from vestibule.privacy.audit.export import verify_file
from vestibule.privacy.audit.retention import Pruned
from vestibule.privacy.audit.writer import Audit

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=400)
LIMIT = NOW - timedelta(days=365)


async def _old_and_new(house: House) -> Audit:
    """A chain of ten old records and five new ones, whose writer goes on."""
    audit = await house.writer(anchor_s=3600.0)
    for index in range(15):
        await audit.keep(decision(f"r{index + 1}", at=OLD if index < 10 else NOW))
    await audit._anchor("running")
    return audit


async def test_the_old_part_is_forgotten_and_the_rest_proven(house: House, tmp_path: Path) -> None:
    audit = await _old_and_new(house)
    assert await house.trail.has_older(LIMIT)
    assert await house.trail.prune(LIMIT) == Pruned(records=10, chains=0, anchors=2)
    assert not await house.trail.has_older(LIMIT)
    found = await house.verify()
    assert (found.proven, found.records, found.unproven) == (True, 5, 0)
    assert (found.chains[0].first, found.chains[0].last, found.chains[0].proven_to) == (11, 15, 15)
    assert (await audit.keep(decision("r16"))).endswith(".16")
    await audit.close()
    assert (await house.verify()).proven
    file = tmp_path / "trail.jsonl"
    file.write_bytes(b"".join([piece async for piece in house.trail.export()]))
    assert verify_file(file).proven


async def test_again_there_is_nothing_to_forget(house: House) -> None:
    await _old_and_new(house)
    await house.trail.prune(LIMIT)
    assert await house.trail.prune(LIMIT) == Pruned(0, 0, 0)
    assert (await house.trail.prune(NOW + timedelta(days=1))).records == 5
    assert (await house.verify()).proven


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE audit_records SET who = 'nobody' WHERE number = 11", ("record_changed", 11, 11)),
        ("DELETE FROM audit_records WHERE number = 11", ("record_removed", 11, 11)),
        ("DELETE FROM audit_records WHERE number > 12", ("chain_cut", 13, 15)),
        ("UPDATE audit_chains SET host = 'elsewhere'", ("chain_changed", 0, 0)),
        ("DELETE FROM audit_anchors WHERE kind = 'checkpoint'", ("anchor_removed", 1, 2)),
        ("DELETE FROM audit_anchors WHERE kind = 'pruned'", ("anchor_removed", 4, 4)),
    ],
)
async def test_tampering_with_what_remains_is_found(house: House, statement: str, named: tuple[str, int, int]) -> None:
    await _old_and_new(house)
    await house.trail.prune(LIMIT)
    await house.tamper(statement)
    assert named in await house.findings()


async def test_a_closed_chain_that_is_all_old_is_forgotten_whole(house: House) -> None:
    first = await house.written(4)
    second = await house.written(4)
    pruned = await house.trail.prune(datetime.now(UTC) + timedelta(seconds=1))
    assert (pruned.records, pruned.chains) == (8, 2)
    found = await house.verify()
    assert (found.proven, found.records, found.chains) == (True, 0, ())
    assert first != second
    await house.written(2)
    assert (await house.verify()).proven


async def test_an_empty_trail_has_nothing_to_forget(house: House) -> None:
    assert await house.trail.prune(NOW) == Pruned(0, 0, 0)


async def test_what_is_not_anchored_is_not_forgotten(house: House) -> None:
    audit = await house.writer(anchor_s=3600.0)
    await audit.keep(decision(at=OLD))
    assert (await house.trail.prune(LIMIT)).records == 0


async def test_a_trail_that_is_not_proven_is_left_as_it_is(house: House) -> None:
    await _old_and_new(house)
    await house.tamper("UPDATE audit_records SET who = 'nobody' WHERE number = 3")
    with pytest.raises(InvalidRequest, match="not proven"):
        await house.trail.prune(LIMIT)
    assert len(await house.rows("SELECT 1 FROM audit_records")) == 15
