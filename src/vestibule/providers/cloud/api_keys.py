"""API keys of a provider: where `vestibule.yaml` says they are, which of them is to be used now, and which rest.

The first that does not rest is used. One that is refused rests long, one that is asked to slow down as long as it is
told; another that is found in its place ends the rest at once. A key that cannot be read any more is taken for
withdrawn: whoever removes its file means that it is used no more, and what is written anew is read a moment later.

A key is never logged and stands in no error; the place it comes from is named. Knows no provider and no socket.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from vestibule.core.errors import UpstreamFailed
from vestibule.providers.cloud.key_places import Place, Unreadable
from vestibule.providers.refusals import UpstreamRefused

LOOK_EVERY_S = 1.0
REJECTED_S = 120.0
UNREADABLE_S = 30.0  # of commands, which may be slow to fail
NEVER = float("-inf")
LIMITED_S, LONGEST_LIMITED_S = 1.0, 60.0


class KeyStyle(msgspec.Struct, frozen=True):
    """How a provider takes its key, and how it says that it does not: by a status of `refusals`, or by a status with
    words in the body, as in `said`."""

    header: str = "Authorization"
    scheme: str = "Bearer "
    refusals: frozenset[int] = frozenset({401, 402})
    said: tuple[tuple[int, bytes], ...] = ((429, b'"insufficient_quota"'),)

    def headers(self, key: str | None) -> dict[str, str]:
        return {self.header: self.scheme + key} if key else {}

    def is_refused(self, status: int, body: bytes) -> bool:
        return status in self.refusals or any(status == of and words in body for of, words in self.said)


BEARER = KeyStyle()


class KeyState(msgspec.Struct, frozen=True):
    """Of `total` keys `resting` are not used for another `soonest_s` seconds at least; `why` says it of each that is
    not used, by the name of its place."""

    total: int = 0
    resting: int = 0
    soonest_s: float = 0.0
    why: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is a key to use, as far as is known; without any it goes without."""
        return len(self.why) < max(self.total, 1)

    def __str__(self) -> str:
        counted = f"{self.total} key" if self.total == 1 else f"{self.total} keys"
        if not self.why:
            return counted
        rests = "rests" if self.resting == 1 else "rest"
        until = f" {rests} for another {self.soonest_s:.0f} s" if self.resting else ""
        said = ", ".join(self.why)
        return f"{self.resting or len(self.why)} of {counted}{until} ({said})"


class ApiKeys:
    """`places` are `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS` (run without a shell), in the order of use."""

    def __init__(
        self,
        places: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
        *,
        style: KeyStyle = BEARER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.style = style
        self._clock = clock
        self._keys = tuple(_Key(Place(place, environ), clock) for place in places)

    async def current(self) -> str | None:
        """The key to send, None where none is configured. Raise `UpstreamFailed` where every one rests or is not to be
        had, with the time until the first may be used again."""
        if not self._keys:
            return None
        for key in self._keys:
            if (value := await key.value()) is not None:
                return value
        raise self._none_left()

    def accepted(self, value: str | None) -> None:
        """The provider took the key `value`."""
        for key in self._keys:
            key.accepted(value)

    async def refused(self, refusal: UpstreamRefused, value: str | None) -> UpstreamRefused:
        """The refusal of a request that was sent with the key `value`, which rests if it is the reason.

        Then the refusal says when to ask again: 0 where another key is there, which is worth it at once."""
        if self.style.is_refused(refusal.status, refusal.body):
            refusal.fault = "key"
        if value is None or refusal.fault not in ("key", "rate_limited"):
            return refusal
        if refusal.fault == "key" and not self.style.is_refused(refusal.status, refusal.body):
            return refusal  # what was asked may not be allowed with any key: a tenant must not put them all to rest
        for key in self._keys:
            key.rest(value, refusal)
        try:
            await self.current()
            refusal.retry_after_s = 0.0
        except UpstreamFailed as none_left:
            refusal.retry_after_s = none_left.retry_after_s
        return refusal

    @property
    def state(self) -> KeyState:
        resting = [key.rests_s for key in self._keys if key.rests_s > 0]
        why = tuple(f"{key.place.name} {key.why}" for key in self._keys if key.rests_s > 0 or key.trouble)
        return KeyState(len(self._keys), len(resting), min(resting, default=0.0), why)

    def __repr__(self) -> str:
        return f"ApiKeys({len(self._keys)} places)"

    def _none_left(self) -> UpstreamFailed:
        state = self.state
        limited = any(key.why == "was limited" for key in self._keys)
        if troubles := [key.trouble for key in self._keys if key.trouble]:
            return UpstreamFailed(
                f"An API key could not be read: {'; '.join(troubles)}.",
                next_step="Mend `keys` of that provider in vestibule.yaml.",
                fault="rate_limited" if limited else "key",
                retry_after_s=state.soonest_s or None,
            )
        return UpstreamFailed(
            f"No API key is left: {state}.",
            next_step="Ask again later." if limited else "Check `keys` of that provider in vestibule.yaml.",
            fault="rate_limited" if limited else "key",
            retry_after_s=state.soonest_s,
        )


class _Key:
    """What is known of the key at one place."""

    def __init__(self, place: Place, clock: Callable[[], float]) -> None:
        self.place = place
        self.why: Literal["", "was rejected", "was limited", "cannot be read"] = ""
        self.trouble = ""
        self._clock = clock
        self._value: str | None = None
        self._until = 0.0
        self._looked_at = 0.0
        self._times = 0
        self._looking = asyncio.Lock()

    async def value(self) -> str | None:
        """The key, None while it rests or cannot be read."""
        async with self._looking:
            if self._is_due():
                await self._look()
            return None if self.rests_s > 0 else self._value

    @property
    def rests_s(self) -> float:
        return max(0.0, self._until - self._clock())

    def accepted(self, value: str | None) -> None:
        if value == self._value:
            self._times = 0

    def rest(self, value: str, refusal: UpstreamRefused) -> None:
        """Rest if it is this one, and is not resting already for an answer to another request."""
        if value != self._value or self.rests_s > 0:
            return
        if refusal.fault == "key":
            self.why, wait_s = "was rejected", REJECTED_S
            self._looked_at = NEVER
        else:
            unsaid = min(LIMITED_S * 2**self._times, LONGEST_LIMITED_S)
            self.why, wait_s = "was limited", refusal.retry_after_s or unsaid
            self._times = min(self._times + 1, 10)
        self._until = self._clock() + wait_s

    def _is_due(self) -> bool:
        """A command is run when there is no key or it was rejected; what costs little is looked at again and again."""
        if self.place.is_command:
            return self.rests_s == 0 if self._value is None else self._looked_at == NEVER
        return self._value is None or self.rests_s > 0 or self._clock() - self._looked_at >= LOOK_EVERY_S

    async def _look(self) -> None:
        self._looked_at = self._clock()
        try:
            found = await self.place.read()
        except Unreadable as trouble:
            self._value, self.trouble, self.why = None, str(trouble), "cannot be read"
            self._until = self._clock() + (UNREADABLE_S if self.place.is_command else 0.0)
            return
        if found != self._value:
            self._until, self.why, self._times = 0.0, "", 0
        self._value, self.trouble = found, ""
