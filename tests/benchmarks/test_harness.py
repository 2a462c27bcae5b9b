from __future__ import annotations

import json

import pytest
from benchmarks.privacy import harness
from benchmarks.privacy.scoring import Hit


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["harness", *arguments])
    harness.main()


def test_the_texts_of_judge_are_never_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, "--split", "judge", "--errors", "5")
    assert stopped.value.code == 2
    assert "not to be looked at" in capsys.readouterr().err


def test_the_product_is_measured_on_a_set(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run(monkeypatch, "--set", "secrets", "--json")
    report = json.loads(capsys.readouterr().out)
    (measured,) = report["sets"].values()
    assert measured["items"] == 210
    assert measured["types"][-1]["recall"]["of"] == 250
    assert measured["types"][-1]["recall"]["share"] > 0.5


def test_the_table_shows_every_type_and_the_errors_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(harness, "detector", lambda local: lambda text: [])
    run(monkeypatch, "--set", "secrets", "--errors", "2")
    shown = capsys.readouterr().out
    assert all(type in shown for type in ("API_KEY", "PASSWORD", "PRIVATE_KEY", "CONNECTION_STRING", "ACCESS_CODE"))
    assert shown.count("    missed ") == 2


def test_prompts_are_timed_apart_by_alphabet() -> None:
    lengths: list[int] = []

    def find(text: str) -> list[Hit]:
        lengths.append(len(text))
        return []

    assert set(harness.prompt_cpu_ms("dev", find)) == {"dense ascii", "dense other", "harmless ascii"}
    assert set(lengths) == {1500}
