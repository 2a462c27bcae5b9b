"""What the tagger sees of a word."""

import pytest

from vestibule.privacy.tagger.features import NAME_BITS, SEPARATORS, Lexicon, fold, separator_features, shape

LEXICON = Lexicon(
    {"first": ["Anna"], "last": ["Müller", "May"], "building": ["supply", "air", "temp"], "other": ["may", "kwh"]},
    ["ask", "from"],
)
EVERYDAY = Lexicon(
    {
        "foreign": ["del", "tuần", "hòa", "wartung"],
        "common": ["mark", "tool", "call"],
        "first": ["mark", "tuấn", "hòa", "jackson"],
        "street": ["street", "str"],
        "place": ["leeds", "jackson"],
        "particle": ["mac"],
    },
    [],
)


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Müller", "muller"),
        ("Nguyễn", "nguyen"),
        ("Straße", "strasse"),
        ("Đặng", "dang"),
        ("Søren", "soren"),
        ("AHU", "ahu"),
    ],
)
def test_folds_case_and_accents(word: str, folded: str) -> None:
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("berg", "a"), ("Berg", "Aa"), ("BERG", "AA"), ("B", "A"), ("7", "9"), ("12345678", "999999"),
        ("AHU1", "A9"), ("McDonald", "AaAa"), ("ZN_T", "A_A"), ("Nguyễn", "Aa"),
    ],
)  # fmt: skip
def test_shape_keeps_case_and_digits_and_no_letter(word: str, form: str) -> None:
    assert shape(word) == form


@pytest.mark.parametrize("word", ["SupplyAirTemp", "supply", "TEMP", "ZN_T", "AHU1", "12", "kWh", "may", "Floor_5"])
def test_points_units_and_numbers_are_plain(word: str) -> None:
    assert LEXICON.is_plain(word)


@pytest.mark.parametrize("word", ["Anna", "McDonald", "Berg", "müller", "DeShawn"])
def test_names_are_not_plain(word: str) -> None:
    assert not LEXICON.is_plain(word)


def test_an_everyday_word_is_plain_in_lower_case_alone() -> None:
    assert EVERYDAY.is_plain("del")
    assert not EVERYDAY.is_plain("Del")
    assert not EVERYDAY.is_plain("mark")


def test_accents_tell_a_name_from_an_everyday_word() -> None:
    assert EVERYDAY.is_everyday("tuần")
    assert EVERYDAY.is_everyday("Tuần")
    assert EVERYDAY.is_name("Tuấn")
    assert EVERYDAY.is_everyday("hòa")
    assert not EVERYDAY.is_everyday("Hòa")
    assert not EVERYDAY.is_name("tuan")
    assert not EVERYDAY.is_everyday("tuan")


@pytest.mark.parametrize("word", ["Wartung", "WARTUNG", "wartung", "Tool"])
def test_an_everyday_word_is_one_however_it_is_written(word: str) -> None:
    assert EVERYDAY.is_everyday(word)
    assert not EVERYDAY.is_name(word)


def test_what_is_a_name_and_an_everyday_word_is_neither_for_sure() -> None:
    assert not EVERYDAY.is_everyday("Mark")
    assert not EVERYDAY.is_name("Mark")


def test_a_town_is_a_place_and_nobodys_name() -> None:
    assert EVERYDAY.is_town("Leeds")
    assert EVERYDAY.is_given("Jackson")
    assert not EVERYDAY.is_given("Leeds")
    assert not EVERYDAY.is_town("Jackson")
    assert not EVERYDAY.is_town("Mark")


@pytest.mark.parametrize("word", ["ToolCall", "callTool", "HTTPTool"])
def test_identifiers_of_everyday_words_are_plain(word: str) -> None:
    assert EVERYDAY.is_plain(word)


@pytest.mark.parametrize("word", ["MacCall", "ToolSmith", "Tool"])
def test_other_words_with_capitals_are_not_plain(word: str) -> None:
    assert not EVERYDAY.is_plain(word)


def test_a_kind_of_street_is_told_from_a_type_of_programs() -> None:
    assert EVERYDAY.is_street("Str")
    assert EVERYDAY.is_street("Bahnhofstraße")
    assert not EVERYDAY.is_street("str")
    assert not EVERYDAY.is_place("str")
    assert EVERYDAY.is_particle("mac")
    assert not EVERYDAY.is_particle("leeds")


@pytest.mark.parametrize("word", ["ACFREQ", "AC2FREQ"])
def test_what_is_in_capitals_and_on_no_list_is_a_code(word: str) -> None:
    assert LEXICON.is_code(word)


@pytest.mark.parametrize("word", ["ANNA", "Kowal", "kowal", "1234", "MÜLLER", "McXander"])
def test_names_and_numbers_are_no_codes(word: str) -> None:
    assert not LEXICON.is_code(word)


@pytest.mark.parametrize("word", ["Elm", "street", "lindenstraße", "leeds"])
def test_streets_and_places_may_stand_in_an_address(word: str) -> None:
    assert EVERYDAY.is_place(word)


@pytest.mark.parametrize("word", ["or", "12", "a3f9", "B", "port", "ACFREQ", "Wartung"])
def test_other_words_make_no_address(word: str) -> None:
    assert not EVERYDAY.is_place(word)


def test_a_word_looks_new_when_what_lists_know_of_it_is_hidden() -> None:
    assert LEXICON.features("Anna") != LEXICON.features("Anna", NAME_BITS)
    assert LEXICON.features("Anna", NAME_BITS)[1:] != LEXICON.features("Berg")[1:]
    assert LEXICON.features("Bora", NAME_BITS) == LEXICON.features("Bora")


def test_case_and_accents_change_the_shape_alone() -> None:
    same = set(LEXICON.features("Müller")) & set(LEXICON.features("muller"))
    assert len(same) >= len(LEXICON.features("muller")) - 2


def test_every_row_is_in_its_table() -> None:
    for word in ("ask", "Anna", "x", "12", "Bahnhofstraße", "ZN_T", "Ω", "Nguyễn"):
        assert all(0 <= row < LEXICON.rows - 1 for row in LEXICON.features(word))
    for separator in ("", " ", ", ", ".\n\n", "\t|\t", "'", " — "):
        assert all(0 <= row < SEPARATORS for row in separator_features(separator))
    assert separator_features("\n") != separator_features("\n\n")
