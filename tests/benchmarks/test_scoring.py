from __future__ import annotations

import pytest
from benchmarks.privacy.scoring import Hit, Label, compare, tally, wilson

TEXT = "ring 020 7946 0018 or write to jo.bell@example.org now"
PHONE = Label("PHONE", 5, 18)
EMAIL = Label("EMAIL", 31, 50)


def scores(labels: list[Label], hits: list[Hit]) -> dict[str, tuple[int, int, int, int]]:
    tallies = tally([("t", compare(labels, hits))])
    return {type: (t.found, t.exact, t.missed, t.false) for type, t in tallies.items()}


def test_a_perfect_detector_scores_one() -> None:
    hits = [Hit(label.type, label.start, label.end) for label in (PHONE, EMAIL)]
    for counts in tally([("t", compare([PHONE, EMAIL], hits))]).values():
        assert (counts.recall, counts.precision, counts.f1) == (1, 1, 1)
        assert counts.exact == 1


def test_a_silent_detector_scores_zero_and_has_no_precision() -> None:
    counts = tally([("t", compare([PHONE], []))])["PHONE"]
    assert (counts.recall, counts.precision, counts.f1) == (0, None, 0)


def test_a_detector_that_marks_everything_finds_nothing() -> None:
    hits = [Hit("PHONE", 0, len(TEXT)), Hit("EMAIL", 0, len(TEXT))]
    assert scores([PHONE, EMAIL], hits) == {"PHONE": (0, 0, 1, 1), "EMAIL": (0, 0, 1, 1)}


@pytest.mark.parametrize(("start", "end"), [(4, 18), (5, 17), (6, 18), (5, 19)])
def test_a_boundary_off_by_one_is_found_but_not_exact(start: int, end: int) -> None:
    assert scores([PHONE], [Hit("PHONE", start, end)]) == {"PHONE": (1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("start", "end", "found"), [(5, 11, 0), (5, 12, 1), (11, 18, 1), (12, 18, 0), (5, 31, 1), (5, 32, 0)]
)
def test_half_of_both_must_overlap(start: int, end: int, found: int) -> None:
    counts = scores([PHONE], [Hit("PHONE", start, end)])["PHONE"]
    assert counts == (found, 0, 1 - found, 1 - found)


def test_a_second_hit_on_the_same_label_is_a_false_alarm() -> None:
    assert scores([PHONE], [Hit("PHONE", 5, 18), Hit("PHONE", 5, 18)]) == {"PHONE": (1, 1, 0, 1)}


def test_one_hit_finds_one_label_only() -> None:
    first, second = Label("KNX_ADDRESS", 0, 5), Label("KNX_ADDRESS", 5, 10)
    assert scores([first, second], [Hit("KNX_ADDRESS", 0, 10)]) == {"KNX_ADDRESS": (1, 0, 1, 0)}


def test_the_better_hit_wins_whatever_the_order() -> None:
    for hits in ([Hit("PHONE", 5, 14), Hit("PHONE", 5, 18)], [Hit("PHONE", 5, 18), Hit("PHONE", 5, 14)]):
        assert scores([PHONE], hits) == {"PHONE": (1, 1, 0, 1)}


def test_another_type_is_wrong_unless_the_label_accepts_it() -> None:
    hit = Hit("ORGANISATION", 5, 18)
    assert scores([Label("TENANT", 5, 18)], [hit]) == {"TENANT": (0, 0, 1, 0), "ORGANISATION": (0, 0, 0, 1)}
    assert scores([Label("TENANT", 5, 18, ("ORGANISATION",))], [hit]) == {"TENANT": (1, 1, 0, 0)}


def test_what_is_wider_than_the_value_counts_within_the_wide_boundary_only() -> None:
    label = Label("BACNET_REFERENCE", 20, 24, wide=(7, 24))
    assert scores([label], [Hit("BACNET_REFERENCE", 7, 24)]) == {"BACNET_REFERENCE": (1, 0, 0, 0)}
    assert scores([label], [Hit("BACNET_REFERENCE", 6, 24)]) == {"BACNET_REFERENCE": (0, 0, 1, 1)}
    assert scores([label], [Hit("BACNET_REFERENCE", 7, 19)]) == {"BACNET_REFERENCE": (0, 0, 1, 0)}


def test_a_neutral_span_is_neither_missed_nor_a_false_alarm() -> None:
    label = Label("IP_ADDRESS", 5, 14, optional=True)
    assert scores([label], []) == {}
    assert scores([label], [Hit("HOST_NAME", 5, 14)]) == {}
    assert scores([label], [Hit("IP_ADDRESS", 0, 40)]) == {"IP_ADDRESS": (0, 0, 0, 1)}


def test_a_part_of_a_larger_label_is_neutral_only_where_it_is_rightly_one() -> None:
    host, phone = Hit("HOST_NAME", 39, 50), Hit("PHONE", 39, 50)
    assert scores([EMAIL], [Hit("EMAIL", 31, 50), host]) == {"EMAIL": (1, 1, 0, 0)}
    assert scores([EMAIL], [Hit("EMAIL", 31, 50), phone]) == {"EMAIL": (1, 1, 0, 0), "PHONE": (0, 0, 0, 1)}


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 4), round(high, 4)) == (0.5958, 0.9821)
    assert wilson(0, 0) == (0, 1)
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=5e-5)
