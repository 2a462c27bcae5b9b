"""What a model says when it takes up an answer: told again from the beginning, what was told before is compared and
left out; gone on with, it must not have begun again. Knows texts alone."""

from __future__ import annotations

from vestibule.core.errors import VestibuleError

TELLING = 24
"""Characters that an answer hardly repeats by chance."""


class Differs(VestibuleError):
    """An answer told again is not the one that was begun."""

    code = "upstream_failed"


class BeginsAnew(Differs):
    """A model that was to go on with an answer began it again."""


class Repetition:
    """Of `sent`, the text that must come first, byte for byte."""

    def __init__(self, sent: str = "") -> None:
        self._sent = sent
        self._at = 0

    def feed(self, text: str) -> str:
        """Return what goes beyond `sent`. Raise `Differs` at the first difference."""
        if self._at == len(self._sent):
            return text
        if not self._sent.startswith(text[: len(self._sent) - self._at], self._at):
            raise Differs("A model that was asked to tell an answer again told another.", next_step="Ask again.")
        repeated = min(len(text), len(self._sent) - self._at)
        self._at += repeated
        return text[repeated:]

    def finish(self) -> None:
        """Raise `Differs` where the answer ended before all of `sent` had come."""
        if self._at < len(self._sent):
            raise Differs("A model that was asked to tell an answer again told a shorter one.", next_step="Ask again.")


class Onward:
    """What comes after `begun`. A model whose template takes no beginning tells the answer once more: that is seen in
    its first characters, which are held for as long as they are those of `begun`."""

    def __init__(self, begun: str = "") -> None:
        self._begun = begun.lstrip()[:TELLING]
        self._held = ""
        self._is_sure = len(self._begun) < TELLING

    def feed(self, text: str) -> str:
        """Return what is the rest. Raise `BeginsAnew` where it is the beginning again."""
        if self._is_sure:
            return text
        self._held += text
        said = self._held.lstrip()
        if said.startswith(self._begun):
            raise BeginsAnew("A model that was to go on with an answer began again.", next_step="Ask again.")
        self._is_sure = not self._begun.startswith(said)
        return self.finish() if self._is_sure else ""

    def finish(self) -> str:
        """Return what is still held: the rest was shorter than what would tell."""
        held, self._held = self._held, ""
        return held
