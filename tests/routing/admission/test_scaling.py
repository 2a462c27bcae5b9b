"""Slots that follow the queue: up soon, down late, never past what there is, and not to and fro."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.routing.admission import Load, wanted_slots
from vestibule.routing.admission.scaling import GROW_LOOKS, SHRINK_LOOKS, wanted_children


def simulate(
    demand: Iterable[int], *, slots: int = 2, least: int = 2, most: int = 16, room: int = 100
) -> tuple[int, list[tuple[int, int]]]:
    """Live through one look a second at so many requests; return the slots at the end and each change with its second.
    `room` is what the memory has beyond the slots at the start."""
    history: deque[Load] = deque(maxlen=SHRINK_LOOKS)
    changes, begun_with = [], slots
    for second, wanted in enumerate(demand):
        history.append(Load(min(wanted, slots), max(0, wanted - slots)))
        left = room - (slots - begun_with)
        become = wanted_slots(tuple(history), slots=slots, least=least, most=most, room=left)
        if become != slots:
            slots = become
            changes.append((second, slots))
    return slots, changes


def test_a_queue_that_stays_grows_them_in_steps_to_what_is_needed() -> None:
    slots, changes = simulate([9] * 30)
    assert slots == 9
    assert [to for _, to in changes] == [4, 8, 9]
    assert changes[0][0] == GROW_LOOKS - 1


def test_a_moment_of_waiting_changes_nothing() -> None:
    assert simulate(([9] * (GROW_LOOKS - 1) + [2]) * 50) == (2, [])


@pytest.mark.parametrize(("most", "room", "slots"), [(6, 100, 6), (16, 3, 5), (16, 0, 2), (2, 100, 2)])
def test_never_more_than_allowed_and_than_the_memory_has_room_for(most: int, room: int, slots: int) -> None:
    assert simulate([50] * 60, most=most, room=room)[0] == slots


def test_they_shrink_to_what_was_needed_only_after_a_long_quiet_time() -> None:
    slots, changes = simulate([3] * SHRINK_LOOKS + [1] * SHRINK_LOOKS, slots=8)
    assert slots == 2
    assert [to for _, to in changes] == [3, 2]
    assert changes[0][0] == SHRINK_LOOKS - 1


def test_one_busy_second_in_a_long_time_keeps_them() -> None:
    assert simulate(([1] * (SHRINK_LOOKS // 2) + [5]) * 6, slots=8) == (8, [])


def test_they_do_not_shrink_by_less_than_half() -> None:
    assert simulate([5] * SHRINK_LOOKS * 2, slots=8) == (8, [])


def test_a_load_that_swings_settles() -> None:
    """A minute busy and a minute quiet, for an hour: they grow once and stay."""
    slots, changes = simulate(([8] * 60 + [1] * 60) * 30)
    assert slots == 8
    assert len(changes) == 2


@given(
    st.lists(st.builds(Load, st.integers(0, 20), st.integers(0, 60)), max_size=2 * GROW_LOOKS),
    st.integers(0, 2 * SHRINK_LOOKS),
    st.integers(1, 20),
    st.integers(0, 20),
)
def test_always_within_bounds(lately: list[Load], quiet: int, slots: int, room: int) -> None:
    history = [Load(0, 0)] * quiet + lately
    become = wanted_slots(history, slots=slots, least=1, most=16, room=room)
    assert become <= max(slots, 16)
    assert become - slots <= room
    assert become >= 1
    assert become <= 2 * slots


BUSY, IDLE = Load(2, 3), Load(1, 0)


@pytest.mark.parametrize(
    ("history", "children", "room", "wanted"),
    [
        ([BUSY] * GROW_LOOKS, 1, True, 2),
        ([BUSY] * GROW_LOOKS, 1, False, 1),
        ([BUSY] * GROW_LOOKS, 3, True, 3),
        ([BUSY] * (GROW_LOOKS - 1), 1, True, 1),
        ([*[BUSY] * (GROW_LOOKS - 1), IDLE], 1, True, 1),
        ([IDLE] * SHRINK_LOOKS, 2, True, 1),
        ([IDLE] * SHRINK_LOOKS, 1, True, 1),
        ([IDLE] * (SHRINK_LOOKS - 1), 2, True, 2),
        ([Load(3, 0), *[IDLE] * (SHRINK_LOOKS - 1)], 2, True, 2),
        ([Load(2, 0)] * SHRINK_LOOKS, 2, True, 1),
    ],
)
def test_children_come_while_requests_wait_and_go_when_the_others_would_do(
    history: list[Load], children: int, room: bool, wanted: int
) -> None:
    assert wanted_children(history, children=children, slots=2, most=3, room=room) == wanted
