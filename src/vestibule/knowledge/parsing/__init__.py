"""From the bytes of a file to its sections: one file a format, in a process of their own."""

from vestibule.knowledge.parsing.process import ParsingProcess
from vestibule.knowledge.parsing.section import Parsed, Section

__all__ = ["Parsed", "ParsingProcess", "Section"]
