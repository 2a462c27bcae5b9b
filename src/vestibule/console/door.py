"""The door of the console: from a browser's cookies to a caller, signing in and out.

Where access lets this machine's own browsers in without a key, as the demo does, nobody is asked for one.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from vestibule.console.ports import Access
from vestibule.console.rendering import Pages
from vestibule.console.sessions import PATH, SESSION_COOKIE, FormTokens, Sessions, set_cookie
from vestibule.core.caller import Caller, Credential
from vestibule.core.errors import InvalidRequest, Unauthorized

SIGN_IN = f"{PATH}/sign-in"
Body = TypeVar("Body")


class Door:
    def __init__(self, access: Access, forms: FormTokens, sessions: Sessions) -> None:
        self._access = access
        self._forms = forms
        self._sessions = sessions

    def credential(self, connection: HTTPConnection) -> Credential:
        peer = connection.client.host if connection.client else None
        return Credential(self._sessions.token(connection), peer)

    async def caller(self, connection: HTTPConnection) -> Caller:
        """Return who asks. Raise `Unauthorized` where a sign-in is wanted."""
        return await self._access.authenticate(self.credential(connection))

    async def posted(self, request: Request, shape: type[Body]) -> Body:
        """Read what a page of ours sent. Raise `Forbidden` or `InvalidRequest`."""
        self._forms.check(request)
        try:
            return msgspec.json.decode(await request.body(), type=shape)
        except msgspec.DecodeError as error:
            raise InvalidRequest(f"The page sent what the server cannot read: {error}.") from None

    async def sign_in(self, request: Request, key: str) -> Response:
        """Open a session for an API key of ours. Raise `Unauthorized` for any other."""
        peer = request.client.host if request.client else None
        await self._access.authenticate(Credential(key, peer))
        response = Response(status_code=204)
        set_cookie(response, request, SESSION_COOKIE, self._sessions.open(key))
        return response

    def sign_out(self, request: Request) -> Response:
        self._sessions.close(request)
        response = Response(status_code=204)
        response.delete_cookie(SESSION_COOKIE, path=PATH, httponly=True, samesite="strict")
        return response


class _SignIn(msgspec.Struct, frozen=True):
    key: str


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
        await self._door.posted(request, dict[str, str])
        return self._door.sign_out(request)
