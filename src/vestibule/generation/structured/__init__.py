"""Answers that must be JSON, and JSON of a schema: checked, and mended once. Knows no provider and no socket."""

from vestibule.generation.structured.answer import FormatCheck, FormatMissed, called_well, repair_request
from vestibule.generation.structured.schema import require_schema
from vestibule.generation.structured.validation import faults, format_faults

__all__ = ["FormatCheck", "FormatMissed", "called_well", "faults", "format_faults", "repair_request", "require_schema"]
