"""What is assumed of the world, read from `assumptions.yaml`; how good and dear an answer is by it. Draws nothing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

FILE = Path(__file__).with_name("assumptions.yaml")
Kind = Literal["coordination", "lookup", "analysis", "optimisation", "forecast", "report", "code"]
Level = Literal["public", "internal", "confidential", "restricted"]
LEVELS: tuple[Level, ...] = ("public", "internal", "confidential", "restricted")
CACHED_FROM = 1024
"""Tokens of a history from which on a cloud bills it as cached."""
HOUR_S = 3600.0


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Clock(_Part, frozen=True):
    factor: float
    start_of_day: int
    end_of_day: int


class Turns(_Part, frozen=True):
    mean: float
    most: int


class Lognormal(_Part, frozen=True):
    median: float
    sigma: float


class Sessions(_Part, frozen=True):
    count: int
    agents: float
    turns: Turns
    think_s: dict[Literal["people", "agents"], Lognormal]
    day: tuple[float, ...]


class Work(_Part, frozen=True):
    """One kind of question."""

    share: float
    difficulty: tuple[float, float]
    context: float
    answer: float
    classes: dict[Level, float]


class Lengths(_Part, frozen=True):
    context_sigma: float
    answer_sigma: float
    most_context: int
    fewest_answer: int
    most_answer: int


class Failing(_Part, frozen=True):
    limited: float
    error: float
    cut: float


class Prices(_Part, frozen=True):
    """EUR a million tokens."""

    input: float
    cached: float
    output: float


class Pace(_Part, frozen=True):
    """Of one server."""

    home: bool
    slots: int
    tokens_per_s: float
    reads_per_s: float
    first_s: float
    sigma: float
    straggle: float
    straggle_by: float
    fail: Failing
    prices: Prices | None = None


class Quality(_Part, frozen=True, rename={"of_kind": "for"}):
    floor: float
    ceiling: float
    slope: float
    able: dict[str, float]
    of_kind: dict[str, dict[Kind, float]]
    otherwise: float

    def good(self, model: str, kind: Kind, difficulty: float) -> float:
        """The chance that an answer of `model` is good enough."""
        able = self.able.get(model, self.otherwise) + self.of_kind.get(model, {}).get(kind, 0.0)
        return self.floor + (self.ceiling - self.floor) / (1 + math.exp((difficulty - able) / self.slope))


class Watts(_Part, frozen=True):
    busy: float
    idle: float


class Energy(_Part, frozen=True):
    watts: dict[str, Watts]
    eur_per_kwh: float
    co2e_g_per_kwh: float
    amortisation_eur_per_hour: dict[str, float]


class Targets(_Part, frozen=True):
    local_share: float
    restricted_local: float
    cost_share: float
    latency_error: float


class Assumptions(_Part, frozen=True):
    clock: Clock
    sessions: Sessions
    kinds: dict[Kind, Work]
    lengths: Lengths
    unseen: float
    streams: float
    models: dict[str, Pace]
    best_cloud: str
    small: str
    large: str
    quality: Quality
    energy: Energy
    targets: Targets

    @property
    def local(self) -> tuple[str, ...]:
        return tuple(name for name, model in self.models.items() if model.home)

    @property
    def cloud(self) -> tuple[str, ...]:
        return tuple(name for name, model in self.models.items() if not model.home)

    def is_cloud(self, model: str) -> bool:
        return model in self.models and not self.models[model].home

    def billed(self, model: str, prompt: int, answer: int, cached: int = 0) -> float:
        """EUR of one answer; nothing where the model is at home."""
        prices = self.models[model].prices if model in self.models else None
        if prices is None:
            return 0.0
        return ((prompt - cached) * prices.input + cached * prices.cached + answer * prices.output) / 1e6

    def kwh(self, busy_s: dict[str, float], elapsed_s: float) -> float:
        """Of all local machines in `elapsed_s` of the world, busy for `busy_s` of it."""
        drawn = self.energy.watts
        joules = sum(w.idle * elapsed_s + (w.busy - w.idle) * busy_s.get(name, 0.0) for name, w in drawn.items())
        return joules / 3.6e6

    def machines(self, elapsed_s: float) -> float:
        """EUR that the local machines cost in `elapsed_s` of the world without their energy."""
        return sum(self.energy.amortisation_eur_per_hour.values()) * elapsed_s / HOUR_S


def load(file: Path = FILE) -> Assumptions:
    """Raise `msgspec.ValidationError` where the file says too much or too little."""
    return msgspec.convert(yaml.safe_load(file.read_text("utf-8")), Assumptions)


def changed(assumptions: Assumptions, path: str, value: object) -> Assumptions:
    """With another value at `path`, "quality/slope"; raise `KeyError` where nothing is."""
    whole: Any = msgspec.to_builtins(assumptions)
    *folders, last = path.split("/")
    place = whole
    for folder in folders:
        place = place[folder]
    if last not in place:
        raise KeyError(path)
    place[last] = value
    return msgspec.convert(whole, Assumptions)
