"""Conversations that are kept here because a caller asked for it: stored responses, sealed, until they expire."""

from vestibule.conversations.erasure import ResponseErasure
from vestibule.conversations.store import ResponseStore, StoredResponse

__all__ = ["ResponseErasure", "ResponseStore", "StoredResponse"]
