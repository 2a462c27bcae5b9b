"""The door of the console: from a browser's cookies to a caller, signing in and out.

People sign in with an API key or a token of an identity provider; there are no passwords. Where access lets this
machine's own browsers in without a key, as the demo does, nobody is asked for one.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from vestibule.console.ports import Access
from vestibule.console.rendering import Pages
from vestibule.console.rights import Right
from vestibule.console.sessions import FORM_COOKIE, PATH, SESSION_COOKIE, FormTokens, drop_cookie, set_cookie
from vestibule.core.caller import Caller, Credential
from vestibule.core.errors import InvalidRequest, Unauthorized

SIGN_IN = f"{PATH}/sign-in"
Body = TypeVar("Body")


class Door:
    def __init__(self, access: Access, forms: FormTokens) -> None:
        self._access = access
        self._forms = forms

    def credential(self, connection: HTTPConnection) -> Credential:
        return Credential(peer=_peer(connection), session=connection.cookies.get(SESSION_COOKIE))

    async def caller(self, connection: HTTPConnection) -> Caller:
        """Return who asks. Raise `Unauthorized` where a sign-in is wanted."""
        return await self._access.authenticate(self.credential(connection))

    async def admitted(self, connection: HTTPConnection, right: Right) -> Caller:
        """Return who asks. Raise as `caller`, and `Forbidden` for who has not the right."""
        caller = await self.caller(connection)
        right.require(caller)
        return caller

    async def posted(self, request: Request, shape: type[Body]) -> Body:
        """Read what a page of ours sent. Raise `Forbidden` or `InvalidRequest`."""
        await self._forms.ready()
        self._forms.check(request)
        try:
            return msgspec.json.decode(await request.body(), type=shape)
        except msgspec.DecodeError as error:
            raise InvalidRequest(f"The page sent what the server cannot read: {error}.") from None

    async def sign_in(self, request: Request, secret: str) -> Response:
        """Open a session for a key of ours or a token. Raise `Unauthorized` for any other, `RateLimited` for too many.

        The browser's session before is ended, and its name is never used again: who planted one gains nothing.
        """
        name = await self._access.open_session(Credential(secret, _peer(request)))
        await self._close(request)
        response = Response(status_code=204)
        set_cookie(response, request, SESSION_COOKIE, name)
        drop_cookie(response, FORM_COOKIE)
        return response

    async def sign_out(self, request: Request, *, everywhere: bool) -> Response:
        if everywhere:
            await self._access.close_sessions(await self.caller(request))
        await self._close(request)
        response = Response(status_code=204)
        drop_cookie(response, SESSION_COOKIE)
        drop_cookie(response, FORM_COOKIE)
        return response

    async def _close(self, request: Request) -> None:
        if name := request.cookies.get(SESSION_COOKIE):
            await self._access.close_session(name)


class _SignIn(msgspec.Struct, frozen=True):
    key: str


class _SignOut(msgspec.Struct, frozen=True):
    everywhere: bool = False


class SignInRoutes:
    def __init__(self, door: Door, pages: Pages) -> None:
        self._door = door
        self._pages = pages

    async def show(self, request: Request) -> Response:
        try:
            await self._door.caller(request)
        except Unauthorized:
            return self._pages.page(request, "sign_in.html", None)
        return RedirectResponse(f"{PATH}/", 303)

    async def enter(self, request: Request) -> Response:
        sent = await self._door.posted(request, _SignIn)
        return await self._door.sign_in(request, sent.key.strip())

    async def leave(self, request: Request) -> Response:
        sent = await self._door.posted(request, _SignOut)
        return await self._door.sign_out(request, everywhere=sent.everywhere)


def _peer(connection: HTTPConnection) -> str | None:
    return connection.client.host if connection.client else None
