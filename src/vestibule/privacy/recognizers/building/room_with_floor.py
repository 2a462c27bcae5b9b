"""Rooms by what they are for and where: "server room on level 2", "phòng server tầng 2", "Technikraum 3. OG"."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.places import FLOOR

_PURPOSE = (
    r"(?:(?:server|plant|comms|switch|boiler|electrical|mechanical|meter|pump|control|store|meeting|riser|utility|it|"
    r"ups|battery)"
    r"[ -]?room|(?:server|technik|heizungs|elektro|zähler|pumpen|lager|besprechungs|kopier)raum|"
    r"(?:local (?:technique|électrique|serveurs?)|salle (?:des serveurs|serveurs?|de réunion|des machines)|chaufferie)|"
    r"(?:cuarto|sala) (?:de (?:máquinas|servidores|calderas|reuniones|bombas|contadores)|técnic[oa]|eléctrico)|"
    r"phòng (?:server|máy chủ|máy|kỹ thuật|điện|bơm|họp|hội thảo|giám đốc|kế toán|nhân sự))"
)

RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=re.compile(
        rf"(?<!\w)(?P<value>{_PURPOSE}(?:,?[ ](?:on|in|at|im|am|au|en|del?|de la|của|ở)?[ ]?(?:the |la |le |der |"
        rf"dem )?)"
        rf"{FLOOR})(?!\w)",
        re.IGNORECASE,
    ),
    gate=re.compile(_PURPOSE, re.IGNORECASE),
    examples=(
        ("phòng server tầng 2 nóng quá", "phòng server tầng 2"),
        ("leak in the server room on level 2.", "server room on level 2"),
        ("im Technikraum 3. OG ist es warm", "Technikraum 3. OG"),
        ("le local technique R+2 est fermé", "local technique R+2"),
        ("la sala de calderas planta 3", "sala de calderas planta 3"),
    ),
    counter_examples=(
        "a plant room needs ventilation",
        "server room temperature",
        "the boiler room has 2 doors",
    ),
    score=0.8,
)
