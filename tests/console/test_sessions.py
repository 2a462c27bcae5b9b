"""Sessions end by themselves, the oldest first, and a form token goes with one cookie only."""

import pytest
from starlette.requests import HTTPConnection

from vestibule.console import sessions
from vestibule.console.sessions import FORM_COOKIE, FORM_HEADER, SESSION_COOKIE, FormTokens, Sessions
from vestibule.core.errors import Forbidden


def browser(cookie: str = "", **headers: str) -> HTTPConnection:
    sent = {"cookie": cookie, **headers}
    return HTTPConnection({"type": "http", "headers": [(k.encode(), v.encode()) for k, v in sent.items()]})


def holding(name: str) -> HTTPConnection:
    return browser(f"{SESSION_COOKIE}={name}")


def test_a_session_gives_back_its_key_until_it_is_closed() -> None:
    kept = Sessions()
    visitor = holding(kept.open("vst_a"))
    assert kept.token(visitor) == "vst_a"
    assert kept.token(browser()) is None
    kept.close(visitor)
    assert kept.token(visitor) is None


def test_a_session_ends_after_its_lifetime() -> None:
    now = 0.0
    kept = Sessions(clock=lambda: now)
    visitor = holding(kept.open("vst_a"))
    now = sessions.LIFETIME_S - 1
    assert kept.token(visitor) == "vst_a"
    now = sessions.LIFETIME_S + 1
    assert kept.token(visitor) is None


def test_too_many_sessions_push_out_the_oldest() -> None:
    kept = Sessions()
    names = [kept.open(f"vst_{n}") for n in range(sessions.KEPT + 1)]
    assert kept.token(holding(names[0])) is None
    assert kept.token(holding(names[1])) == "vst_1"


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
