"""Who may ask a model now, who waits and in which order, and who need not ask at all because another asks the same."""

from vestibule.routing.admission.admission import Admission
from vestibule.routing.admission.scaling import Load, wanted_slots
from vestibule.routing.admission.sharing import Sharing

__all__ = ["Admission", "Load", "Sharing", "wanted_slots"]
