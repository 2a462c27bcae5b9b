"""Tariffs behind their name: the code of a rate schedule, or a price without its unit."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building
from vestibule.privacy.recognizers.wording import LINK
from vestibule.privacy.validators import sentence_around

_NAME = (
    r"(?:(?:electricity|energy|gas|supply|peak|off-?peak|night|day|feed-?in|network|grid|water|unit|demand|power|"
    r"export|import)"
    r"[ _-])?(?:tariff|(?:day|night|peak|off-?peak|shoulder|weekend|summer|winter) (?:rate|price)|rate (?:schedule|"
    r"plan|class|code)|"
    r"unit (?:rate|price)|(?:energy|electricity|gas|power|heat) (?:rate|price)|(?:demand|standing|capacity|service|"
    r"grid|"
    r"network|availability|distribution|supply|metering|energy) charge|climate change levy|ccl|feed-?in rate)s?"
    r"(?:[ _-](?:code|class|name|plan|id|per[ _]kwh|eur[ _]kwh))?|"
    r"(?:price|cost|rate|preis|prix|precio|giá)[ _]?(?:/|per|pro|je|par|por|du|del|mỗi)?[ _]?(?:kwh|mwh|kw|unit|"
    r"kilowatt[ -]?hour|therm|m3)|"
    r"(?:strom|gas|arbeits|leistungs|grund|netz|wärme|mess)(?:preis|tarif|entgelt)|grundgebühr|tarif(?:name|code)?|"
    r"option tarifaire|tarifs?(?: (?:bleu|jaune|vert|d['’]électricité))?|abonnement|heures (?:pleines|creuses)|"
    r"tarifa(?: de acceso| eléctrica)?|término de (?:potencia|energía)|peaje|biểu giá|giá (?:điện|cao điểm|thấp điểm)"
)
_MOVES = (
    r"(?:(?:will be|rises? to|goes? (?:up|down) to|went (?:up|down) to|increase[sd]? to|falls? to|drops? to|"
    r"costs?(?: us)?|"
    r"passe(?:ra)? à|steigt auf|sinkt auf|beträgt|liegt bei|sube a|pasa a|baja a|tăng lên|giảm còn)[ ])?"
)
_MONEY = r"(?:€|EUR|euros?|\$|USD|£|CHF|ct\b|cts|cents?|centimes|céntimos|pence|p\b|rp\b|đồng|VND|đ\b)"
_CODE = (
    r"(?-i:[A-Z]{1,6}[-_ ]?(?:[A-Z]{1,6}-?)?\d{1,4}[A-Z]{0,3}|"
    r"[A-Z]{1,5}-(?:TOU|[A-Z]{1,4})(?:-?[A-Z0-9]{1,4})?|\d\.\dT[DA]|Economy ?(?:7|10))"
)


def _is_paid(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return not re.fullmatch(r"(?:19|20)\d\d", match["value"]) and (not general(sentence) or of_one_building(sentence))


RECOGNIZER = Recognizer(
    type="TARIFF",
    pattern=re.compile(
        rf"(?<![^\W_])(?:{_NAME})(?![^\W_])(?:[ ](?:for|at|of|für|bei|pour|de|del|"
        rf"của)[ ][^\d\n:=]{{2,40}}?)?{LINK}{_MOVES}"
        rf"(?P<value>{_CODE}|(?:€|EUR|\$|USD|£|CHF)[ ]?\d{{1,6}}(?:[.,]\d{{1,5}})?|"
        rf"\d{{1,6}}(?:[.,]\d{{1,5}})?[ ]?{_MONEY}|"
        rf"[0-3][.,]\d{{2,5}}|\d{{1,4}}[.,]\d{{1,4}}(?= (?:a|per|pro|im|par|al|mỗi) (?:month|day|year|monat|tag|jahr|"
        rf"mois|jour|mes|día|tháng)))"
        rf"(?![\w%°/]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("tariff code TOU-8", "TOU-8"),
        ("our rate schedule is E-19", "E-19"),
        ("Tarif: HT1", "HT1"),
        ("tarifa 3.0TD", "3.0TD"),
        ("electricity tariff: 0.2145", "0.2145"),
        ("Standing charge £0.45", "£0.45"),
        ("giá điện 2834 đồng", "2834 đồng"),
        ("price per kWh 21.3 ct", "21.3 ct"),
        ("standing charge 12.50 a month", "12.50"),
        ("the tariff is called Economy 7", "Economy 7"),
        ("prix du kWh : 0,19 €", "0,19 €"),
        ("le prix du kWh passe à 0,2016 € en février", "0,2016 €"),
        ("our unit rate rises to 31.2p", "31.2p"),
        ("night rate 0.19", "0.19"),
        ("price_per_kwh=0.2134", "0.2134"),
        ("our tariff is LGS-TOU", "LGS-TOU"),
    ),
    counter_examples=(
        "the tariff of 2024",
        "tariffs rose by 12 %",
        "an average electricity price of 0.30",
        "tariff structure",
    ),
    score=0.8,
    valid=_is_paid,
)
