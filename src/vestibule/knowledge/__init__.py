"""Documents: parsed, cut into chunks, indexed, found and cited."""

from vestibule.knowledge.base import KnowledgeBase, Readiness
from vestibule.knowledge.documents import DocumentInfo

__all__ = ["DocumentInfo", "KnowledgeBase", "Readiness"]
