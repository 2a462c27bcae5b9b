"""What was found in texts seen before: a conversation's history is not scanned anew with every turn.

Holds spans and keyed digests, never a text.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict

from vestibule.core.sensitivity import Span

# of an entry, and of a span in it: what CPython takes, rounded up
_ENTRY_BYTES = 256
_SPAN_BYTES = 192


class Memo:
    """The most recently used, `most_bytes` of them. Safe to use from any thread."""

    def __init__(self, most_bytes: int) -> None:
        self._key = secrets.token_bytes(32)
        self._most_bytes = most_bytes
        self._bytes = 0
        self._found: OrderedDict[bytes, tuple[Span, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def digest(self, text: str, variant: bytes) -> bytes:
        """16 bytes that stand for `text` and what it was scanned for, under a key of this process."""
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=16, key=self._key, person=variant).digest()

    def get(self, digest: bytes) -> tuple[Span, ...] | None:
        with self._lock:
            spans = self._found.get(digest)
            if spans is not None:
                self._found.move_to_end(digest)
            return spans

    def put(self, digest: bytes, spans: tuple[Span, ...]) -> None:
        with self._lock:
            old = self._found.pop(digest, None)
            self._bytes += _size(spans) - (0 if old is None else _size(old))
            self._found[digest] = spans
            while self._bytes > self._most_bytes:
                _, oldest = self._found.popitem(last=False)
                self._bytes -= _size(oldest)


def _size(spans: tuple[Span, ...]) -> int:
    return _ENTRY_BYTES + _SPAN_BYTES * len(spans)
