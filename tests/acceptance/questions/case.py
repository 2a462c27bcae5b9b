"""What is asked and what a right answer must hold. Values only; how they are checked is the verdict's business."""

from __future__ import annotations

from dataclasses import dataclass

from tests.acceptance.questions.periods import Period
from tests.acceptance.questions.world import Direction


@dataclass(frozen=True)
class Subject:
    """A building by all names it may be called."""

    id: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class CauseNamed:
    """The planted cause, by one of `words`, and no other than it and those `also_true` in the period."""

    cause: str
    words: tuple[str, ...]
    direction: Direction
    also_true: frozenset[str]
    window: Period | None = None
    """The event and the period asked about, with some days around: evidence of other days is beside the point."""


@dataclass(frozen=True)
class NothingUnusual:
    """A quiet period: said to be normal, and no cause invented."""


@dataclass(frozen=True)
class Figure:
    """One of the values, in the unit. `readings_missing`: the answer must say so beside the sum of what is there."""

    values: tuple[float, ...]
    unit: str
    readings_missing: bool = False


@dataclass(frozen=True)
class TwoFigures:
    """Both values, or their difference. `more` has the greater value, `less` the other: buildings, or months
    by name. `change` is the sign from the first to the second month, 0 for buildings."""

    values: tuple[float, float]
    unit: str
    more: Subject
    less: Subject
    change: int = 0


@dataclass(frozen=True)
class NamedFirst:
    """The first building named in the answer."""

    first: Subject
    others: tuple[Subject, ...]


@dataclass(frozen=True)
class Peak:
    """The highest hour (`value` in kW and one of `hours`), or the highest day (`value` None; day alone counts)."""

    value: float | None
    hours: tuple[tuple[int, int, int], ...]
    """(month, day, hour at which it begins)."""


@dataclass(frozen=True)
class DataMissing:
    """Readings are missing (`missing`), and that is called no saving; or all are there and that is said."""

    missing: bool


@dataclass(frozen=True)
class PassageCited:
    """A citation whose quote is the passage that holds the fact."""

    document: str
    heading: str
    quote: str
    other_documents: tuple[str, ...] = ()


Check = CauseNamed | NothingUnusual | Figure | TwoFigures | NamedFirst | Peak | DataMissing | PassageCited


@dataclass(frozen=True)
class Case:
    """`subjects` are the buildings asked about, `strangers` all others of the world."""

    id: str
    question: str
    kind: str
    persona: str
    subjects: tuple[Subject, ...]
    strangers: tuple[Subject, ...]
    period: Period | None
    check: Check

    @property
    def buildings(self) -> tuple[str, ...]:
        return tuple(subject.id for subject in self.subjects)
