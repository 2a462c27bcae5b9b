"""What was measured of one answer, without the time it waited for its turn."""

from __future__ import annotations

import msgspec


class Measured(msgspec.Struct, frozen=True):
    """Seconds from sending to the first piece and to the end. `cached_tokens` are those of the prompt that the model
    had kept of an earlier one and need not read. `at_once` is how many it was answering, this one among them, and
    `begun_with` how many when it was asked. `asleep`:
    it had to be loaded first. `characters` of the prompt, 0 where they were not counted."""

    first_token_s: float
    finish_s: float
    prompt_tokens: int
    said_tokens: int
    cached_tokens: int = 0
    at_once: int = 1
    asleep: bool = False
    characters: int = 0
    begun_with: int = 1
