"""A running product under constant change of its configuration: nothing is dropped, and no answer is of two of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.configuration.reloading import drive
from tests.serving.driving import two_workers

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the children of a process in /proc"),
]


async def test_every_answer_is_of_the_one_version_that_it_names(storage_home: Path) -> None:
    with two_workers(storage_home / "cache", upstream="tests.configuration.echo") as running:
        outcome = await drive(running, requests=300, restarts=1)
    assert outcome.dropped == []
    assert outcome.mixed == []
    assert len(outcome.answers) >= 300
    assert outcome.versions > 3
    assert len({version for version, _ in outcome.answers}) > 3
