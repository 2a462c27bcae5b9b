"""Check digits and numbering plans: published examples hold, and any one changed digit is noticed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestibule.privacy import validators


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (validators.luhn, "4111111111111111"),
        (validators.payment_card, "378282246310005"),
        (validators.payment_card, "36 1489 0064 7913"),
        (validators.iban, "DE89370400440532013000"),
        (validators.iban, "GB29 NWBK 6016 1331 9268 19"),
        (validators.iban, "NO9386011117947"),
        (validators.mod10_gs1, "541448920700123455"),
        (validators.mpan_core, "2000050773706"),
        (validators.malo, "51238696781"),
        (validators.german_tax_id, "86095742719"),
        (validators.french_nir, "255081416802538"),
        (validators.belgian_national, "85073003328"),
        (validators.belgian_national, "01010100126"),
        (validators.brazilian_cpf, "52998224725"),
        (validators.vietnamese_cccd, "001099012345"),
    ],
)
def test_a_published_number_holds_and_a_changed_digit_does_not(check: object, number: str) -> None:
    assert callable(check)
    assert check(number) is True
    if check is not validators.vietnamese_cccd:
        last = str((int(number[-1]) + 1) % 10)
        assert check(number[:-1] + last) is False


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (validators.spanish_dni, "12345678Z", "12345678A"),
        (validators.singapore_nric, "S1234567D", "S1234567E"),
        (validators.singapore_nric, "F1234567N", "F1234568N"),
        (validators.italian_codice_fiscale, "RSSMRA85T10A562S", "RSSMRA85T11A562S"),
        (validators.brazilian_cpf, "52998224725", "52998224715"),
        (validators.finnish_hetu, "131052-308T", "131052-309T"),
        (validators.hong_kong_id, "A1234563", "A1234564"),
        (validators.hong_kong_id, "AB9876543", "AB9876542"),
        (validators.made_of_words, "AHU3_SupplyAirTemp_Sp", "q8Zr4tY1wX6cV3bN"),
        (validators.spanish_dni, "X1234567L", "Y1234567L"),
        (validators.uk_nino, "AB123456C", "QQ123456C"),
        (validators.uk_nino, "JG103759A", "GB123456A"),
        (validators.us_ssn, "219099999", "219000001"),
        (validators.us_ssn, "912701234", "912341234"),
        (validators.german_social_insurance, "15070649C103", "15070649C104"),
        (validators.french_nir, "1850578006084" + "91", "2A5050800608491"),
        (validators.vietnamese_cccd, "079203001234", "099203001234"),
        (validators.phone_international, "+49 (0)30 123456", "+49 1"),
        (validators.phone_international, "0033 1 23 45 67 89", "+33 1 23 45 67"),
        (validators.phone_international, "+84 912 345 678", "+210 912 345 678"),
        (validators.payment_card, "6011111111111117", "9111111111111111"),
        (validators.iban, "ES9121000418450200051332", "ES91210004184502000513"),
        (validators.iban, "FR1420041010050500013M02606", "ZZ1420041010050500013M02606"),
        (validators.german_tax_id, "86095742719", "12345678901"),
        (validators.ip_address, "10.0.0.0/8", "127.0.0.1"),
        (validators.ip_address, "fe80::1%eth0", "fe80::1::2"),
        (validators.looks_random, "q8Zr4tY1wX6c", "requirement"),
        (validators.looks_random, "4b825dc642cb6eb9", "4096"),
    ],
)
def test_good_is_told_from_bad(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good)
    assert not check(bad)


@given(st.text("0123456789", min_size=12, max_size=18))
def test_luhn_notices_every_single_changed_digit(number: str) -> None:
    full = next(number + d for d in "0123456789" if validators.luhn(number + d))
    for at, digit in enumerate(full):
        changed = full[:at] + str((int(digit) + 1) % 10) + full[at + 1 :]
        assert not validators.luhn(changed)


@given(st.text("ab", min_size=1, max_size=60))
def test_entropy_of_two_letters_is_at_most_one_bit(text: str) -> None:
    assert 0 <= validators.entropy(text) <= 1


def test_a_sentence_ends_at_its_stop_and_not_in_a_number() -> None:
    text = "First one. It used 1.5 kWh in May. Last."
    match = re.search(r"(?P<value>1\.5 kWh)", text)
    assert match is not None
    assert validators.sentence_around(match).strip() == "It used 1.5 kWh in May"
    assert validators.words_before(match, 8) == "it used "
    assert validators.words_around(match, 4) == "sed 1.5 kwh in "
