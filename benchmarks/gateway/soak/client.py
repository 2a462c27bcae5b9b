"""One session of a soak: asks, one request after the other, and notes how each went. Knows no kind of request.

Whatever it sends with a good key it counts as a row that the house must have in the end.
"""

from __future__ import annotations

import io
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from benchmarks.gateway.soak.house import House
from benchmarks.gateway.soak.tally import Latency, Tally, now

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
END = b"data: [DONE]\n\n"


class Unexpected(Exception):
    """Says what, never a text that was asked or answered."""


@dataclass(frozen=True)
class Got:
    status: int
    body: bytes
    headers: Mapping[str, str]
    first_s: float
    total_s: float

    @property
    def json(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except ValueError:
            raise Unexpected(f"status {self.status} with {len(self.body)} bytes that are no JSON") from None
        return value if isinstance(value, dict) else {}

    @property
    def code(self) -> str:
        return str((self.json.get("error") or {}).get("code"))

    def events(self) -> list[dict[str, Any]]:
        """Of a stream of chat chunks, which must be whole."""
        if not self.body.endswith(END):
            raise Unexpected(f"a stream of {len(self.body)} bytes without its end")
        said = [part[6:] for part in self.body.split(b"\n\n") if part.startswith(b"data: ")]
        return [json.loads(part) for part in said if part != b"[DONE]"]

    def require(self, *statuses: int) -> Got:
        if self.status not in statuses:
            error = self.json.get("error") or {}
            raise Unexpected(f"status {self.status} {error.get('code')}: {error.get('message')}")
        return self


class Session:
    """`number` says which tenant it is of and which prompts it draws."""

    def __init__(self, house: House, http: aiohttp.ClientSession, tally: Tally, number: int, seed: int) -> None:
        self.house = house
        self.tally = tally
        self.number = number
        self.chance = random.Random(f"{seed}/{number}")
        tenants = list(house.keys)
        self.key = house.keys[tenants[number % len(tenants)]]
        self._http = http
        self._asked = 0
        self._url = f"http://127.0.0.1:{house.port}"

    def fresh(self) -> str:
        """Words that no request had before."""
        self._asked += 1
        return f"for the case {self.number} dash {self._asked} of the plant"

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        rows: int = 0,
        data: bytes | aiohttp.FormData | None = None,
        leave_after: int | None = None,
    ) -> Got:
        """One request, whole or as a stream. `rows` of it must be in the house's books; `leave_after` so many pieces
        of the answer the connection is closed."""
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        if body is not None:
            data = json.dumps(body).encode()
        if isinstance(data, bytes):
            headers["Content-Type"] = "application/json"
        sent = io.BytesIO(data) if isinstance(data, bytes) else data
        self.tally.rows += rows
        begun, first, pieces = time.perf_counter(), 0.0, []
        async with self._http.request(method, self._url + path, data=sent, headers=headers) as response:
            async for piece in response.content.iter_any():
                first = first or time.perf_counter()
                pieces.append(piece)
                if leave_after is not None and len(pieces) > leave_after:
                    response.close()
                    break
        ended = time.perf_counter()
        return Got(response.status, b"".join(pieces), response.headers, (first or ended) - begun, ended - begun)

    async def chat(self, body: Mapping[str, Any], *, measured: bool = False, **how: Any) -> Got:
        """A request for a chat completion with a good key: a row of it, or one for each choice, must be there."""
        got = await self.ask("POST", CHAT, body, rows=int(body.get("n") or 1), **how)
        if measured and got.status == 200:
            first_s = got.first_s if body.get("stream") else None
            self.tally.latencies.append(Latency(now(), got.total_s, first_s))
        return got
