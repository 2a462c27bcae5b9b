"""The set of cases that is shipped: questions about a generated portfolio, whose answers its files tell."""

from vestibule.evaluation.scenarios.building import building_scenarios

__all__ = ["building_scenarios"]
