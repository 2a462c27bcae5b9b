"""Rates and places of all machines together, in one Redis: a take is one script, and those of one moment share a trip.

What is written there is counts under hashed names. While Redis is away nothing is counted there, every machine goes
on with its share of each limit, and it is asked again until it answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from vestibule.access.limits.claims import UNLIMITED, Ceiling, Claim, Shortage, What
from vestibule.access.limits.layout import INTERVAL_S, RING
from vestibule.core.settings import SettingsError

PLACE_S = 60.0
"""How long a place is held for a machine that is not heard of any more."""
BEAT_S = 5.0
RETRY_S = 0.5
PATIENCE_S = 0.25
BATCH = 256
_PREFIX = "vestibule:limits:"
_REPLICAS = f"{_PREFIX}replicas"
_WHAT: dict[int, What] = {1: "requests", 2: "tokens", 3: "concurrency"}

Parts = tuple[str | int | float, ...]

log = structlog.get_logger(__name__)


class Client(Protocol):
    """A connection of its own to Redis."""

    async def send(self, commands: Sequence[Parts]) -> list[object]:
        """Send all at once, and return what each said. Raise `OSError` where one could not be answered."""
        ...

    async def close(self) -> None: ...


class _Command(msgspec.Struct, frozen=True, eq=False):
    parts: Parts
    answer: asyncio.Future[object] | None = None


class RedisRates:
    """`host` is what this machine is known by among the others."""

    def __init__(self, client: Client, host: str) -> None:
        self._client = client
        self._host = host
        self._take, self._give, self._beaten = (_Script(name) for name in ("take", "give", "beat"))
        self._queue: list[_Command] = []
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()
        self._held: dict[str, list[str]] = {}
        self._shares: dict[Ceiling, Ceiling] = {}
        self._machines = 1
        self._away = "Redis has not answered yet"

    @property
    def away(self) -> str:
        return self._away

    async def take(self, claims: Sequence[Claim]) -> Shortage | str:
        """Take all or nothing; return a ticket to give back with, empty where it is counted nowhere."""
        counted = [claim for claim in claims if claim.ceiling.of_minute]
        if self._away or not counted:
            return ""
        name = secrets.token_hex(8)
        keys = _keys(counted)
        wanted = [str(part) for claim in counted for part in _wanted(claim)]
        answer = asyncio.get_running_loop().create_future()
        parts: Parts = ("EVALSHA", self._take.digest, len(keys), *keys, INTERVAL_S, RING, name, PLACE_S, *wanted)
        self._send(_Command(parts, answer))
        try:
            said = await asyncio.shield(answer)
        except asyncio.CancelledError:
            # it may be taken there already; what is given back unasked does no harm
            answer.add_done_callback(lambda late: self._give_back_late(late, counted, name))
            raise
        if not isinstance(said, list):
            return ""
        interval, *lacking = said
        if lacking:
            claim, what, wait_ms = lacking
            return Shortage(counted[claim - 1].ceiling, _WHAT[what], None if wait_ms < 0 else wait_ms / 1000)
        if any(claim.amount.places for claim in counted):
            self._held[name] = [_places(claim) for claim in counted if claim.amount.places]
        return f"{interval}:{name}"

    def give(self, claims: Sequence[Claim], ticket: str) -> None:
        """Never blocks and never fails."""
        interval, _, name = ticket.partition(":")
        counted = [claim for claim in claims if claim.ceiling.of_minute]
        if any(claim.amount.places for claim in counted):
            self._held.pop(name, None)
        if not ticket or not counted:
            return
        back = [part for claim in counted for part in (claim.amount.tokens, claim.amount.places)]
        keys = _keys(counted)
        self._send(_Command(("EVALSHA", self._give.digest, len(keys), *keys, interval, name, *back)))

    def share(self, ceiling: Ceiling) -> Ceiling:
        """All of it while Redis answers, else the part of one machine of those last known."""
        if not self._away or self._machines == 1:
            return ceiling
        share = self._shares.get(ceiling)
        if share is None:
            share = self._shares[ceiling] = msgspec.structs.replace(
                ceiling,
                requests=self._part(ceiling.requests),
                tokens=self._part(ceiling.tokens),
                concurrency=self._part(ceiling.concurrency),
            )
        return share

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self._beat()
        tasks = [
            asyncio.create_task(self._send_forever(), name="limits: redis"),
            asyncio.create_task(self._beat_forever(), name="limits: redis beat"),
        ]
        try:
            yield
        finally:
            # not cancelled: in the middle of a trip the client would lose its connection
            self._ending.set()
            self._wake.set()
            await asyncio.gather(*tasks)
            await self._say([("ZREM", _REPLICAS, self._host)])
            await self._client.close()

    async def _send_forever(self) -> None:
        while self._queue or not self._ending.is_set():
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._trip()

    async def _trip(self) -> None:
        """All that wait, in one round trip."""
        batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
        if not batch:
            return
        try:
            answers = await self._say([command.parts for command in batch])
            for command, answer in zip(batch, answers or [], strict=False):
                if command.answer and not command.answer.done():
                    command.answer.set_result(answer)
        finally:
            for command in batch:
                if command.answer and not command.answer.done():
                    command.answer.set_result(None)

    async def _say(self, commands: Sequence[Parts]) -> list[object] | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                answers = await self._client.send(commands)
        except (OSError, TimeoutError) as error:
            if not self._away:
                log.warning("redis_away", error=type(error).__name__)
            self._away = f"Redis does not answer ({type(error).__name__})"
            return None
        if self._away:
            self._away = ""
            self._shares.clear()
            log.info("redis_answers")
        return answers

    async def _beat_forever(self) -> None:
        while not self._ending.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), RETRY_S if self._away else BEAT_S)
            await self._beat()

    async def _beat(self) -> None:
        """Say that this machine lives, hold its places longer, and learn how many machines there are."""
        scripts = (self._take, self._give, self._beaten)
        load: list[Parts] = [("SCRIPT", "LOAD", script.text) for script in scripts] if self._away else []
        held = [(places, name) for name, all_ in self._held.items() for places in all_]
        keys = [_REPLICAS, *(places for places, _ in held)]
        names = [name for _, name in held]
        answers = await self._say(
            [*load, ("EVALSHA", self._beaten.digest, len(keys), *keys, self._host, 3 * BEAT_S, PLACE_S, *names)]
        )
        if answers and isinstance(answers[-1], int):
            self._machines = max(1, answers[-1])

    def _send(self, command: _Command) -> None:
        self._queue.append(command)
        self._wake.set()

    def _part(self, limit: int) -> int:
        return limit if limit == UNLIMITED else max(1, limit // self._machines)

    def _give_back_late(self, late: asyncio.Future[object], claims: Sequence[Claim], name: str) -> None:
        said = None if late.cancelled() else late.result()
        if isinstance(said, list) and len(said) == 1:
            self.give(claims, f"{said[0]}:{name}")


def connected(url: str) -> Client:
    """Raise `SettingsError` where the client is not installed or the address is none."""
    try:
        from vestibule.access.limits.redis_client import RedisClient
    except ImportError:
        raise SettingsError(
            "limits.redis_url is set, and Redis' client is not installed.",
            next_step="Install it: pip install 'vestibule[redis]'.",
        ) from None
    try:
        return RedisClient(url)
    except ValueError as error:
        raise SettingsError(
            f"limits.redis_url is no address of a Redis: {error}.", next_step="Write redis://host:6379/0."
        ) from None


class _Script:
    def __init__(self, name: str) -> None:
        self.text = Path(__file__).with_name(f"{name}.lua").read_text("utf-8")
        self.digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


def _keys(claims: Sequence[Claim]) -> list[str]:
    return [key for claim in claims for key in (_counts(claim), _places(claim))]


def _counts(claim: Claim) -> str:
    first, second = claim.ceiling.subject.digest
    return f"{_PREFIX}{first:016x}{second:016x}"


def _places(claim: Claim) -> str:
    return f"{_counts(claim)}:places"


def _wanted(claim: Claim) -> tuple[int, ...]:
    ceiling, amount = claim.ceiling, claim.amount
    limits = (ceiling.requests, ceiling.tokens, ceiling.concurrency)
    return amount.requests, amount.tokens, amount.places, *(-1 if limit == UNLIMITED else limit for limit in limits)
