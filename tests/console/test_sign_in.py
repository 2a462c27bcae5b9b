"""Signing in and out by a browser's own means: cookies that change, forms that grow old, and doors that shut."""

from __future__ import annotations

import pytest

from tests.console.conftest import Served, Visitor
from vestibule.access.guessing import FAILURES_PER_MINUTE
from vestibule.access.terms import Terms

SESSION, FORM = "vestibule_session", "vestibule_form"


async def signed_in(served: Served, token: str) -> Visitor:
    visitor = served.visitor()
    await visitor.get("/console/sign-in")
    assert (await visitor.post("/console/sign-in", {"key": token})).status == 204
    await visitor.get("/console/")
    return visitor


@pytest.fixture
async def token(keyed: Served) -> str:
    return (await keyed.keys.create(keyed.tenant, ["inference"])).token


async def test_a_planted_session_gains_nothing(keyed: Served, token: str) -> None:
    """Who signs in gets another name than the browser had, and the one it had is worth nothing (session fixation)."""
    visitor = keyed.visitor()
    visitor.cookies[SESSION] = "planted-by-somebody"
    await visitor.get("/console/sign-in")
    await visitor.post("/console/sign-in", {"key": token})
    assert visitor.cookies[SESSION] != "planted-by-somebody"
    planter = keyed.visitor()
    planter.cookies[SESSION] = "planted-by-somebody"
    assert (await planter.get("/console/")).status == 303


async def test_signing_in_again_ends_the_session_before(keyed: Served, token: str) -> None:
    visitor = await signed_in(keyed, token)
    before = visitor.cookies[SESSION]
    assert (await visitor.post("/console/sign-in", {"key": token})).status == 204
    assert visitor.cookies[SESSION] != before
    old = keyed.visitor()
    old.cookies[SESSION] = before
    assert (await old.get("/console/")).status == 303


async def test_a_form_of_before_the_sign_in_cannot_be_sent_again(keyed: Served, token: str) -> None:
    visitor = keyed.visitor()
    await visitor.get("/console/sign-in")
    replayed, form = visitor.form_token, visitor.cookies[FORM]
    await visitor.post("/console/sign-in", {"key": token})
    visitor.cookies[FORM] = form
    reply = await visitor.post("/console/sign-out", {}, **{"x-form-token": replayed})
    assert (reply.status, reply.code) == (403, "forbidden")
    assert (await visitor.get("/console/")).status == 200
    assert (await visitor.post("/console/sign-out", {})).status == 204


async def test_another_visitor_s_form_cannot_be_sent(keyed: Served, token: str) -> None:
    visitor, mallory = await signed_in(keyed, token), await signed_in(keyed, token)
    reply = await visitor.post("/console/sign-out", {}, **{"x-form-token": mallory.form_token})
    assert reply.status == 403
    visitor.cookies[FORM] = mallory.cookies[FORM]
    reply = await visitor.post("/console/sign-out", {}, **{"x-form-token": mallory.form_token})
    assert reply.status == 403, "a planted cookie with its token does not go with this session"


async def test_signing_out_everywhere(keyed: Served, token: str) -> None:
    here, there = await signed_in(keyed, token), await signed_in(keyed, token)
    stranger = await signed_in(keyed, (await keyed.keys.create(keyed.tenant, ["inference"])).token)
    assert (await here.post("/console/sign-out", {"everywhere": True})).status == 204
    statuses = [(await visitor.get("/console/")).status for visitor in (here, there, stranger)]
    assert statuses == [303, 303, 200]


async def test_a_page_offers_to_sign_out_here_and_everywhere(keyed: Served, token: str) -> None:
    page = (await (await signed_in(keyed, token)).get("/console/")).body.decode()
    assert 'id="sign-out"' in page
    assert 'id="sign-out-everywhere"' in page


async def test_guessing_is_slowed_down_and_the_right_key_still_comes_in(keyed: Served, token: str) -> None:
    visitor = keyed.visitor()
    await visitor.get("/console/sign-in")
    statuses = [
        (await visitor.post("/console/sign-in", {"key": f"vst_guess_{number}"})).status
        for number in range(FAILURES_PER_MINUTE + 1)
    ]
    assert statuses[0] == 401
    reply = await visitor.post("/console/sign-in", {"key": "vst_guess"})
    assert (reply.status, reply.code) == (429, "rate_limited")
    assert int(reply.headers["retry-after"]) >= 1
    assert (await visitor.post("/console/sign-in", {"key": token})).status == 204


async def test_a_session_is_good_where_its_key_is(keyed: Served) -> None:
    issued = await keyed.keys.create(keyed.tenant, ["inference"], terms=Terms(networks=("192.0.2.0/24",)))
    visitor = keyed.visitor()
    await visitor.get("/console/sign-in")
    assert (await visitor.post("/console/sign-in", {"key": issued.token})).status == 403
    there = await keyed.keys.create(keyed.tenant, ["inference"], terms=Terms(networks=("127.0.0.0/8",)))
    assert (await visitor.post("/console/sign-in", {"key": there.token})).status == 204


async def test_in_the_demo_nobody_needs_to(demo: Served) -> None:
    visitor = demo.visitor()
    await visitor.get("/console/playground")
    assert (await visitor.get("/console/sign-in")).headers["location"] == "/console/"
    assert (await visitor.post("/console/sign-in", {"key": "any"})).status == 204
    assert (await visitor.get("/console/")).status == 200


async def test_the_cookies_are_for_the_console_alone(keyed: Served, token: str) -> None:
    visitor = keyed.visitor()
    page = await visitor.get("/console/sign-in")
    reply = await visitor.post("/console/sign-in", {"key": token})
    for cookie in (page.headers["set-cookie"].lower(), reply.headers["set-cookie"].lower()):
        assert "path=/console" in cookie
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "domain=" not in cookie
