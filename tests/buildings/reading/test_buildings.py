from __future__ import annotations

import pytest
from msgspec import structs

from tests.buildings.reading.portfolio import PORTFOLIO
from vestibule.buildings.reading.buildings import BuildingsRead, Names, find_buildings, names_of
from vestibule.buildings.reading.words import is_typo_of, is_within, words

NAMES = names_of(PORTFOLIO)


def found(text: str) -> BuildingsRead:
    return find_buildings(words(text), NAMES)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Harbour Office", ["harbour-office"]),
        ("at the harbour building", ["harbour-office"]),
        ("HARBOUR OFFICE'S use", ["harbour-office"]),
        ("harbour-office", ["harbour-office"]),
        ("Harbor Ofice", ["harbour-office"]),
        ("Harbour", ["harbour-office"]),
        ("Mill Street", ["mill-street-office"]),
        ("the Kepler lab", ["kepler-laboratory"]),
        ("Keppler", ["kepler-laboratory"]),
        ("St Anna’s", ["st-anna-hospital"]),
        ("our hospital", ["st-anna-hospital"]),
        ("the clinic", ["st-anna-hospital"]),
        ("the Belvedere hotel", ["hotel-belvedere"]),
        ("the hotel and the school", ["hotel-belvedere", "linden-school"]),
        ("the server room", ["tower-data-room"]),
        ("all the offices", ["harbour-office", "mill-street-office"]),
        ("Krankenhaus", ["st-anna-hospital"]),
        ("the market hall, the Market Hall and market hall", ["market-hall"]),
        ("office hours", []),
        ("hotel rooms", []),
        ("the market price", []),
        ("harbinger", []),
        ("milk", []),
    ],
)
def test_buildings_named(text: str, ids: list[str]) -> None:
    assert found(text).ids == ids


@pytest.mark.parametrize("text", ["the Riverside Tower", "Seaview Hotel", "building 12", "Linton Plaza"])
def test_a_name_the_portfolio_lacks_is_said_with_what_it_has(text: str) -> None:
    read = found(text)
    assert not read.ids
    assert "is not a building in this portfolio; it has: Harbour Office" in read.gaps[0]


@pytest.mark.parametrize("text", ["the cooling tower", "the fan plant", "the main building", "the whole house"])
def test_plain_speech_is_no_name(text: str) -> None:
    assert found(text).gaps == []


def test_an_ambiguous_kind_names_the_choices() -> None:
    assert found("why is the office high").gaps == [
        "“office” can be Harbour Office or Mill Street Office; name the one you mean."
    ]


def _with_two_shops(alias: str) -> Names:
    shop = structs.replace(PORTFOLIO.buildings[5], id="orchard", name="Orchard Row", aliases=(alias,))
    return names_of(structs.replace(PORTFOLIO, buildings=(*PORTFOLIO.buildings, shop)))


def test_an_alias_that_is_a_kind_names_its_building_among_several_of_that_kind() -> None:
    names = _with_two_shops("the shopping centre")
    assert find_buildings(words("gas at the shopping centre"), names).ids == ["orchard"]
    assert "is not a building" in find_buildings(words("gas at Seaview shopping centre"), names).gaps[0]


def test_a_name_that_two_buildings_share_is_ambiguous() -> None:
    gaps = find_buildings(words("gas at market hall"), _with_two_shops("Market Hall")).gaps
    assert gaps == ["“market hall” can be Market Hall or Orchard Row; name the one you mean."]


@pytest.mark.parametrize(
    ("word", "meant", "is_typo"),
    [
        ("harbor", "harbour", True),
        ("hrabour", "harbour", True),
        ("harbours", "harbour", True),
        ("labratry", "laboratory", True),
        ("hall", "mall", False),
        ("mill", "mall", False),
        ("kelper", "kepler", True),
        ("kiln", "linden", False),
        ("barbour", "harbour", False),
    ],
)
def test_typos(word: str, meant: str, is_typo: bool) -> None:
    assert is_typo_of(word, meant) is is_typo


def test_distance_counts_swaps_as_one_slip() -> None:
    assert is_within("ab", "ba", 1)
    assert not is_within("abc", "cba", 1)
    assert is_within("abc", "cba", 2)
    assert is_within("", "ab", 2)
    assert not is_within("", "abc", 2)
