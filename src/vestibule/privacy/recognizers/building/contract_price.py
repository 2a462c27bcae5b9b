"""Prices of contracts: an amount of money in a sentence that speaks of a contract, a lease, a fee or an offer."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building
from vestibule.privacy.validators import sentence_around

_NUMBER = r"(?:\d{1,3}(?:[ ,.'’]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?)"
_SCALE = r"(?:[ ]?(?:k|m|mn|mio\.?|million(?:en|s|es)?|millones|thousand|tsd\.?|bn|triệu|tỷ|nghìn)\b)?"
_SIGN = r"(?:€|EUR|US\$|\$|USD|£|GBP|CHF|VND|VNĐ|₫)"
_WORD = r"(?:€|EUR|euros?|\$|USD|(?:US )?dollars?|£|GBP|pounds?|CHF|francs?|franken|VND|VNĐ|đồng|₫|đ)"
CONTRACT = re.compile(
    r"contract|agreement|\bsigned\b|march[ée] (?:public|de|d['’])|\bleases?\b|leasing|\brents?\b|rental|\bppa\b|"
    r"\bfees?\b|retainer|invoice|"
    r"quot(?:e|ed|ation)|\boffer(?:ed|s)?\b|\bbids?\b|tender|purchase order|\bp\.?o\.? |service charge|"
    r"subscription|settlement|procurement|capex|budget|\bdeal\b|award|framework|"
    r"maintenance (?:cost|price)|vertrag|mietzins|miete|pacht|angebot|rechnung|auftrag|honorar|wartung|"
    r"pauschale|contrat|loyer|\bbail\b|devis|facture|honoraires|contrato|alquiler|arrend|oferta|factura|"
    r"presupuesto|honorarios|hợp đồng|tiền thuê|giá thuê|báo giá|hóa đơn|phí",
    re.IGNORECASE,
)


def _is_agreed(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    return CONTRACT.search(sentence) is not None and (not general(sentence) or of_one_building(sentence))


RECOGNIZER = Recognizer(
    type="CONTRACT_PRICE",
    pattern=re.compile(
        rf"(?<![\w.,])(?P<value>{_SIGN}[ ]?{_NUMBER}{_SCALE}|{_NUMBER}{_SCALE}[ ]?{_WORD})(?![\w]|"
        rf"[.,]\d)(?:[ ]?(?:/|per|pro|a|par|por)[ ]?(?:month|year|annum|jahr|monat|mois|an|mes|año|m²|m2|sqm|"
        rf"sq\.? ?ft))?",
        re.IGNORECASE,
    ),
    examples=(
        ("The maintenance contract is worth €48,000 a year", "€48,000"),
        ("annual rent: 24,500 EUR", "24,500 EUR"),
        ("contract price 1.2 million euros", "1.2 million euros"),
        ("PPA signed at $3.4M", "$3.4M"),
        ("Der Wartungsvertrag kostet 12.500 €", "12.500 €"),
        ("le contrat de maintenance coûte 9 800 euros", "9 800 euros"),
        ("el contrato asciende a 15.000 €", "15.000 €"),
        ("giá trị hợp đồng 2.500.000.000 đồng", "2.500.000.000 đồng"),
    ),
    counter_examples=(
        "a sensor costs 40 €",
        "the average office rent is 20 €",
        "contract of 2024",
        "contract for 12 chillers",
    ),
    valid=_is_agreed,
)
