"""The pace of one model at one place: how long until it speaks, how long a token takes, how long it takes to load.

Knows numbers only: no request, no queue and no clock.
"""

from __future__ import annotations

from typing import Protocol

from vestibule.routing.latency.measured import Measured
from vestibule.routing.latency.window import Line, Middle, Most

ENOUGH = 3
"""Answers after which what was measured counts, and no longer what is stated."""
CHARACTERS_A_TOKEN = 4.0
"""Of English prose and the tokenizers of the day; measured for each model as soon as it has answered."""


LEAST = 0.2
"""Of what is usual: less is never predicted."""


def _crowd(at_once: int) -> int:
    """Numbers of answers at once in groups: each to eight by itself, then four to each doubling."""
    if at_once <= 4:
        return at_once
    halvings = at_once.bit_length() - 3
    return 4 * halvings + (at_once >> halvings)


class Stated(Protocol):
    """What is said of a model before anything was measured: tokens a second that it reads and that it says."""

    @property
    def reads_per_s(self) -> float: ...
    @property
    def says_per_s(self) -> float: ...


class Pace:
    """First piece: a line over the tokens that are read, and beyond it what it took as a rule when about as many were
    asked at once, since a server may have a queue of its own. A token: a line over how many are answered at once,
    since a machine that answers several shares itself among them. `turn_s` is how long a turn takes as a rule, `load_s`
    a loading; `read_share` how much of a prompt is not kept from an earlier one. `first_within` and `finish_within` are
    what nineteen of twenty stayed within, as a multiple of what was predicted."""

    __slots__ = (
        *("_beside", "_first", "_load", "_token", "_turn"),
        *("characters", "finish_within", "first_within", "read_share"),
    )

    def __init__(self) -> None:
        self._first = Line()
        self._token = Line()
        self._turn = Middle()
        self._load = Middle()
        self._beside: dict[int, Middle] = {}
        self.first_within = Most(least=1.0)
        self.finish_within = Most(least=1.0)
        self.read_share = Middle(otherwise=1.0)
        self.characters = Middle(otherwise=CHARACTERS_A_TOKEN)

    @property
    def is_measured(self) -> bool:
        return self._first.count >= ENOUGH and self._token.count > 0

    def add(self, measured: Measured) -> None:
        prompt, read = measured.prompt_tokens, max(measured.prompt_tokens - measured.cached_tokens, 0)
        if prompt and measured.characters:
            self.characters.add(measured.characters / prompt)
        if measured.asleep:
            usual_s = self._first.at(read) if self._first.count else 0.0
            self._load.add(max(measured.first_token_s - usual_s, 0.0))
            return
        beside = _crowd(measured.begun_with)
        if beside not in self._beside:
            self._beside[beside] = Middle()
        if self._first.count:
            self._beside[beside].add(measured.first_token_s - self._first.at(read))
        self._first.add(read, measured.first_token_s)
        self._turn.add(measured.finish_s)
        if prompt:
            self.read_share.add(read / prompt)
        if measured.said_tokens > 1:
            each_s = (measured.finish_s - measured.first_token_s) / (measured.said_tokens - 1)
            self._token.add(measured.at_once, each_s)

    def first_token_s(self, read_tokens: float, at_once: int = 1) -> float:
        """Where so many were never asked at once, as with the nearest number of them that were."""
        usual_s, crowd = self._first.at(read_tokens), _crowd(at_once)
        beside = self._beside.get(crowd) or self._nearest(crowd)
        return usual_s if beside is None else max(usual_s + beside.value, LEAST * usual_s)

    def _nearest(self, crowd: int) -> Middle | None:
        near = min(self._beside, key=lambda known: abs(known - crowd), default=None)
        return None if near is None else self._beside[near]

    def token_s(self, at_once: int) -> float:
        return self._token.at(at_once)

    @property
    def turn_s(self) -> float | None:
        return self._turn.value if self._turn.count else None

    @property
    def load_s(self) -> float | None:
        """None where it was never seen to load."""
        return self._load.value if self._load.count else None
