"""What one request has taken, and what it puts back: at the end of every attempt, and when it is over itself.

What an attempt may use is taken at its worst, and settled to what it used; where that is not known, to the most it
can have been. Knows not where it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from types import TracebackType
from typing import Protocol

import msgspec

from vestibule.access.limits.claims import Amount, Ceiling, Claim, Stamp
from vestibule.access.limits.prices import PriceList, bytes_of, most_prompt_tokens
from vestibule.core.answer import Location, Usage
from vestibule.core.configuration import Configuration
from vestibule.core.errors import BudgetExceeded, Fault, UpstreamFailed
from vestibule.core.generation import ModelRequest

UNBILLED: frozenset[Fault] = frozenset({"unreachable", "overloaded", "rate_limited", "failed", "key", "refused"})
"""Faults of a provider that did no work for us."""
UNHEARD_TOKENS = 64
"""What a model may have said besides when it is broken off."""


class Ticket(msgspec.Struct, frozen=True):
    """`id` is what all machines know it by, where they share; `at` is when, by the table's clock."""

    stamp: Stamp
    id: str
    at: float


class Counting(Protocol):
    """Where it is taken; see `limiter.py`."""

    prices: PriceList
    answer_tokens: int

    def model(self, name: str) -> Ceiling: ...

    async def take(self, claims: Sequence[Claim], *, at_home: bool) -> Ticket: ...

    def give(self, claims: Sequence[Claim], ticket: Ticket) -> None: ...


class Said(Protocol):
    """A piece of an answer."""

    @property
    def text(self) -> str: ...
    @property
    def reasoning(self) -> str: ...
    @property
    def usage(self) -> Usage | None: ...


class Reservation:
    """A request's place among those of its key and tenant. `close` it, whatever became of the request. Without
    `counting` nothing is limited."""

    def __init__(
        self,
        counting: Counting | None = None,
        ceilings: Sequence[Ceiling] = (),
        places: Sequence[Claim] = (),
        ticket: Ticket | None = None,
    ) -> None:
        self._counting = counting
        self._ceilings = tuple(ceilings)
        self._places = places
        self._ticket = ticket
        self.prices = counting.prices if counting else PriceList(())
        self.cost_nano = 0

    @property
    def cost_eur(self) -> float:
        """What its attempts cost so far."""
        return self.cost_nano / 1e9

    def follow(self, configuration: Configuration) -> None:
        """Charge what is asked from now on by the prices of this version, whatever version comes meanwhile."""
        if self._counting:
            self.prices = self._counting.prices = self._counting.prices.of(configuration)

    def close(self) -> None:
        """Never blocks and never fails; again is no error."""
        places, self._places = self._places, ()
        if places and self._counting and self._ticket:
            self._counting.give(places, self._ticket)

    def bounded(self, model: str, request: ModelRequest) -> ModelRequest:
        """The request with an end to its answer, where the caller set none and a limit of tokens or money holds."""
        counting = self._counting
        if counting is None or request.sampling.max_tokens is not None:
            return request
        if not any(map(_spends, (*self._ceilings, counting.model(model)))):
            return request
        sampling = msgspec.structs.replace(request.sampling, max_tokens=counting.answer_tokens)
        return msgspec.structs.replace(request, sampling=sampling)

    async def attempt(self, model: str, location: Location, request: ModelRequest) -> Charge:
        """Take what asking `model` may use at most. Raise `RateLimited`, for money `BudgetExceeded`, and `Unavailable`
        where a cloud model's cannot be known."""
        counting = self._counting
        if counting is None:
            return Charge(self, None, model, location, (), None, Usage())
        ceilings = (*self._ceilings, counting.model(model))
        of_tokens = any(map(_spends, ceilings))
        most = Usage()
        if of_tokens or location == "cloud":
            most = Usage(most_prompt_tokens(request), request.sampling.max_tokens or counting.answer_tokens)
        money = 0
        if location == "cloud" and any(ceiling.month is not None for ceiling in ceilings):
            money = _worst(self.prices, model, location, most)
        used = Amount(0, most.total_tokens, 0, most.total_tokens, money)
        of_model = Amount(1, most.total_tokens, 1, most.total_tokens, money)
        claims = [Claim(ceiling, used) for ceiling in self._ceilings if ceiling.of_tokens]
        if ceilings[-1].of_tokens or ceilings[-1].of_minute:
            claims.append(Claim(ceilings[-1], of_model))
        ticket = await counting.take(claims, at_home=location == "home") if claims else None
        return Charge(self, counting, model, location, claims, ticket, most)


class Charge:
    """What one attempt may use. Leaving it settles: to `usage` where it was told, else to the most it can have been."""

    def __init__(
        self,
        reservation: Reservation,
        counting: Counting | None,
        model: str,
        location: Location,
        claims: Sequence[Claim],
        ticket: Ticket | None,
        most: Usage,
    ) -> None:
        self._reservation = reservation
        self._counting = counting
        self._model = model
        self._location = location
        self._claims = claims
        self._ticket = ticket
        self._most = most
        self._sent = False
        self._heard = 0
        self.usage: Usage | None = None

    def sending(self) -> None:
        """From now on the model may have read it."""
        self._sent = True

    def hear(self, said: Said) -> None:
        self._heard += bytes_of(said.text) + bytes_of(said.reasoning)
        if said.usage is not None:
            self.usage = said.usage

    def __enter__(self) -> Charge:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        counting = self._counting
        if counting is None:
            return
        usage = self.usage or self._assumed(error)
        prices = self._reservation.prices
        of = prices.cost if self.usage else prices.most
        cost = of(self._model, self._location, usage)
        self._reservation.cost_nano += cost
        if self._ticket:
            counting.give([_unused(claim, usage.total_tokens, cost) for claim in self._claims], self._ticket)

    def _assumed(self, error: BaseException | None) -> Usage:
        if not self._sent:
            return Usage()
        if not self._heard:
            if isinstance(error, UpstreamFailed) and error.fault in UNBILLED:
                return Usage()
            if self._location == "cloud" and error is not None:
                return self._most
        said = min(self._heard + UNHEARD_TOKENS, self._most.completion_tokens)
        return Usage(self._most.prompt_tokens, said)


_spends = attrgetter("of_tokens")


def _worst(prices: PriceList, model: str, location: Location, most: Usage) -> int:
    if not prices.has(model):
        raise BudgetExceeded(
            f"A budget holds, and what `{model[:80]}` costs is not known.",
            next_step="Give it `prices` under `models` in the settings, or ask a model at home.",
        )
    return prices.most(model, location, most)


def _unused(claim: Claim, tokens: int, cost: int) -> Claim:
    """What goes back of a claim: all but the request itself, and what was used. Below 0 it was more than claimed."""
    taken = claim.amount
    month = taken.month - cost if claim.ceiling.month is not None else 0
    amount = Amount(0, taken.tokens - tokens, taken.places, taken.day - tokens, month)
    return Claim(claim.ceiling, amount)
