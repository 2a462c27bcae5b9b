"""What the tests of this room share."""

from __future__ import annotations

import pytest

from tests.access.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
