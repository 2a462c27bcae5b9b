from __future__ import annotations

from vestibule.knowledge.mentions import Mentions

NAMES = {"Harbour Office": "harbour", "Harbour Office Annex": "annex", "HO": "harbour", "St. Anne's Hospital": "anne"}


def test_names_and_aliases_in_any_case_and_spacing() -> None:
    assert Mentions(NAMES).of("At the HARBOUR\noffice, and in harbour-office.md; st. anne's hospital") == (
        "anne",
        "harbour",
    )
    assert Mentions(NAMES).of("HO: closed") == ("harbour",)


def test_a_longer_name_wins_over_one_inside_it() -> None:
    assert Mentions(NAMES).of("the Harbour Office Annex") == ("annex",)


def test_parts_of_words_are_no_mention() -> None:
    assert Mentions(NAMES).of("HOtel WHO harbour offices") == ()


def test_no_names_no_mentions() -> None:
    assert Mentions({}).of("Harbour Office") == ()
    assert Mentions({" ": "x"}).of("a  b") == ()
