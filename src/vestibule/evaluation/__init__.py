"""What models answer, judged against what is known to be right, and what that says of how they are asked.

Sets of cases with known answers, a judge that needs no model, intervals, and the tuning of samplings on them. Knows no
server: whoever tunes hands in how a question is asked.
"""

from vestibule.evaluation.case import Case, Expected, Figure, read_cases
from vestibule.evaluation.judging import Answer, judge
from vestibule.evaluation.ledger import Ledger, Sample
from vestibule.evaluation.scenarios import building_scenarios
from vestibule.evaluation.tuning import Question, Tuning, grid, schedule, tune

__all__ = [
    "Answer",
    "Case",
    "Expected",
    "Figure",
    "Ledger",
    "Question",
    "Sample",
    "Tuning",
    "building_scenarios",
    "grid",
    "judge",
    "read_cases",
    "schedule",
    "tune",
]
