"""A text as the recognizers read it, and where each part of that stands in the text as given."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Reading:
    """`text` is the original with some stretches replaced. What is found in one is found in the other by `original`."""

    __slots__ = ("_at", "_from", "_same", "text")

    def __init__(self, original: str, replaced: Iterable[tuple[int, int, str]] = ()) -> None:
        """`replaced` holds (start, end, new text) of `original`, in order, apart from each other."""
        self._at = [0]  # where a stretch begins in `text`,
        self._from = [0]  # and in the original,
        self._same = [True]  # and whether the two run alongside there
        self.text = self._written(original, replaced)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where text[start:end], not empty, stands in the original; all of a replaced stretch that it touches."""
        if len(self._at) == 1:
            return start, end
        first, last = bisect_right(self._at, start) - 1, bisect_right(self._at, end - 1) - 1
        begin = self._from[first] + (start - self._at[first] if self._same[first] else 0)
        finish = self._from[last] + end - self._at[last] if self._same[last] else self._from[last + 1]
        return begin, finish

    def _written(self, original: str, replaced: Iterable[tuple[int, int, str]]) -> str:
        pieces: list[str] = []
        here = shift = 0
        for start, end, new in replaced:
            pieces += (original[here:start], new)
            here = end
            if not len(new) == end - start == 1:
                self._begin(start + shift, start, same=False)
                shift += len(new) - (end - start)
                self._begin(end + shift, end, same=True)
        return "".join((*pieces, original[here:])) if pieces else original

    def _begin(self, at: int, origin: int, *, same: bool) -> None:
        self._at.append(at)
        self._from.append(origin)
        self._same.append(same)
