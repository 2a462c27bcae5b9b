"""The keys of tenants and of the trail: made once, wrapped, erased; and what happens when one is missing."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import stat
from pathlib import Path

import pytest

from tests.privacy.audit.conftest import BODY, House, decision
from vestibule.core.errors import Unavailable
from vestibule.privacy import tenant_keys
from vestibule.privacy.audit.signing import SigningKey
from vestibule.privacy.audit.trail import Trail
from vestibule.privacy.audit.witness import Seen, Witness
from vestibule.privacy.audit.writer import Audit
from vestibule.privacy.secret_file import make_secret, read_secret
from vestibule.privacy.tenant_keys import KeyUnreadable, TenantKeys


@pytest.fixture
def keys(house: House) -> TenantKeys:
    return house.keys


async def test_a_key_is_made_once_for_each_tenant_and_purpose(house: House, keys: TenantKeys) -> None:
    made = await asyncio.gather(*(keys.get(t, p) for t in ("acme", "other") for p in ("audit", "pseudonyms")))
    assert len({*made}) == 4
    assert {len(key) for key in made} == {32}
    again = TenantKeys(house.database, house.home)
    assert await again.get("acme", "audit") == made[0]


async def test_processes_that_come_at_once_agree(house: House) -> None:
    made = await asyncio.gather(*(TenantKeys(house.database, house.home).get("acme", "audit") for _ in range(8)))
    assert len({*made}) == 1


async def test_neither_the_database_nor_the_home_alone_has_the_key(house: House, keys: TenantKeys) -> None:
    key = await keys.get("acme", "audit")
    ((wrapped,),) = await house.rows("SELECT wrapped FROM tenant_keys")
    master = house.home / "secrets" / "master.key"
    assert key not in wrapped
    assert key.hex() not in master.read_text()
    assert stat.S_IMODE(master.stat().st_mode) == 0o600
    assert stat.S_IMODE(master.parent.stat().st_mode) == 0o700


async def test_an_erased_key_is_gone_and_the_trail_still_proven(house: House, keys: TenantKeys) -> None:
    audit = await house.writer()
    await audit.keep(decision())
    key = await keys.get("acme", "audit")
    await keys.get("acme", "pseudonyms")
    await keys.get("other", "audit")
    assert await keys.erase("acme") == 2
    new = await keys.get("acme", "audit")
    await audit.keep(decision())
    assert new != key
    digests = [row[0] for row in await house.rows("SELECT digest FROM audit_records ORDER BY number")]
    assert digests == [hmac.digest(each, hashlib.sha256(BODY).digest(), "sha256") for each in (key, new)]
    assert (await house.verify()).proven


async def test_another_process_follows_an_erasure(
    house: House, keys: TenantKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenant_keys, "CACHED_S", 0.05)
    another = TenantKeys(house.database, house.home)
    key = await another.get("acme", "audit")
    await keys.erase("acme")
    await asyncio.sleep(0.06)
    assert await another.get("acme", "audit") != key


async def test_a_key_in_another_row_does_not_open(house: House, keys: TenantKeys) -> None:
    await keys.get("acme", "audit")
    await house.rows("UPDATE tenant_keys SET tenant = 'other' RETURNING 1")
    with pytest.raises(KeyUnreadable, match="tenant other cannot be unwrapped"):
        await keys.get("other", "audit")


async def test_a_missing_master_key_is_said_and_not_made_anew(house: House, keys: TenantKeys, tmp_path: Path) -> None:
    await keys.get("acme", "audit")
    with pytest.raises(Unavailable, match=r"Copy that file"):
        await TenantKeys(house.database, tmp_path).get("acme", "audit")
    assert not (tmp_path / "secrets").exists()


async def test_a_missing_key_of_the_trail_is_said_and_not_made_anew(house: House, tmp_path: Path) -> None:
    await house.written(1)
    with pytest.raises(Unavailable, match=r"audit\.key.*Copy that file"):
        await Trail(house.database, tmp_path).verify()
    with pytest.raises(Unavailable, match="the key that signed it"):
        await Audit(house.database, house.keys, tmp_path).start()
    assert not (tmp_path / "secrets").exists()


def test_the_trails_key_is_made_once_and_is_ours_alone(tmp_path: Path) -> None:
    key = SigningKey.load(tmp_path, trail_exists=False)
    file = tmp_path / "secrets" / "audit.key"
    assert SigningKey.load(tmp_path, trail_exists=True).public == key.public
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (tmp_path / "secrets" / "audit.pub").read_text().strip() == key.public.hex()


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "a.key"
    first = make_secret(path)
    assert make_secret(path) == first == read_secret(path)
    assert [file.name for file in path.parent.iterdir()] == ["a.key"]


@pytest.mark.parametrize(("text", "problem"), [("zz", "not hexadecimal"), ("abcd", "2 bytes, not 32")])
def test_a_broken_secret_is_said(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "a.key"
    path.write_text(text)
    with pytest.raises(Unavailable, match=problem):
        read_secret(path)


def test_a_secret_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be written"):
        make_secret(tmp_path / "secrets" / "a.key")
    with pytest.raises(Unavailable, match="cannot be used"):
        read_secret(tmp_path / "secrets" / "a.key")


def test_a_broken_witness_is_said(tmp_path: Path) -> None:
    witness = Witness(tmp_path)
    assert witness.read() is None
    witness.remember(Seen(3, b"x"))
    assert witness.read() == Seen(3, b"x")
    witness.path.write_text("{")
    with pytest.raises(Unavailable, match="cannot be read"):
        witness.read()
    blocked = Witness(tmp_path / "secrets" / "audit.seen")
    with pytest.raises(Unavailable, match="cannot be written"):
        blocked.remember(Seen(3, b"x"))


async def test_a_tenant_reads_its_own_records_and_writes_none(house: House) -> None:
    await house.written(10)
    assert len(await house.trail.newest("acme")) == len(await house.trail.newest("other")) == 5
    assert len(await house.trail.newest(None)) == 10
    async with house.database.tenant("acme") as connection:
        rows = await connection.execute("SELECT DISTINCT tenant FROM audit_records")
        assert await rows.fetchall() == [("acme",)]
    forbidden = [
        "INSERT INTO audit_records SELECT * FROM audit_records",
        "UPDATE audit_records SET who = 'nobody'",
        "DELETE FROM audit_records",
        "SELECT * FROM audit_chains",
        "SELECT * FROM audit_anchors",
        "SELECT * FROM tenant_keys",
    ]
    for statement in forbidden:
        with pytest.raises(Exception, match="permission denied"):
            async with house.database.tenant("acme") as connection:
                await connection.execute(statement.encode())
    with pytest.raises(ValueError, match="1 to 1000"):
        await house.trail.newest(None, 0)
