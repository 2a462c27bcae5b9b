"""Columns of rooms."""

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.places import CODE
from vestibule.privacy.recognizers.columns.column import below, cell
from vestibule.privacy.recognizers.fields import means_place


def _says_place(head: str) -> bool:
    return means_place(head) and head.strip().lower() not in ("area", "rooms", "spaces", "zones", "units")


RECOGNIZER = Recognizer(
    type="ROOM",
    pattern=cell(rf"(?:[a-z]{{2,12}}[ ])?{CODE}", gaps=True),
    needs="\n",
    examples=(
        ("room;setpoint\nC-093;19 °C", "C-093"),
        ("| Raum | Sollwert |\n|---|---|\n| 2.05 | 21 |", "2.05"),
        ("Tag;Location\nSD-01;B1-02-14", "B1-02-14"),
        ("Timestamp;Zone;HtgSP\n08:00;2.07;21", "2.07"),
        ("loc,ZN-SP\nL2-201,21.5", "L2-201"),
        ("phòng,CO2\n1203,800", "1203"),
    ),
    counter_examples=("rooms,floors\n12,3", "location,kWh\nBerlin,12", "room,type\nlobby,open"),
    score=0.8,
    valid=below(
        r"(?:room|raum|zimmer|salle|bureau|local|sala|aula|despacho|oficina|phòng|suite|desk|unit|flat|apartment|"
        r"location|"
        r"lage|emplacement|ubicación|vị trí|office)(?:[ _-]?(?:id|no\.?|number|nr\.?|name|code|nummer))?",
        means=_says_place,
    ),
)
