"""The page Routing in a real Chromium: trying a question, comparing versions, and what is done with a second press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console import traffic
from tests.console.conftest import Served
from tests.console.test_browser import Reader
from tests.console.test_routing import made, office
from vestibule.access.keys import ADMIN_TENANT
from vestibule.access.roles import SCOPES_OF_ROLE
from vestibule.configuration.office import Office
from vestibule.core.configuration import Document
from vestibule.storage.database import Database

__all__ = ["office"]

pytestmark = pytest.mark.needs_chromium


@pytest.fixture
async def admin(chromium: Browser, keyed: Served, office: Office, database: Database) -> AsyncIterator[Reader]:
    """An administrator of the house, signed in, with a day of traffic, two versions and an experiment behind it."""
    await traffic.log(database, *traffic.a_day(ADMIN_TENANT), *traffic.participating(keyed.tenant))
    await made(office, Document(prompts={"standing": "Answer in two sentences."}), "short answers")
    await made(office, traffic.with_experiment(keyed.tenant), "try a cooler sampling")
    context = await chromium.new_context(reduced_motion="reduce")
    reader = Reader(page := await context.new_page(), keyed)
    await reader.goto("/sign-in")
    await page.fill("#key", (await keyed.keys.create(ADMIN_TENANT, SCOPES_OF_ROLE["admin"])).token)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Overview")
    await page.get_by_role("link", name="Routing").click()
    await expect(page.locator("h1")).to_have_text("Routing")
    yield reader
    await context.close()
    assert reader.complaints == []


async def tried(page: Page, question: str) -> None:
    await page.fill("#question", question)
    await page.keyboard.press("Tab")
    await page.click("#try-button")
    await expect(page.locator("#decision")).not_to_have_attribute("aria-busy", "true")


async def test_a_question_is_tried(admin: Reader) -> None:
    page = admin.page
    await page.select_option("#task", "analysis")
    await page.select_option("#level", "internal")
    await tried(page, "Which <b>plan</b> is best?")
    decision = page.locator("#decision")
    await expect(decision.locator(".chosen")).to_contain_text("qwen at home would answer")
    await expect(decision.locator("[data-candidate]")).to_have_count(4)
    await expect(decision.locator("[data-candidate=deepseek]")).to_have_class("with-why rejected")
    await expect(decision).to_contain_text("kind of work: analysis")
    assert admin.served.explain.requests[0].question == "Which <b>plan</b> is best?"
    assert await decision.locator("b, cloud").count() == 0
    await tried(page, "nobody")
    await expect(decision).to_contain_text("Nobody would answer")
    await tried(page, "refuse")
    await expect(decision.locator(".form-error")).to_have_text("The model `<b>` does not exist here. Known: qwen.")
    admin.complaints.clear()  # the status of what was refused


async def test_the_chart_shows_where_requests_were_answered(admin: Reader) -> None:
    drawn = "echarts.getInstanceByDom(document.getElementById('places-chart')).getOption().series"
    await admin.page.wait_for_function(f"{drawn}.length === 3")
    sums = await admin.page.evaluate(f"{drawn}.map((one) => one.data.reduce((sum, [, count]) => sum + count, 0))")
    assert all(count > 0 for count in sums), sums


async def test_versions_are_compared_and_rolled_back_with_a_second_press(admin: Reader, office: Office) -> None:
    page, (number, _) = admin.page, await office.live()
    await page.click("#compare-button")
    await expect(page.locator("#difference")).to_contain_text("prompts.standing")
    row = page.locator(f"[data-version='{number - 1}'][data-act]")
    await row.focus()
    await page.keyboard.press("Enter")
    dialog = page.locator("#confirm")
    await expect(dialog).to_be_visible()
    await expect(page.locator("#reason")).to_be_focused()
    await expect(dialog).to_contain_text(f"Roll back to version {number - 1}?")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(row).to_be_focused()
    assert (await office.live())[0] == number, "nothing is done with the first press"
    await row.click()
    await page.click("#confirm-do")
    await expect(dialog).to_be_visible()
    assert (await office.live())[0] == number, "nothing is done without a reason"
    await page.fill("#reason", "answers were too long")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".in-force")).to_contain_text(f"Version {number + 1} is in force")
    await expect(page.locator("#toast")).to_contain_text(f"version {number - 1} says is in force")
    await expect(page.locator("[data-part=versions]")).to_be_focused()
    await expect(page.locator("[data-part=experiments]")).to_contain_text("No experiment runs")
    assert (await office.live())[1].prompts == {"standing": "Answer in two sentences."}
    shown = await page.locator(".in-force time").inner_text()
    assert ":" in shown
    assert "20" in shown, "the day is told, not the time alone"


async def test_what_cannot_be_done_says_why_and_stays_open(admin: Reader, office: Office) -> None:
    page = admin.page
    button = page.locator("[data-act=promote][data-arm=cooler]")
    await office.rollback(0, author="somebody else", reason="meanwhile")
    await button.click()
    await page.fill("#reason", "surely better")
    await page.click("#confirm-do")
    await expect(page.locator("#confirm-error")).to_contain_text("There is no experiment `cooler-")
    await expect(page.locator("#confirm")).to_be_visible()
    await page.click("#confirm-leave")
    await expect(page.locator("#confirm")).to_be_hidden()
    admin.complaints.clear()  # the status of what was refused


async def test_an_arm_is_stopped_and_another_promoted(admin: Reader, office: Office) -> None:
    page = admin.page
    experiment = page.locator("[data-part=experiments]")
    await expect(experiment.locator("tr[data-arm=cooler]")).to_contain_text("better")
    await page.click("[data-act=stop][data-arm=coldest]")
    await page.fill("#reason", "answers <i>nothing</i>")
    await page.click("#confirm-do")
    await expect(experiment.locator("tr[data-arm=coldest]")).to_contain_text("stopped")
    await expect(experiment).to_contain_text("answers <i>nothing</i>")
    await page.click("[data-act=promote][data-arm=cooler]")
    await page.fill("#reason", "surely better")
    await page.click("#confirm-do")
    await expect(experiment).to_contain_text("No experiment runs")
    await expect(page.locator("[data-part=versions]")).to_contain_text(
        f"cooler of cooler-{admin.served.tenant} promoted"
    )
    assert (await office.live())[1].experiments == ()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_serious_faults_of_access_and_nothing_overflows(
    admin: Reader, theme: Literal["light", "dark"]
) -> None:
    page = admin.page
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await tried(page, "Which plan is best?")
    await page.click("#compare-button")
    await expect(page.locator("#difference table")).to_be_visible()
    assert await admin.faults() == []
    await page.set_viewport_size({"width": 360, "height": 740})
    # the chart takes its new width with the next frame
    await page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
    assert not await admin.overflows()
    await page.locator("[data-act=promote]").first.click()
    await expect(page.locator("#confirm")).to_be_visible()
    assert await admin.faults() == []
    assert not await admin.overflows()
