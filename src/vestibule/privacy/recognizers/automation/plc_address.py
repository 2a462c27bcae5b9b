"""Addresses in a controller's memory as IEC 61131-3 writes them: `%IW620`, `%QX0.1`, `%MD48`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="MODBUS_REFERENCE",
    pattern=re.compile(
        r"(?<![\w%])(?P<value>%[IQM](?:[XBWDL]\d{1,5}(?:\.\d{1,3}){0,3}|\d{1,5}(?:\.\d{1,3}){1,3}))(?![\w%]|\.\d)"
    ),
    examples=(
        ("pump enable %IW620", "%IW620"),
        ("relay at %QX0.1,", "%QX0.1"),
        ("%MD48 holds the sum", "%MD48"),
    ),
    counter_examples=("printf('%I64d')", "50 %M3", "%Y-%m-%d", "100%I2"),
)
