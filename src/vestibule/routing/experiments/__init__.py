"""A/B/n experiments between models, adapters, prompts, samplings and routes: assigned, judged, stopped, promoted."""

from vestibule.routing.experiments.assignment import Assignment, assign
from vestibule.routing.experiments.experiments import Experiments
from vestibule.routing.experiments.overlay import applied
from vestibule.routing.experiments.promotion import promoted
from vestibule.routing.experiments.verdicts import ExperimentReport

__all__ = ["Assignment", "ExperimentReport", "Experiments", "applied", "assign", "promoted"]
