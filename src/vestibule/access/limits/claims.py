"""What a request takes of whose limits, in whole numbers: requests, tokens, places, and billionths of a euro.

Knows no settings and no place where anything is counted.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec

UNLIMITED = 2**62
NANO = 1_000_000_000
"""Billionths of a euro in a euro: a token costs 150 of them at 0.15 EUR per million."""

Kind = Literal["key", "tenant", "model"]
KINDS: tuple[Kind, ...] = ("key", "tenant", "model")
What = Literal["requests", "tokens", "concurrency", "day", "month"]


class Subject(msgspec.Struct, frozen=True):
    """Whose limit. `tenant` is empty for a model, which is everybody's."""

    kind: Kind
    id: str
    tenant: str
    digest: tuple[int, int]

    @classmethod
    def of(cls, kind: Kind, name: str, tenant: str = "") -> Subject:
        hashed = hashlib.blake2b(f"{kind}:{name}".encode(), digest_size=16).digest()
        # the first is never 0: that is a free cell
        return cls(
            kind,
            name,
            tenant,
            (int.from_bytes(hashed[:8], "little") >> 1 | 1, int.from_bytes(hashed[8:], "little") >> 1),
        )

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.id}"


class Ceiling(msgspec.Struct, frozen=True):
    """The limits of one subject; a minute's and the places `UNLIMITED` where there are none, the rest None."""

    subject: Subject
    requests: int = UNLIMITED
    tokens: int = UNLIMITED
    concurrency: int = UNLIMITED
    day: int | None = None
    month: int | None = None

    of_minute: bool = False
    of_tokens: bool = False

    def __post_init__(self) -> None:
        """Say once what every request asks: whether any limit of a minute, or of tokens and what they cost, holds."""
        minute = min(self.requests, self.tokens, self.concurrency) < UNLIMITED
        tokens = self.tokens < UNLIMITED or self.day is not None or self.month is not None
        msgspec.structs.force_setattr(self, "of_minute", minute)
        msgspec.structs.force_setattr(self, "of_tokens", tokens)


class Amount(msgspec.Struct, frozen=True):
    """`day` are tokens, `month` billionths of a euro."""

    requests: int = 0
    tokens: int = 0
    places: int = 0
    day: int = 0
    month: int = 0


class Claim(msgspec.Struct, frozen=True):
    """An `amount` of what `ceiling` limits."""

    ceiling: Ceiling
    amount: Amount


class Stamp(msgspec.Struct, frozen=True):
    """When something was taken: the interval of the minute, the day and the month. What it was taken from may be past
    when it is given back."""

    interval: int
    day: int
    month: int


class Shortage(msgspec.Struct, frozen=True):
    """Why nothing was taken. `wait_s` is when it may be had, None if never; `lacking` how much is missing of what is
    leased (`day`, `month`)."""

    ceiling: Ceiling
    what: What
    wait_s: float | None = None
    lacking: int = 0


class Standing(msgspec.Struct, frozen=True):
    """Of requests or tokens: the limit of a minute, what is left of it, and when all of it will be again."""

    limit: int
    left: int
    reset_s: float


Taken = Stamp | Shortage
