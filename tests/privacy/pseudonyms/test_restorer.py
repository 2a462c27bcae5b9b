"""What a reader sees of an answer, whatever the model made of the placeholders."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from vestibule.privacy.pseudonyms import Pseudonyms
from vestibule.privacy.pseudonyms.restorer import Restorer

PSEUDONYMS = Pseudonyms(
    {
        "PERSON_1": "Anna Berg",
        "PERSON_1_LAST": "Berg",
        "PERSON_2": 'Sean "Red" O\'Neil\\x\ny',
        "CONTRACT_PRICE_1": "12 €",
        "ROOM_12": "Lab 3",
    }
)


@pytest.mark.parametrize(
    "mangled",
    [
        "⟦PERSON_1⟧",
        "⟦person_1⟧",
        "⟦Person 1⟧",
        "⟦ person 1 ⟧",
        "⟦PERSON-1⟧",
        "⟦PERSON–1⟧",
        "⟦PERSON1⟧",
        "⟦PERSON\\_1⟧",
        "[PERSON_1]",
        "[[PERSON_1]]",
        "[ Person_1 ]",
        "<PERSON_1>",
        "<<PERSON_1>>",
        "{PERSON_1}",
        "{{PERSON_1}}",
        "［PERSON_1］",
        "【PERSON_1】",
        "〚PERSON＿1〛",
        "⟦PERSON_1]",
        "\\u27e6PERSON_1\\u27e7",
        "\\u27e6\\u27e6PERSON_1\\u27e7\\u27e7",
        "⟦⟦PERSON_1⟧⟧",
        "\\u27E6PERSON_1\\u27E7",
        "\\\\u27e6PERSON_1\\\\u27e7",
        "⟦PERSON_1",
        "PERSON_1",
        "PERSON\\_1",
    ],
)
def test_a_mangled_placeholder_is_restored(mangled: str) -> None:
    restorer = PSEUDONYMS.restorer()
    assert restorer.feed(f"So {mangled} said.") + restorer.finish() == "So Anna Berg said."
    assert PSEUDONYMS.restore(mangled) == "Anna Berg"
    assert restorer.unrestored == ()


@pytest.mark.parametrize(
    ("answer", "restored"),
    [
        ("**⟦PERSON_1⟧** and _⟦PERSON_1⟧_", "**Anna Berg** and _Anna Berg_"),
        ("⟦PERSON_1⟧'s, ⟦PERSON_1⟧s, PERSON_1's, PERSON_1s", "Anna Berg's, Anna Bergs, Anna Berg's, Anna Bergs"),
        ("Ms ⟦PERSON_1_LAST⟧, ⟦person 1 last⟧", "Ms Berg, Berg"),
        ("⟦CONTRACT PRICE 1⟧ ⟦contract-price-1⟧", "12 € 12 €"),
        ("([⟦PERSON_1⟧](x)) [[⟦PERSON_1⟧]]", "([Anna Berg](x)) [[Anna Berg]]"),
        ("⟦PERSON_1 and ⟦PERSON_1⟧", "Anna Berg and Anna Berg"),
        ("(PERSON_1, PERSON_1.)", "(Anna Berg, Anna Berg.)"),
        ("⟦ROOM_012⟧", "Lab 3"),
    ],
)
def test_what_stands_around_a_placeholder_stays(answer: str, restored: str) -> None:
    assert PSEUDONYMS.restore(answer) == restored


@pytest.mark.parametrize(
    "ordinary",
    [
        "[1] and [12], see [Table 3]",
        "ROOM_2 plan",
        "ROOM_12_PLAN, MY_ROOM_12, ROOM_12-A, docs/PERSON_1, PERSON_1@example.org, PERSON_1/2",
        "person_1 and Person 1, PERSON-1",
        "if a[i] < b {return x} << 2",
        "C:\\users\\u27 \\u27e",
        "",
    ],
)
def test_ordinary_text_stays_byte_for_byte(ordinary: str) -> None:
    for size in (1, 3, 1000):
        restorer = PSEUDONYMS.restorer()
        pieces = [restorer.feed(ordinary[at : at + size]) for at in range(0, len(ordinary), size)]
        assert "".join(pieces) + restorer.finish() == ordinary
        assert restorer.unrestored == ()


@pytest.mark.parametrize(
    ("answer", "flagged"),
    [
        ("⟦PERSON_9⟧ knows", "⟦PERSON_9⟧"),
        ("⟦METER_1⟧", "⟦METER_1⟧"),
        ("[PERSON_9]", "[PERSON_9]"),
        ("⟦PERSON⟧", "⟦PERSON⟧"),
        ("⟦PERSON_X⟧", "⟦PERSON_X⟧"),
        ("\\u27e6PERSON_9\\u27e7", "\\u27e6PERSON_9\\u27e7"),
        ("it was ⟦PERS", "⟦PERS"),
        ("it was ⟦ROOM_1", "⟦ROOM_1"),
    ],
)
def test_what_is_none_of_ours_stays_and_is_flagged(answer: str, flagged: str) -> None:
    for size in (1, 1000):
        restorer = PSEUDONYMS.restorer()
        pieces = [restorer.feed(answer[at : at + size]) for at in range(0, len(answer), size)]
        assert "".join(pieces) + restorer.finish() == answer
        assert restorer.unrestored == (flagged,)


def test_a_number_that_may_be_cut_off_is_not_guessed_at() -> None:
    many = Pseudonyms({"ROOM_1": "Lab 1", "ROOM_12": "Lab 12"})
    for answer, cut_off, shown, flagged in (
        ("⟦ROOM_1", False, "⟦ROOM_1", ("⟦ROOM_1",)),
        ("in ROOM_1", True, "in ROOM_1", ("ROOM_1",)),
        ("in ROOM_1", False, "in Lab 1", ()),
        ("in ROOM_12", True, "in Lab 12", ()),
        ("in ⟦ROOM_1⟧", True, "in Lab 1", ()),
    ):
        restorer = many.restorer()
        assert restorer.feed(answer) + restorer.finish(cut_off=cut_off) == shown
        assert restorer.unrestored == flagged


def test_a_stream_is_handed_on_as_soon_as_it_is_certain() -> None:
    restorer = PSEUDONYMS.restorer()
    assert restorer.feed("Ask ⟦PERS") == "Ask "
    assert restorer.feed("ON_1⟧ or") == "Anna Berg or"
    assert restorer.feed(" not [") == " not "
    assert restorer.feed("1]") == "[1]"
    assert restorer.finish() == ""


def test_little_is_held_back_whatever_comes() -> None:
    for piece in ("⟦", "A", "[a ", "\\", "⟦PERSON ", "PERSON_1 ", "{{", "1"):
        restorer = PSEUDONYMS.restorer()
        returned = sum(len(restorer.feed(piece)) for _ in range(500))
        assert 500 * len(piece) - returned < 100 or piece == "PERSON_1 "


def test_originals_are_escaped_inside_json() -> None:
    answer = {"to": ["⟦PERSON_2⟧", "x ⟦PERSON_1⟧\n⟦person 2⟧"], "⟦ROOM_12⟧": 1}
    expected = {
        "to": [PSEUDONYMS.originals["PERSON_2"], "x Anna Berg\n" + PSEUDONYMS.originals["PERSON_2"]],
        "Lab 3": 1,
    }
    for ascii_only in (False, True):
        written = json.dumps(answer, ensure_ascii=ascii_only)
        assert json.loads(PSEUDONYMS.restore_json(written)) == expected
        for size in (1, 2, 5):
            restorer = PSEUDONYMS.restorer(json=True)
            pieces = [restorer.feed(written[at : at + size]) for at in range(0, len(written), size)]
            assert json.loads("".join(pieces) + restorer.finish()) == expected


def test_a_bare_placeholder_after_an_escape_in_json_is_restored() -> None:
    assert PSEUDONYMS.restore_json('"a\\nPERSON_1\\n"') == '"a\\nAnna Berg\\n"'


def test_many_restorers_at_once_know_nothing_of_each_other() -> None:
    def restore(number: int) -> tuple[str, tuple[str, ...]]:
        restorer = Pseudonyms({"PERSON_1": f"name {number}"}).restorer()
        text = f"⟦PERSON_1⟧ ⟦PERSON_{number + 2}⟧ [person 1] " * 50
        return "".join([*(restorer.feed(c) for c in text), restorer.finish()]), restorer.unrestored

    with ThreadPoolExecutor(8) as pool:
        for number, (restored, unrestored) in enumerate(pool.map(restore, range(40))):
            unknown = f"⟦PERSON_{number + 2}⟧"
            assert restored == f"name {number} {unknown} name {number} " * 50
            assert unrestored == (unknown,)


@pytest.mark.parametrize("brackets", [("⟦", "⟧"), ("\\u27e6", "\\u27e7")])
def test_a_second_pair_of_brackets_that_the_caller_set_stays(brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    restorer = Restorer({"PERSON_1": "Anna Berg"}, own=("⟦⟦",))
    said = restorer.feed(f"{opening * 2}PERSON_1{closing * 2}") + restorer.finish()
    assert said == f"{opening}Anna Berg{closing}"


def test_doubled_and_escaped_brackets_go_wherever_the_stream_is_cut() -> None:
    answer = "x \\u27e6\\u27e6PERSON_1\\u27e7\\u27e7 y"
    for first in range(len(answer) + 1):
        for second in range(first, len(answer) + 1):
            restorer = Restorer({"PERSON_1": "Anna Berg"}, json=True)
            pieces = (answer[:first], answer[first:second], answer[second:])
            assert "".join(map(restorer.feed, pieces)) + restorer.finish() == "x Anna Berg y"
