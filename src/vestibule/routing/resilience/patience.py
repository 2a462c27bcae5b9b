"""Wait for each piece of an answer, and no longer. Knows nothing of what the pieces are."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

from vestibule.core.errors import UpstreamFailed
from vestibule.core.generation import Patience
from vestibule.core.time_limit import TimeLimit
from vestibule.routing.resilience.deadline import Deadline

Piece = TypeVar("Piece")


class Hurried(UpstreamFailed):
    """The model was given less time than is its due, as the caller has little: nothing speaks against it."""


async def patiently(
    pieces: AsyncGenerator[Piece, None],
    patience: Patience,
    deadline: Deadline,
    model: str,
    clock: Callable[[], float] = time.monotonic,
    *,
    alone: bool = True,
) -> AsyncGenerator[Piece, None]:
    """Yield the pieces as they come, and close where they come from whatever happens.

    Raise `UpstreamFailed` with the fault "silent" where one of the limits of `patience` passes, `DeadlineExceeded`
    where the caller's time does. How long the pieces are worked on between them counts for the whole alone. A model
    that is not `alone` has half of the caller's time for its first piece: the other half is for the next.
    """
    wait_s, end = patience.first_token_s, clock() + patience.total_s
    hurry = not alone and deadline.left_s / 2 < wait_s
    if hurry:
        wait_s = deadline.left_s / 2
    limit = TimeLimit(min(patience.first_token_s, patience.between_tokens_s))
    async with aclosing(pieces):
        try:
            while True:
                whole_s, given_s = end - clock(), deadline.left_s
                try:
                    with limit.within(min(wait_s, whole_s, given_s)):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    if not limit.expired:
                        raise
                    if given_s <= min(wait_s, whole_s):
                        raise deadline.exceeded() from None
                    raise _silent(model, patience.total_s if whole_s < wait_s else None, wait_s, hurry) from None
                yield piece
                wait_s, hurry = patience.between_tokens_s, False
        finally:
            limit.close()


def _silent(model: str, total_s: float | None, wait_s: float, hurry: bool) -> UpstreamFailed:
    late = f"said nothing for {wait_s:g}" if total_s is None else f"took longer than {total_s:g}"
    kind = Hurried if hurry else UpstreamFailed
    return kind(f"{model} {late} s.", next_step="Ask again, or another model.", fault="silent")
