"""Rooms in fields of records: `"room": "3.14"`, `room_id=C385`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.places import CODE

RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        r"(?<![^\W_])(?:room|space|raum|zimmer|salle|bureau|chambre|local|sala|aula|phòng|suite|desk|office|büro|"
        r"apartment)(?:[ _-]?(?:id|no|number|nr|name|code|"
        r"nummer))?"
        r"[\"']?[ ]?[:=][ ]?[\"']?"
        rf"(?P<value>{CODE}|"
        r"(?-i:(?:[A-Z][a-z]{2,14}[ ]){1,2}(?:[A-Z][a-z]{2,14}|\d{1,4})))(?![\w%°]|[ ]?(?:°|m²|people|%|K\b|ppm|lux)|"
        r"[.,:]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ('"room": "3.14"', "3.14"),
        ("room_id=C385 ok", "C385"),
        ("Raum: 2.05", "2.05"),
        ('"room": "EG-R061"', "EG-R061"),
        ("room: Boardroom Sequoia", "Boardroom Sequoia"),
    ),
    counter_examples=("room: 21.5 °C", '"room": null', "room = 30 m²", "Room: free"),
    score=0.85,
)
