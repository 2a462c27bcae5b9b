"""A gate that was compiled is kept on disk and read back; whatever else is found there is not believed."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vestibule.privacy.detection import compiling, databases, kept
from vestibule.privacy.detection.compiling import Sought
from vestibule.privacy.detection.gate import HyperscanGate

PATTERNS = [
    Sought(re.compile(r"pin \d{4}")),
    Sought(re.compile("tür[^a]")),
    Sought(re.compile("[ab]{3}x"), re.compile("x")),
]
MAGIC = b"\xdb" * 4  # what Hyperscan's databases begin with
TEXT = "bab abbx pin 4711 "


def found(folder: Path) -> list[databases.Region]:
    gate = HyperscanGate(PATTERNS, folder)
    return sorted(gate.regions(TEXT, lambda: None) + gate.regions(f"{TEXT} tür—", lambda: None))


def only_file(folder: Path) -> Path:
    [file] = folder.glob("gate-*")
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many patterns were compiled, each time."""
    counted: list[int] = []

    def counting(patterns: compiling.Patterns) -> bytes:
        counted.append(len(patterns))
        return compiling.compiled_apart(patterns)

    monkeypatch.setattr("vestibule.privacy.detection.gate.compiled_apart", counting)
    return counted


def test_a_second_start_reads_what_the_first_compiled(folder: Path, compilations: list[int]) -> None:
    first = found(folder)
    assert first
    assert compilations == [3]
    assert found(folder) == first
    assert compilations == [3]
    assert only_file(folder).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_other_patterns_are_compiled_anew_and_take_the_place(folder: Path, compilations: list[int]) -> None:
    found(folder)
    before = only_file(folder)
    HyperscanGate(PATTERNS[:2], folder)
    HyperscanGate([Sought(re.compile(r"pin \d{4}", re.IGNORECASE)), *PATTERNS[1:2]], folder)
    assert compilations == [3, 2, 2]
    assert only_file(folder) != before


def _flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _of_other_content(file: Path) -> None:
    key = file.stem.removeprefix("gate-")
    kept.write(file.parent, key, b"not what was compiled")


def _readable_by_all(file: Path) -> None:
    file.chmod(0o644)


def _a_link(file: Path) -> None:
    elsewhere = file.parent.parent / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


def _a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def _another_machines(file: Path) -> None:
    """Hyperscan's own header says for which version and processor a database is, and that it is one."""
    key = file.stem.removeprefix("gate-")
    content = kept.read(file.parent, key)
    assert content is not None
    assert MAGIC in content
    kept.write(file.parent, key, content.replace(MAGIC, b"\0" * 4))


@pytest.mark.parametrize(
    "spoil",
    [_flipped, _cut_short, _of_other_content, _readable_by_all, _a_link, _a_pipe, _another_machines],
)
def test_what_is_damaged_or_not_ours_is_compiled_anew(
    folder: Path, compilations: list[int], spoil: Callable[[Path], None]
) -> None:
    first = found(folder)
    spoil(only_file(folder))
    assert found(folder) == first
    assert compilations == [3] * 2
    assert found(folder) == first
    assert compilations == [3] * 2


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another account")
def test_another_accounts_file_is_compiled_anew(folder: Path, compilations: list[int]) -> None:
    first = found(folder)
    os.chown(only_file(folder), 4711, 4711)
    assert found(folder) == first
    assert compilations == [3] * 2


def test_where_nothing_can_be_kept_it_is_compiled_each_time(tmp_path: Path, compilations: list[int]) -> None:
    folder = tmp_path / "a file"
    folder.write_text("here")
    assert found(folder) == found(folder)
    assert compilations == [3] * 2


def test_processes_that_start_at_once_do_not_harm_each_other(folder: Path) -> None:
    code = (
        "import re, sys; from pathlib import Path; from vestibule.privacy.detection.compiling import Sought\n"
        "from vestibule.privacy.detection.gate import HyperscanGate\n"
        "for n in range(4):\n"
        "    gate = HyperscanGate([Sought(re.compile(f'pin{n % 3}'))], Path(sys.argv[1]))\n"
        "    assert [r.pattern for r in gate.regions(f'a pin{n % 3}', lambda: None)] == [0]\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(folder)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert all(file.name.startswith("gate-") for file in folder.iterdir() if file.name != ".lock")


def test_what_a_process_apart_compiles_is_what_is_compiled_here(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    apart = compiling.compiled_apart(PATTERNS)
    assert apart == compiling.compiled(PATTERNS)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert compiling.compiled_apart(PATTERNS) == apart
