"""The whole product on a socket, as `vestibule serve` joins it; and every route it has."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.routing import BaseRoute, Mount, Route

from vestibule import app as product
from vestibule.app import House, open_house
from vestibule.core.settings import Settings
from vestibule.gateway.server import Server


@asynccontextmanager
async def whole_house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[House, int, object]]:
    """Yield the house, its port and its ASGI application."""
    servers: list[Server] = []
    thresholds = gc.get_threshold()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with open_house(settings, open_to_loopback=False) as house:
            serving = asyncio.create_task(product.serve(house, listener, on_ready=servers.append))
            while not servers:
                assert not serving.done(), serving
                await asyncio.sleep(0.01)
            try:
                yield house, listener.getsockname()[1], servers[0].config.app
            finally:
                servers[0].should_exit = True
                with contextlib.suppress(asyncio.CancelledError):
                    await serving
                gc.unfreeze()
                gc.set_threshold(*thresholds)


def routes_of(application: object) -> list[tuple[str, str]]:
    """Every method and path there is: walks the layers down to those that have routes."""
    found: list[tuple[str, str]] = []
    waiting: list[object] = [application]
    seen: set[int] = set()
    while waiting:
        layer = waiting.pop()
        if id(layer) in seen or layer is None:
            continue
        seen.add(id(layer))
        found += [("POST", path) for path in _mapping(layer, "_fast")]
        found += list(_routes(getattr(layer, "routes", ()), ""))
        waiting += [getattr(layer, name, None) for name in ("_app", "_rest", "app")]
    return sorted(set(found))


def _routes(routes: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for route in routes:
        assert isinstance(route, BaseRoute)
        if isinstance(route, Mount):
            inner: Any = route.app
            while not hasattr(inner, "routes") and hasattr(inner, "_app"):
                inner = inner._app
            yield from _routes(getattr(inner, "routes", ()), prefix + route.path)
        elif isinstance(route, Route):
            for method in sorted(route.methods or {"GET"}):
                if method != "HEAD":
                    yield method, prefix + route.path


def _mapping(layer: object, name: str) -> Mapping[str, object]:
    found = getattr(layer, name, {})
    assert isinstance(found, Mapping)
    return found
