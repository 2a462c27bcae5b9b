"""A form token goes with one browser, one session and one house."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from vestibule.access.sessions import Sessions
from vestibule.console.sessions import FORM_COOKIE, FORM_HEADER, SESSION_COOKIE, FormTokens
from vestibule.core.errors import Forbidden
from vestibule.storage.database import Database


def browser(cookie: str = "", **headers: str) -> HTTPConnection:
    sent = {"cookie": cookie, **headers}
    return HTTPConnection({"type": "http", "headers": [(k.encode(), v.encode()) for k, v in sent.items()]})


def test_a_form_token_goes_with_its_cookie_and_its_process() -> None:
    forms = FormTokens()
    cookie, token = forms.issue(browser())
    again = forms.issue(browser(f"{FORM_COOKIE}={cookie}"))
    assert again == (cookie, token), "a second page leaves the first one valid"
    forms.check(browser(f"{FORM_COOKIE}={cookie}", **{FORM_HEADER: token}))
    wrong = [
        (forms, browser(f"{FORM_COOKIE}=other", **{FORM_HEADER: token})),
        (forms, browser(f"{FORM_COOKIE}={cookie}", **{FORM_HEADER: "ä"})),
        (forms, browser(**{FORM_HEADER: forms.issue(browser())[1]})),
        (FormTokens(), browser(f"{FORM_COOKIE}={cookie}", **{FORM_HEADER: token})),
    ]
    for judge, sent in wrong:
        with pytest.raises(Forbidden):
            judge.check(sent)


def test_a_form_token_of_before_a_sign_in_is_worth_nothing_after_it() -> None:
    forms = FormTokens()
    cookie, before = forms.issue(browser())
    signed_in = f"{FORM_COOKIE}={cookie}; {SESSION_COOKIE}=a-session"
    with pytest.raises(Forbidden, match="Reload"):
        forms.check(browser(signed_in, **{FORM_HEADER: before}))
    _, during = forms.issue(browser(signed_in))
    forms.check(browser(signed_in, **{FORM_HEADER: during}))
    for after in (f"{FORM_COOKIE}={cookie}", f"{FORM_COOKIE}={cookie}; {SESSION_COOKIE}=another"):
        with pytest.raises(Forbidden):
            forms.check(browser(after, **{FORM_HEADER: during}))


async def test_workers_accept_each_other_s_forms(database: Database) -> None:
    one, other = FormTokens(Sessions(database).form_key), FormTokens(Sessions(database).form_key)
    await one.ready()
    await other.ready()
    cookie, token = one.issue(browser())
    other.check(browser(f"{FORM_COOKIE}={cookie}", **{FORM_HEADER: token}))
