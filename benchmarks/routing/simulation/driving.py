"""The sessions at work: each asks its turns one after the other through the product, and notes how each went.

Knows when a session asks and what came back, and judges nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import msgspec
from benchmarks.routing.simulation.assumptions import Assumptions
from benchmarks.routing.simulation.trace import SYSTEM, Turn, answer

ANSWER_S = 120.0
KEPT_S = 1.0
"""A connection is not used again after so long: the server may be closing it just then."""
EXTRACTIVE = "extractive"
"""Composes answers of its own words."""


class Got(msgspec.Struct, frozen=True):
    """What became of one turn. Seconds are those of the run, `at` since its beginning, `first_s` of streams only;
    `model` and what follows is what the product reports. `error` is empty where there is an answer to its end, even if
    that was a budget of tokens, which `truncated` it."""

    session: int
    thread: str
    at: float
    total_s: float
    first_s: float | None = None
    error: str = ""
    truncated: bool = False
    model: str = ""
    location: str = ""
    level: str = ""
    reason: str = ""
    attempts: int = 1
    left: bool = False
    config_version: int = 0
    reported_first_s: float | None = None
    predicted_first_s: float | None = None
    predicted_finish_s: float | None = None
    predicted_first_p95_s: float | None = None
    predicted_finish_p95_s: float | None = None
    basis: str = ""
    cost_eur: float = 0.0


def at_work(assumptions: Assumptions, share_of_run: float) -> float:
    """The share of the sessions that are at work so far into the run, between the hours in a straight line."""
    day = assumptions.sessions.day
    hour = min(share_of_run, 1.0) * (len(day) - 1)
    before = min(int(hour), len(day) - 2)
    return day[before] + (hour - before) * (day[before + 1] - day[before])


async def drive(
    assumptions: Assumptions,
    trace: Sequence[Sequence[Turn]],
    url: str,
    key: str,
    seconds: float,
    model_of: Callable[[Turn], str],
) -> list[Got]:
    """All sessions for `seconds`; a conversation that has begun then is not gone on with. `model_of` is what a turn
    names."""
    begun, got = time.monotonic(), list[Got]()
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_S), timeout=timeout
    ) as http:
        asker = _Asker(assumptions, http, f"{url}/v1/chat/completions", key, begun, seconds, model_of, got)
        await asyncio.gather(*(asker.session(number, turns) for number, turns in enumerate(trace)))
    return got


class _Asker:
    def __init__(
        self,
        assumptions: Assumptions,
        http: aiohttp.ClientSession,
        url: str,
        key: str,
        begun: float,
        seconds: float,
        model_of: Callable[[Turn], str],
        got: list[Got],
    ) -> None:
        self._assumptions = assumptions
        self._http = http
        self._url = url
        self._key = key
        self._begun = begun
        self._seconds = seconds
        self._model_of = model_of
        self._got = got

    @property
    def _at(self) -> float:
        return time.monotonic() - self._begun

    async def session(self, number: int, turns: Sequence[Turn]) -> None:
        """Begins somewhere in its first pause, so that not all ask at once."""
        factor, history = self._assumptions.clock.factor, list[dict[str, str]]()
        place = (number * 7919 % self._assumptions.sessions.count + 0.5) / self._assumptions.sessions.count
        if turns:
            await asyncio.sleep(min(turns[0].think_s * place / factor, self._seconds))
        for turn in turns:
            if turn.number == 0:
                history = [{"role": "system", "content": SYSTEM}]
                await self._wait_for_work(place)
            if self._at >= self._seconds:
                return
            history.append({"role": "user", "content": turn.question})
            self._got.append(await self._ask(turn, history))
            history.append({"role": "assistant", "content": "".join(answer(turn.thread, turn.answer_tokens))})
            await asyncio.sleep(min(turn.think_s / factor, max(0.0, self._seconds - self._at)))

    async def _wait_for_work(self, place: float) -> None:
        """Until there is so much to do that this session begins something new, or the day is over."""
        while self._at < self._seconds and place > at_work(self._assumptions, self._at / self._seconds):  # noqa: ASYNC110 - the day is not an event
            await asyncio.sleep(self._seconds / 200)

    async def _ask(self, turn: Turn, history: Sequence[dict[str, str]]) -> Got:
        options: dict[str, Any] = {"cache": "bypass"} | ({"route": {"task": turn.kind}} if turn.named else {})
        body: dict[str, Any] = {"model": self._model_of(turn), "messages": history, "stream": turn.stream}
        body |= {"user": f"session-{turn.session}-{turn.conversation}", "vestibule": options}
        return await converse(self._http, self._url, self._key, turn, body, self._at)


async def converse(
    http: aiohttp.ClientSession, url: str, key: str, turn: Turn, body: dict[str, Any], at: float, *, known: bool = True
) -> Got:
    """Ask once. `known`: the answer must be the words that every paced model says."""
    headers, begun = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}, time.monotonic()
    first, pieces = None, list[bytes]()
    try:
        async with http.post(url, data=json.dumps(body), headers=headers) as response:
            async for piece in response.content.iter_any():
                if first is None and turn.stream and says(piece):
                    first = time.monotonic() - begun
                pieces.append(piece)
            total_s = time.monotonic() - begun
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Got(turn.session, turn.thread, at, time.monotonic() - begun, error=type(error).__name__)
    return read(turn, at, total_s, first, response.status, b"".join(pieces), known=known)


def says(piece: bytes) -> bool:
    """Whether there are words in that piece of a stream: the first event only opens the answer."""
    return re.search(rb'"content": ?"[^"]', piece) is not None


def read(
    turn: Turn, at: float, total_s: float, first_s: float | None, status: int, body: bytes, *, known: bool = True
) -> Got:
    """What came, whole or streamed; an answer of other words than the models say is an error."""
    failed = Got(turn.session, turn.thread, at, total_s, error=f"status {status}")
    try:
        if status != 200:
            return msgspec.structs.replace(failed, error=f"{status} {json.loads(body)['error']['code']}")
        events = _events(body) if turn.stream else [json.loads(body)]
    except (ValueError, KeyError, TypeError):
        return msgspec.structs.replace(failed, error=f"{status} unreadable")
    if broken := [event for event in events if "error" in event]:
        return msgspec.structs.replace(failed, error=f"broke off: {broken[0]['error'].get('code')}")
    told = "".join(
        (choice.get("delta") or choice.get("message") or {}).get("content") or ""
        for event in events
        for choice in event["choices"]
    )
    reports = [event["vestibule"] for event in events if event.get("vestibule")]
    if not reports:
        return msgspec.structs.replace(failed, error="no report")
    report = reports[-1]
    route, privacy = report["route"], report["privacy"]
    whole = "".join(answer(turn.thread, turn.answer_tokens))
    truncated = any(choice.get("finish_reason") == "length" for event in events for choice in event["choices"])
    same = whole.startswith(told) if truncated else told == whole
    wrong = "" if same or not known or route["model"] == EXTRACTIVE else "another text"
    predicted = route.get("predicted") or {}
    first = (report.get("timings_ms") or {}).get("first_token")
    return Got(
        turn.session,
        turn.thread,
        at,
        total_s,
        first_s,
        error=wrong,
        truncated=truncated,
        model=route["model"],
        location=route["location"],
        level=privacy["class"],
        reason=route["reason"],
        attempts=len(route.get("attempts") or [0]),
        left=privacy["left"],
        config_version=route["config_version"],
        reported_first_s=None if first is None else first / 1000,
        predicted_first_s=predicted.get("first_token_s"),
        predicted_finish_s=predicted.get("finish_s"),
        predicted_first_p95_s=predicted.get("first_token_p95_s"),
        predicted_finish_p95_s=predicted.get("finish_p95_s"),
        basis=predicted.get("basis") or "",
        cost_eur=report["cost"]["amount"],
    )


def _events(body: bytes) -> list[dict[str, Any]]:
    said = [part[6:] for part in body.split(b"\n\n") if part.startswith(b"data: ")]
    if not said or said[-1] != b"[DONE]":
        raise ValueError("a stream without its end")
    return [json.loads(part) for part in said[:-1]]
