"""A house that was told nothing: a model that is named is asked as it stands, `auto` is told that nothing was found."""

from __future__ import annotations

import json
from pathlib import Path

from tests.test_attempts import KNOWN, Says, Site, site
from tests.test_pipeline import MANUAL
from vestibule.core.chat import ChatRequest, Message, Options

QUESTION = "Write a line about pumps."


async def sent(at: Site, model: str, **options: object) -> list[str]:
    """Roles and contents of what the model was sent."""
    request = ChatRequest(model, (Message("user", QUESTION),), options=Options(cache="bypass", **options))  # type: ignore[arg-type]  # of its fields
    before = len(at.servers["near"].requests)
    await at.complete(request)
    body = json.loads(at.servers["near"].requests[before].body)
    return [f"{turn['role']}: {turn['content']}" for turn in body["messages"]]


async def test_a_model_that_is_named_is_asked_as_it_stands_until_there_is_something_to_rest_on(
    storage_home: Path,
) -> None:
    async with site(storage_home, near=Says(text=KNOWN)) as at:
        assert await sent(at, "near") == [f"user: {QUESTION}"]
        instructed = await sent(at, "auto")
        assert "No source was found" in instructed[0]

        await at.house.knowledge.accept(at.issued.key.tenant, "pump.md", MANUAL)
        await at.house.knowledge.work(building_names=at.house.buildings.names)
        assert (await sent(at, "near"))[0].startswith("system: You answer questions about buildings")
        assert await sent(at, "near", knowledge=False) == [f"user: {QUESTION}"]
