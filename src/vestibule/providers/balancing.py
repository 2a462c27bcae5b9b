"""Which of several that would answer alike is asked. Knows how long each would take, and nothing of what they are."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from random import Random

WARM = 2.0
"""How many times as long as with another the one that knows a session may take: it has read the conversation before,
which is most of the work of a long one."""
LITTLE_S = 0.05
"""How much longer it may take in any case: nobody notices."""


def choose(waits: Sequence[float], names: Sequence[str], session: str = "", random: Random | None = None) -> int:
    """The index of who is to be asked: `waits` are about how many seconds each would take, `names` tell them apart.

    The one that is done first; with `random` of two that are drawn, which is nearly as good, and those who choose at
    once by the same late figures do not all go to the same (Mitzenmacher, The Power of Two Choices, 2001). Requests of
    one `session` go to the same one while that is not much busier (rendezvous hashing: Thaler and Ravishankar, 1998, so
    that one more or fewer moves no other session).
    """
    everybody = range(len(waits))
    drawn = random.sample(everybody, 2) if random and len(waits) > 2 else everybody
    soonest = min(drawn, key=lambda index: (waits[index], index))
    if not session:
        return soonest
    known = max(everybody, key=lambda index: _weight(session, names[index]))
    return known if waits[known] <= max(WARM * waits[soonest], waits[soonest] + LITTLE_S) else soonest


def _weight(session: str, name: str) -> bytes:
    return blake2b(f"{name}\0{session}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
