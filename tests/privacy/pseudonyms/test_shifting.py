"""Dates and quantities that a provider is sent otherwise than they are."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.privacy.pseudonyms.conversations import asked, detector
from vestibule.privacy.pseudonyms import NumberPolicy, Pseudonymised, pseudonymise
from vestibule.privacy.pseudonyms.dates import moved
from vestibule.privacy.pseudonyms.quantities import parse

KEY = b"a key of the tenant"
SHIFT = NumberPolicy("shift", "scale", KEY)


def done(*turns: str, policy: NumberPolicy = SHIFT) -> Pseudonymised:
    return pseudonymise(asked(turns, ""), detector(), policy)


def sent(*turns: str, policy: NumberPolicy = SHIFT) -> str:
    return done(*turns, policy=policy).request.messages[-1].content


def test_numbers_are_kept_unless_a_policy_says_otherwise() -> None:
    text = "On 2025-07-08 it was 12,345 kWh."
    assert pseudonymise(asked([text], ""), detector()).request.messages[0].content == text


def test_dates_keep_order_distance_and_weekday() -> None:
    written = sent("From 2025-07-08 to 2025-07-11, and on 2024-02-29.")
    first, second, third = (date.fromisoformat(d) for d in re.findall(r"\d{4}-\d\d-\d\d", written))
    assert (second - first).days == 3
    assert first - third == date(2025, 7, 8) - date(2024, 2, 29)
    assert first != date(2025, 7, 8)
    assert first.weekday() == date(2025, 7, 8).weekday()
    assert abs((first - date(2025, 7, 8)).days) % 364 <= 21 or abs((first - date(2025, 7, 8)).days) % 364 >= 343


@pytest.mark.parametrize(
    ("written", "later"),
    [
        ("2025-07-08", "2026-07-14"),
        ("08.07.2025", "14.07.2026"),
        ("8.7.2025", "14.7.2026"),
        ("28.12.2025", "03.01.2027"),
        ("8 July 2025", "14 July 2026"),
        ("08 July 2025", "14 July 2026"),
        ("8. Juli 2025", "14. Juli 2026"),
        ("28. August", "3. September"),
        ("July 8, 2025", "July 14, 2026"),
        ("July 26th", "August 1st"),
        ("Jul 8", "Jul 14"),
        ("8th July", "14th July"),
        ("16 July", "22 July"),
        ("July 2025", "July 2026"),
        ("Dez 2025", None),
        ("2025-02-30", None),
        ("9999-12-31", None),
        ("31 February", None),
        ("tomorrow", None),
    ],
)
def test_a_date_is_written_again_as_it_was(written: str, later: str | None) -> None:
    assert moved(written, 371) == later


def test_quantities_keep_their_ratio_and_the_way_they_are_written() -> None:
    written = sent("10 kWh, 25 kWh, 1,000.5 kWh, 2 MWh")
    values = [Decimal(n.replace(",", "")) for n in re.findall(r"[\d,.]+(?= [kM]Wh)", written)]
    factor = values[0] / 10
    assert factor != 1
    assert values == [10 * factor, 25 * factor, Decimal("1000.5") * factor, 2 * factor]
    assert re.fullmatch(r"[\d.]+ kWh, [\d.]+ kWh, [\d,.]+ kWh, [\d.]+ MWh", written)


@pytest.mark.parametrize(
    ("written", "doubled"),
    [
        ("12,345.6 kWh", "24,691.2 kWh"),
        ("12.345,6 kWh", "24.691,2 kWh"),
        ("1.234.567 kWh", "2.469.134 kWh"),
        ("12'345 CHF", "24'690 CHF"),
        ("1\u202f234,5 EUR", "2\u202f469,0 EUR"),
        ("€ 0.21", "€ 0.42"),
        ("$5", "$10"),
        ("140 kWh/m²", "280 kWh/m²"),
        ("2,5 MWh", "5,0 MWh"),
        ("2,512 MWh", "5,024 MWh"),
        ("7kW", "14kW"),
    ],
)
def test_a_quantity_is_written_again_as_it_was(written: str, doubled: str) -> None:
    quantity = parse(written)
    assert quantity is not None
    assert quantity.times(Decimal(2)) == doubled


def test_three_decimals_after_a_comma_are_not_left_to_be_read_as_thousands() -> None:
    quantity = parse("2,5 MWh")
    assert quantity is not None
    assert quantity.times(Decimal("1.62")) == "4,0500 MWh"


@pytest.mark.parametrize("text", ["24.1 °C", "50 %", "5 rooms", "AHU-1", "07/08/2025", "version 1.2.3", "8 days"])
def test_what_is_no_date_or_quantity_stays(text: str) -> None:
    assert sent(text) == text


def test_every_turn_and_replica_comes_to_the_same_and_another_conversation_to_something_else() -> None:
    first = "Why 12,345 kWh on 8 July 2025?"
    assert done(first).request.messages[0] == done(first, "And 9 July?").request.messages[0]
    assert sent(first) != sent(first, policy=NumberPolicy("shift", "scale", b"another key"))
    assert sent("Hello", "12 kWh") != sent("Good morning", "12 kWh")


def test_an_answer_that_quotes_exactly_is_restored_and_else_flagged() -> None:
    pseudonyms = done("On 8 July 2025 it was 12 kWh.").pseudonyms
    day, energy = pseudonyms.shifted
    restorer = pseudonyms.restorer()
    answer = f"On {day}, {energy}; a week later 999 kWh on 1 May 1999."
    restored = "".join(restorer.feed(c) for c in answer) + restorer.finish()
    assert restored == "On 8 July 2025, 12 kWh; a week later 999 kWh on 1 May 1999."
    assert restorer.unrestored == ("999 kWh", "1 May 1999")


def test_only_what_the_policy_names_is_changed() -> None:
    text = "8 July 2025: 12 kWh"
    assert sent(text, policy=NumberPolicy("keep", "scale", KEY)).startswith("8 July 2025: ")
    assert sent(text, policy=NumberPolicy("shift", "keep", KEY)).endswith(": 12 kWh")


def test_a_bucket_keeps_two_digits_and_what_several_share_is_not_restored() -> None:
    bucket = NumberPolicy("keep", "bucket")
    outcome = done("12,345 kWh, 12,400 kWh, 987 kWh, 55 kWh, 0 kWh", policy=bucket)
    assert outcome.request.messages[0].content == "12,000 kWh, 12,000 kWh, 990 kWh, 55 kWh, 0 kWh"
    restorer = outcome.pseudonyms.restorer()
    assert restorer.feed("12,000 kWh and 990 kWh ") + restorer.finish() == "12,000 kWh and 987 kWh "
    assert restorer.unrestored == ("12,000 kWh",)


def test_two_ways_to_write_the_same_are_restored_as_the_first() -> None:
    pseudonyms = done("8 July 2025, 08 July 2025, 5,0 MWh, 5,00 MWh").pseudonyms
    assert None not in pseudonyms.shifted.values()


def test_numbers_in_json_are_shifted_inside_strings_only() -> None:
    written = sent('{"day": "2025-07-08", "kwh": 12, "text": "a\\n12 kWh"}')
    assert '"kwh": 12,' in written
    assert "2025-07-08" not in written
    assert "12 kWh" not in written
    pseudonyms = done('{"day": "2025-07-08", "kwh": 12, "text": "a\\n12 kWh"}').pseudonyms
    assert pseudonyms.restore_json(written) == '{"day": "2025-07-08", "kwh": 12, "text": "a\\n12 kWh"}'
