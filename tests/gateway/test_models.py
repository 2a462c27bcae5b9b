"""`/v1/models` through the official SDK."""

from __future__ import annotations

import openai
import pytest

from tests.gateway.conftest import Server
from vestibule.access.keys import Keys
from vestibule.access.terms import Terms
from vestibule.storage.database import Database


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


async def test_a_key_sees_the_models_it_may_name(server: Server, database: Database, tenant: str) -> None:
    key = (await Keys(database).create(tenant, ["inference"], terms=Terms(models=("extractive",)))).token
    listed = await server.ask("GET", "/v1/models", key=key)
    assert [model["id"] for model in listed.json["data"]] == ["extractive"]
    assert (await server.ask("GET", "/v1/models/extractive", key=key)).status == 200
    assert (await server.ask("GET", "/v1/models/auto", key=key)).status == 404
    refused = await server.ask("POST", "/v1/embeddings", {"model": "auto", "input": "a"}, key=key)
    assert (refused.status, refused.json["error"]["param"]) == (403, "model")
    assert "`extractive`" in refused.json["error"]["message"]
