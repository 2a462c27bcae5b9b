"""Building data in exports, logs, minutes, records and talk. Rules were written while looking at it: no unseen figure.

`written_apart.txt` marks every value «TYPE:value»; the floors are what is found today, and nothing may be lost.
`harmless_apart.txt` holds code, settings and measurements of no room, in which nothing has to stay home.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from vestibule.privacy.detection import Detector

HERE = Path(__file__).parent
FLOORS = {
    "SETPOINT": 0.90,
    "OCCUPANCY": 0.86,
    "ROOM": 0.93,
    "TARIFF": 0.84,
    "CONTRACT_PRICE": 0.92,
    "METER_ID": 0.85,
}
_MARK = re.compile(r"«([A-Z_]+):(.*?)»")


def _texts(name: str) -> Iterator[str]:
    for block in re.split(r"^=== ", (HERE / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        yield block.partition("\n")[2].rstrip("\n")


def _labelled(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without its marks, and type, start and end of each."""
    labels, text, last = [], "", 0
    for mark in _MARK.finditer(marked):
        text += marked[last : mark.start()]
        labels.append((mark[1], len(text), len(text) + len(mark[2])))
        text += mark[2]
        last = mark.end()
    return text + marked[last:], labels


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def test_what_is_found_of_each_kind(detector: Detector) -> None:
    found: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    for marked in _texts("written_apart.txt"):
        text, labels = _labelled(marked)
        spans = detector.detect(text, full=False)
        for kind, start, end in labels:
            labelled[kind] += 1
            found[kind] += any(
                s.type == kind and 2 * (min(end, s.end) - max(start, s.start)) >= end - start for s in spans
            )
    assert set(labelled) == set(FLOORS)
    assert {kind: found[kind] / labelled[kind] for kind in FLOORS if found[kind] / labelled[kind] < FLOORS[kind]} == {}


@pytest.mark.parametrize("text", list(_texts("harmless_apart.txt")))
def test_nothing_in_it_has_to_stay_home(detector: Detector, text: str) -> None:
    assert [text[s.start : s.end] for s in detector.detect(text, full=False) if s.rule == "block"] == []


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("head", ["HtgSP", "heat_setpoint", "Cooling SP (°C)", "targetTemp", "ZN-SP", "set_point"])
def test_a_column_of_setpoints_is_known_by_the_words_of_its_head(detector: Detector, mark: str, head: str) -> None:
    table = f"Room{mark}{head}{mark}Note\nB-214{mark}21.5{mark}ok\nB-215{mark}19.0{mark}ok"
    assert [table[s.start : s.end] for s in detector.detect(table, full=False) if s.type == "SETPOINT"] == [
        "21.5",
        "19.0",
    ]


@pytest.mark.parametrize("head", ["max_occupancy", "Supply Temp SP", "chw_setpoint", "default_setpoint", "CO2"])
def test_limits_defaults_and_plants_are_no_rooms_setpoints(detector: Detector, head: str) -> None:
    table = f"Zone,{head},Note\neast,21,ok"
    assert [s.type for s in detector.detect(table, full=False) if s.rule == "block"] == []
