"""Values of the second set: other names, plans and notations than the first set's, in a registry of their own."""

from benchmarks.privacy.values_second import buildings, credentials, fillers, identifiers, people, plant
from benchmarks.privacy.values_second.drawing import VALUES
from benchmarks.privacy.values_second.obfuscation import WAYS

__all__ = ["VALUES", "WAYS", "buildings", "credentials", "fillers", "identifiers", "people", "plant"]
