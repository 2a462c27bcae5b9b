"""Check what a pattern cannot: check digits, numbering plans, randomness. Functions of text; knows no recognizer."""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ISO_TIME = re.compile(r"(?:19|20)\d\d[-/.](?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d)?")
_NEIGHBOURHOOD = 40
_STOP = re.compile(
    r"(?<!\b[Nn]o)(?<!\b[Nn]r)(?<!\bDr)(?<!\bSt)(?<!\bP)(?<!\b[Zz]i)(?<!\b[Rr]m)(?<!\b[Bb]ur)(?<!\b[Hh]ab)[.!?](?=\s)(?!\s(?:OG|UG|Stock|Etage|Obergeschoss|Geschoss)\b)|\n"
)

_IBAN = (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BI:27 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DJ:27 "
    "DK:18 DO:28 EE:20 EG:29 ES:24 FI:18 FK:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HN:28 HR:21 HU:28 "
    "IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 LY:25 MC:27 MD:24 ME:22 "
    "MK:19 MN:20 MR:27 MT:31 MU:30 NI:28 NL:18 NO:15 OM:23 PK:24 PL:28 PS:29 PT:25 QA:29 RO:24 RS:22 RU:33 SA:24 "
    "SC:31 SD:18 SE:24 SI:19 SK:24 SM:27 SO:23 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20 YE:30 "
)
# ISO 13616 registry of IBAN formats: length of the whole number by country.
IBAN_LENGTHS = {country: int(length) for country, length in (entry.split(":") for entry in _IBAN.split())}

_COUNTRIES = (
    "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 "
    "84 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 "
    "236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 "
    "264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 "
    "376 377 378 379 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 "
    "592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 "
    "691 692 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 "
    "971 972 973 974 975 976 977 979 992 993 994 995 996 998 "
)
# ITU-T E.164 country codes in use (list of assigned codes, annex to the Operational Bulletin).
_COUNTRY_CODES = frozenset(_COUNTRIES.split())
# National significant numbers where the plan fixes their length (NANP, ARCEP, CNMC, Ofcom, VNTA, BNetzA).
_NATIONAL_LENGTHS = {
    "1": range(10, 11),
    "33": range(9, 10),
    "34": range(9, 10),
    "44": range(9, 11),
    "49": range(6, 13),
    "84": range(9, 11),
}


def digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B. `number` is digits only."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if at % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def iban(text: str) -> bool:
    """ISO 13616: the length of its country, and ISO 7064 mod 97-10 equal to 1."""
    compact = re.sub(r"[\s.-]", "", text).upper()
    if IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def payment_card(text: str) -> bool:
    """Luhn, and the ranges that brands publish (Visa, Mastercard, Amex, Discover, JCB, Diners, UnionPay)."""
    number = digits(text)
    head = int(number[:6])
    known = {
        13: number[0] == "4",
        14: 300000 <= head <= 305999 or number[:2] in ("36", "38", "39"),
        15: number[:2] in ("34", "37"),
        16: number[0] == "4"
        or 510000 <= head <= 559999
        or 222100 <= head <= 272099
        or 352800 <= head <= 358999
        or number[:4] == "6011"
        or number[:2] in ("62", "64", "65", "50", "56", "57", "58", "67", "36", "30", "38"),
        19: number[:2] in ("62", "65", "67") or number[0] == "4",
    }
    return known.get(len(number), False) and luhn(number)


def phone_international(text: str) -> bool:
    """E.164: an assigned country code, at most 15 digits, and the country's own length where its plan fixes one."""
    number = digits(re.sub(r"\(0\)", "", text))
    number = number[2:] if number.startswith("00") else number
    code = next((number[:n] for n in (1, 2, 3) if number[:n] in _COUNTRY_CODES), None)
    if code is None or not 7 <= len(number) <= 15:
        return False
    national = number[len(code) :]
    national = national[1:] if code in ("33", "44", "49", "84") and national.startswith("0") else national
    return len(national) in _NATIONAL_LENGTHS.get(code, range(4, 13))


def entropy(text: str) -> float:
    """Shannon entropy of the characters, bits a character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def looks_random(text: str) -> bool:
    """Whether a named value is a secret and not a word: 2.5 bits a character, digits among letters."""
    if len(text) < 8 or entropy(text) < 2.5:
        return False
    kinds = (any(c.isdigit() for c in text), any(c.islower() for c in text), any(c.isupper() for c in text))
    return (kinds[0] and sum(kinds) >= 2) or (kinds[1] and kinds[2] and entropy(text) > 3.5 and len(text) >= 20)


def made_of_words(text: str) -> bool:
    """Whether a long name is words and few digits, as names of points and settings are: `AHU3_SupplyAirTemp_Sp`."""
    words = sum(map(len, re.findall(r"[A-Z]?[a-z]{2,}", text)))
    return words > 0.55 * len(text) and sum(c.isdigit() for c in text) < 0.15 * len(text)


def ip_address(text: str) -> bool:
    """An address (RFC 4291, RFC 1123 dotted quad) that points at some one machine or network: not loopback or "any"."""
    try:
        found = ipaddress.ip_interface(text)
    except ValueError:
        return False
    return not (found.ip.is_loopback or found.ip.is_unspecified)


def inside_uuid_or_time(match: re.Match[str], group: str | int = "value") -> bool:
    """Whether the match is part of a UUID (RFC 9562) or of an ISO 8601 date or time."""
    start, end = match.span(group)
    offset = max(0, start - _NEIGHBOURHOOD)
    around = match.string[offset : end + _NEIGHBOURHOOD]
    for pattern in (_UUID, _ISO_TIME):
        for found in pattern.finditer(around):
            if found.start() < end - offset and start - offset < found.end():
                return True
    return False


def words_before(match: re.Match[str], reach: int = 40, group: str | int = "value") -> str:
    """The `reach` characters before the match, lower case, on its line."""
    start = match.start(group)
    return match.string[max(0, start - reach) : start].rpartition("\n")[2].lower()


def words_around(match: re.Match[str], reach: int = 80, group: str | int = "value") -> str:
    """What stands within `reach` characters of the match, lower case."""
    start, end = match.span(group)
    return match.string[max(0, start - reach) : end + reach].lower()


def sentence_around(match: re.Match[str], reach: int = 240, group: str | int = "value") -> str:
    """The sentence or line that holds the match, at most `reach` characters to each side."""
    start, end = match.span(group)
    before = _STOP.split(match.string[max(0, start - reach) : start])[-1]
    after = re.split(
        r"[.!?](?=\s|$)(?!\s(?:OG|UG|Stock|Etage|Obergeschoss|Geschoss)\b)|\n", match.string[end : end + reach]
    )[0]
    return before + match.string[start:end] + after


def mod10_gs1(number: str) -> bool:
    """GS1 General Specifications 7.9: weights 3 and 1 from the right (EAN, GSRN)."""
    total = sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(reversed(number)))
    return total % 10 == 0


def mpan_core(number: str) -> bool:
    """UK metering point number, 13 digits: weights are primes without 11, modulo 11 modulo 10 (MRA, appendix 1)."""
    primes = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
    return sum(int(d) * p for d, p in zip(number[:12], primes, strict=True)) % 11 % 10 == int(number[12])


def malo(number: str) -> bool:
    """German market location, 11 digits: odd places plus twice the even ones, to the next ten (BDEW)."""
    total = sum(int(d) * (2 if at % 2 else 1) for at, d in enumerate(number[:10]))
    return (10 - total % 10) % 10 == int(number[10])


def us_ssn(number: str) -> bool:
    """Social Security Administration: no area 000, 666 or 9xx, no group 00, no serial 0000; 9xx is an ITIN (IRS)."""
    area, group, serial = number[:3], number[3:5], number[5:]
    if area[0] == "9":
        return 50 <= int(group) <= 99
    return area not in ("000", "666") and group != "00" and serial != "0000"


def german_tax_id(number: str) -> bool:
    """Steuer-ID, 11 digits: ISO 7064 mod 11,10; in the first ten one digit is repeated twice or three times."""
    if number[0] == "0" or max(Counter(number[:10]).values()) not in (2, 3):
        return False
    product = 10
    for digit in number[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[10])


def german_social_insurance(text: str) -> bool:
    """VKVV § 4: the letter as two digits, weights 2 1 2 5 7 1 2 1 2 1 2 1, sums of digits, modulo 10."""
    expanded = text[:8] + f"{ord(text[8].upper()) - 64:02d}" + text[9:11]
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    total = sum(sum(divmod(int(d) * w, 10)) for d, w in zip(expanded, weights, strict=True))
    return total % 10 == int(text[11])


def french_nir(text: str) -> bool:
    """INSEE: key = 97 − (13 digits modulo 97), Corsica's 2A and 2B read as 19 and 18."""
    number = text.upper().replace("2A", "19", 1).replace("2B", "18", 1)
    return number.isdigit() and len(number) == 15 and 97 - int(number[:13]) % 97 == int(number[13:])


def spanish_dni(text: str) -> bool:
    """DNI and NIE: the letter is the number modulo 23 (Orden INT/2058/2008; X, Y, Z read as 0, 1, 2)."""
    number = text.upper()
    value = int(number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[value % 23] == number[-1]


def uk_nino(text: str) -> bool:
    """HMRC manual NIM39110: letters that are never used, and prefixes that are not issued."""
    prefix = text[:2].upper()
    return (
        prefix[0] not in "DFIQUV"
        and prefix[1] not in "DFIQUVO"
        and prefix not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")
    )


def vietnamese_cccd(number: str) -> bool:
    """Decree 137/2015: 12 digits, province 001–096, century and sex 0–9, year of birth."""
    return 1 <= int(number[:3]) <= 96


def singapore_nric(text: str) -> bool:
    """NRIC and FIN: weights 2 7 6 5 4 3 2, an offset by the first letter, the last letter modulo 11 (ICA)."""
    total = sum(int(d) * w for d, w in zip(text[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    offset, letters = {
        "S": (0, "JZIHGFEDCBA"),
        "T": (4, "JZIHGFEDCBA"),
        "F": (0, "XWUTRQPNMLK"),
        "G": (4, "XWUTRQPNMLK"),
        "M": (3, "XWUTRQPNJLK"),
    }[text[0]]
    return letters[(total + offset) % 11] == text[8]


def italian_codice_fiscale(text: str) -> bool:
    """Decreto 12/3/1974: odd places by a table, even ones by their value, the last letter modulo 26."""
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    values = [int(c) if c.isdigit() else ord(c) - 65 for c in text[:15]]
    total = sum(value if at % 2 else odd[value] for at, value in enumerate(values))
    return chr(65 + total % 26) == text[15]


def belgian_national(number: str) -> bool:
    """Rijksregisternummer, 11 digits: key = 97 − (9 digits modulo 97), with a 2 before them from 2000 on."""
    key = int(number[9:])
    return any(97 - int(century + number[:9]) % 97 == key for century in ("", "2"))


def brazilian_cpf(number: str) -> bool:
    """Receita Federal: two digits, each of falling weights down to 2 modulo 11."""
    for size in (9, 10):
        total = sum(int(d) * (size + 1 - at) for at, d in enumerate(number[:size]))
        if total * 10 % 11 % 10 != int(number[size]):
            return False
    return True


def finnish_hetu(text: str) -> bool:
    """Henkilötunnus: the last sign is the nine digits modulo 31 (Väestötietolaki 661/2009)."""
    number = "".join(c for c in text[:-1] if c.isdigit())
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number) % 31] == text[-1]


def hong_kong_id(text: str) -> bool:
    """HKID: one or two letters (A is 10, a missing one 36), six digits and a check digit: weights 9 to 1, modulo 11."""
    values = [36] * (9 - len(text)) + [int(c, 36) for c in text[:-1]]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + int(text[-1], 36)) % 11 == 0
