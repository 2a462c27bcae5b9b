"""What a decision becomes, with writers at once, a database that goes away, and a process that is killed."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.privacy.audit.conftest import BODY, House, decision
from tests.privacy.audit.forwarder import Forwarder
from vestibule.core.errors import Unavailable
from vestibule.core.settings import Settings
from vestibule.privacy.audit.listing import Listed
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.tenant_keys import KeyUnreadable, TenantKeys
from vestibule.storage.database import Database

REPOSITORY = Path(__file__).parents[3]


async def test_what_is_kept_is_there_and_is_not_the_text(house: House) -> None:
    audit = await house.writer()
    said = decision("req-1", attempt=2, pseudonymised=3)
    kept = await audit.keep(said)
    (record,) = await house.trail.newest("acme")
    key = await house.keys.get("acme", "audit")
    assert Listed.of(record) == Listed(
        id=kept,
        at=said.at,
        kind="decision",
        request_id="req-1",
        tenant="acme",
        who="key-1",
        level="confidential",
        reasons=("PERSON: pseudonymise",),
        policy="7",
        destination="https://cloud.example:443",
        model="big",
        action="cleared",
        attempt=2,
        pseudonymised=3,
        digest=hmac.digest(key, hashlib.sha256(BODY).digest(), "sha256").hex(),
        lost=0,
        configuration=None,
    )
    assert "text itself" not in str(await house.rows("SELECT * FROM audit_records"))


async def test_notes_reach_the_trail_in_their_order(house: House) -> None:
    audit = await house.writer()
    for index in range(700):
        audit.note(decision(f"n{index}", body=b""))
    await audit.keep(decision("last"))
    rows = await house.rows("SELECT request_id FROM audit_records ORDER BY number")
    assert [row[0] for row in rows] == [*(f"n{index}" for index in range(700)), "last"]


async def test_a_note_needs_nobody_to_push_it(house: House) -> None:
    audit = await house.writer()
    audit.note(decision("alone"))
    await house.until("SELECT 1 FROM audit_records WHERE request_id = 'alone'")
    assert audit.lost == 0


async def test_eight_writers_at_once_each_with_a_chain(house: House) -> None:
    writers = [await house.writer(anchor_s=0.05) for _ in range(8)]

    async def keep_and_note(audit: Audit, name: int) -> list[str]:
        kept = []
        for index in range(40):
            audit.note(decision(f"{name}-{index}-note"))
            kept.append(await audit.keep(decision(f"{name}-{index}-keep")))
        return kept

    ids = await asyncio.gather(*(keep_and_note(audit, name) for name, audit in enumerate(writers)))
    for audit in writers:
        await audit.close()
    found = await house.verify()
    assert (found.proven, found.records, found.unproven, len(found.chains)) == (True, 640, 0, 8)
    assert len({one for kept in ids for one in kept}) == 320
    assert all(proof.closed and proof.last == 80 for proof in found.chains)


async def test_verification_while_writers_write(house: House) -> None:
    audit = await house.writer(anchor_s=0.02)
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await asyncio.gather(*(audit.keep(decision()) for _ in range(20)))
            await (await house.writer()).close()

    going = asyncio.create_task(go_on())
    results = [await house.verify() for _ in range(20)]
    stop.set()
    await going
    assert all(found.proven for found in results), results


async def test_a_large_body_and_odd_texts(house: House) -> None:
    audit = await house.writer()
    await audit.keep(decision("a\0b\ud800", body=b"x" * 600_000, model="m" * 5000))
    ((request_id, model, digest),) = await house.rows("SELECT request_id, model, digest FROM audit_records")
    assert (request_id, len(model), len(digest)) == ("a\N{REPLACEMENT CHARACTER}b?", 1000, 32)
    assert await house.findings() == []


async def test_times_are_those_of_utc(house: House) -> None:
    audit = await house.writer()
    at = datetime.fromisoformat("2026-03-01T12:00:00.123456+07:00")
    await audit.keep(decision(at=at))
    (record,) = await house.trail.newest(None)
    assert (record.entry.at, record.entry.at.tzinfo) == (at, UTC)
    assert await house.findings() == []


async def test_anchors_come_by_themselves_and_only_when_there_is_something_new(house: House) -> None:
    audit = await house.writer(anchor_s=0.05)
    await audit.keep(decision())
    await house.until("SELECT 1 FROM audit_anchors", 2)
    await asyncio.sleep(0.3)
    assert await house.rows("SELECT kind, record FROM audit_anchors ORDER BY number") == [("opened", 0), ("running", 1)]
    assert (await house.verify()).unproven == 0


async def test_a_closed_writer_keeps_nothing_more(house: House) -> None:
    lost: list[int] = []
    audit = await house.writer(on_lost=lost.append)
    audit.note(decision())
    await audit.close()
    assert (await house.verify()).chains[0].closed
    with pytest.raises(Unavailable, match="nothing may leave"):
        await audit.keep(decision())
    audit.note(decision())
    assert (audit.lost, lost, len(await house.rows("SELECT 1 FROM audit_records"))) == (1, [1], 1)


async def test_a_caller_who_goes_away_takes_nobody_along(house: House) -> None:
    audit = await house.writer()
    leaving = [asyncio.create_task(audit.keep(decision(f"leaving-{index}"))) for index in range(20)]
    staying = [asyncio.create_task(audit.keep(decision(f"staying-{index}"))) for index in range(20)]
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    assert len(await asyncio.gather(*staying)) == 20
    assert await house.findings() == []


async def test_a_damaged_tenant_key_stops_that_tenant_only(house: House) -> None:
    audit = await house.writer()
    await audit.keep(decision())
    await house.rows("UPDATE tenant_keys SET wrapped = '\\x00' WHERE tenant = 'acme' RETURNING 1")
    house.keys._cache.clear()  # as another process would find it
    damaged, other = await asyncio.gather(
        audit.keep(decision()), audit.keep(decision("fine", tenant="other")), return_exceptions=True
    )
    assert isinstance(damaged, KeyUnreadable)
    assert isinstance(other, str)
    audit.note(decision("noted"))
    await audit.keep(decision("no body", body=b""))
    digests = await house.rows("SELECT request_id, digest IS NULL FROM audit_records ORDER BY number")
    assert digests == [("r", False), ("fine", False), ("noted", True), ("no body", True)]


async def test_somebody_elses_record_in_our_place_begins_a_new_chain(house: House) -> None:
    audit = await house.writer()
    first = await audit.keep(decision())
    await house.tamper(
        "CREATE TABLE copy AS SELECT * FROM audit_records",
        "UPDATE copy SET number = 2",
        "INSERT INTO audit_records SELECT * FROM copy",
        "DROP TABLE copy",
    )
    with pytest.raises(Unavailable):
        await audit.keep(decision("second"))
    audit.note(decision("third"))
    fourth = await audit.keep(decision("fourth"))
    assert first.rpartition(".")[0] != fourth.rpartition(".")[0]
    assert fourth.endswith(".2")
    assert await house.findings() == [("record_inserted", 2, 2)]


@pytest.fixture
async def cut_off(house: House, tmp_path: Path) -> Any:
    """A writer whose connections go through a forwarder, which can be cut while the database itself stays."""
    async with Forwarder(house.home / "postgres" / "socket" / ".s.PGSQL.5432") as forwarder:
        (tmp_path / "vestibule_request.password").write_text(
            (house.home / "postgres" / "vestibule_request.password").read_text()
        )
        password = (house.home / "postgres" / "vestibule_owner.password").read_text()
        url = f"postgresql://vestibule_owner:{password}@127.0.0.1:{forwarder.port}/vestibule?sslmode=disable"
        database = await Database.open(Settings(home=tmp_path, database_url=url))
        yield forwarder, database
        forwarder.open()
        await database.close()


async def test_while_the_database_is_away_nothing_may_leave_and_notes_wait(house: House, cut_off: Any) -> None:
    forwarder, database = cut_off
    lost: list[int] = []
    audit = Audit(database, TenantKeys(database, house.home), house.home, waiting=5, on_lost=lost.append)
    await audit.start()
    await audit.keep(decision("before"))
    forwarder.cut()
    with pytest.raises(Unavailable, match="nothing may leave"):
        await audit.keep(decision("while away", body=b""))
    for index in range(8):
        audit.note(decision(f"note-{index}", tenant="acme" if index < 6 else "other", body=b""))
    assert (audit.lost, sum(lost)) == (3, 3)
    with pytest.raises(Unavailable):
        await audit.keep(decision("full", body=b""))
    forwarder.open()
    await house.until("SELECT 1 FROM audit_records", 8)
    await audit.keep(decision("after"))
    await audit.close()
    rows = await house.rows("SELECT kind, tenant, request_id, lost FROM audit_records ORDER BY number")
    gaps = [row for row in rows if row[0] == "gap"]
    assert sorted(gaps) == [("gap", "acme", "", 1), ("gap", "other", "", 2)]
    assert [row[2] for row in rows if row[0] == "decision"] == ["before", *(f"note-{i}" for i in range(5)), "after"]
    assert await house.findings() == []


@pytest.mark.parametrize("reached", [True, False], ids=["committed", "not committed"])
async def test_a_connection_that_breaks_at_the_commit(house: House, cut_off: Any, reached: bool) -> None:
    """Whether the commit arrived or only its answer was lost: every note is there once and the chain has no gap."""
    forwarder, database = cut_off
    audit = Audit(database, TenantKeys(database, house.home), house.home, anchor_s=3600.0)
    await audit.start()
    await audit.keep(decision("before"))
    forwarder.break_at(b"COMMIT", deliver=reached)
    audit.note(decision("noted", body=b""))
    with pytest.raises(Unavailable):
        await audit.keep(decision("in doubt"))
    assert forwarder.broke
    forwarder.open()
    await audit.keep(decision("after"))
    await audit.close()
    rows = await house.rows("SELECT request_id FROM audit_records ORDER BY number")
    in_doubt = ["noted", "in doubt"] if reached else ["noted"]
    assert [row[0] for row in rows] == ["before", *in_doubt, "after"]
    found = await house.verify()
    assert (found.proven, len(found.chains)) == (True, 1)


async def test_a_killed_writer_leaves_all_that_was_kept(house: House) -> None:
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-m", "tests.privacy.audit.worker", str(house.home)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout
    kept = [await asyncio.to_thread(process.stdout.readline) for _ in range(300)]
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = await asyncio.to_thread(process.communicate)
    ids = {line.strip() for line in (*kept, *rest.splitlines(keepends=True)) if line.endswith("\n")}
    stored = {f"{chain}.{number}" for chain, number in await house.rows("SELECT chain, number FROM audit_records")}
    assert len(ids) >= 300
    assert ids <= stored
    chain = next(iter(ids)).rpartition(".")[0]
    again = await house.writer()
    assert not (await again.keep(decision())).startswith(chain)
    found = await house.verify()
    killed = next(proof for proof in found.chains if proof.id == chain)
    assert (found.proven, killed.closed, killed.records) == (True, False, len(stored))


async def test_what_a_killed_writer_left_is_anchored_by_a_later_start(house: House) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    killed = await house.writer(anchor_s=3600.0)
    for _ in range(4):
        await killed.keep(decision(at=long_ago))
    assert (await house.verify()).unproven == 4
    await house.writer()
    found = await house.verify()
    assert (found.proven, found.unproven, found.chains[0].closed) == (True, 0, False)
    await house.tamper("DELETE FROM audit_records WHERE number = 4")
    assert await house.findings() == [("chain_cut", 4, 4)]


async def test_what_was_altered_meanwhile_is_not_anchored(house: House) -> None:
    killed = await house.writer(anchor_s=3600.0)
    for _ in range(4):
        await killed.keep(decision(at=datetime.now(UTC) - timedelta(minutes=5)))
    await house.tamper("UPDATE audit_records SET who = 'nobody' WHERE number = 3")
    await house.writer()
    found = await house.verify()
    assert [(f.kind, f.first) for f in found.findings] == [("record_changed", 3)]
    assert found.chains[0].proven_to == 2
