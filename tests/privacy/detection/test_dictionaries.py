"""A site's own names are found as they are written; ordinary words never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy.detection import Detector, Dictionaries, dictionaries_from

ROWS = [
    ("TENANT", "Brightwater Analytics"),
    ("TENANT", "Brightwater"),
    ("ROOM", "Room 4.12"),
    ("METER_ID", "MTR-00417-E"),
    ("PERSON", "Nguyễn Thị Lan"),
    ("PERSON", "Jürgen Öztürk"),
    ("ASSET_ID", "Kolbenmeier K7"),
]


def found(text: str, dictionaries: Dictionaries | None = None) -> list[tuple[str, str]]:
    detector = Detector([], dictionaries=dictionaries or dictionaries_from(ROWS))
    return [(span.type, text[span.start : span.end]) for span in detector.detect(text, full=False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is BRIGHTWATER analytics too warm?", [("TENANT", "BRIGHTWATER analytics")]),
        ("Brightwater, again", [("TENANT", "Brightwater")]),
        ("brightwaters run deep", []),
        ("room\t4.12 and room 4.123", [("ROOM", "room\t4.12")]),
        ("read mtr-00417-e.", [("METER_ID", "mtr-00417-e")]),
        ("gọi NGUYỄN THỊ LAN nhé", [("PERSON", "NGUYỄN THỊ LAN")]),
        ("ask Ju\u0308rgen O\u0308ztu\u0308rk", [("PERSON", "Ju\u0308rgen O\u0308ztu\u0308rk")]),
        ("Brіghtwаter in Cyrillic letters", [("TENANT", "Brіghtwаter")]),
        ("Kolbenmeier\u200b K7", [("ASSET_ID", "Kolbenmeier\u200b K7")]),
    ],
)
def test_entries_are_found_as_words_in_any_case(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "entry",
    [
        ("ROOM", "meeting room"),
        ("ASSET_ID", "AHU-1"),
        ("ASSET_ID", "Supply Air Temp"),
        ("METER_ID", "4711"),
        ("METER_ID", "M-1"),
        ("PERSON", "May"),
        ("PERSON", "Al"),
        ("TENANT", "Library"),
        ("TENANT", "Main Boiler"),
    ],
)
def test_ordinary_words_never_become_entries(entry: tuple[str, str]) -> None:
    assert len(dictionaries_from([entry])) == 0


@pytest.mark.parametrize(
    "entry",
    [
        ("ROOM", "Meeting room 12"),
        ("METER_ID", "00471188"),
        ("ASSET_ID", "AHU-20391144"),
        ("PERSON", "Mark Young"),
        ("TENANT", "Open Market Partners"),
    ],
)
def test_what_is_distinctive_does(entry: tuple[str, str]) -> None:
    assert found(f"about {entry[1]}.", dictionaries_from([entry])) == [entry]


def test_a_name_of_two_kinds_is_of_the_more_sensitive() -> None:
    rows = [("TENANT", "Voltara"), ("ASSET_ID", "VOLTARA"), ("PERSON", "voltara")]
    assert found("Voltara", dictionaries_from(rows)) == [("ASSET_ID", "Voltara")]


def test_a_kind_that_is_unknown_is_named() -> None:
    with pytest.raises(ValueError, match="BUILDING is no entity type"):
        dictionaries_from([("BUILDING", "Harbour House")])


def test_new_dictionaries_hold_from_the_next_text_on() -> None:
    detector = Detector([])
    assert detector.detect("Brightwater is warm") == ()
    detector.use(dictionaries_from(ROWS))
    assert [s.type for s in detector.detect("Brightwater is warm")] == ["TENANT"]
    detector.use(dictionaries_from([]))
    assert detector.detect("Brightwater is warm") == ()


@given(st.text(max_size=30), st.text(max_size=30))
def test_an_entry_is_found_whatever_stands_around_it(before: str, after: str) -> None:
    text = f"{before} | mtr-00417-e | {after}"
    assert ("METER_ID", "mtr-00417-e") in found(text)


def test_many_entries_are_found_each() -> None:
    names = [f"Tenant{number}quor" for number in range(20_000)]
    dictionaries = dictionaries_from(("TENANT", name) for name in names)
    assert len(dictionaries) == len(names)
    assert found(f"{names[7]}, {names[19_999]}", dictionaries) == [("TENANT", names[7]), ("TENANT", names[19_999])]
