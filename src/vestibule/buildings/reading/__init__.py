"""The reading of questions: people's words in, typed calls out. Knows no meter reading and asks no model."""

from vestibule.buildings.reading.question import Reading, read

__all__ = ["Reading", "read"]
