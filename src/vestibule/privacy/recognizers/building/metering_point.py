"""Metering point identifiers that their own form gives away: CUPS, Zählpunkt, GSRN, MPAN, and OBIS codes."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import inside_uuid_or_time, mod10_gs1, mpan_core


def _is_metering_point(match: re.Match[str]) -> bool:
    """A GSRN starts with its country's GS1 prefix for energy and ends in its check digit; an MPAN in its own."""
    number = re.sub(r"\D", "", match["value"])
    if match["gsrn"] is not None:
        return mod10_gs1(number) and not inside_uuid_or_time(match)
    if match["mpan"] is not None:
        return mpan_core(number[-13:])
    return True


RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=re.compile(
        r"(?<![\w.,/+-])(?P<value>ES[ ]?\d{4}[ ]?\d{4}[ ]?\d{4}[ ]?\d{4}[ ]?[A-Z]{2}(?:[ ]?\d[FPRCXYZ])?|"
        r"(?:DE|AT|CH)[ ]?\d{5,6}[ ]?\d{5}[ ]?[A-Z0-9]{20}|IT\d{3}E\d{8}|FR\d{14}|"
        r"[1-9][ ]?[A-Z]{3}[ ]?\d{2}[ ]?\d{4}[ ]?\d{4}|"
        r"(?P<gsrn>(?:54|87|57|73|70|64)\d{16})|(?P<mpan>0[0-8][ ]?\d{3}[ ]?\d{3}[ ]?(?:1\d|"
        r"2[0-9])[ ]?\d{4}[ ]?\d{4}[ ]?\d{3})|"
        r"\d-\d{1,3}:\d{1,3}\.\d{1,3}(?:\.\d{1,3}(?:\*\d{1,3})?)?)(?![\w-]|[.,]\d)"
    ),
    examples=(
        ("CUPS ES0021000000000000AB1P", "ES0021000000000000AB1P"),
        ("DE0005626680200000000000001234567", "DE0005626680200000000000001234567"),
        ("read 1-0:1.8.0*255 hourly", "1-0:1.8.0*255"),
        ("Zählernr.: 1 EMH00 1234 5678", "1 EMH00 1234 5678"),
        ("POD IT001E12345678", "IT001E12345678"),
        ("at 541448920700123455", "541448920700123455"),
    ),
    counter_examples=("541448920700123454", "e3b0c44298fc1c149afbf4c8996fb924", "2024-01:30", "10-20:30"),
    valid=_is_metering_point,
)
