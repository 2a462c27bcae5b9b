"""What each role may see and do: every page and every act of the console × every role, through the whole product; and
what a browser shows of what one may not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.console.conftest import Served, Visitor
from tests.console.scripted import QUOTE
from tests.console.test_browser import Reader
from tests.console.test_sign_in import signed_in
from tests.gateway.house import routes_of, whole_house
from vestibule.access.roles import SCOPES_OF_ROLE
from vestibule.core.caller import ROLES, Role
from vestibule.core.settings import Limits, Settings

EVERYBODY = frozenset(ROLES)
NOBODY: frozenset[Role] = frozenset()
"""Of a tenant of its own: what is of the whole house is not for its people."""
ASKS: frozenset[Role] = frozenset({"viewer", "operator", "admin"})
PAGES: Mapping[str, frozenset[Role]] = {
    "GET /console/": EVERYBODY,
    "GET /console/playground": ASKS,
    "GET /console/privacy": frozenset({"auditor", "admin"}),
    "GET /console/routing": frozenset({"operator", "auditor", "admin"}),
    "GET /console/system": frozenset({"operator", "admin"}),
    "GET /console/design": EVERYBODY,
}
STREAMS: Mapping[str, frozenset[Role]] = {
    "GET /console/overview/stream": EVERYBODY,
    "GET /console/system/stream": PAGES["GET /console/system"],
}
ACTS: Mapping[str, tuple[frozenset[Role], dict[str, object]]] = {
    "POST /console/playground/ask": (ASKS, {"turns": [{"role": "user", "content": "Why?"}]}),
    "POST /console/playground/passage": (
        ASKS,
        {"index": 1, "document_id": "none", "title": "t", "locator": "l", "quote": QUOTE},
    ),
    "POST /console/privacy/check": (frozenset({"admin"}), {"text": "The alarm code is 4711."}),
    "POST /console/routing/try": (frozenset({"admin"}), {"question": "Which plan is best?"}),
    "POST /console/routing/compare": (NOBODY, {"before": 0, "after": 0}),
    "POST /console/routing/roll-back": (NOBODY, {"version": 0, "reason": "why"}),
    "POST /console/routing/stop": (NOBODY, {"experiment": "none", "reason": "why"}),
    "POST /console/routing/promote": (NOBODY, {"experiment": "none", "arm": "none", "reason": "why"}),
}
AT_THE_DOOR = {"GET /console/sign-in", "POST /console/sign-in", "POST /console/sign-out", "GET /console"}


@pytest.mark.slow
async def test_every_page_and_act_by_every_role(
    storage_home: Path, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=storage_home, limits=Limits(requests_per_minute=10_000))
    async with whole_house(settings, monkeypatch) as (house, port, application):
        served = {f"{method} {path}" for method, path in routes_of(application) if path.startswith("/console")}
        assert served == {*PAGES, *STREAMS, *ACTS, *AT_THE_DOOR}, "say here who may see or do what was added"
        for role in ROLES:
            visitor = Visitor(port)
            key = (await house.keys.create(tenant, SCOPES_OF_ROLE[role])).token
            await visitor.get("/console/sign-in")
            assert (await visitor.post("/console/sign-in", {"key": key})).status == 204
            await visitor.get("/console/")
            for page, allowed in PAGES.items():
                reply = await visitor.get(page.removeprefix("GET "))
                assert reply.status == (200 if role in allowed else 403), (page, role)
                assert role in allowed or b"Ask an administrator" in reply.body, (page, role)
                assert tenant.encode() in reply.body, "the way to the other pages stays"
            for stream, allowed in STREAMS.items():
                assert await _status(visitor, stream.removeprefix("GET ")) == (200 if role in allowed else 403), stream
            for act, (allowed, sent) in ACTS.items():
                reply = await visitor.post(act.removeprefix("POST "), sent)
                assert reply.status == (200 if role in allowed else 403), (act, role, reply.body)
                assert role in allowed or reply.code == "forbidden"


async def _status(visitor: Visitor, path: str) -> int:
    """Of a stream that does not end by itself."""
    async with visitor.gateway().connection() as (reader, writer):
        writer.write(visitor.encode("GET", path, {}))
        return int((await reader.readuntil(b"\r\n")).split()[1])


@pytest.mark.parametrize("role", ROLES)
async def test_a_page_shows_what_its_reader_may_not_with_the_reason(keyed: Served, role: Role) -> None:
    visitor = await signed_in(keyed, (await keyed.keys.create(keyed.tenant, SCOPES_OF_ROLE[role])).token)
    page = (await visitor.get("/console/")).body.decode()
    for name, path in (
        ("Playground", "playground"),
        ("Privacy", "privacy"),
        ("Routing", "routing"),
        ("System", "system"),
    ):
        allowed = role in PAGES[f"GET /console/{path}"]
        assert (f'href="/console/{path}"' in page) is allowed
        assert (f"<span>{name} <small>for " in page) is not allowed
    assert ('id="start-ask"' in page) is (role in ASKS)


@pytest.mark.parametrize("role", ["auditor", "admin"])
async def test_who_may_look_and_not_try_sees_why(keyed: Served, role: Role) -> None:
    visitor = await signed_in(keyed, (await keyed.keys.create(keyed.tenant, SCOPES_OF_ROLE[role])).token)
    page = (await visitor.get("/console/privacy")).body.decode()
    assert ("This is for administrators." in page) is (role == "auditor")
    assert (page.count(" disabled>") == 2) is (role == "auditor")


@pytest.mark.needs_chromium
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_an_auditor_s_browser(chromium: Browser, keyed: Served, theme: str, width: int) -> None:
    key = (await keyed.keys.create(keyed.tenant, SCOPES_OF_ROLE["auditor"])).token
    context = await chromium.new_context(
        viewport={"width": width, "height": 740}, color_scheme="dark" if theme == "dark" else "light"
    )
    reader = Reader(page := await context.new_page(), keyed)
    await reader.goto("/sign-in")
    await page.fill("#key", key)
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Overview")
    barred = page.get_by_role("link", name="Playground for viewers, operators and administrators")
    await expect(barred).to_have_attribute("aria-disabled", "true")
    await barred.focus()
    await expect(barred).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Overview")
    assert await reader.faults() == []
    assert not await reader.overflows()
    await page.get_by_role("link", name="Privacy").click()
    await expect(page.locator("h1")).to_have_text("Privacy")
    await expect(page.locator("#check-button")).to_be_disabled()
    await expect(page.locator("#text")).to_be_disabled()
    assert await reader.faults() == []
    assert not await reader.overflows()
    assert reader.complaints == []
    await reader.goto("/playground")
    await expect(page.locator("h1")).to_have_text("The Playground is for viewers, operators and administrators.")
    await expect(page.get_by_role("link", name="Overview").first).to_be_visible()
    assert await reader.faults() == []
    assert not await reader.overflows()
    await context.close()
