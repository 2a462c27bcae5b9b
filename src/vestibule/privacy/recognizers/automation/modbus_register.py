"""Modbus registers and coils, by their names or in the 3xxxx and 4xxxx notation where Modbus is the talk."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK, NO_MEASURE
from vestibule.privacy.validators import sentence_around, words_around

_REGISTER = (
    r"(?:(?:holding|input|modbus|mb|read|write|status|data|start(?:ing)?|first|base)[ _-]?)?reg(?:ister|"
    r"istre|istro)?s?\.?(?:[ _-]?(?:address|addr|adresse|no|number|offset|nummer|nr))?|"
    r"registres? (?:de maintien|d['’]entrée|interne|modbus)|registros? (?:de retención|de entrada|modbus)|"
    r"thanh ghi(?: (?:giữ|đầu vào|modbus))?|discrete[ _-]?inputs?|(?<!cooling )(?<!heating )coils?|"
    r"(?:halte|holding|eingangs|input)-?register(?:adresse)?|registeradresse|[hi]r|modbus[ _-]?(?:address|"
    r"adresse|addr|point|offset)|bobines?|bobinas?"
)
_FIELD = r"(?:start[ _-]?)?(?:start|address|addr|adresse|offset|index)(?:[\"']?[ ]?[:=][ ]?[\"']?|[ ])"


def _is_modbus(match: re.Match[str]) -> bool:
    """Register is a word of many trades (and of air outlets) and a coil heats: alone they need a Modbus address."""
    said, value = (match["cue"] or "").lower(), match["value"].lower()
    near = words_around(match, 200)
    talk = (
        re.search(
            r"modbus|holding|slave|rs-?485|\brtu\b|function code|\bfc ?0?\d|esclav|halteregister|thanh ghi|"
            r"\bplc\b|meter",
            near,
        )
        is not None
    )
    number = int(value, 16) if value.startswith("0x") else int(value.replace("x", "0"))
    long = len(value) >= 5
    if match["field"] is not None and not re.fullmatch(r"[34]\d{4,5}", value):
        return re.search(r"modbus|\bslave|holding|\bfc ?=?0?(?:[1-6]|15|16|2[0-4])\b|function code", near) is not None
    if re.search(r"\b(?:typical\w*|usually|conventions?)\b", sentence_around(match).lower()):
        return False
    if not said:
        weak = re.match("[34]0", value) and re.search(r"float|u?int(?:16|32)\b|\bpoll|\baddr\b", near)
        strong = re.search(r"modbus|holding|slave|rs-?485|\brtu\b|function code|\bregist", near)
        return "x" in value or bool(strong or weak)
    if re.match(
        r"(?:holding|modbus|mb|halte|eingangs|thanh|discrete|registres? |registros? |input.?reg|[hi]r\d|"
        r"register?adr|reg\w* ?(?:ad|off|no|nu))",
        said,
    ):
        return True
    if re.match(r"(?:coil|bobin|[hi]r)", said):
        return (
            long
            or re.search(r"modbus|\bplc\b|function code|(?:read|write|force)\W+(?:single\W+|multiple\W+)?coil", near)
            is not None
        )
    return talk or number >= 100


RECOGNIZER = Recognizer(
    type="MODBUS_REFERENCE",
    pattern=re.compile(
        rf"(?:(?<![^\W_])(?P<cue>(?:{_REGISTER})(?![^\W\d_])(?:[ ]at)?(?:[ ]address)?{LINK})(?=\d)|"
        rf"(?P<field>(?<![^\W_]){_FIELD})(?=\d)|"
        rf"(?<![\w.,/+-])(?=[34]\d{{4,5}}(?!\d)|"
        rf"[0134]x\d{{4}}))"
        rf"(?P<value>0x[0-9a-f]{{1,4}}|[0134]x\d{{4,5}}|\d{{1,6}}){NO_MEASURE}",
        re.IGNORECASE,
    ),
    examples=(
        ("holding register 40001", "40001"),
        ("read input register 30005.", "30005"),
        ("Modbus register: 0x1000", "0x1000"),
        ("register 40108 holds the power", "40108"),
        ("write coil 00017", "00017"),
        ("modbus map: kW at 40012", "40012"),
        ("HR 40021", "40021"),
        ("Halteregister 40001", "40001"),
        ("registre de maintien 40010", "40010"),
        ("registro 40003", "40003"),
        ("thanh ghi 40007", "40007"),
        ('"register": 3027', "3027"),
        ("discrete input 10001", "10001"),
        ("modbus: slave 4, kW at 400473", "400473"),
        ("modbus:\n  slave: 64\n  address: 1446", "1446"),
        ("fc=3 addr=0x1db5 exception 2", "0x1db5"),
        ("speed reference IR30156", "30156"),
        ("What is a typical COP?\n\nModbus register 388835 reads zero.", "388835"),
    ),
    counter_examples=(
        "cooling coil 3",
        "the coil 2 rows deep",
        "the floor register 2",
        "40001 kWh",
        "register 12 people",
        "zip 40202",
        "the year 30500 BC",
        "address: 1446 Main Street",
        "start 12 pumps, offset 2",
        "the meter of Modbus Lane read 40,250 kWh",
        "IR 12 camera",
        "Modbus holding registers typically start at 40001.",
    ),
    valid=_is_modbus,
)
