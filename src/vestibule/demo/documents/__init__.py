"""The documents of the demo world: manuals, sequences, leases, logs and procedures, and questions they answer."""

from vestibule.demo.documents.blocks import Document, Documents, Fact
from vestibule.demo.documents.composing import compose, write

__all__ = ["Document", "Documents", "Fact", "compose", "write"]
