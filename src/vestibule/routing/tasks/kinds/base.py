"""What a kind of work is told by. The words are those of the five languages that questions come in."""

from __future__ import annotations

from dataclasses import dataclass

from vestibule.core.chat import TaskKind


@dataclass(frozen=True)
class WorkKind:
    """Phrases in small letters, without punctuation but for the code mark; whole words, but where a `*` says that a
    word goes on. One that `tells` is enough, of `hints` it takes two. Each of `examples` is of this kind, none of
    `counter_examples` is."""

    kind: TaskKind
    tells: tuple[str, ...]
    hints: tuple[str, ...]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
