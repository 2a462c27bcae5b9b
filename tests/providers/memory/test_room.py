"""Who makes room, as a property of every set of loaded models: never over the budget, never the busy, oldest first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vestibule.providers.memory.room import Loaded, must_drain, room_for

SIZES = st.integers(0, 12)
BUDGETS = st.integers(0, 40)


@st.composite
def loaded_models(draw: st.DrawFn) -> tuple[Loaded, ...]:
    order = draw(st.permutations(range(draw(st.integers(0, 6)))))
    return tuple(Loaded(f"m{n}", draw(SIZES), draw(st.booleans()), used) for n, used in enumerate(order))


@given(SIZES, loaded_models(), BUDGETS)
def test_what_stays_and_what_comes_are_within_the_budget(size: int, loaded: tuple[Loaded, ...], budget: int) -> None:
    going = room_for(size, loaded, budget)
    if going is None:
        assert size + sum(m.size_bytes for m in loaded if m.busy) > budget
    else:
        assert size + sum(m.size_bytes for m in loaded if m not in going) <= budget


@given(SIZES, loaded_models(), BUDGETS)
def test_the_busy_stay_and_the_longest_unused_go_first(size: int, loaded: tuple[Loaded, ...], budget: int) -> None:
    going = room_for(size, loaded, budget) or ()
    idle = sorted((m for m in loaded if not m.busy), key=lambda m: m.used)
    assert list(going) == idle[: len(going)]


@given(SIZES, loaded_models(), BUDGETS)
def test_nobody_goes_in_vain(size: int, loaded: tuple[Loaded, ...], budget: int) -> None:
    going = room_for(size, loaded, budget)
    if going:
        all_but_last = [m for m in loaded if m not in going[:-1]]
        assert size + sum(m.size_bytes for m in all_but_last) > budget


@given(SIZES, loaded_models(), BUDGETS)
def test_who_must_come_to_rest_makes_room_with_the_idle(size: int, loaded: tuple[Loaded, ...], budget: int) -> None:
    draining = must_drain(size, loaded, budget)
    busy = sorted((m for m in loaded if m.busy), key=lambda m: m.used)
    assert set(draining) == set(busy[: len(draining)])
    at_rest = [Loaded(m.name, m.size_bytes, m.busy and m not in draining, m.used) for m in loaded]
    assert (room_for(size, at_rest, budget) is None) == (size > budget)
