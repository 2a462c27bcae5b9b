"""What explains departures from expected use: faults of plant, closures and gaps, each only with its signs."""

from vestibule.buildings.diagnosis.closures import closed_days, closures
from vestibule.buildings.diagnosis.departures import departures
from vestibule.buildings.diagnosis.faults import find_faults
from vestibule.buildings.diagnosis.findings import fault_findings
from vestibule.buildings.diagnosis.gaps import gaps

__all__ = ["closed_days", "closures", "departures", "fault_findings", "find_faults", "gaps"]
