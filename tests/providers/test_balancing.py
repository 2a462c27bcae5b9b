"""Who of several that would answer alike is asked."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from vestibule.providers.balancing import LITTLE_S, WARM, choose

NAMES = [f"http://10.0.0.{n}:8080" for n in range(5)]
SESSIONS = [f"session {n}" for n in range(400)]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8))
def test_without_a_session_it_is_who_is_done_first(waits: list[float]) -> None:
    assert choose(waits, NAMES[:1] * len(waits)) == waits.index(min(waits))


def test_of_two_that_are_drawn_it_is_the_better_and_never_the_worst() -> None:
    random = Random(3)
    asked = Counter(choose([1.0, 2.0, 3.0, 4.0, 5.0], NAMES, "", random) for _ in range(4000))
    assert 4 not in asked
    assert asked[0] > asked[1] > asked[2] > asked[3] > 0


@given(st.text(min_size=1), st.lists(st.floats(0.1, 100), min_size=2, max_size=5))
def test_a_session_never_waits_more_than_so_much_longer(session: str, waits: list[float]) -> None:
    most = max(WARM * min(waits), min(waits) + LITTLE_S)
    assert waits[choose(waits, NAMES[: len(waits)], session)] <= most


def test_sessions_are_spread_and_those_of_who_leaves_alone_move() -> None:
    before = {session: NAMES[choose([1.0] * 5, NAMES, session)] for session in SESSIONS}
    assert min(Counter(before.values()).values()) > 40
    left = NAMES[:2] + NAMES[3:]
    after = {session: left[choose([1.0] * 4, left, session)] for session in SESSIONS}
    assert all(after[session] == name for session, name in before.items() if name != NAMES[2])
