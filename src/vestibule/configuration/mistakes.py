"""What is wrong with a version, as told to whoever wrote it: where, what, and what to write in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

import msgspec

from vestibule.core.errors import VestibuleError

NAME = "configuration.yaml"


class Mistake(msgspec.Struct, frozen=True):
    """`line` counts from 1; a warning is probably not what was meant and stops nothing."""

    line: int
    path: str
    message: str
    mend: str = ""
    severity: Literal["error", "warning"] = "error"

    def told(self, source: str) -> str:
        path = f"`{self.path}` " if self.path else ""
        return f"{source}:{self.line}: {path}{self.message} {self.mend}".rstrip()


class ConfigurationError(VestibuleError):
    """A version is refused whole: names every line and its mend."""

    code = "invalid_request"

    def __init__(self, mistakes: Sequence[Mistake], source: str = NAME) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.line))
        super().__init__(
            "\n".join(mistake.told(source) for mistake in self.mistakes),
            next_step="Nothing was changed: the version in force stays.",
        )


class Finding(Protocol):
    """What the linter of a policy says."""

    @property
    def severity(self) -> Literal["error", "warning"]: ...
    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...
    @property
    def mend(self) -> str: ...


Lint = Callable[[bytes], Iterable[Finding]]
"""Reads a policy, and says all that is wrong with it by line. Blocks."""
