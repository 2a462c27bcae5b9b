"""The tagger, loaded when a text is first tagged: what stays at home never is, and most houses send nothing else.

Whoever tags waits until it is loaded, so nothing leaves that it has not read. Knows nothing of what is found.
"""

from __future__ import annotations

from vestibule.core.once import Once
from vestibule.core.sensitivity import Span
from vestibule.privacy.tagger.tagger import Tagger, read_artefact


class TaggerOnDemand:
    """As a `Tagger`: synchronous and thread-safe. The first text blocks for 0.1 s more; tag on a thread."""

    def __init__(self) -> None:
        """Raise `ValueError` if the artefact is not what its sha256 says: a start fails, not the first request."""
        read_artefact()
        self._tagger = Once(Tagger.load)

    def tag(self, text: str) -> tuple[Span, ...]:
        """Spans in the order of the text, none overlapping. Raise what loading raises: then nothing may leave."""
        return self._tagger().tag(text)

    def warm(self) -> None:
        """Load it now. Blocks."""
        self._tagger()

    @property
    def is_loaded(self) -> bool:
        return self._tagger.is_made
