"""Every item of a list and every cell of a column is found, not only the first."""

import pytest

from vestibule.privacy.recognizers import BUILT_IN
from vestibule.privacy.recognizers.columns.column import below, cell

LISTS = {
    "ACCESS_CODE": (
        ("gate codes: 4711, 4712 and 4713", {"4711", "4712", "4713"}),
        ("The codes are 4711, 4712 and 4713 for the three gates", {"4711", "4712", "4713"}),
        ("Alarm panel: disarm code C0048X, duress code 38794.", {"C0048X", "38794"}),
        ('"door_codes": ["4711", "4712"]', {"4711", "4712"}),
        ("door,code\nloading dock,4901\nbike store,561304\n", {"4901", "561304"}),
    ),
    "METER_ID": (
        (
            "Meters 1EMH0012345678, 1EMH0012345679 and 1EMH0012345680 need replacing",
            {"1EMH0012345678", "1EMH0012345679", "1EMH0012345680"},
        ),
        ("meters:\n- EM-3F-101\n- EM-3F-102\n- EM-3F-103", {"EM-3F-101", "EM-3F-102", "EM-3F-103"}),
        ("MPANs: 1366989113169, 2188122392531", {"1366989113169", "2188122392531"}),
        (
            "Hello, here:\n| meter | MPAN |\n|---|---|\n| main | 1366989113169 |\n| roof | 2188122392531 |",
            {"1366989113169", "2188122392531"},
        ),
    ),
    "BANK_ACCOUNT": (("account numbers 12345678, 12345679 and 87654321", {"12345678", "12345679", "87654321"}),),
    "ROOM": (("rooms 301, 302 and 303 are cold", {"rooms 301", "302", "303"}),),
    "BACNET_REFERENCE": (("BACnet devices 1201, 1202 and 1203", {"1201", "1202", "1203"}),),
    "MODBUS_REFERENCE": (("Modbus slaves 3, 4 und 5", {"3", "4", "5"}),),
    "BUILDING_CONSUMPTION": (("Month | kWh (Block C)\nJan | 12192.0\nFeb | 80724", {"12192.0", "80724"}),),
    "OCCUPANCY": (("time,people_present\n08:00,12\n09:00,34", {"12", "34"}),),
    "SETPOINT": (('room;"setpoint; heating"\n', set()), ("room;setpoint\nC385;21.5\nC386;20", {"21.5", "20"})),
}


@pytest.mark.parametrize(
    ("kind", "text", "values"), [(kind, text, values) for kind, cases in LISTS.items() for text, values in cases]
)
def test_every_item_is_found(kind: str, text: str, values: set[str]) -> None:
    found = {text[s.start : s.end] for r in BUILT_IN if r.type == kind for s in r.find(text)}
    assert found == values


@pytest.mark.parametrize(
    "text",
    [
        "values 4711, 4712 and 4713",
        "error codes 4711, 4712 and 4713 at the gate",
        "the years 2021, 2022 and 2023",
        "a,b\n1,4711",
        "one line, no more",
        "name,code\n",
    ],
)
def test_lists_of_something_else_are_left(text: str) -> None:
    assert [(r.type, text[s.start : s.end]) for r in BUILT_IN for s in r.find(text)] == []


def test_a_separator_in_quotes_counts_for_nothing() -> None:
    is_below = below("code")
    text = 'door,"floor, wing",code\ndock,"1, east",4711\n'
    assert [m["value"] for m in cell(r"\d{4}").finditer(text) if is_below(m)] == ["4711"]


def test_a_head_far_above_or_too_long_is_no_head() -> None:
    is_below = below("code")
    for head in ("door,code\n\n", f"door{' ' * 700},code\n"):
        text = f"{head}dock,4711"
        assert [m["value"] for m in cell(r"\d{4}").finditer(text) if is_below(m)] == []
