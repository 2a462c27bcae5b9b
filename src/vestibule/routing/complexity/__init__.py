"""How difficult a request is, and how probable it is that a model answers it well enough."""

from vestibule.routing.complexity.capability import capabilities, capability
from vestibule.routing.complexity.difficulty import Complexity
from vestibule.routing.complexity.expectation import Belief, Expectation, Outcome
from vestibule.routing.complexity.learning import Learning

__all__ = ["Belief", "Complexity", "Expectation", "Learning", "Outcome", "capabilities", "capability"]
