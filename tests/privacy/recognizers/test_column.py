"""Cells are looked up in their column whatever quotes, gaps and separators stand about them."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from vestibule.privacy.recognizers.columns import occupancy, room, setpoint, tariff

PIECES = [*'ab1.,;|\t "', "  ", "21.5", "12", "room", "setpoint", "occupancy", "tariff"]
LINES = st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), min_size=2, max_size=4)


@given(LINES)
@example(["room,setpoint", '5" pipe,"a,b",21.5,"x"'])
def test_no_table_is_too_odd(lines: list[str]) -> None:
    text = "\n".join(lines)
    for column in (occupancy, room, setpoint, tariff):
        for span in column.RECOGNIZER.find(text):
            assert text[span.start : span.end].strip()


def test_a_quoted_separator_moves_no_cell() -> None:
    text = 'room,note,setpoint\n"2.14","warm, they say",21.5\n'
    (match,) = list(setpoint.RECOGNIZER.pattern.finditer(text))[-1:]
    assert match["value"] == "21.5"
    assert setpoint.RECOGNIZER.valid is not None
    assert setpoint.RECOGNIZER.valid(match)
