"""Columns of a Modbus map: registers, and the units they belong to."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell


def _is_of_modbus(said: str) -> bool:
    """Registers are of many trades; a map of them speaks of types, scales or slaves."""
    return (
        re.search(
            r"modbus|holding|slave|\brtu\b|u?int(?:16|32)|float(?:32)?|word|scal(?:e|ing)|coil|function|\bfc\b|"
            r"esclav|faktor|facteur|factor|datentyp|data ?type|unit[ _-]?id|\breg(?:ister)?\b.*\b(?:tag|unit|kwh?)\b",
            said,
            re.IGNORECASE | re.DOTALL,
        )
        is not None
    )


RECOGNIZER = Recognizer(
    type="MODBUS_REFERENCE",
    pattern=cell(r"0x[0-9a-f]{1,4}|[0134]x\d{4,5}|\d{1,6}"),
    needs="\n",
    examples=(
        ("Tag\tRegister\tType\nkW total\t40473\tuint32", "40473"),
        ("name;Modbus-Adresse\nWirkleistung;1446", "1446"),
        ("| Point | Holding register |\n|---|---|\n| kW | 40012 |", "40012"),
        ("meter,slave id\nmain,17", "17"),
    ),
    counter_examples=(
        "shop,register\nmain,3",
        "street,address\nMain,12",
        "tag,scale\nkW,10",
        "visitor,register\nAnna,2024",
    ),
    score=0.85,
    valid=below(
        r"(?:(?:modbus|holding|input|start|mb)[ _-]?)?(?:register|reg|registre|registro|thanh ghi)s?"
        r"(?:[ _-]?(?:no\.?|nr\.?|number|address|addr|adresse|\(hex\)|\(dec\)))?|"
        r"(?:modbus|mb|start|register|reg)[ _-]?(?:address|addr\.?|adresse|offset|dirección)|"
        r"(?:modbus[ _-]?)?(?:slave|unit)[ _-]?(?:id|address|addr|no\.?|nr\.?)?(?<!unit)|slave|esclave|esclavo|coil",
        _is_of_modbus,
    ),
)
