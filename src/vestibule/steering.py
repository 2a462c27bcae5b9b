"""Joins the router to those whose figures it decides by. Used by `app.py`."""

from __future__ import annotations

from vestibule.routing.admission import Admission
from vestibule.routing.catalogue import Catalogue
from vestibule.routing.complexity import Complexity, Expectation
from vestibule.routing.cost import Costing
from vestibule.routing.decision import Router
from vestibule.routing.latency import Latencies
from vestibule.routing.plan import Sieve
from vestibule.routing.predictions import Predictions
from vestibule.routing.resilience.health import Health


def build_router(
    catalogue: Catalogue,
    health: Health,
    admission: Admission,
    latencies: Latencies,
    costing: Costing,
    expectation: Expectation,
) -> Router:
    """The router of one worker. Blocks: reads the model of difficulty from its file."""
    predictions = Predictions(admission, latencies, expectation, costing)
    return Router(catalogue, Sieve(catalogue, health.resting), Complexity.load(), predictions)
