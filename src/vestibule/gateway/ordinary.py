"""The routes beside the fast path: a Starlette application that keeps what its routes say of themselves.

FastAPI writes the reference out of that and answers nothing, so it is loaded when the reference is first asked for: it
takes 14 MB and a sixth of a start.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vestibule import __version__

Endpoint = Callable[[Request], Awaitable[Response]]
# what a route says of itself, in the words of FastAPI's `add_api_route`
Said = Mapping[str, Any]


class Ordinary(Starlette):
    def __init__(self) -> None:
        super().__init__()
        self.router.redirect_slashes = False
        self._said: list[tuple[str, Endpoint, Said]] = []

    def add_api_route(
        self, path: str, endpoint: Endpoint, *, methods: Sequence[str] = ("GET",), **said: object
    ) -> None:
        """Serve `path`, with these methods and no HEAD that nobody asked for; `said` is for the reference."""
        route = Route(path, endpoint, methods=list(methods))
        route.methods = set(methods)
        self.router.routes.append(route)
        self._said.append((path, endpoint, {"methods": list(methods), **said}))

    def openapi(self) -> dict[str, Any]:
        """The document of the routes. Blocks, the first time for some 0.3 s."""
        from fastapi import FastAPI

        app = FastAPI(
            title="Vestibule",
            version=__version__,
            description="A self-hosted language-model backend for building and energy operations, with OpenAI's "
            "interface.",
        )
        for path, endpoint, said in self._said:
            app.add_api_route(path, endpoint, **said)
        return app.openapi()
