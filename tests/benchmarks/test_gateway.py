"""The bench of the gateway: it measures a real server for a moment, and has no figure where the run was not honest."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from benchmarks.gateway import bench
from benchmarks.gateway.checks import Counted, faults
from benchmarks.gateway.prompts import PLANTED_EVERY, Prompts

from tests.acceptance.product import temporary_home

HONEST = Counted(requests=300, from_cache=100, not_answered=0, confidential=3, audited=200, lost=0)


@pytest.mark.slow
def test_a_moment_of_it_has_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["--rounds", "1", "--seconds", "0.5", "--only", "fresh_streams", "hit_c1", "slow_300_per_s"]
    monkeypatch.setattr(sys, "argv", ["bench", *asked])
    with temporary_home() as home:
        told: Any = bench.measured(bench.arguments(), home.parent)
    assert set(told["modes"]) == {"fresh_streams", "hit_c1", "slow_300_per_s"}
    for mode in told["modes"].values():
        ours = mode["vestibule"]
        assert ours["ok"] == ours["replies"] > 0
        assert ours["bad"] == ours["broken"] == 0
        assert ours["per_core_s"] > 0
    replies = sum(mode["vestibule"]["replies"] for mode in told["modes"].values())
    assert told["memory"]["requests"] == replies + 1  # and the one that showed that it was ready
    assert set(told["slow_300_per_s_added_us"]) == {"p50", "p99"}
    assert "fresh_streams" in bench.table(told)


def test_a_run_that_was_not_honest_has_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.gateway.checks.unproven", lambda home: [])
    seen = {"replies": 300, "answered_upstream": 200, "planted": 3, "home": tmp_path}
    assert faults(HONEST, **seen) == []  # type: ignore[arg-type]  # one of them is a path
    for field in ("requests", "audited", "confidential", "not_answered", "lost"):
        wrong = faults(msgspec.structs.replace(HONEST, **{field: 7}), **seen)  # type: ignore[arg-type]
        assert any(": 7 instead of " in line for line in wrong), field


def test_a_home_without_a_proven_audit_has_no_figure(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("this is no folder")
    (wrong,) = bench_faults(tmp_path / "home")
    assert wrong.startswith("vestibule audit verify")


def bench_faults(home: Path) -> list[str]:
    return faults(HONEST, replies=300, answered_upstream=200, planted=3, home=home)


def test_prompts_are_fresh_or_the_same_and_one_in_a_hundred_has_an_address() -> None:
    fresh = Prompts("fast", stream=False, fresh=True, first=0)
    bodies = [fresh.next() for _ in range(3 * PLANTED_EVERY)]
    assert len(set(bodies)) == len(bodies)
    assert fresh.planted == 3 == sum(b"@example.org" in body for body in bodies)
    repeated = Prompts("fast", stream=True, fresh=False, first=0, plain=True)
    assert len({repeated.next() for _ in range(200)}) == 1


@pytest.mark.parametrize("stream", [True, False])
def test_the_load_generator_waits_for_whatever_it_sends(stream: bool) -> None:
    """Against the model server itself."""
    command = [sys.executable, "-m", "benchmarks.gateway.upstream"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        port = json.loads(server.stdout.readline())["fast"]
        load = [sys.executable, "-m", "benchmarks.gateway.load", str(port), "--connections", "4", "--seconds", "0.2"]
        done = subprocess.run(
            [*load, "--fresh", *(["--stream"] if stream else [])],
            env={"BENCH_KEY": "none"},
            capture_output=True,
            text=True,
            check=True,
        )
        server.stdin.write("\n")
        server.stdin.flush()
        answered = int(server.stdout.readline())
        server.stdin.close()
    told = json.loads(done.stdout)
    assert told["replies"] == told["ok"] == answered > 0
    assert told["bad"] == told["broken"] == 0
