"""`/v1/models` through the official SDK."""

from __future__ import annotations

import openai
import pytest

from tests.gateway.conftest import Server


async def test_listing(server: Server) -> None:
    async with server.sdk() as client:
        models = [model async for model in client.models.list()]
    assert [model.id for model in models] == ["auto", "extractive", "all-MiniLM-L6-v2"]
    assert {(model.object, model.owned_by, model.created) for model in models} == {
        ("model", "vestibule", 1_764_000_000)
    }


async def test_one_model(server: Server) -> None:
    async with server.sdk() as client:
        assert (await client.models.retrieve("extractive")).id == "extractive"
        with pytest.raises(openai.NotFoundError) as failure:
            await client.models.retrieve("org/unknown")
    assert failure.value.code == "not_found"
    assert "org/unknown" in failure.value.message
