"""Where API keys come from: each kind of place, and each way in which it can fail, within bounds of size and time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vestibule.providers.cloud import key_places
from vestibule.providers.cloud.key_places import Place, Unreadable

PYTHON = sys.executable


async def test_each_kind_of_place(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-file\n")
    (tmp_path / "link").symlink_to(tmp_path / "key")
    places = [
        "env:KEY",
        f"file:{tmp_path / 'key'}",
        f"file:{tmp_path / 'link'}",
        f"cmd:{PYTHON} -c \"print('sk-cmd')\"",
    ]
    found = [await Place(place, {"KEY": "sk-env"}).read() for place in places]
    assert found == ["sk-env", "sk-file", "sk-file", "sk-cmd"]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("env:NOT_THERE", "variable NOT_THERE is not set"),
        ("env:SPACED", "variable SPACED holds no usable key"),
        ("env:TWO", "variable TWO holds more than one line"),
        ("file:/nowhere/key", r"file /nowhere/key cannot be read \(No such file"),
        ("file:/dev/zero", "file /dev/zero is no plain file"),
        ("cmd:/nowhere/program secret-argument", "command /nowhere/program cannot be run"),
        (f"cmd:{PYTHON} -c 'import sys; print(\"secret\"); sys.exit(3)'", "ended with status 3"),
        (f"cmd:{PYTHON} -c 'pass'", "holds no usable key"),
        (f"cmd:{PYTHON} -c 'print(\"secret\" * 9999999)'", "prints more than 8192 bytes"),
        ("cmd:program 'unclosed", "cannot be run"),
    ],
)
async def test_what_cannot_be_read_is_named_and_not_quoted(place: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as failed:
        await Place(place, {"SPACED": "two words-of-secret", "TWO": "secret\nsecret"}).read()
    assert "secret" not in str(failed.value)


async def test_files_that_are_none(tmp_path: Path) -> None:
    def written(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    os.mkfifo(tmp_path / "fifo")
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1_073_741_824)
    for path, says in (
        (tmp_path, "is no plain file"),
        (tmp_path / "fifo", "is no plain file"),
        (tmp_path / "sparse", "is longer than 8192 bytes"),
        (written("two", b"secret-1\nsecret-2\n"), "holds more than one line"),
        (written("empty", b""), "holds no usable key"),
        (written("binary", b"\xff\xfesecret"), "holds no usable key"),
        (written("bom", b"\xef\xbb\xbfsecret"), "holds no usable key"),
    ):
        with pytest.raises(Unreadable, match=f"the file .*{path.name} {says}") as failed:
            await Place(f"file:{path}", {}).read()
        assert "secret" not in str(failed.value)


async def test_a_command_that_hangs_is_ended_with_all_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also a child that outlives the command and holds its output open."""
    monkeypatch.setattr(key_places, "COMMAND_S", 1.0)
    child = f"import pathlib, time; time.sleep(3); pathlib.Path('{tmp_path / 'alive'}').touch()"
    script = tmp_path / "script.py"
    for waits in ("import time; time.sleep(60)", "pass"):
        script.write_text(f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {child!r}])\n{waits}\n")
        with pytest.raises(Unreadable, match="did not end within 1 s"):
            await Place(f"cmd:{PYTHON} {script}", {}).read()
    assert not (tmp_path / "alive").exists()
