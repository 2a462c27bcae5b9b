"""Both halves of the suite are run, told apart and believed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.side_by_side import HALF, HALVES, run

PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c")
ROOT = Path(__file__).parents[1]


@pytest.fixture
def halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """One with a test that passes and one that is not run, one to be written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    made = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        made.append(["pytest.ini", name])
    (tmp_path / "first" / "test_a.py").write_text(
        "import pytest\ndef test_well(): pass\ndef test_not_run(): pytest.skip('it is elsewhere')\n"
    )
    return made


def test_both_are_well(tmp_path: Path, halves: list[list[str]], capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "second" / "test_b.py").write_text("def test_well(): pass\n")
    assert run(halves, PYTEST) == 0
    told = capfd.readouterr().out
    assert "\nfirst/test_a.py .s " in told
    assert "\nsecond/test_b.py . " in told
    assert told.index("1 passed, 1 skipped in") < told.index("1 passed in")


def test_what_fails_in_either_fails_the_whole(
    tmp_path: Path, halves: list[list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "second" / "test_b.py").write_text("def test_broken(): assert 1 == 2\n")
    assert run(halves, PYTEST) == 1
    assert run(halves[::-1], PYTEST) == 1
    told = capfd.readouterr().out
    assert "\nFAILED second/test_b.py::test_broken - assert 1 == 2\n" in told
    # reports are whole, one after the other
    assert told.index("FAILURES") < told.index("assert 1 == 2") < told.index("1 failed in")


def test_a_half_that_does_not_start_fails_the_whole(halves: list[list[str]]) -> None:
    assert run([halves[0], [*halves[1], "--no-such-option"]], PYTEST) != 0


def test_every_test_is_in_one_of_the_halves() -> None:
    first, second = HALVES
    assert all((ROOT / part).is_dir() for part in HALF)
    assert second == ("tests", *(f"--ignore={part}" for part in first))
