"""What is made when first needed is made once, whoever asks at once; what fails is tried again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vestibule.core.once import Once


def test_it_is_made_by_the_first_who_asks_and_by_nobody_else() -> None:
    made: list[object] = []
    all_there = threading.Barrier(8)

    def make() -> object:
        made.append(object())
        return made[-1]

    once = Once(make)
    assert not once.is_made
    assert made == []

    def ask(_: int) -> object:
        all_there.wait()
        return once()

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert len(made) == 1
    assert all(each is made[0] for each in got)
    assert once.is_made


def test_what_cannot_be_made_is_told_and_tried_again() -> None:
    attempts: list[int] = []

    def make() -> str:
        attempts.append(1)
        if len(attempts) < 3:
            raise ValueError(f"attempt {len(attempts)}")
        return "there"

    once = Once(make)
    for number in (1, 2):
        with pytest.raises(ValueError, match=f"attempt {number}"):
            once()
        assert str(once.trouble) == f"attempt {number}"
        assert not once.is_made
    assert once() == "there"
    assert once.trouble is None
    assert once() == "there"
    assert len(attempts) == 3
