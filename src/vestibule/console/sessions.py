"""Who sits at the browser: sign-in sessions, kept in memory, and the token that proves a post came from our own page.

A browser holds two cookies that no script can read: `vestibule_session`, the name of a session, and `vestibule_form`,
a random value that the form token is an HMAC of. The key that was signed in with stays here and never goes back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

import msgspec
from starlette.requests import HTTPConnection
from starlette.responses import Response

from vestibule.core.caller import Caller
from vestibule.core.errors import Forbidden
from vestibule.core.ports import Subject

LIFETIME_S = 12 * 3600
KEPT = 1024
PATH = "/console"
SESSION_COOKIE = "vestibule_session"
FORM_COOKIE = "vestibule_form"
FORM_HEADER = "x-form-token"


class _Session(msgspec.Struct, frozen=True):
    token: str
    expires_at: float


class Sessions:
    """The oldest session gives way when there are too many. They end with the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def open(self, token: str) -> str:
        """Remember the API key `token`; return the name of the new session."""
        name = secrets.token_urlsafe(32)
        self._sessions[name] = _Session(token, self._clock() + LIFETIME_S)
        if len(self._sessions) > KEPT:
            self._sessions.popitem(last=False)
        return name

    def token(self, connection: HTTPConnection) -> str | None:
        """The API key this browser signed in with."""
        session = self._sessions.get(connection.cookies.get(SESSION_COOKIE, ""))
        return session.token if session and self._clock() < session.expires_at else None

    def close(self, connection: HTTPConnection) -> None:
        self.end(connection.cookies.get(SESSION_COOKIE, ""))

    def end(self, name: str) -> None:
        self._sessions.pop(name, None)

    def tokens(self) -> list[tuple[str, str]]:
        """Every session by its name, with the key it was opened with."""
        return [(name, session.token) for name, session in self._sessions.items()]


class KeyOwners(Protocol):
    async def find(self, digest: bytes) -> Caller | None:
        """Return whose key has this SHA-256."""
        ...


class TenantSessions:
    """The sessions of a tenant, for when it is to be forgotten. A session names no person."""

    name = "console sessions"

    def __init__(self, sessions: Sessions, keys: KeyOwners) -> None:
        self._sessions = sessions
        self._keys = keys

    async def count(self, subject: Subject) -> int:
        return len(await self._of(subject))

    async def erase(self, subject: Subject) -> int:
        names = await self._of(subject)
        for name in names:
            self._sessions.end(name)
        return len(names)

    async def _of(self, subject: Subject) -> list[str]:
        if subject.person:
            return []
        owners = [
            (name, await self._keys.find(hashlib.sha256(token.encode()).digest()))
            for name, token in self._sessions.tokens()
        ]
        return [name for name, owner in owners if owner and owner.tenant == subject.tenant]


class FormTokens:
    """A page carries the token, the browser the cookie; another site can make a browser send only the cookie."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, connection: HTTPConnection) -> tuple[str, str]:
        """Return the value of the cookie, the browser's own if it has one, and the token to go with it."""
        value = connection.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        return value, self._token(value)

    def check(self, connection: HTTPConnection) -> None:
        """Raise `Forbidden` unless the request carries the token that goes with its cookie."""
        value = connection.cookies.get(FORM_COOKIE, "")
        sent = connection.headers.get(FORM_HEADER, "")
        if not value or not hmac.compare_digest(sent.encode(), self._token(value).encode()):
            raise Forbidden("This page is older than the server's last start.", next_step="Reload the page.")

    def _token(self, value: str) -> str:
        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()


def set_cookie(response: Response, connection: HTTPConnection, name: str, value: str) -> None:
    response.set_cookie(
        name, value, path=PATH, httponly=True, samesite="strict", secure=connection.url.scheme == "https"
    )
