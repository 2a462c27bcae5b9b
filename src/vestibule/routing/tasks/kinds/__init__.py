"""The kinds that wording tells, the more special first. Coordination is told by the shape of a conversation."""

from vestibule.routing.tasks.kinds.analysis import ANALYSIS
from vestibule.routing.tasks.kinds.base import WorkKind
from vestibule.routing.tasks.kinds.code import CODE
from vestibule.routing.tasks.kinds.forecast import FORECAST
from vestibule.routing.tasks.kinds.lookup import LOOKUP
from vestibule.routing.tasks.kinds.optimisation import OPTIMISATION
from vestibule.routing.tasks.kinds.report import REPORT

KINDS: tuple[WorkKind, ...] = (CODE, OPTIMISATION, FORECAST, REPORT, ANALYSIS, LOOKUP)
