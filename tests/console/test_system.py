"""The System page: what an operator sees at a glance, over HTTP and in a real Chromium."""

from __future__ import annotations

import asyncio
import html
import re

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, expect

from tests.console.conftest import Serve, Served
from tests.console.scripted import SYSTEM
from vestibule.access.terms import Terms
from vestibule.monitoring.status import Memory, ModelStatus, SystemStatus


async def shown(served: Served) -> str:
    """The text of the page, without its tags."""
    reply = await served.visitor().get("/console/system")
    assert reply.status == 200
    main = reply.body.decode().partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


async def test_each_model_is_shown_with_its_place_its_state_and_its_queue(demo: Served) -> None:
    text = await shown(demo)
    assert "qwen3:4b ollama ready at home 2 of 2 at once, 3 waiting 4.0 GiB" in text
    assert "house-lora llamacpp asleep at home 0 of 2 at once not loaded" in text
    assert "broken llamacpp failed at home 0 of 1 at once not loaded the file <is> cut short" in text
    assert (
        "large openai · remote · sees images resting in the cloud no limit resting for another 12 s: it failed 5 times"
        in text
    )
    assert "minilm onnx · vestibule · gives vectors ready at home" in text


async def test_the_figures_say_at_once_whether_all_is_well(demo: Served) -> None:
    text = await shown(demo)
    assert "Models well 4 of 6 2 cannot be asked now" in text
    assert "Answering now 2 3 wait for a turn" in text
    assert "Memory of models 4.0 GiB of 12 GiB at home" in text
    assert "Parts of the house 1 not well 1 API key rests" in text
    demo.status = SystemStatus((ModelStatus("extractive", "extractive", "extractive", "home"),), Memory(1 << 30, 0))
    text = await shown(demo)
    assert "Models well 1 of 1 all can be asked" in text
    assert "Parts of the house All well every API key can be used" in text
    assert "extractive extractive · only by name" in text
    assert "No provider outside" in text
    assert "No model is loaded." in text


async def test_keys_that_rest_are_named_by_their_place(demo: Served) -> None:
    text = await shown(demo)
    assert "remote 1 of 2 usable env:REMOTE_KEY was rejected The next may be used again in 48 s." in text
    assert "other 1 key usable" in text
    assert "keyless none set" in text


async def test_parts_that_are_not_well_say_why(demo: Served) -> None:
    text = await shown(demo)
    assert "Database well Ollama well Ollama 0.12 at 127.0.0.1:11434 Privacy not well the policy is broken" in text
    assert "Spare not in use" in text


async def test_a_key_that_may_name_one_model_sees_that_one(serve: Serve) -> None:
    served = await serve(demo=False)
    created = await served.keys.create(served.tenant, ["knowledge"], terms=Terms(models=("large",)))
    visitor = served.visitor()
    await visitor.get("/console/sign-in")
    assert (await visitor.post("/console/sign-in", {"key": created.token})).status == 204
    page = (await visitor.get("/console/system")).body.decode()
    assert re.findall(r'data-model="([^"]+)"', page) == ["large"]


async def test_the_live_stream_wants_a_session(keyed: Served) -> None:
    assert (await keyed.visitor().get("/console/system/stream")).status == 401


@pytest.mark.needs_chromium
async def test_the_page_follows_what_changes_by_itself(chromium: Browser, demo: Served) -> None:
    page = await chromium.new_page()
    await page.goto(f"{demo.url}/system")
    await expect(page.locator("#live")).to_have_text("Live")
    large = page.locator("[data-model=large]")
    await expect(large).to_contain_text("resting")
    well = [replace(model, state="ready", why="") for model in SYSTEM.models]
    demo.status = replace(SYSTEM, models=tuple(well))
    await expect(large).to_contain_text("ready")
    await expect(page.locator(".stat-value").first).to_have_text("6 of 6")


@pytest.mark.needs_chromium
async def test_a_phone_shows_each_model_whole(chromium: Browser, demo: Served) -> None:
    page = await chromium.new_page(viewport={"width": 360, "height": 740})
    await page.goto(f"{demo.url}/system")
    await page.wait_for_selector("#live[data-state=open]")
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    for row in await page.locator(".model-row").all():
        box = await row.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


async def test_the_stream_ends_when_the_server_stops(demo: Served) -> None:
    visitor = demo.visitor()
    async with asyncio.timeout(10), visitor.gateway().connection() as (reader, writer):
        writer.write(visitor.encode("GET", "/console/system/stream", {}))
        assert b"event: models" in await reader.readuntil(b"event: models")
        demo.stopping = True
        await reader.read()
