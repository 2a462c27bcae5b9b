"""Who sits at the browser: its cookies, and the token that proves a post came from our own page.

A browser holds two cookies that no script can read: `vestibule_session`, the secret name of a session that access
keeps, and `vestibule_form`, a random value that goes with the pages it was shown. What was signed in with is neither.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable

from starlette.requests import HTTPConnection
from starlette.responses import Response

from vestibule.core.errors import Forbidden

PATH = "/console"
SESSION_COOKIE = "vestibule_session"
FORM_COOKIE = "vestibule_form"
FORM_HEADER = "x-form-token"


async def _no_key() -> bytes | None:
    return None


class FormTokens:
    """A page carries the token, the browser the cookies; another site can make a browser send only the cookies.

    The token goes with both cookies: one of before a sign-in or a sign-out is worth nothing after it. `shared` gives
    the key that all workers sign with; without one it is this process's own.
    """

    def __init__(self, shared: Callable[[], Awaitable[bytes | None]] = _no_key) -> None:
        self._key = secrets.token_bytes(32)
        self._shared = shared
        self._known = False

    async def ready(self) -> None:
        """Await once before pages are made or posts checked. Raise `Unavailable` without the database."""
        if not self._known:
            self._key = await self._shared() or self._key
            self._known = True

    def issue(self, connection: HTTPConnection) -> tuple[str, str]:
        """Return the value of the cookie, the browser's own if it has one, and the token to go with it."""
        value = connection.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        return value, self._token(value, connection)

    def check(self, connection: HTTPConnection) -> None:
        """Raise `Forbidden` unless the request carries the token that goes with its cookies."""
        value = connection.cookies.get(FORM_COOKIE, "")
        sent = connection.headers.get(FORM_HEADER, "")
        if not value or not hmac.compare_digest(sent.encode(), self._token(value, connection).encode()):
            raise Forbidden("This page is older than your last sign-in or sign-out.", next_step="Reload the page.")

    def _token(self, value: str, connection: HTTPConnection) -> str:
        bound = f"{value}\0{connection.cookies.get(SESSION_COOKIE, '')}"
        return hmac.new(self._key, bound.encode(), hashlib.sha256).hexdigest()


def set_cookie(response: Response, connection: HTTPConnection, name: str, value: str) -> None:
    response.set_cookie(
        name, value, path=PATH, httponly=True, samesite="strict", secure=connection.url.scheme == "https"
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(name, path=PATH, httponly=True, samesite="strict")
