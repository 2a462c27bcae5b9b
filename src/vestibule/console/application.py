"""The console as one ASGI application, to be mounted at `/console`. Built once, by `app.py`."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from vestibule.console.door import SIGN_IN, Door, SignInRoutes
from vestibule.console.headers import SecurityHeaders
from vestibule.console.overview import OverviewRoutes
from vestibule.console.playground import PlaygroundRoutes
from vestibule.console.ports import Access, Passages, Pipeline, PrivacyCheck, System
from vestibule.console.privacy import PrivacyRoutes
from vestibule.console.rendering import STATIC, Pages
from vestibule.console.routing.acts import RoutingActs
from vestibule.console.routing.page import RoutingPage, RoutingSources
from vestibule.console.sessions import FormTokens
from vestibule.console.steps import Step
from vestibule.console.system import SystemRoutes
from vestibule.core.errors import Forbidden, NotFound, Unauthorized, VestibuleError
from vestibule.monitoring.departures import Departures
from vestibule.monitoring.overview import Overview
from vestibule.routing.catalogue import Catalogue

TICK_S = 1.0
SAMPLE_STEPS = (
    Step("Classified", ("Restricted, question and sources together.", "Nothing left the house."), 0.4, 0.02),
    Step("Retrieved", ("2 sources cited in the answer.",), 14.2, 0.7),
    Step("Checked", ("100 % of sentences with numbers passed.",)),
)
Endpoint = Callable[[Request], Awaitable[Response]]


def build(
    *,
    pipeline: Pipeline,
    access: Access,
    catalogue: Catalogue,
    overview: Overview,
    departures: Departures,
    privacy_check: PrivacyCheck,
    passages: Passages,
    system: System,
    routing: RoutingSources,
    examples: Sequence[str],
    stopping: Callable[[], bool] = lambda: False,
    tick_s: float = TICK_S,
) -> ASGIApp:
    """Join the pages to what answers them.

    `examples` are questions a newcomer is offered, the first of them in the start guide. Once `stopping` returns True
    the live pages let go of their connections within `tick_s` seconds, so that the server can stop.
    """
    forms = FormTokens(access.form_key)
    pages = Pages(forms)
    door = Door(access, forms)
    show = _Shown(pages, forms, door)
    overviews = OverviewRoutes(door, pages, overview, stopping, examples, tick_s)
    playground = PlaygroundRoutes(door, pages, pipeline, catalogue, passages, examples)
    privacy = PrivacyRoutes(door, pages, overview, departures, privacy_check)
    routing_page = RoutingPage(door, pages, overview, system, routing)
    acts = RoutingActs(door, pages, routing)
    systems = SystemRoutes(door, pages, system, stopping, tick_s)
    sign_in = SignInRoutes(door, pages)

    async def design(request: Request) -> Response:
        return pages.page(request, "design.html", await door.caller(request), samples=SAMPLE_STEPS)

    routes = [
        Route("/", show.page(overviews.show)),
        Route("/overview/stream", overviews.stream),
        Route("/playground", show.page(playground.show)),
        Route("/playground/ask", playground.ask, methods=["POST"]),
        Route("/playground/passage", playground.passage, methods=["POST"]),
        Route("/privacy", show.page(privacy.show)),
        Route("/privacy/check", privacy.check, methods=["POST"]),
        Route("/routing", show.page(routing_page.show)),
        Route("/routing/try", acts.try_out, methods=["POST"]),
        Route("/routing/compare", acts.compare, methods=["POST"]),
        Route("/routing/roll-back", acts.roll_back, methods=["POST"]),
        Route("/routing/stop", acts.stop, methods=["POST"]),
        Route("/routing/promote", acts.promote, methods=["POST"]),
        Route("/system", show.page(systems.show)),
        Route("/system/stream", systems.stream),
        Route("/design", show.page(design)),
        Route("/sign-in", show.page(sign_in.show)),
        Route("/sign-in", sign_in.enter, methods=["POST"]),
        Route("/sign-out", sign_in.leave, methods=["POST"]),
        Mount("/static", _Static(directory=STATIC)),
    ]
    return SecurityHeaders(Router(routes, redirect_slashes=False, default=show.nothing))


class _Shown:
    """Errors of a page are shown as a page. What a script asks for fails in JSON, as everywhere else on the server."""

    def __init__(self, pages: Pages, forms: FormTokens, door: Door) -> None:
        self._pages = pages
        self._forms = forms
        self._door = door

    def page(self, endpoint: Endpoint) -> Endpoint:
        async def shown(request: Request) -> Response:
            try:
                await self._forms.ready()
                return await endpoint(request)
            except Unauthorized:
                return RedirectResponse(SIGN_IN, 303)
            except VestibuleError as error:
                return await self._failed(request, error, 403 if isinstance(error, Forbidden) else 503)

        return shown

    async def nothing(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = NotFound("There is no such page.", next_step="Choose one of the pages of the console.")
        await (await self._failed(Request(scope), gone, 404))(scope, receive, send)

    async def _failed(self, request: Request, error: VestibuleError, status: int) -> Response:
        """With the way to the other pages, for who is known."""
        caller = None
        with contextlib.suppress(VestibuleError):
            caller = await self._door.caller(request)
        response = self._pages.page(request, "error.html", caller, error=error)
        response.status_code = status
        return response


class _Static(StaticFiles):
    """Files asked for by their hash never change; any other is asked for again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        named = b"v=" in scope["query_string"]
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if named else "no-cache"
        return response
