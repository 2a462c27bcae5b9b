"""One run: the house, the sessions in it, and everything that came of it. Judges nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from benchmarks.routing.simulation.assumptions import Assumptions
from benchmarks.routing.simulation.driving import Got, drive
from benchmarks.routing.simulation.house import House, house
from benchmarks.routing.simulation.server import Served, busy_s
from benchmarks.routing.simulation.trace import Turn, draw
from tests.egress.servers.traces import folded, readings_of

AUTO = "auto"
FIRST_TOKEN_S = {"coordination": 1.0}
FIRST_TOKEN_OTHERWISE_S = 2.0
"""What was promised of how soon an answer begins, in seconds of the world."""


class Run(msgspec.Struct, frozen=True):
    """`leaked` are the planted values that the cloud servers received, `searched` how many were looked for. Seconds are
    those of the run."""

    got: list[Got]
    served: list[Served]
    seconds: float
    busy_s: dict[str, float]
    searched: int
    leaked: int
    traced: list[list[Turn]]


class Part(NamedTuple):
    """A stretch of a run, in which each turn names `model_of` it."""

    seconds: float
    model_of: Callable[[Turn], str] = lambda turn: AUTO


def run(assumptions: Assumptions, seconds: float, seed: int) -> Run:
    """All sessions for `seconds`, each turn asking for `auto`."""
    return run_parts(assumptions, [Part(seconds)], seed)[0]


def run_parts(
    assumptions: Assumptions, parts: Sequence[Part], seed: int, afterwards: Callable[[House], None] = lambda house: None
) -> list[Run]:
    """The same trace, from its beginning, once for each part; then `afterwards` in the same house."""
    trace = draw(assumptions, seed, max(part.seconds for part in parts) * assumptions.clock.factor)
    answers = {turn.thread: turn.answer_tokens for session in trace for turn in session}
    with house(assumptions, answers, seed) as opened:
        _tune(opened, assumptions)
        runs = [_part(assumptions, opened, trace, part) for part in parts]
        afterwards(opened)
    return runs


def _part(assumptions: Assumptions, opened: House, trace: list[list[Turn]], part: Part) -> Run:
    servers = opened.servers
    before = len(servers.served())
    heard = {name: len(servers.received(name)) for name in assumptions.cloud}
    got = asyncio.run(drive(assumptions, trace, opened.product.url, opened.key, part.seconds, part.model_of))
    served = servers.served()[before:]
    asked = {one.thread for one in got}
    planted = {value for session in trace for turn in session if turn.thread in asked for value in turn.planted}
    outside = (servers.received(name)[size:] for name, size in heard.items())
    leaked = sum(len(seen(sorted(planted), received)) for received in outside)
    ended = max(one.at + one.total_s for one in got)
    return Run(got, served, ended, busy_s(served), len(planted), leaked, trace)


def seen(values: Sequence[str], received: bytes) -> list[str]:
    """Those of the values that stand in what was received, in whatever writing."""
    everything = "\n".join(readings_of(received.decode(errors="replace")))
    return [value for value in values if folded(value) in everything]


def named(assumptions: Assumptions, model: str) -> Callable[[Turn], str]:
    """That model for everything; what may not leave goes to the large one at home, as the product sends it nowhere."""
    return lambda turn: assumptions.large if assumptions.is_cloud(model) and turn.level == "restricted" else model


def _tune(opened: House, assumptions: Assumptions) -> None:
    """Apply a version as an operator would: what was promised of the first token, what the machines draw. Seconds of
    the world are shortened as all are, and what an hour costs comes in as much less time."""
    factor, energy = assumptions.clock.factor, assumptions.energy
    kinds = {kind: FIRST_TOKEN_S.get(kind, FIRST_TOKEN_OTHERWISE_S) / factor for kind in assumptions.kinds}
    document: Mapping[str, object] = {
        "routes": {"tasks": {kind: {"first_token_s": seconds} for kind, seconds in kinds.items()}},
        "energy": {
            "watts": {name: watts.busy * factor for name, watts in energy.watts.items()},
            "eur_per_kwh": energy.eur_per_kwh,
            "co2e_g_per_kwh": energy.co2e_g_per_kwh,
        },
    }
    opened.apply(document)
