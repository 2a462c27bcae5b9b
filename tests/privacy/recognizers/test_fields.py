"""What names of fields and columns say, however their words are joined, and what encloses a field."""

import pytest

from vestibule.privacy.recognizers.fields import (
    means_people,
    means_place,
    means_setpoint,
    means_state,
    means_tariff,
    names_a_place,
    parents,
    record_around,
    words,
)


@pytest.mark.parametrize("name", ["htg_sp", "HtgSp", "heat-setpoint", "Set Point (°C)", "targetTemperature", "wants_f"])
def test_setpoints(name: str) -> None:
    assert means_setpoint(name)


@pytest.mark.parametrize(
    "name", ["supply_air_sp", "SP_max_pressure", "default_setpoint", "temperature", "target_count"]
)
def test_no_setpoints(name: str) -> None:
    assert not means_setpoint(name)


@pytest.mark.parametrize("name", ["occ", "peopleCount", "badge_ins", "Desks used", "canteen_count", "HEADCOUNT"])
def test_people(name: str) -> None:
    assert means_people(name)


@pytest.mark.parametrize("name", ["max_occupancy", "occ_sp", "occupancy_sensor", "count", "people_per_m2"])
def test_no_people(name: str) -> None:
    assert not means_people(name)


def test_places_states_and_prices() -> None:
    assert means_place("ROOM_NO")
    assert means_place("zone")
    assert not means_place("room_temp")
    assert means_state("heat")
    assert not means_state("occ")
    assert not means_state("heat_pump")
    assert means_tariff("unit_rate_p_kwh")
    assert not means_tariff("heart_rate")
    assert not means_tariff("sample_rate")


def test_words_of_joined_names() -> None:
    assert words("ZN-SP") == ("zn", "sp")
    assert words("coolingSetPoint") == ("cooling", "setpoint")


def test_what_encloses_a_field() -> None:
    record = '{"rooms": [{"id": "B2.11", "setpoint": {"heat": 21'
    assert parents(record, record.index("heat")) == ("setpoint", "rooms")
    closed = '{"other": {"a": 1}, "heat": 21'
    assert parents(closed, closed.index("heat")) == ()
    lines = "zones:\n  - name: east\n    setpoints:\n      day: 21"
    assert parents(lines, lines.index("day")) == ("setpoints", "zones")


def test_whose_record_it_is() -> None:
    assert names_a_place('{"zone": "2.07"')
    assert names_a_place("Bldg2/F3/R312 SP=21")
    assert names_a_place("zone_3_04.sp=21")
    assert not names_a_place('{"model": "auto", "temperature": 0.7}')
    text = "room: 1\n\nsetpoint: 21\nnote: none\n\nzone: 2"
    assert record_around(text, text.index("setpoint"), text.index("21") + 2) == "setpoint: 21\nnote: none"
