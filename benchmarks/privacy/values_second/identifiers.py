"""National ids and bank accounts of many countries, drawn at random with valid check digits. Knows no recognizer."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.privacy.values.drawing import DIGITS, UPPER
from benchmarks.privacy.values_second.drawing import Draw, masks, value


def luhn(body: str) -> str:
    """The Luhn check digit (ISO/IEC 7812-1, annex B) of a number without it."""
    total = 0
    for i, c in enumerate(reversed(body)):
        n = int(c) * (2 if i % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


def weighted(body: str, weights: Sequence[int]) -> int:
    return sum(int(c) * w for c, w in zip(body, weights, strict=True))


def gs1(body: str) -> str:
    """The GS1 check digit: weights 3 and 1 from the right."""
    return str(-sum(int(c) * (3 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body))) % 10)


def birth(d: Draw) -> tuple[str, str, str]:
    return f"{d.int(1, 28):02}", f"{d.int(1, 12):02}", f"{d.int(50, 99):02}"


@value("NATIONAL_ID", "nino")
def nino(d: Draw) -> str:
    first, second = d.any(*"ABCEGHJKLMNPRSTWXYZ"), d.any(*"ABCEGHJKLMNPRSTWXYZ")
    pair = "JH" if first + second in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"} else first + second
    digits, last = d.chars(6), d.any(*"ABCD")
    return d.any(f"{pair}{digits}{last}", f"{pair} {digits[:2]} {digits[2:4]} {digits[4:]} {last}")


@value("NATIONAL_ID", "ssn")
def ssn(d: Draw) -> str:
    return f"{d.int(100, 665)}-{d.int(10, 99)}-{d.int(1000, 9999)}"


@value("NATIONAL_ID", "steuer")
def steuer(d: Draw) -> str:
    """German tax id: ten digits with exactly one twice, check digit by ISO 7064 mod 11,10."""
    pool = list(DIGITS)
    d.rng.shuffle(pool)
    body = [*pool[:9], pool[0]]
    d.rng.shuffle(body)
    while body[0] == "0":
        d.rng.shuffle(body)
    product = 10
    for c in body:
        total = (int(c) + product) % 10 or 10
        product = total * 2 % 11
    text = "".join(body) + str((11 - product) % 10)
    return d.any(text, f"{text[:2]} {text[2:5]} {text[5:8]} {text[8:]}")


@value("NATIONAL_ID", "rente")
def rente(d: Draw) -> str:
    """German pension insurance number: area, date of birth, initial, serial, check digit."""
    day, month, year = birth(d)
    area, letter, serial = d.any("13", "15", "24", "40", "52", "65"), d.any(*UPPER), f"{d.int(0, 99):02}"
    body = f"{area}{day}{month}{year}{ord(letter) - 64:02}{serial}"
    total = sum(sum(divmod(int(c) * w, 10)) for c, w in zip(body, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return d.any(
        f"{area}{day}{month}{year}{letter}{serial}{total % 10}",
        f"{area} {day}{month}{year} {letter} {serial}{total % 10}",
    )


@value("NATIONAL_ID", "ausweis")
def ausweis(d: Draw) -> str:
    """German identity card number: nine characters of a reduced alphabet and a check digit of weights 7, 3, 1."""
    body = d.any(*"LMNPRTVWXY") + d.chars(8, "0123456789CFGHJKLMNPRTVWXYZ")
    total = sum((int(c, 36)) * (7, 3, 1)[i % 3] for i, c in enumerate(body))
    return body + str(total % 10)


@value("NATIONAL_ID", "nir")
def nir(d: Draw) -> str:
    _, month, year = birth(d)
    body = f"{d.int(1, 2)}{year}{month}{d.int(21, 95):02}{d.int(1, 500):03}{d.int(1, 900):03}"
    key = f"{97 - int(body) % 97:02}"
    spaced = f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key}"
    return d.any(body + key, spaced)


_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


@value("NATIONAL_ID", "dni")
def dni(d: Draw) -> str:
    digits = str(d.int(10_000_000, 79_999_999))
    letter = _DNI[int(digits) % 23]
    return d.any(digits + letter, f"{digits}-{letter}", f"{digits[:2]}.{digits[2:5]}.{digits[5:]}-{letter}")


@value("NATIONAL_ID", "nie")
def nie(d: Draw) -> str:
    lead, digits = d.int(0, 2), d.chars(7)
    return f"{'XYZ'[lead]}{d.any('', '-')}{digits}{_DNI[int(str(lead) + digits) % 23]}"


@value("NATIONAL_ID", "cccd")
def cccd(d: Draw) -> str:
    """Vietnamese citizen id: province, century and sex, year of birth, serial."""
    return f"{d.any('001', '031', '048', '079', '092', '038', '064')}{d.int(0, 3)}{d.int(60, 99)}{d.chars(6)}"


@value("NATIONAL_ID", "mst")
def mst(d: Draw) -> str:
    """Vietnamese tax code: nine digits and a check digit modulo 11."""
    while True:
        body = "0" + str(d.int(1, 8)) + d.chars(7)
        check = 10 - weighted(body, (31, 29, 23, 19, 17, 13, 7, 5, 3)) % 11
        if check < 10:
            return f"{body}{check}"


@value("NATIONAL_ID", "bsn")
def bsn(d: Draw) -> str:
    while True:
        body = str(d.int(10_000_000, 79_999_999))
        check = weighted(body, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10:
            return f"{body}{check}"


@value("NATIONAL_ID", "pesel")
def pesel(d: Draw) -> str:
    day, month, year = birth(d)
    body = f"{year}{month}{day}{d.chars(4)}"
    return body + str(-weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


@value("NATIONAL_ID", "personnummer")
def personnummer(d: Draw) -> str:
    day, month, year = birth(d)
    body = f"{year}{month}{day}{d.int(100, 999)}"
    return d.any("19", "") + f"{body[:6]}-{body[6:]}{luhn(body)}"


@value("NATIONAL_ID", "ahv")
def ahv(d: Draw) -> str:
    body = "756" + d.chars(9)
    return f"{body[:3]}.{body[3:7]}.{body[7:11]}.{body[11:]}{gs1(body)}"


@value("NATIONAL_ID", "svnr")
def svnr(d: Draw) -> str:
    """Austrian social security number: serial and check digit, then the date of birth."""
    while True:
        serial, date = str(d.int(100, 999)), "".join(birth(d))
        check = weighted(serial + date, (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11
        if check < 10:
            return f"{serial}{check} {date}"


@value("NATIONAL_ID", "rijks")
def rijks(d: Draw) -> str:
    day, month, year = birth(d)
    serial = f"{d.int(1, 997):03}"
    check = 97 - int(f"{year}{month}{day}{serial}") % 97
    return f"{year}.{month}.{day}-{serial}.{check:02}"


@value("NATIONAL_ID", "sin")
def sin(d: Draw) -> str:
    body = str(d.int(1, 7)) + d.chars(7)
    whole = body + luhn(body)
    return d.any(f"{whole[:3]} {whole[3:6]} {whole[6:]}", f"{whole[:3]}-{whole[3:6]}-{whole[6:]}")


@value("NATIONAL_ID", "cpf")
def cpf(d: Draw) -> str:
    body = d.chars(9)
    for _ in range(2):
        rest = weighted(body, range(len(body) + 1, 1, -1)) * 10 % 11
        body += str(rest % 10)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


@value("NATIONAL_ID", "fiscale")
def fiscale(d: Draw) -> str:
    """Italian tax code: consonants, date, municipality, check letter."""
    consonants = "BCDFGLMNPRSTVZ"
    day, _, year = birth(d)
    place = f"{d.any(*'ADFGHL')}{d.int(100, 999)}"
    body = f"{d.chars(3, consonants)}{d.chars(3, consonants)}{year}{d.any(*'ABCDEHLMPRST')}{day}{place}"
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    ranks = [int(c) if c.isdigit() else ord(c) - 65 for c in body]
    total = sum(odd[r] if i % 2 == 0 else r for i, r in enumerate(ranks))
    return body + UPPER[total % 26]


@value("NATIONAL_ID", "nric")
def nric(d: Draw) -> str:
    body = d.chars(7)
    return f"S{body}{'JZIHGFEDCBA'[weighted(body, (2, 7, 6, 5, 4, 3, 2)) % 11]}"


@value("NATIONAL_ID", "pps")
def pps(d: Draw) -> str:
    body = str(d.int(1, 9)) + d.chars(6)
    return body + "WABCDEFGHIJKLMNOPQRSTUV"[weighted(body, (8, 7, 6, 5, 4, 3, 2)) % 23]


@value("NATIONAL_ID", "tfn")
def tfn(d: Draw) -> str:
    while True:
        body = str(d.int(10_000_000, 99_999_999))
        for last in DIGITS:
            if weighted(body + last, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0:
                return f"{body[:3]} {body[3:6]} {body[6:]}{last}"


masks("NATIONAL_ID", "pan", "@@@P@####@", "@@@H@####@")
masks("NATIONAL_ID", "passport", "9########", "C@9#####9", "@########", "9#@@#####")
masks("NATIONAL_ID", "licence", "@####-#####-#####", "@########", "B072RRE2I5#")

_IBAN = {
    "DE": "##################",
    "AT": "################",
    "CH": "00###############",
    "FR": "30004#####00########5##",
    "ES": "2100################",
    "NL": "@@@@0#########",
    "GB": "@@@@##############",
    "IT": "@05428#####000000######",
    "BE": "############",
    "PL": "########################",
    "PT": "#####################",
    "SE": "####################",
    "LU": "001#############",
}


def iban(d: Draw, country: str) -> str:
    """An IBAN with its ISO 7064 mod 97-10 check digits."""
    body = d.mask(_IBAN[country])
    rearranged = "".join(str(int(c, 36)) for c in f"{body}{country}00")
    return f"{country}{98 - int(rearranged) % 97:02}{body}"


def spaced(text: str, size: int = 4, by: str = " ") -> str:
    return by.join(text[i : i + size] for i in range(0, len(text), size))


@value("BANK_ACCOUNT", "iban")
def any_iban(d: Draw) -> str:
    whole = iban(d, d.any(*_IBAN))
    return d.any(whole, spaced(whole))


@value("BANK_ACCOUNT", "iban_de")
def german_iban(d: Draw) -> str:
    return spaced(iban(d, d.any("DE", "DE", "AT", "CH")))


@value("BANK_ACCOUNT", "iban_fr")
def french_iban(d: Draw) -> str:
    return spaced(iban(d, "FR"))


@value("BANK_ACCOUNT", "iban_es")
def spanish_iban(d: Draw) -> str:
    return d.any(spaced(iban(d, "ES")), iban(d, "ES"))


@value("BANK_ACCOUNT", "iban_tight")
def tight_iban(d: Draw) -> str:
    return iban(d, d.any(*_IBAN))


@value("BANK_ACCOUNT", "card")
def card(d: Draw) -> str:
    body = d.any("4", "51", "54", "37")
    body += d.chars((14 if body == "37" else 15) - len(body))
    whole = body + luhn(body)
    if len(whole) == 15:
        return d.any(whole, f"{whole[:4]} {whole[4:10]} {whole[10:]}")
    return d.any(whole, spaced(whole), spaced(whole, 4, "-"))


@value("BANK_ACCOUNT", "clabe")
def clabe(d: Draw) -> str:
    body = d.any("002", "012", "072") + d.chars(14)
    return body + str(-sum(int(c) * (3, 7, 1)[i % 3] % 10 for i, c in enumerate(body)) % 10)


masks("BANK_ACCOUNT", "uk", "9#######")
masks("BANK_ACCOUNT", "us", "9#########", "9###########")
masks("BANK_ACCOUNT", "vn", "0##1000######", "19##########", "9#########", "0##########")
masks("BANK_ACCOUNT", "in", "9##########", "50100#########")
masks("BANK_ACCOUNT", "de_old", "9######", "9########")
masks("BANK_ACCOUNT", "sort", "20-4#-##", "40-1#-##", "60-##-##", "09-01-##")
masks("BANK_ACCOUNT", "bic", "@@@@DEFF###", "@@@@DEMM", "@@@@FRPP")


@value("BANK_ACCOUNT", "routing")
def routing(d: Draw) -> str:
    body = d.any("02", "07", "12", "26") + d.chars(6)
    return body + str(-weighted(body, (3, 7, 1, 3, 7, 1, 3, 7)) % 10)


masks("BANK_ACCOUNT", "blz", "37# 50# 9#", "70050###")
masks("BANK_ACCOUNT", "ifsc", "HDFC000####", "ICIC000####", "SBIN00#####")
