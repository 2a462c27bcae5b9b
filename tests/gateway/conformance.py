"""Replies held against what OpenAI publishes for their route: whole bodies, each event of a stream, and errors.

`python -m tests.gateway.conformance` drives every route and prints how many replies of how many routes are as
published. What is ours alone (`vestibule`) is left aside.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import numpy as np

from tests.gateway.openapi import departures, paths
from tests.gateway.responses.conformance import without_ours

BASE = "/v1"


@dataclass(frozen=True)
class Published:
    """Names of the schemas of a route's reply and of the events of its stream; None where none is published."""

    reply: str | None
    event: str | None


@cache
def published() -> Mapping[str, Published]:
    """By "METHOD /v1/path": what the published description says of a success."""
    found = {}
    for path, methods in paths().items():
        for method, described in methods.items():
            content = described.get("responses", {}).get("200", {}).get("content") or {}
            names = {kind: said.get("schema", {}).get("$ref", "") for kind, said in content.items()}
            reply, event = (
                names.get(kind, "").rpartition("/")[2] for kind in ("application/json", "text/event-stream")
            )
            found[f"{method.upper()} {BASE}{path}"] = Published(reply or None, event or None)
    return found


class Witness:
    """Holds everything a client receives against the published schema; `seen` counts it by route and status."""

    def __init__(self, routes: list[str]) -> None:
        self.seen: Counter[tuple[str, int]] = Counter()
        self.departures: list[str] = []
        self.events = 0
        self._routes = {route: re.compile(re.sub(r"\{[^}]+\}", "[^/]+", route)) for route in routes}

    async def hear(self, response: httpx.Response) -> None:
        """For the `response` hook of a client."""
        await response.aread()
        route = self.route(f"{response.request.method} {response.request.url.path}")
        self.seen[route, response.status_code] += 1
        said = published()[route]
        if response.status_code >= 400:
            self._hold(route, response.json(), "ErrorResponse")
        elif response.headers["content-type"].startswith("text/event-stream"):
            for line in response.text.splitlines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    told = json.loads(line.removeprefix("data: "))
                    self.events += 1
                    self._hold(route, told, "ErrorResponse" if "error" in told and "type" not in told else said.event)
        elif said.reply:
            self._hold(route, response.json(), said.reply)

    def route(self, asked: str) -> str:
        """The one that a method and path belong to; a method that is not served counts for the path's own."""
        for route, pattern in self._routes.items():
            if pattern.fullmatch(asked):
                return route
        path = asked.partition(" ")[2]
        return next(route for route, pattern in self._routes.items() if pattern.fullmatch(f"{route.split()[0]} {path}"))

    def told(self) -> str:
        routes = {route for route, _ in self.seen}
        errors = sum(count for (_, status), count in self.seen.items() if status >= 400)
        return (
            f"{self.seen.total()} replies of {len(routes)} routes valid"
            f" ({errors} of them errors, {self.events} events of streams)"
        )

    def _hold(self, route: str, value: Any, schema: str | None) -> None:
        if schema is None:
            self.departures.append(f"{route}: nothing is published for what it told")
            return
        for item in value["data"] if schema == "CreateEmbeddingResponse" else ():
            if isinstance(item["embedding"], str):  # Base64, which the schema does not know and the SDK asks for
                item["embedding"] = np.frombuffer(base64.b64decode(item["embedding"]), "<f4").tolist()
        self.departures += [f"{route} as {schema}: {what}" for what in departures(without_ours(value), schema)]


if __name__ == "__main__":
    asked = ["tests/gateway/test_conformance.py", "-q", "--no-header"]
    sys.exit(subprocess.call([sys.executable, "-m", "pytest", *asked]))
