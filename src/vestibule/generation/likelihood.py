"""How probable the tokens of an answer were: told with the text they make, and only while it is the model's own.

What is released may have been restored, sanitised or brought into form; then the model's tokens are another text than
the caller's, and are kept back from there on. Knows no model and no wire.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from msgspec.structs import replace

from vestibule.core.answer import TokenLogprob


class Likelihood:
    """Of one answer. `told` are the tokens that were released, in order."""

    def __init__(self, most: int) -> None:
        """`most` is how many tokens that might have stood in a place are told."""
        self.told: list[TokenLogprob] = []
        self._most = most
        self._heard: deque[TokenLogprob] = deque()
        self._released = bytearray()  # text whose tokens are not told yet
        self._is_own = True

    def hear(self, tokens: Iterable[TokenLogprob]) -> None:
        """Take what a model says of its tokens, before or with their text."""
        if self._is_own:
            self._heard += (replace(token, top=token.top[: self._most]) for token in tokens)

    def release(self, text: str) -> None:
        """The caller gets this text: tell the tokens that are whole with it."""
        if not self._is_own:
            return
        self._released += text.encode()
        while self._heard and self._released:
            raw = self._heard[0].said.raw
            if self._released.startswith(raw):
                self.told.append(self._heard.popleft())
                del self._released[: len(raw)]
            elif raw.startswith(bytes(self._released)):
                return
            else:
                self.end()

    def end(self) -> None:
        """What comes is no longer told of: it is not one model's own words."""
        self._is_own = False
        self._heard.clear()

    @property
    def is_whole(self) -> bool:
        """Whether all that was released is told of. A `stop` may end an answer within a token, which is then not
        told."""
        if not self._is_own:
            return False
        return not self._released or (bool(self._heard) and self._heard[0].said.raw.startswith(self._released))
