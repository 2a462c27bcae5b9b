"""`vestibule models accept` against a running server with a real model, as an operator runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.acceptance.product import Product, serving, temporary_home
from vestibule.cli.models import models
from vestibule.core.errors import NotFound, Unavailable

KEY = "an-admin-key-of-the-tests-alone"


@pytest.fixture(scope="module")
def server() -> Iterator[Product]:
    with (
        temporary_home() as home,
        serving(home, "serve", "--port", "0", VESTIBULE_ADMIN_KEY=KEY, OLLAMA_HOST="127.0.0.1:9") as product,
    ):
        yield product


@pytest.fixture(autouse=True)
def surroundings(server: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VESTIBULE_HOME", str(server.home))
    monkeypatch.setenv("VESTIBULE_PORT", str(server.port))
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")


def accept(*arguments: str) -> Result:
    command = ["accept", *arguments, "--key", KEY, "--rounds", "1", "--parallel", "3"]
    return CliRunner().invoke(models, command, catch_exceptions=False)


def test_a_real_model_is_measured_judged_and_its_baseline_kept(server: Product) -> None:
    result = accept("vestibule-tiny")
    kept = json.loads((server.home / "acceptance" / "vestibule-tiny.json").read_text())
    states = {criterion["name"]: criterion["state"] for criterion in kept["criteria"]}
    assert {states[name] for name in ("chat", "streaming", "json", "load")} == {"pass"}
    assert states["memory keeps its budget"] == "pass"
    assert states["7B begins within 2 s for 95%"] == "not applicable"
    assert kept["accepted"] == (result.exit_code == 0) == ("fail" not in states.values())
    measured = kept["figures"]
    assert measured["answers"] == 9 + 7 + 3
    assert 0 < measured["first_token_p50_s"] <= measured["first_token_p95_s"]
    assert measured["memory_bytes"] > 10_000_000
    assert "memory keeps its budget" in result.stdout
    assert f"Kept in {server.home}" in result.stdout


def test_a_model_that_cannot_do_it_is_not_accepted(server: Product) -> None:
    """The one that composes sentences writes no JSON and calls no functions."""
    result = accept("extractive", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    failed = {c["name"]: c["detail"] for c in said["criteria"] if c["state"] == "fail"}
    assert {"tools", "json"} <= set(failed)
    assert not said["accepted"]


def test_a_model_that_is_not_there_and_a_server_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match=r"no model `nope`.*vestibule-tiny"):
        accept("nope")
    with pytest.raises(NotFound):
        accept("auto")
    monkeypatch.setenv("VESTIBULE_PORT", "9")
    with pytest.raises(Unavailable, match="No Vestibule answers"):
        accept("vestibule-tiny")


def test_an_added_model_is_warmed_by_asking_it(server: Product) -> None:
    warmed = CliRunner().invoke(models, ["warm", "vestibule-tiny", "--key", KEY], catch_exceptions=False)
    assert warmed.stdout == "vestibule-tiny is loaded.\n"
