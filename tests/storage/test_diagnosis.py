"""The doctor's questions to storage, on a healthy home and on one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from vestibule.core.settings import Settings
from vestibule.storage import diagnosis


async def test_a_healthy_home(storage_home: Path) -> None:
    checks = {check.name: check for check in await diagnosis.diagnose(Settings(home=storage_home))}
    assert list(checks) == ["disk", "postgresql", "database", "tenants"]
    assert all(check.ok and not check.mend for check in checks.values()), checks
    assert "PostgreSQL) 18." in checks["postgresql"].detail
    assert "pgvector 0." in checks["database"].detail
    assert "vestibule_request" in checks["tenants"].detail


async def test_a_damaged_home_is_told_with_its_mend(home: Path) -> None:
    (home / "postgres/data").mkdir(parents=True)
    broken = [check for check in await diagnosis.diagnose(Settings(home=home)) if not check.ok]
    assert [check.name for check in broken] == ["database"]
    assert "not a database" in broken[0].detail
    assert "backup" in broken[0].mend


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://nobody:secret-word@127.0.0.1:1/none")
    broken = [check for check in await diagnosis.diagnose(settings) if not check.ok]
    assert [check.name for check in broken] == ["database"]
    assert "VESTIBULE_DATABASE_URL" in broken[0].detail
    assert "secret-word" not in str(broken)


async def test_a_disk_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LEAST_FREE_MIB", 2**40)
    settings = Settings(home=tmp_path / "new", database_url="postgresql://127.0.0.1:1/none")
    disk = (await diagnosis.diagnose(settings))[0]
    assert not disk.ok
    assert "Free at least" in disk.mend
    assert not (tmp_path / "new").exists()
