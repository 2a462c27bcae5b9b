"""`vestibule audit` as it is run: what it says and how it exits."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from tests.privacy.audit.conftest import House, decision
from vestibule.cli.commands import commands


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """The command configures the logs of its process, which here is that of the tests."""
    handlers, processors = logging.getLogger().handlers[:], structlog.get_config()
    yield
    logging.getLogger().handlers[:] = handlers
    structlog.configure(**processors)


async def _run(house: House, *arguments: str) -> Result:
    home = {"VESTIBULE_HOME": str(house.home)}
    return await asyncio.to_thread(CliRunner().invoke, commands, ["audit", *arguments], env=home)


async def test_a_sound_trail(house: House, tmp_path: Path) -> None:
    await house.written(6)
    file = tmp_path / "trail.jsonl"
    done = await _run(house, "verify", "--tenant", "acme", "--export", str(file))
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Proven.\n6 records in 1 chains, up to anchor 2 of " in done.stdout
    assert "3 of the records are acme's." in done.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = str(house.home / "secrets" / "audit.pub")
    elsewhere = await _run(house, "verify", "--file", str(file), "--key", key, "--json")
    assert (elsewhere.exit_code, elsewhere.stderr) == (0, "")
    assert json.loads(elsewhere.stdout)["proven"] is True
    by_its_own_word = await _run(house, "verify", "--file", str(file))
    assert "Not compared with what the home itself has seen" in by_its_own_word.stdout
    assert "give --key to be sure" in by_its_own_word.stderr


async def test_a_trail_that_was_tampered_with(house: House) -> None:
    chain = await house.written(6)
    await house.tamper("UPDATE audit_records SET who = 'nobody' WHERE number = 3", "DELETE FROM audit_anchors")
    done = await _run(house, "verify")
    assert done.exit_code == 1
    assert f"record_changed: chain {chain}, record 3: was changed." in done.stdout
    assert "trail_cut: This house has seen anchor 2" in done.stdout
    assert "NOT proven: 3 findings." in done.stdout
    as_json = await _run(house, "verify", "--json")
    assert as_json.exit_code == 1
    findings = json.loads(as_json.stdout)["findings"]
    assert {"kind": "record_changed", "chain": chain, "first": 3, "last": 3, "message": "was changed"} in findings


async def test_what_is_shown(house: House) -> None:
    await house.written(6)
    shown = await _run(house, "show", "--tenant", "acme", "--limit", "2")
    assert [line.split()[2:6] for line in shown.stdout.splitlines()] == [["acme", "confidential", "cleared", "big"]] * 2
    as_json = await _run(house, "show", "--json", "--limit", "1")
    (record,) = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert (record["request_id"], record["class"], len(record["digest"])) == ("r6", "confidential", 64)


async def test_export_and_prune(house: House, tmp_path: Path) -> None:
    audit = await house.writer()
    await audit.keep(decision(at=datetime.now(UTC) - timedelta(days=500)))
    await audit.keep(decision())
    await audit._anchor("running")
    file = tmp_path / "trail.jsonl"
    exported = await _run(house, "export", str(file), "--tenant", "acme")
    assert (exported.exit_code, len(file.read_bytes().splitlines())) == (0, 6)
    pruned = await _run(house, "prune", "--older-than", "365", "--json")
    assert json.loads(pruned.stdout) == {"records": 1, "chains": 0, "anchors": 2}
    assert (await house.verify()).proven


async def test_wrong_usage(house: House, tmp_path: Path) -> None:
    for arguments in (["verify", "--file", "a", "--tenant", "acme"], ["verify", "--key", "a"], ["prune"]):
        assert (await _run(house, *arguments)).exit_code == 2
    nowhere = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "vestibule", "audit", "export", str(tmp_path / "missing" / "file")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in nowhere.stderr
