from __future__ import annotations

import pytest

from vestibule.core.evidence import Passage
from vestibule.knowledge.search import RELEVANT, rank, score


def passage(name: str, value: float, *buildings: str) -> Passage:
    return Passage(name, "d", "T", "§ H", "text", value, buildings=buildings)


def order(passages: list[Passage], *buildings: str) -> list[str]:
    return [p.chunk_id for p in rank(passages, buildings)]


def test_meaning_and_words_add_up() -> None:
    assert score(cosine=1.0, coverage=1.0) == pytest.approx(1.0)
    assert score(cosine=0.5, coverage=1.0) > score(cosine=0.6, coverage=0.5) > score(cosine=0.6, coverage=0.0)


def test_best_first_and_nothing_below_the_floor() -> None:
    assert order([passage("a", 0.4), passage("b", 0.5), passage("c", 0.2)]) == ["b", "a"]


def test_a_named_building_is_preferred_and_does_not_lift_over_the_floor() -> None:
    passages = [passage("a", 0.5), passage("b", 0.45, "north"), passage("c", 0.3, "north")]
    assert order(passages, "north") == ["b", "a"]
    assert order(passages, "harbour") == ["a", "b"]
    assert order([passage("a", 0.9), passage("b", 0.5, "north")], "north") == ["a", "b"]


@pytest.mark.parametrize(("cosine", "coverage"), [(0.38, 0.27), (0.36, 0.35), (0.33, 0.75), (0.0, 1.0)])
def test_the_weakest_right_passages_pass(cosine: float, coverage: float) -> None:
    assert score(cosine, coverage) >= RELEVANT


@pytest.mark.parametrize(("cosine", "coverage"), [(0.39, 0.0), (0.12, 0.61), (0.2, 0.38), (0.32, 0.1)])
def test_the_strongest_wrong_passages_do_not(cosine: float, coverage: float) -> None:
    assert score(cosine, coverage) < RELEVANT
