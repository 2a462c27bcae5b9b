"""How many slots a local model should have, and how many children with as many, by what its queue looked like lately.
Decides only; knows no process.

Up as soon as requests have waited for a while, down only by the most that was needed over a long time: what Kubernetes'
horizontal autoscaler calls stabilisation windows (its `behavior.scaleUp` and `scaleDown`), so that one quiet minute
does not undo what one busy minute asked for. A change costs a restart and warm prompts.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

GROW_LOOKS = 5
SHRINK_LOOKS = 300


class Load(msgspec.Struct, frozen=True):
    """A look at a model's queue: how many are served and how many wait."""

    served: int
    waiting: int

    @property
    def wanted(self) -> int:
        return self.served + self.waiting


def wanted_slots(history: Sequence[Load], *, slots: int, least: int, most: int, room: int) -> int:
    """Slots that suit `history`, one look a second, newest last; `slots` of now where nothing should change.

    Between `least` and `most`, and never more than `room` more than now: as many as the memory budget still has. Grows
    to what was needed in each of the last `GROW_LOOKS` looks, at most twofold at a time, if somebody waited in all of
    them; shrinks to the most that was needed in the last `SHRINK_LOOKS`, if half of the slots were never used.
    """
    lately = history[-GROW_LOOKS:]
    if len(lately) == GROW_LOOKS and all(look.waiting for look in lately):
        needed = min(look.wanted for look in lately)
        return max(slots, min(needed, 2 * slots, slots + room, most))
    long_since = history[-SHRINK_LOOKS:]
    if len(long_since) == SHRINK_LOOKS:
        needed = max(look.wanted for look in long_since)
        if 2 * needed <= slots:
            return min(slots, max(needed, least))
    return slots


def wanted_children(history: Sequence[Load], *, children: int, slots: int, most: int, room: bool) -> int:
    """Children, of `slots` each, that suit `history`: one more, up to `most` and if there is `room`, where somebody
    waited in all of the last `GROW_LOOKS` looks; one less where the others would have done in the last
    `SHRINK_LOOKS`."""
    lately = history[-GROW_LOOKS:]
    if len(lately) == GROW_LOOKS and all(look.waiting for look in lately):
        return children + 1 if room and children < most else children
    long_since = history[-SHRINK_LOOKS:]
    if children > 1 and len(long_since) == SHRINK_LOOKS:
        needed = max(look.wanted for look in long_since)
        return children - 1 if needed <= (children - 1) * slots else children
    return children
