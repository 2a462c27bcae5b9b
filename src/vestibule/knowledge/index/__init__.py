"""The BM25 index beside PostgreSQL: `lexical.py` is the index, `indexer.py` keeps it in step."""

from vestibule.knowledge.index.indexer import Indexer
from vestibule.knowledge.index.lexical import Entry, IndexDamaged, LexicalIndex

__all__ = ["Entry", "IndexDamaged", "Indexer", "LexicalIndex"]
