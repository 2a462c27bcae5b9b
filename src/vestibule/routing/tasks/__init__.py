"""Which kind of work a request is, and what holds for work of that kind."""

from vestibule.routing.tasks.reader import TaskReader
from vestibule.routing.tasks.rules import rank, rule, shipped_rules

__all__ = ["TaskReader", "rank", "rule", "shipped_rules"]
