"""No request, as described or not, gets a 500 of the running house, and none hangs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.fuzz.openapi import fuzz
from tests.fuzz.serving import served

CASES = int(os.environ.get("VESTIBULE_FUZZ", "8"))


@pytest.mark.timeout(0 if CASES > 50 else 300)
@pytest.mark.slow
async def test_every_operation_is_answered_whatever_it_is_sent(storage_home: Path) -> None:
    async with served(storage_home) as house:
        seen = await asyncio.to_thread(fuzz, house, CASES)
    print(f"{seen.requests} requests to {len(seen.operations)} operations: {dict(seen.statuses)}")
    assert seen.broken == []
    assert {"POST /v1/chat/completions", "POST /v1/embeddings", "GET /v1/models"} <= seen.operations
    assert seen.requests > 4 * len(seen.operations)
