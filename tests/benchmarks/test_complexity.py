"""The judge of the complexity model: areas that we know, and a set read as a user brings it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.routing.complexity import area, recovered

GAINS = np.array([1.0, 0.0, 1.0, 0.0])


def test_the_best_order_the_worst_and_none() -> None:
    assert area(GAINS, GAINS) == pytest.approx(0.75)
    assert area(-GAINS, GAINS) == pytest.approx(0.25)
    assert area(np.zeros(4), GAINS) == pytest.approx(0.5)


def test_what_a_share_recovers() -> None:
    assert recovered(GAINS, GAINS, 0.5) == 1
    assert recovered(GAINS, GAINS, 0.25) == 0.5
    assert recovered(np.zeros(4), GAINS, 0.1) == pytest.approx(0.1)


@pytest.mark.parametrize("by", [["--good", "fine"], []])
def test_a_set_is_judged_by_either_of_its_columns(tmp_path: Path, by: list[str]) -> None:
    rows = [{"prompt": f"What is the capital of {c}?", "weak": 1, "strong": 1, "fine": True} for c in ("Peru", "Chad")]
    rows += [
        {"prompt": p, "weak": 0, "strong": 1, "fine": False} for p in ("Prove that 5 divides n^5 - n.", "Prove it.")
    ]
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    command = [sys.executable, "-m", "benchmarks.routing.complexity", "--data", str(path), *by]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout)
    assert found["requests"] == 4
    assert found["quality"] == {"all_weak": 0.5, "all_strong": 1.0}
    assert found["area"]["model"][0] == found["area"]["best_possible"] == 0.75
    assert found["quality_at_share"]["50%"]["model"] == 1
