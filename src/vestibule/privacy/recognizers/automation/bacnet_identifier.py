"""BACnet object identifiers as two numbers, type and instance, behind their name: `objectId 8:3001`, `(2,17)`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="BACNET_REFERENCE",
    pattern=re.compile(
        r"(?<![^\W_])(?:object|obj|o)[ _-]?(?:identifier|id)[\"']?(?:[ ]?[:=])?[ ]?[\"'(\[]{0,2}"
        r"(?P<value>\d{1,3}[ ]?[,:][ ]?\d{1,7})(?![\w.:])",
        re.IGNORECASE,
    ),
    examples=(
        ("objectId 8:3001", "8:3001"),
        ("object-identifier (2,17) of the device", "2,17"),
        ('"object_id": "8:120045"', "8:120045"),
    ),
    counter_examples=("object id 17", "the object identifier is unique", "oid 1.3.6.1.4.1"),
    score=0.92,
)
