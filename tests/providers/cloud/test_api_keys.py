"""API keys: where they come from, when they are read, and that none is ever quoted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vestibule.core.errors import UpstreamFailed
from vestibule.providers.cloud import api_keys
from vestibule.providers.cloud.api_keys import ApiKeys


async def test_without_a_place_there_is_no_key() -> None:
    assert await ApiKeys().current() is None


async def test_each_kind_of_place(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-file\n")
    places = ["env:KEY", f"file:{tmp_path / 'key'}", f"cmd:{sys.executable} -c \"print('sk-cmd')\""]
    found = [await ApiKeys([place], {"KEY": "sk-env"}).current() for place in places]
    assert found == ["sk-env", "sk-file", "sk-cmd"]


async def test_a_key_is_read_once_until_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("sk-1")
    keys = ApiKeys([f"file:{path}"])
    assert await keys.current() == "sk-1"
    path.write_text("sk-2")
    assert await keys.current() == "sk-1"
    keys.refused("another")
    assert await keys.current() == "sk-1"
    keys.refused("sk-1")
    assert await keys.current() == "sk-2"


async def test_after_a_refusal_the_next_place_has_its_turn() -> None:
    keys = ApiKeys(["env:A", "env:B"], {"A": "sk-a", "B": "sk-b"})
    seen = []
    for _ in range(3):
        key = await keys.current()
        seen.append(key)
        keys.refused(key)
    assert seen == ["sk-a", "sk-b", "sk-a"]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("env:NOT_THERE", "variable NOT_THERE is not set"),
        ("env:SPACED", "variable SPACED holds no usable key"),
        ("file:/nowhere/key", r"file /nowhere/key cannot be read \(No such file"),
        ("cmd:/nowhere/program secret-argument", r"command /nowhere/program cannot be run"),
        (f"cmd:{sys.executable} -c 'import sys; sys.exit(3)'", "ended with status 3"),
        (f"cmd:{sys.executable} -c 'pass'", "holds no usable key"),
        ("cmd:program 'unclosed", "cannot be run"),
    ],
)
async def test_what_cannot_be_read_is_named_and_not_quoted(place: str, says: str) -> None:
    with pytest.raises(UpstreamFailed, match=says) as failed:
        await ApiKeys([place], {"SPACED": "two words-of-secret"}).current()
    assert "secret" not in str(failed.value)
    assert "`keys`" in str(failed.value)


async def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "COMMAND_S", 0.2)
    with pytest.raises(UpstreamFailed, match="did not end"):
        await ApiKeys([f"cmd:{sys.executable} -c 'import time; time.sleep(60)'"]).current()


def test_what_is_printed_of_keys_is_their_number() -> None:
    assert repr(ApiKeys(["env:A"])) == "ApiKeys(1 places)"
