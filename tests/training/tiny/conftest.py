"""PyTorch on one thread, or a test that is skipped."""

from __future__ import annotations

from types import ModuleType

import pytest


@pytest.fixture
def torch() -> ModuleType:
    """Threads that wait for each other would take minutes on a machine that is busy with something else."""
    found: ModuleType = pytest.importorskip("torch", reason="torch is not installed")
    found.set_num_threads(1)
    return found
