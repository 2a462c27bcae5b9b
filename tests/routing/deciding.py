"""The router over figures that a test states: how hard a request is, what a model is capable of, how fast it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from vestibule.core.chat import ChatRequest
from vestibule.core.configuration import Arm, Configuration, Document
from vestibule.core.ports import Vector
from vestibule.core.sensitivity import PrivacyClass
from vestibule.core.settings import ModelSettings
from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Catalogue, Model
from vestibule.routing.complexity import Expectation
from vestibule.routing.cost import Costing
from vestibule.routing.decision import Router
from vestibule.routing.latency import Latencies
from vestibule.routing.plan import Plan, Sieve, Verdict
from vestibule.routing.predictions import Predictions
from vestibule.routing.share import Outside
from vestibule.routing.weighing import Case
from vestibule.telemetry.metrics import Metrics


@dataclass(frozen=True)
class Speed:
    """Tokens a second that a model reads and that it says."""

    reads_per_s: float
    says_per_s: float


EASY, HARD = 0.2, 0.8


@dataclass(frozen=True)
class Ruled:
    allowed: bool
    reason: str


def never(model: Model) -> Ruled:
    return Ruled(False, "no cloud rule allows public")


def always(model: Model) -> Ruled:
    return Ruled(True, "cloud rule 1 allows public")


@dataclass(frozen=True)
class Hard:
    difficult: float = EASY

    def difficulty(self, vector: Vector | None, request: ChatRequest) -> float:
        return self.difficult


def router(
    models: Catalogue | Sequence[Model],
    *,
    difficulty: float = EASY,
    capable: Mapping[str, float] | None = None,
    fast: Mapping[str, Speed] | None = None,
    resting: Callable[[Model], str] = lambda _: "",
    admission: Admission | None = None,
    priced: Sequence[ModelSettings] = (),
    outside: Outside | None = None,
) -> Router:
    """A model that nothing is said of answers well what is easy, and nobody knows how fast."""
    catalogue = models if isinstance(models, Catalogue) else Catalogue(models)
    predictions = Predictions(
        admission or Admission(Metrics()),
        Latencies((fast or {}).get),
        Expectation(lambda name: (capable or {}).get(name, 0.5)),
        Costing(priced),
    )
    return Router(catalogue, Sieve(catalogue, resting), Hard(difficulty), predictions, outside, Random(7))


def decide(
    steered: Router,
    request: ChatRequest,
    may_leave: Callable[[Model], Verdict] = always,
    *,
    level: PrivacyClass = PrivacyClass.PUBLIC,
    document: Document | None = None,
    models: frozenset[str] | None = None,
    found: int = 0,
    arms: tuple[Arm, ...] = (),
) -> Plan:
    """Decide, and raise where nobody is left."""
    configuration = Configuration(1, document or Document())
    made = steered.plan(Case(request, configuration, level, may_leave, models, found=found, arms=arms))
    made.require_any()
    return made


def order(made: Plan) -> list[str]:
    return [candidate.model.id for candidate in made.eligible]
