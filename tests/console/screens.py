"""Photograph the console of a running server, as in docs/screens: `python -m tests.console.screens URL FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright

from tests.console.conftest import CHROMIUM

SIZES = {"wide": (1280, 860), "phone": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def photograph(url: str, folder: Path) -> None:
    """Write a PNG of every page in light, dark and phone width."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        )
        for theme in THEMES:
            for size in SIZES:
                await _visit(browser, url, folder, theme, size)
        await browser.close()


async def _visit(browser: Browser, url: str, folder: Path, theme: Literal["light", "dark"], size: str) -> None:
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, timezone_id="Europe/Berlin"
    )
    page = await context.new_page()
    page.on("console", lambda message: print(f"{theme} {size}: {message.type}: {message.text}"))
    page.on("pageerror", lambda error: print(f"{theme} {size}: {error}"))

    async def save(name: str, *, full: bool = False) -> None:
        tall = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": width, "height": max(height, tall) if full else height})
        await page.wait_for_timeout(400)
        await page.screenshot(path=folder / f"{name}-{theme}-{size}.png")

    await page.goto(f"{url}/console/")
    await save("start")
    await page.click("#start-dismiss")
    await page.goto(f"{url}/console/playground")
    await save("welcome")
    await _answer(page)
    await save("playground", full=True)
    await page.locator(".cite", has_text="2").first.click()
    await page.wait_for_selector("#passage mark")
    await save("source")
    await page.keyboard.press("Escape")
    await page.goto(f"{url}/console/")
    await page.wait_for_selector("#live[data-state=open]")
    await save("overview", full=True)
    await page.goto(f"{url}/console/privacy")
    await page.click("#check-button")
    await page.wait_for_selector("#report .found")
    await save("privacy", full=True)
    await page.goto(f"{url}/console/routing")
    await page.click("#try-button")
    await page.wait_for_selector("#candidates")
    await save("routing", full=True)
    await page.goto(f"{url}/console/system")
    await page.wait_for_selector("#live[data-state=open]")
    await save("system", full=True)
    await page.goto(f"{url}/console/design")
    await save("design", full=True)
    await context.close()


async def _answer(page: Page) -> None:
    """Ask the first example, past the cache, so that every step is taken."""
    await page.click(".settings summary")
    await page.uncheck("#cache")
    await page.click(".settings summary")
    await page.click("[data-question]")
    await page.wait_for_selector(".exchange.complete")


if __name__ == "__main__":
    asyncio.run(photograph(sys.argv[1], Path(sys.argv[2])))
