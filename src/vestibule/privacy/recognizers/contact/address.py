"""Postal addresses by their structure: street word and number, with town and postcode where they follow.

Streets without a street word and places without a number are the tagger's.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer

_NAME = r"(?-i:[A-ZÀ-ÝĐ0-9][\w'’.-]{0,24})"
_TYPE = (
    r"(?:streets?|str?\.?|roads?|rd|avenues?|ave?|boulevards?|blvd|lanes?|ln|drive|dr|way|court|ct|place|"
    r"pl|square|sq|terrace|highway|hwy|parkway|"
    r"pkwy|close|crescent|cres|quay|wharf|gardens|grove|hill|mews|embankment|broadway|row|walk|alley|circle|trail|park)"
)
_TOWN = (
    r"(?-i:[A-ZÀ-ÝĐ][\w'’.-]{1,24})(?:[ -](?-i:(?:am|an|der|on|upon|sur|les?|la|de|"
    r"del)[ ])?(?-i:[A-ZÀ-ÝĐ][\w'’.-]{0,24})){0,3}"
)
_UK_POSTCODE = r"(?-i:[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2})"
_US_TAIL = rf"(?:{_TOWN},?[ ])?(?-i:[A-Z]{{2}})[ ,]{{1,2}}\d{{5}}(?:-\d{{4}})?"
_UNIT = r"(?:,?[ ](?:suite|ste\.?|apt\.?|apartment|unit|floor|fl\.?|#)[ ]?[\w-]{1,6})?"
_EN = (
    rf"\d{{1,5}}[a-z]?(?:[ ](?-i:[NSEW]{{1,2}}\.?))?(?:[ ]{_NAME}){{1,4}}?[ ]{_TYPE}\b\.?(?:[ "
    rf"](?-i:[NSEW]{{1,2}})\b)?{_UNIT}"
    rf"(?:,?[ \n]{{1,2}}(?:{_US_TAIL}|{_TOWN},?[ ]{_UK_POSTCODE}|{_UK_POSTCODE}|"
    rf"{_TOWN}(?:,[ ]{_TOWN})?(?:,?[ ]\d{{4,5}}\b)?))?"
)
_PLAIN = r"\d{1,5}[a-z]?(?:[ ][a-zà-ÿ'’]{2,20}){1,3}[ ](?:street|road|avenue|boulevard|lane)\b"
_DE = (
    r"(?:(?-i:[A-ZÄÖÜ])[\wäöüß.-]{1,30}(?:straße|strasse|str\.|gasse|weg|platz|allee|ufer|damm|ring|chaussee)|"
    r"(?:(?-i:[A-ZÄÖÜ])[\wäöüß-]{1,24}[ ]){1,2}(?:straße|strasse|str\.|gasse|weg|platz|allee|ufer|damm|ring)|"
    r"(?:am|an der|im|unter den|auf der|zum|zur)[ ](?:(?-i:[A-ZÄÖÜ])[\wäöüß-]{2,16}[ "
    r"])?(?-i:[A-ZÄÖÜ])[\wäöüß-]{2,24}(?=[ ]\d{1,4}[a-z]?,[ ]?\d{5}))"
    rf"[ ]?\d{{1,4}}(?:[ ]?[a-h]\b)?(?:[ ]?[-–/][ ]?\d{{1,4}}[a-h]?)?\b(?:,?[ \n]{{1,2}}(?:(?:D|A|"
    rf"CH)-)?\d{{4,5}}[ ]{_TOWN})?"
)
_FR = (
    r"(?:\d{1,4}(?:[ ]?(?:bis|ter|[a-d]))?,?[ ])?\b(?:rue|avenue|av\.|boulevard|bd|bld|place|quai|chemin|"
    r"impasse|allée|route|cours|square|faubourg)"
    rf"[ ](?:(?:de la|de l['’]|des|du|de|d['’]|la|le|"
    rf"les)[ ]?)?(?-i:[A-ZÀ-Ý0-9])[\w'’.-]{{1,24}}(?:[ -](?:(?:de|du|des|la|le|"
    rf"et)[ ])?(?-i:[A-ZÀ-Ý])[\w'’.-]{{1,24}}){{0,3}}"
    rf"(?:,?[ \n]{{1,2}}(?:F-)?\d{{5}}[ ]{_TOWN}(?:[ ]cedex(?:[ ]\d{{1,2}})?)?)?"
)
_ES = (
    r"\b(?:calle|c/|avenida|avda\.?|av\.|paseo|pº|plaza|pza\.?|carrer|camino|ronda|travesía|carretera|glorieta)[ ]?"
    rf"(?:(?:de la|de los|de las|del|de|la|el)[ ])?(?-i:[A-ZÀ-Ý])[\w'’.-]{{1,24}}(?:[ ](?:(?:de la|de|del|"
    rf"y|i)[ ])?(?-i:[A-ZÀ-Ý])[\w'’.-]{{1,24}}){{0,3}},?[ ]?(?:n[º°.]?[ ]?|núm\.?[ ]?)?\d{{1,4}}\b"
    rf"(?:,?[ ]\d{{1,2}}[º°ª][ ]?[A-Z]?\b)?(?:,?[ \n]{{1,2}}\d{{5}}[ ]{_TOWN})?"
)
_VI = (
    r"(?:số[ ](?:nhà[ ])?)?\b\d{1,4}(?:/\d{1,4}){0,2}[a-z]?,?[ ](?:đường|phố|ngõ|ngách|hẻm|"
    r"đ\.)[ ](?:(?-i:[A-ZÀ-ỸĐ0-9])[\wÀ-ỹ]{0,10}[ ,]?){1,5}"
    r"(?:[ ]?(?:phường|p\.|quận|q\.|huyện|thành phố|tp\.?|tỉnh|xã|"
    r"thị trấn)[ ]?(?:(?-i:[A-ZÀ-ỸĐ0-9])[\wÀ-ỹ.]{0,10}[ ,]{0,2}){1,4}){0,4}(?<![ ,])|"
    r"\b\d{1,4}(?:/\d{1,4}){0,2}[a-z]?[ ](?:(?-i:[A-ZÀ-ỸĐ])[\wÀ-ỹ]{1,8}[ ]?){2,4},[ ]?(?:phường|p\.|quận|"
    r"q\.)[ ]?(?:(?-i:[A-ZÀ-ỸĐ0-9])[\wÀ-ỹ]{0,8}[ ]?){1,3}"
    r"(?:,[ ]?(?:phường|p\.|quận|q\.|thành phố|tp\.?|"
    r"tỉnh)[ ]?(?:(?-i:[A-ZÀ-ỸĐ0-9])[\wÀ-ỹ.]{0,10}[ ]?){1,4}){0,3}(?<![ ,])"
)
_BOX = r"\b(?:p\.?[ ]?o\.?[ ]box|postfach|bp|apartado(?: de correos)?|boîte postale)[ ]\d{2,6}(?:[ ]\d{2,3}){0,2}\b"


def _is_place(match: re.Match[str]) -> bool:
    """ "2 VFD Drive" and "4 Way" are parts of plants, "1 Floor Place" is a point name."""
    value = match["value"]
    if "_" in value or re.search(
        r"\b(?:speed|frequency|vfd|variable|valve|pipe|6|cooling|heating|supply|return|air|water|temp\w*|fan|zone)\b",
        value,
        re.IGNORECASE,
    ):
        return False
    return any(c.isdigit() for c in value)


RECOGNIZER = Recognizer(
    type="ADDRESS",
    pattern=re.compile(rf"(?<![\w.,/#-])(?P<value>{_EN}|{_PLAIN}|{_DE}|{_FR}|{_ES}|{_VI}|{_BOX})(?!\w)", re.IGNORECASE),
    examples=(
        ("at 221B Baker Street, London NW1 6XE.", "221B Baker Street, London NW1 6XE"),
        ("ship to 1600 Pennsylvania Ave NW, Washington, DC 20500", "1600 Pennsylvania Ave NW, Washington, DC 20500"),
        ("1200 Main St, Suite 400, Springfield, IL 62701", "1200 Main St, Suite 400, Springfield, IL 62701"),
        ("8 wressle road", "8 wressle road"),
        ("Musterstraße 12a, 10115 Berlin", "Musterstraße 12a, 10115 Berlin"),
        ("Hauptstr. 5", "Hauptstr. 5"),
        ("12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
        ("Calle Mayor 12, 28013 Madrid", "Calle Mayor 12, 28013 Madrid"),
        ("số 12 đường Lê Lợi, Quận 1", "số 12 đường Lê Lợi, Quận 1"),
        ("123 Nguyễn Huệ, P. Bến Nghé, Q. 1", "123 Nguyễn Huệ, P. Bến Nghé, Q. 1"),
        ("P.O. Box 1234", "P.O. Box 1234"),
    ),
    counter_examples=(
        "Pump 2 VFD Drive",
        "5 Variable Speed Drive",
        "place of work",
        "the heat takes 3 hours on its way",
        "6-way Valve Command",
        "the ring main has 12 taps",
    ),
    score=0.8,
    valid=_is_place,
)
