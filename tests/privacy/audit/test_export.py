"""An export is checked anywhere with the public key alone; a tenant's shows nothing of the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.privacy.audit.conftest import House, summary
from vestibule.core.errors import InvalidRequest
from vestibule.privacy.audit.entry import Record, link
from vestibule.privacy.audit.export import verify_file
from vestibule.privacy.audit.signing import SigningKey, VerifyingKey


async def _exported(house: House, folder: Path, tenant: str | None = None) -> Path:
    file = folder / "trail.jsonl"
    file.write_bytes(b"".join([piece async for piece in house.trail.export(tenant)]))
    return file


def _public(house: House) -> VerifyingKey:
    return VerifyingKey.read(house.home / "secrets" / "audit.pub")


async def test_an_export_is_proven_with_the_public_key(house: House, tmp_path: Path) -> None:
    await house.written(20, anchored=10)
    await house.written(5)
    found = verify_file(await _exported(house, tmp_path), _public(house))
    assert (found.proven, found.records, found.unproven, len(found.chains)) == (True, 25, 0, 2)
    assert not found.witnessed
    assert found.key == (await house.verify()).key


async def test_a_tenants_export_withholds_the_others_and_is_proven(house: House, tmp_path: Path) -> None:
    await house.written(20)
    file = await _exported(house, tmp_path, "acme")
    found = verify_file(file, _public(house))
    assert (found.proven, found.records, found.tenant, found.tenant_records) == (True, 20, "acme", 10)
    lines = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    assert [line["type"] for line in lines].count("withheld") == 10
    assert {line["entry"]["tenant"] for line in lines if line["type"] == "record"} == {"acme"}
    assert b"other" not in file.read_bytes()


def _change(line: dict[str, object]) -> dict[str, object]:
    entry = line["entry"]
    assert isinstance(entry, dict)
    return line | {"entry": entry | {"action": "home"}}


@pytest.mark.parametrize(
    ("alter", "named"),
    [
        (lambda lines: [*lines[:12], _change(lines[12]), *lines[13:]], ("record_changed", 8, 8)),
        (lambda lines: [*lines[:12], *lines[13:]], ("record_removed", 8, 8)),
        (lambda lines: lines[:-2], ("chain_cut", 19, 20)),
        (lambda lines: [*lines[:2], *lines[3:]], ("anchor_removed", 1, 1)),
        (lambda lines: [lines[0], lines[1], lines[2], lines[3] | {"record": 9}, *lines[4:]], ("anchor_forged", 2, 2)),
        (lambda lines: [lines[0], *lines[2:]], ("chain_removed", 0, 0)),
    ],
    ids=["changed", "removed", "cut", "no first anchor", "forged anchor", "no chain"],
)
async def test_an_altered_export_is_found(
    house: House, tmp_path: Path, alter: Callable[[list[object]], list[object]], named: tuple[str, int, int]
) -> None:
    await house.written(20, anchored=10)
    file = await _exported(house, tmp_path)
    lines = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    assert [line["type"] for line in lines[:6]] == ["trail", "chain", "anchor", "anchor", "anchor", "record"]
    file.write_bytes(b"\n".join(msgspec.json.encode(line) for line in alter(lines)))
    found = verify_file(file, _public(house))
    assert not found.proven
    assert named in [summary(finding) for finding in found.findings]


async def test_hashes_that_all_fit_do_not_deceive_the_anchors(house: House, tmp_path: Path) -> None:
    """A forger without the key who recomputes every hash behind his change; only the public key is at hand."""
    await house.written(20, anchored=10)
    forger = SigningKey(bytes(32))
    file = await _exported(house, tmp_path)
    altered = []
    head = b""
    for text in file.read_bytes().splitlines():
        line = msgspec.json.decode(text)
        if line["type"] == "record":
            line = _rewritten(line, head) if line["entry"]["number"] > 13 else line
            head = msgspec.convert(line["hash"], bytes, strict=False)
        altered.append(msgspec.json.encode(line))
    file.write_bytes(b"\n".join(altered))
    found = verify_file(file, _public(house))
    assert [summary(finding) for finding in found.findings] == [("record_changed", 11, 20)]
    assert found.chains[0].proven_to == 10
    wrong = verify_file(file, VerifyingKey(forger.public))
    assert {finding.kind for finding in wrong.findings} >= {"anchor_forged", "chain_unanchored"}


def _rewritten(line: dict[str, object], head: bytes) -> dict[str, object]:
    record = msgspec.convert(_change(line), Record)
    linked = link(head, record.entry.content)
    altered: dict[str, object] = msgspec.to_builtins(msgspec.structs.replace(record, hash=linked))
    return altered


async def test_without_a_key_the_file_proves_itself_consistent(house: House, tmp_path: Path) -> None:
    await house.written(3)
    assert verify_file(await _exported(house, tmp_path)).proven


async def test_an_empty_trail_is_proven(house: House, tmp_path: Path) -> None:
    assert (await house.verify()).proven
    assert verify_file(await _exported(house, tmp_path)).records == 0


def test_what_is_no_export_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "trail.jsonl"
    with pytest.raises(InvalidRequest, match="cannot be read"):
        verify_file(file)
    file.write_text("{}")
    with pytest.raises(InvalidRequest, match=":1 is not a line"):
        verify_file(file)
    file.write_text("")
    with pytest.raises(InvalidRequest, match="not an export"):
        verify_file(file)
    with pytest.raises(InvalidRequest, match="not a public key"):
        VerifyingKey.read(file)
