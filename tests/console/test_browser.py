"""The pages in a real Chromium: what a reader sees and presses, in light, dark and on a phone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.conftest import Served
from tests.console.scripted import QUOTE
from vestibule.monitoring.requests import RequestLog, RequestRecord
from vestibule.storage.database import Database

pytestmark = pytest.mark.needs_chromium

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
SERIOUS = ("serious", "critical")


class Reader:
    """A page under watch: whatever the browser complains of is kept."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page = page
        self.served = served
        self.complaints: list[str] = []
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def goto(self, path: str) -> None:
        await self.page.goto(f"{self.served.url}{path}")

    async def ask(self, question: str) -> None:
        await self.page.fill("#question", question)
        await self.page.keyboard.press("Enter")

    async def answered(self, question: str) -> None:
        await self.ask(question)
        await self.page.wait_for_selector(".exchange.complete")

    async def check(self, text: str) -> None:
        await self.page.fill("#text", text)
        await self.page.click("#check-button")
        await self.page.wait_for_selector("#report .found")

    async def overflows(self) -> bool:
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    async def faults(self) -> list[str]:
        """What axe finds serious on the page as it is now. Run past our policy, which would stop axe too."""
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("Runtime.evaluate", {"expression": AXE})
        script = "axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations))"
        result = await session.send(
            "Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True}
        )
        violations: list[dict[str, Any]] = json.loads(result["result"]["value"])
        return [
            f"{v['id']}: {node['target']} {node.get('failureSummary')}"
            for v in violations
            if v["impact"] in SERIOUS
            for node in v["nodes"]
        ]


@pytest.fixture
async def reader(chromium: Browser, demo: Served) -> AsyncIterator[Reader]:
    context = await chromium.new_context(timezone_id="Asia/Kolkata")
    reader = Reader(await context.new_page(), demo)
    yield reader
    await context.close()
    assert reader.complaints == []


async def test_an_answer_shows_its_steps_and_its_citation_opens_the_passage(reader: Reader) -> None:
    await reader.goto("/playground")
    await reader.answered("Why was it high?")
    page = reader.page
    await expect(page.locator(".answer strong").first).to_have_text("38,240 kWh")
    await expect(page.locator(".answer table tbody tr")).to_have_count(2)
    await expect(page.locator(".steps li")).to_have_count(9)
    await expect(page.locator("[data-first-token]")).to_have_text("42 ms")
    await page.get_by_role("button", name="Source 2").first.click()
    await expect(page.locator("#passage mark")).to_have_text(QUOTE)
    await page.keyboard.press("Escape")
    await expect(page.locator("#passage")).to_be_hidden()


async def test_markdown_becomes_what_it_means(reader: Reader) -> None:
    await reader.goto("/playground")
    text = "# One\n\na `x_y_z` _b_ c_d_e [1], ([2]).\n\n1. first\n   more\n2. **second**\n\n```\n<b>\n```\n| a |\n| b |"
    render = (
        "async (text) => { const {render} = await import('/console/static/js/markdown.js');"
        " const box = document.createElement('div');"
        " for (let n = 0; n <= text.length; n++) render(box, text.slice(0, n));"
        " return box.innerHTML; }"
    )
    html = str(await reader.page.evaluate(render, text))
    cite = '<button type="button" class="cite" data-citation="{0}" aria-label="Source {0}">{0}</button>'
    assert html == (
        f"<h3>One</h3><p>a <code>x_y_z</code> <em>b</em> c_d_e "
        f'<span class="together">{cite.format(1)},</span> (<span class="together">{cite.format(2)}).</span></p>'
        '<ol start="1"><li>first more</li><li><strong>second</strong></li></ol>'
        '<pre tabindex="0"><code>&lt;b&gt;</code></pre>'
        '<div class="table-wrap" tabindex="0"><table><tbody>'
        "<tr><td>a</td></tr><tr><td>b</td></tr></tbody></table></div>"
    )


async def test_the_check_of_access_finds_faults_where_there_are_some(reader: Reader) -> None:
    await reader.goto("/playground")
    await reader.page.evaluate("document.querySelector('#ask').replaceChildren()")
    assert any(fault.startswith("button-name") for fault in await reader.faults())


async def test_a_follow_up_carries_the_conversation(reader: Reader) -> None:
    await reader.goto("/playground")
    await reader.answered("Why was it high?")
    await reader.ask("And the week before?")
    await expect(reader.page.locator(".exchange.complete")).to_have_count(2)
    roles = [message.role for message in reader.served.pipeline.requests[1].messages]
    assert roles == ["user", "assistant", "user"]
    await reader.page.click("#renew")
    await reader.answered("Something else?")
    assert len(reader.served.pipeline.requests[2].messages) == 1


async def test_hostile_text_is_shown_and_never_run(reader: Reader) -> None:
    await reader.goto("/playground")
    await reader.answered("hostile")
    page = reader.page
    assert "<script>window.broken = 1</script>" in await page.locator(".answer").inner_text()
    assert "<script>window.broken = 6</script>" in await page.locator(".how").inner_text()
    await page.get_by_role("button", name="Source 1").first.click()
    await page.wait_for_selector("#passage blockquote")
    assert await page.evaluate("window.broken") is None
    made = ":is(.answer, .how, .sources, #passage) :is(script, img, iframe, a, svg:not(.icon), [onclick], [onerror])"
    assert await page.locator(made).count() == 0


async def test_stopping_and_leaving_end_the_answer(reader: Reader) -> None:
    await reader.goto("/playground")
    await reader.ask("stall")
    await expect(reader.page.locator(".answer")).to_contain_text("Harbour Office")
    await reader.page.click("#stop")
    await expect(reader.page.locator(".summary")).to_contain_text("not complete")
    await reader.ask("silence")
    async with asyncio.timeout(10):
        assert await reader.served.pipeline.ended.get() == "left"
        await reader.served.pipeline.silent.wait()
    await reader.goto("/")
    async with asyncio.timeout(10):
        assert await reader.served.pipeline.ended.get() == "left"


@pytest.mark.parametrize("question", ["refuse", "break", "cut"])
async def test_a_failure_is_told_and_never_looks_like_an_answer(reader: Reader, question: str) -> None:
    await reader.goto("/playground")
    await reader.ask(question)
    notice = reader.page.get_by_role("alert")
    await expect(notice).to_be_visible()
    assert await reader.page.locator(".exchange.complete").count() == 0
    assert await reader.page.locator(".summary b").count() == 0
    await expect(reader.page.locator("#ask")).to_be_visible()


async def test_the_start_guide_goes_with_the_reader_and_stays_dismissed(reader: Reader) -> None:
    page = reader.page
    await reader.goto("/")
    await page.click("#start-ask")
    await page.wait_for_selector(".exchange.complete")
    await expect(page.locator("[data-step=ask]")).to_have_class("done")
    await page.locator("[data-citation='2']").first.click()
    await expect(page.locator("[data-step=sources]")).to_have_class("done")
    await page.keyboard.press("Escape")
    await expect(page.locator("#start-snippet")).to_contain_text(f"http://127.0.0.1:{reader.served.port}/v1")
    await page.click("#start-dismiss")
    await reader.goto("/")
    await expect(page.locator("#start")).to_be_hidden()


async def test_the_overview_follows_the_request_log_by_itself(reader: Reader, database: Database) -> None:
    await reader.goto("/")
    page = reader.page
    await expect(page.locator("#live")).to_have_text("Live")
    before = int(await page.locator(".stat-value").first.inner_text())
    log = RequestLog(database)
    log.add(_record("one"))
    log.add(_record("two"))
    await log.close()
    await expect(page.locator(".stat-value").first).to_have_text(str(before + 2))
    await expect(page.locator("tbody tr").first).to_contain_text("restricted")
    drawn = "echarts.getInstanceByDom(document.getElementById('requests-chart')).getOption().series[0].data"
    await page.wait_for_function(f"{drawn}.reduce((sum, [, count]) => sum + count, 0) >= {before + 2}")
    shown = await page.locator("tbody time").first.inner_text()
    expected = "new Date(document.querySelector('tbody time').dateTime).toLocaleTimeString([], {hour12: false})"
    assert shown == await page.evaluate(expected)


def _record(name: str) -> RequestRecord:
    return RequestRecord(
        id=f"seen-{name}-{datetime.now(UTC).timestamp()}",
        tenant="demo",
        key_id="demo",
        started_at=datetime.now(UTC),
        duration_ms=120.0,
        model="auto",
        outcome="answered",
        answered_by="extractive",
        location="home",
        privacy_class="restricted",
        cache="miss",
        timings_ms={"first_token": 80.0},
    )


async def test_the_keyboard_reaches_everything_and_is_never_caught(reader: Reader) -> None:
    await reader.goto("/playground")
    page = reader.page
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(40):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert {"start-dismiss", "question", "ask", "BODY"} <= reached


async def test_the_theme_is_remembered(reader: Reader) -> None:
    await reader.page.emulate_media(color_scheme="light")
    await reader.goto("/")
    canvas = "getComputedStyle(document.body).backgroundColor"
    light = await reader.page.evaluate(canvas)
    await reader.page.click("#theme")
    dark = await reader.page.evaluate(canvas)
    assert dark != light
    await reader.page.reload()
    assert await reader.page.evaluate(canvas) == dark


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_serious_faults_of_access(
    reader: Reader, theme: Literal["light", "dark"], database: Database
) -> None:
    log = RequestLog(database)
    log.add(_record(theme))
    await log.close()
    await reader.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    for path in ("/", "/playground", "/privacy", "/routing", "/system", "/design", "/nowhere"):
        await reader.goto(path)
        assert await reader.faults() == [], path
    reader.complaints.clear()  # the status of the page that is not there
    await reader.goto("/privacy")
    await reader.check("Ask Ada <Byron> for 4711#.")
    assert await reader.faults() == []
    await reader.goto("/playground")
    await reader.answered("Why was it high?")
    await reader.page.click(".settings summary")
    assert await reader.faults() == []
    await reader.page.locator("[data-citation='2']").first.click()
    await reader.page.wait_for_selector("#passage mark")
    assert await reader.faults() == []


async def test_a_phone_shows_every_page_without_scrolling_sideways(reader: Reader) -> None:
    await reader.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/", "/playground", "/privacy", "/routing", "/system", "/design"):
        await reader.goto(path)
        assert not await reader.overflows(), path
    await reader.goto("/playground")
    await reader.answered("Why was it high?")
    await reader.page.click(".settings summary")
    assert not await reader.overflows()


async def test_a_text_is_tried_and_what_is_found_in_it_is_marked(reader: Reader) -> None:
    await reader.goto("/privacy")
    page = reader.page
    await reader.check("Ask Ada <Byron> about the pump.")
    report = page.locator("#report")
    await expect(report.locator("mark")).to_have_text("Ada <Byron>PERSON")
    await expect(report.locator("#leaves")).to_have_text("Ask ⟦PERSON_1⟧ about the pump.")
    await expect(report.locator("td").first).to_have_text("PERSON")
    await reader.check("Ada <Byron> knows 4711#, <img src=x onerror=alert(1)>")
    await expect(report.locator("mark")).to_have_count(2)
    await expect(report).to_contain_text("stays at home")
    await expect(report.locator("#leaves")).to_have_count(0)
    assert await page.locator("#report img").count() == 0


async def test_signing_in_by_hand(chromium: Browser, keyed: Served) -> None:
    token = (await keyed.keys.create(keyed.tenant, ["inference"])).token
    page = await chromium.new_page()
    reader = Reader(page, keyed)
    await reader.goto("/")
    assert await reader.faults() == []
    await page.fill("#key", "vst_wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not known here")
    await page.fill("#key", token)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Overview")
    assert await page.evaluate("document.cookie") == ""
    await reader.goto("/playground")
    await reader.answered("Why was it high?")
    await page.click("#sign-out")
    await expect(page.locator("h1")).to_have_text("Sign in")
    await page.close()
