"""Whoever owns the database, and not the home, can change nothing up to the last anchor that is not found and named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.privacy.audit.conftest import House, decision, summary
from vestibule.privacy.audit.anchor import Anchor, Statement
from vestibule.privacy.audit.entry import Entry, link
from vestibule.privacy.audit.signing import SigningKey
from vestibule.privacy.audit.tables import append_anchors
from vestibule.privacy.audit.verification.anchors import check_anchors

RECORD_FIELDS = {
    "kind": "'gap'",
    "at": "at + interval '1 microsecond'",
    "request_id": "request_id || 'x'",
    "tenant": "'another'",
    "who": "'nobody'",
    "level": "'public'",
    "reasons": "'{}'",
    "policy": "'8'",
    "destination": "'https://elsewhere.example:443'",
    "model": "'small'",
    "action": "'home'",
    "attempt": "2",
    "pseudonymised": "5",
    "digest": "NULL",
    "lost": "1",
    "configuration": "3",
    "hash": "decode(repeat('ab', 32), 'hex')",
    "mac": "decode(repeat('ab', 32), 'hex')",
}
ANCHOR_FIELDS = {
    "at": "at + interval '1 second'",
    "kind": "'running'",
    "chain": "'another'",
    "record": "record - 1",
    "head": "decode(repeat('ab', 32), 'hex')",
    "previous": "decode(repeat('ab', 32), 'hex')",
    "key": "'another'",
    "signature": "decode(repeat('ab', 64), 'hex')",
}


async def test_an_untouched_trail_is_proven(house: House) -> None:
    chain = await house.written(20, anchored=10)
    found = await house.verify()
    assert (found.proven, found.records, found.unproven, found.witnessed) == (True, 20, 0, True)
    (proof,) = found.chains
    assert (proof.id, proof.first, proof.last, proof.proven_to, proof.closed) == (chain, 1, 20, 20, True)
    assert found.anchor == found.anchors == 3


def test_every_field_is_tried() -> None:
    assert set(RECORD_FIELDS) | {"chain", "number"} == {*Entry.__struct_fields__, "hash", "mac"}
    assert set(ANCHOR_FIELDS) | {"number"} == set(Anchor.__struct_fields__)


@pytest.mark.parametrize("place", [1, 20])
async def test_a_changed_field_of_a_record_is_found(house: House, place: int) -> None:
    await house.written(20, anchored=10)
    for field, value in RECORD_FIELDS.items():
        await house.tamper(
            "CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM audit_records",
            f"UPDATE audit_records SET {field} = {value} WHERE number = {place}",
        )
        assert await house.findings() == [("record_changed", place, place)], field
        await house.tamper("TRUNCATE audit_records", "INSERT INTO audit_records SELECT * FROM kept", "DROP TABLE kept")
    assert await house.findings() == []


@pytest.mark.parametrize("field", ANCHOR_FIELDS)
async def test_a_changed_field_of_an_anchor_is_found(house: House, field: str) -> None:
    await house.written(20, anchored=10)
    await house.tamper(f"UPDATE audit_anchors SET {field} = {ANCHOR_FIELDS[field]} WHERE number = 3")
    assert ("anchor_forged", 3, 3) in await house.findings()


@pytest.mark.parametrize("change", ["started_at = started_at - interval '1 day'", "host = 'elsewhere'", "pid = 1"])
async def test_a_changed_chain_is_found(house: House, change: str) -> None:
    await house.written(3)
    await house.tamper(f"UPDATE audit_chains SET {change}")
    assert await house.findings() == [("chain_changed", 0, 0)]


async def test_removed_records_are_named(house: House) -> None:
    await house.written(20, anchored=10)
    await house.tamper("DELETE FROM audit_records WHERE number IN (1, 5, 6, 7, 15)")
    assert await house.findings() == [("record_removed", 1, 1), ("record_removed", 5, 7), ("record_removed", 15, 15)]


async def test_a_number_far_away_is_no_way_to_tie_up_the_verifier(house: House) -> None:
    await house.written(20)
    await house.tamper("UPDATE audit_records SET number = 9223372036854775807 WHERE number = 20")
    far = 9223372036854775807
    assert await house.findings() == [("record_moved", far, far)]
    await house.tamper(f"UPDATE audit_records SET who = 'nobody' WHERE number = {far}")
    assert await house.findings() == [("record_removed", 20, 20), ("record_changed", far, far)]


async def test_a_removed_record_is_named_though_the_rest_was_renumbered(house: House) -> None:
    await house.written(20)
    await house.tamper(
        "DELETE FROM audit_records WHERE number = 5",
        "UPDATE audit_records SET number = -number WHERE number > 5",
        "UPDATE audit_records SET number = -number - 1 WHERE number < 0",
    )
    assert await house.findings() == [("record_moved", 5, 19), ("record_removed", 5, 5)]


async def test_reordered_records_are_named(house: House) -> None:
    await house.written(20)
    await house.tamper(
        "UPDATE audit_records SET number = -number WHERE number IN (4, 17)",
        "UPDATE audit_records SET number = 21 + number WHERE number < 0",
    )
    assert await house.findings() == [("record_moved", 4, 4), ("record_moved", 17, 17)]


async def test_exchanged_contents_are_named(house: House) -> None:
    await house.written(20)
    exchange = ", ".join(f"{field} = other.{field}" for field in RECORD_FIELDS if field not in ("hash", "mac"))
    await house.tamper(
        f"UPDATE audit_records r SET {exchange} FROM audit_records other"
        " WHERE (r.number, other.number) IN ((4, 17), (17, 4))"
    )
    assert await house.findings() == [("record_moved", 4, 4), ("record_moved", 17, 17)]


async def test_an_inserted_record_is_named(house: House) -> None:
    await house.written(20)
    await house.tamper(
        "UPDATE audit_records SET number = -number WHERE number >= 8",
        "UPDATE audit_records SET number = -number + 1 WHERE number < 0",
        _copy(7, 8),
    )
    assert ("record_inserted", 8, 8) in await house.findings()


async def test_a_record_put_beside_another_is_named(house: House) -> None:
    await house.written(20)
    await house.tamper("ALTER TABLE audit_records DROP CONSTRAINT audit_records_pkey", _copy(7, 8))
    assert ("record_inserted", 8, 8) in await house.findings()
    await house.tamper("DELETE FROM audit_records", "ALTER TABLE audit_records ADD PRIMARY KEY (chain, number)")


async def test_a_record_appended_with_a_fitting_hash_is_named(house: House) -> None:
    chain = await house.written(5)
    await house.tamper(_copy(5, 6))
    (record,) = [r for r in await house.trail.newest(None, 100) if r.entry.number == 6]
    (before,) = [r for r in await house.trail.newest(None, 100) if r.entry.number == 5]
    fitting = link(before.hash, record.entry.content)
    await house.tamper(f"UPDATE audit_records SET hash = decode('{fitting.hex()}', 'hex') WHERE number = 6")
    assert await house.findings() == [("record_inserted", 6, 6)]
    assert (await house.verify()).chains[0].proven_to == 5
    assert chain


async def test_a_rewritten_chain_is_found_though_every_hash_fits(house: House) -> None:
    await house.written(20, anchored=10)
    await house.tamper("UPDATE audit_records SET action = 'home' WHERE number = 14")
    head = b""
    for record in reversed(await house.trail.newest(None, 100)):
        if record.entry.number >= 14:
            linked = link(head, record.entry.content)
            await house.tamper(
                f"UPDATE audit_records SET hash = decode('{linked.hex()}', 'hex') WHERE number = {record.entry.number}"
            )
            head = linked
        else:
            head = record.hash
    assert await house.findings() == [("record_changed", 14, 20)]
    assert (await house.verify()).chains[0].proven_to == 10


async def test_a_chain_cut_before_its_last_anchor_is_named(house: House) -> None:
    await house.written(20, anchored=10)
    await house.tamper("DELETE FROM audit_records WHERE number > 7")
    assert await house.findings() == [("chain_cut", 8, 20)]


async def test_what_is_cut_behind_the_last_anchor_is_the_window(house: House) -> None:
    audit = await house.writer(anchor_s=3600.0)
    for _ in range(5):
        await audit.keep(decision())
    found = await house.verify()
    assert (found.proven, found.unproven) == (True, 5)
    await house.tamper("DELETE FROM audit_records WHERE number > 3")
    found = await house.verify()
    assert (found.proven, found.unproven, found.chains[0].proven_to) == (True, 3, 0)
    await audit.close()
    assert await house.findings() == [("chain_cut", 4, 5)], "the writer still knew"


async def test_a_chain_deleted_whole_is_named(house: House) -> None:
    first, _ = await house.written(5), await house.written(5)
    await house.tamper(f"DELETE FROM audit_records WHERE chain = '{first}'")
    assert await house.findings() == [("chain_cut", 1, 5)]
    await house.tamper(f"DELETE FROM audit_chains WHERE id = '{first}'")
    found = await house.verify()
    assert [(f.kind, f.chain) for f in found.findings] == [("chain_removed", first), ("chain_cut", first)]


async def test_a_chain_deleted_with_its_anchors_is_found(house: House) -> None:
    first, _ = await house.written(5), await house.written(5)
    await house.tamper(
        f"DELETE FROM audit_records WHERE chain = '{first}'",
        f"DELETE FROM audit_chains WHERE id = '{first}'",
        f"DELETE FROM audit_anchors WHERE chain = '{first}'",
    )
    assert ("anchor_removed", 1, 2) in await house.findings()


async def test_a_chain_put_in_is_named(house: House) -> None:
    await house.written(5)
    await house.tamper(
        "INSERT INTO audit_chains SELECT 'invented', started_at, host, pid FROM audit_chains",
        _copy(1, 1).replace("SELECT chain,", "SELECT 'invented',"),
    )
    found = await house.verify()
    assert ("chain_unanchored", "invented") in [(f.kind, f.chain) for f in found.findings]


async def test_anchors_cut_off_the_end_are_found(house: House) -> None:
    await house.written(20, anchored=10)
    await house.tamper("DELETE FROM audit_anchors WHERE number > 1", "DELETE FROM audit_records")
    assert await house.findings() == [("trail_cut", 2, 3)]


async def test_an_older_state_put_back_is_found_and_stays_found(house: House) -> None:
    await house.written(5)
    await house.tamper(*(f"CREATE TABLE old_{t} AS SELECT * FROM {t}" for t in ("audit_chains", "audit_anchors")))
    await house.tamper("CREATE TABLE old_audit_records AS SELECT * FROM audit_records")
    await house.written(5)
    for table in ("audit_chains", "audit_anchors", "audit_records"):
        await house.tamper(
            f"TRUNCATE {table}", f"INSERT INTO {table} SELECT * FROM old_{table}", f"DROP TABLE old_{table}"
        )
    assert await house.findings() == [("trail_cut", 3, 4)]
    await house.written(5)
    assert await house.findings() == [("trail_cut", 4, 4)], "writers that go on do not cover it up"


async def test_an_anchor_by_another_key_is_found(house: House) -> None:
    chain = await house.written(5)
    async with house.database.owner() as connection:
        await append_anchors(connection, SigningKey(bytes(32)), [Statement("running", chain, 5, bytes(32))])
    assert await house.findings() == [("anchor_forged", 3, 3)]


def test_two_logs_of_the_same_key_put_together_are_found() -> None:
    key, now = SigningKey(bytes(32)), datetime.now(UTC)
    first, other = (Anchor.make(key, Statement("opened", chain, 0, bytes(32)), at=now) for chain in ("a", "b"))
    second = Anchor.make(key, Statement("closed", "b", 0, bytes(32)), at=now, number=2, previous=other.hash)
    assert check_anchors([other, second], key, None).findings == ()
    assert [summary(finding) for finding in check_anchors([first, second], key, None).findings] == [
        ("anchor_removed", 1, 1)
    ]


async def test_a_removed_anchor_in_the_middle_is_named(house: House) -> None:
    await house.written(20, anchored=10)
    await house.tamper("DELETE FROM audit_anchors WHERE number = 2")
    assert await house.findings() == [("anchor_removed", 2, 2)]


@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = kind", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["audit_records", "audit_anchors"])
async def test_a_mistake_is_stopped_by_the_database(house: House, table: str, statement: str) -> None:
    await house.written(2)
    with pytest.raises(Exception, match="append-only"):
        await house.rows(statement.format(table))


def _copy(number: int, place: int) -> str:
    """SQL that inserts a copy of record `number` as record `place`."""
    columns = [*Entry.__struct_fields__, "hash", "mac"]
    values = [str(place) if column == "number" else column for column in columns]
    return (
        f"INSERT INTO audit_records ({', '.join(columns)})"
        f" SELECT {', '.join(values)} FROM audit_records WHERE number = {number}"
    )
