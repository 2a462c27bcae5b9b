"""What a portfolio says about its houses: rooms, people in them, setpoints, consumption, tariffs, prices; fillers."""

from __future__ import annotations

from benchmarks.privacy.values_second.drawing import listed, masks, number, value

masks("ROOM", "number", "2.1#", "0.0#", "B2.##", "3-1##", "E9##", "4.##.1#", "1#7", "C-0##")
masks("ROOM", "plain", "1##", "2##", "4##", "30#", "11##")
masks("ROOM", "code", "L03-R1##", "B1-02-##", "EG-R0##", "OG2-2##", "A.2.##", "W4/1##", "HQ-05-##9", "UG1.0##")
masks("ROOM", "mixed", "2.1#", "0.0#", "B2.##", "3-1##", "4.##.1#", "1##", "30#", "C-0##", "11##", "3A", "B117")
listed("ROOM", "named_en", "Meeting Room Heron", "Conference Room Alder", "Boardroom Tamar", "Studio Juniper")
listed("ROOM", "named_de", "Besprechungsraum Donau", "Konferenzraum Elbe", "Sitzungssaal Rhön", "Seminarraum Linde")
listed("ROOM", "named_fr", "salle Mistral", "salle Garonne", "salle de réunion Opale", "amphithéâtre Curie")
listed("ROOM", "named_es", "sala Picasso", "sala Duero", "aula Magna", "sala de juntas Sierra")
listed("ROOM", "named_vi", "phòng họp Hoa Mai", "phòng Sen Vàng", "phòng hội thảo Lotus", "phòng server tầng 2")
listed("cue", "room_en", "Room", "room", "Office", "Suite", "Lab", "Meeting Room", "Comms Room", "Rm", "Flat", "Unit")
listed("cue", "room_de", "Raum", "Büro", "Zimmer", "Besprechungsraum", "Serverraum", "R.")
listed("cue", "room_fr", "salle", "bureau", "chambre", "local technique", "la salle")
listed("cue", "room_es", "sala", "despacho", "aula", "habitación", "la oficina")
listed("cue", "room_vi", "phòng", "phòng họp", "căn hộ", "P.")

number("n", "people", 7, 480)
number("n", "two", 11, 98)
number("n", "three", 120, 980)
number("n", "four", 1100, 9800)
number("n", "small", 2, 9)
number("n", "rpm", 700, 1480)
number("n", "port", 1024, 60000)
masks("n", "dec", "9.#", "9#.#")
masks("n", "deccomma", "9,#", "9#,#")
masks("n", "pct", "9#")

value("OCCUPANCY", "en")(
    lambda d: f"{d.int(6, 480)} {d.any('people', 'persons', 'occupants', 'staff', 'visitors', 'heads', 'employees')}"
)
value("OCCUPANCY", "de")(
    lambda d: f"{d.int(6, 480)} {d.any('Personen', 'Leute', 'Mitarbeiter', 'Besucher', 'Kollegen')}"
)
value("OCCUPANCY", "fr")(lambda d: f"{d.int(6, 480)} {d.any('personnes', 'occupants', 'visiteurs', 'salariés')}")
value("OCCUPANCY", "es")(lambda d: f"{d.int(6, 480)} {d.any('personas', 'ocupantes', 'empleados', 'visitantes')}")
value("OCCUPANCY", "vi")(lambda d: f"{d.int(6, 480)} {d.any('người', 'nhân viên', 'khách')}")
listed(
    "OCCUPANCY",
    "word",
    "nobody",
    "no one",
    "three people",
    "a dozen people",
    "about forty people",
    "only two people",
    "twenty-five staff",
)
value("OCCUPANCY", "count")(lambda d: str(d.int(3, 480)))
value("OCCUPANCY", "ratio")(lambda d: f"{d.int(3, 60)}/{d.int(61, 120)}")
value("OCCUPANCY", "percent")(lambda d: f"{d.int(11, 97)}{d.any('%', ' %')}")

value("SETPOINT", "c")(lambda d: f"{d.int(17, 26)}{d.any('', '.5')}{d.any(' °C', '°C', ' C', ' degC', '°')}")
value("SETPOINT", "comma")(lambda d: f"{d.int(17, 26)}{d.any('', ',5')}{d.any(' °C', '°C', ' Grad')}")
value("SETPOINT", "commafr")(lambda d: f"{d.int(17, 26)}{d.any('', ',5')}{d.any(' °C', '°C', ' degrés')}")
value("SETPOINT", "commaes")(lambda d: f"{d.int(17, 26)}{d.any('', ',5')}{d.any(' °C', 'ºC', ' grados')}")
value("SETPOINT", "vi")(lambda d: f"{d.int(20, 27)}{d.any('', ',5')}{d.any(' °C', '°C', ' độ')}")
value("SETPOINT", "f")(lambda d: f"{d.int(65, 78)}{d.any('°F', ' °F', ' F', ' degF')}")
value("SETPOINT", "bare")(lambda d: f"{d.int(17, 26)}.{d.any('0', '5')}")
value("SETPOINT", "rh")(lambda d: f"{d.int(35, 60)} % RH")
listed("SETPOINT", "word", "twenty-one degrees", "nineteen degrees", "22 and a half degrees")


def _grouped(n: int, by: str) -> str:
    return f"{n:,}".replace(",", by)


value("BUILDING_CONSUMPTION", "en")(lambda d: f"{_grouped(d.int(12_000, 980_000), d.any(',', '', ' '))} kWh")
value("BUILDING_CONSUMPTION", "mwh")(lambda d: f"{d.int(112, 9800)}{d.any('', '.4', '.7')} MWh")
value("BUILDING_CONSUMPTION", "kw")(lambda d: f"{d.int(84, 1900)} kW")
value("BUILDING_CONSUMPTION", "gas")(lambda d: f"{_grouped(d.int(4_000, 92_000), d.any(',', ' '))} m³")
value("BUILDING_CONSUMPTION", "therms")(lambda d: f"{_grouped(d.int(2_000, 42_000), ',')} therms")
value("BUILDING_CONSUMPTION", "de")(lambda d: f"{_grouped(d.int(12_000, 980_000), '.')} kWh")
value("BUILDING_CONSUMPTION", "fr")(lambda d: f"{_grouped(d.int(12_000, 980_000), ' ')} kWh")
value("BUILDING_CONSUMPTION", "bare")(lambda d: str(d.int(12_000, 980_000)))
listed(
    "BUILDING_CONSUMPTION",
    "word",
    "half a gigawatt-hour",
    "two hundred megawatt-hours",
    "1.2 million kWh",
    "just over 3 GWh",
    "ninety thousand kilowatt-hours",
)

value("TARIFF", "ct")(
    lambda d: f"{d.int(8, 44)}.{d.int(10, 99)} {d.any('ct/kWh', 'c/kWh', 'p/kWh', 'cents/kWh', 'cents per kWh')}"
)
value("TARIFF", "de")(
    lambda d: f"{d.int(8, 44)},{d.int(10, 99)} {d.any('ct/kWh', 'Cent/kWh', 'Cent pro kWh', 'Cent je Kilowattstunde')}"
)
value("TARIFF", "eur")(lambda d: f"{d.any('€', '£', '$')}0.{d.int(1100, 4200)}{d.any('/kWh', ' per kWh')}")
value("TARIFF", "mwh")(lambda d: f"{d.int(62, 240)}.{d.int(10, 99)} {d.any('€/MWh', 'EUR/MWh', '£/MWh')}")
value("TARIFF", "kw")(lambda d: f"{d.int(48, 140)}.{d.int(10, 99)} {d.any('€/kW', 'EUR/kW·a', '$/kW-month', '€/kW a')}")
value("TARIFF", "fr")(lambda d: f"{d.any('0', '1')},{d.int(1100, 4200)} €{d.any('/kWh', ' par kWh', ' le kWh')}")
value("TARIFF", "vi")(lambda d: f"{d.int(1, 4)}.{d.int(100, 990)} {d.any('đồng/kWh', 'đ/kWh', 'VND/kWh')}")

value("CONTRACT_PRICE", "en")(
    lambda d: f"{d.any('£', '€', '$')}{_grouped(d.int(4_200, 980_000), ',')}{d.any('', '.00', '.50')}"
)
value("CONTRACT_PRICE", "code")(lambda d: f"{d.any('EUR', 'GBP', 'USD', 'CHF')} {_grouped(d.int(4_200, 980_000), ',')}")
value("CONTRACT_PRICE", "k")(lambda d: f"{d.any('£', '€', '$')}{d.int(12, 980)}k")
value("CONTRACT_PRICE", "de")(
    lambda d: f"{_grouped(d.int(4_200, 980_000), '.')}{d.any('', ',00', ',50')} {d.any('€', 'Euro', 'EUR')}"
)
value("CONTRACT_PRICE", "fr")(
    lambda d: f"{_grouped(d.int(4_200, 980_000), ' ')}{d.any('', ',00')} {d.any('€', 'euros', '€ HT')}"
)
value("CONTRACT_PRICE", "vi")(lambda d: f"{d.int(120, 990)}.000.000 {d.any('đồng', 'VNĐ', 'đ')}")
value("CONTRACT_PRICE", "bare")(lambda d: f"{d.int(4_200, 980_000)}.00")

listed(
    "site",
    "x",
    "Granary House",
    "the Foundry",
    "Haus Merkur",
    "Quay West",
    "Block C",
    "Campus Nord",
    "the Annexe",
    "Kestrel House",
    "Tower 2",
)
listed("site", "de", "Haus Merkur", "Campus Nord", "Gebäude 12", "Haus C", "das Rathaus Süd", "Verwaltungsbau 3")
listed("site", "fr", "le bâtiment B", "la tour Ouest", "l'immeuble Horizon", "le site de Bellecour")
listed("site", "es", "el edificio B", "la torre Norte", "la sede Azahar", "el edificio Alcor")
listed("site", "vi", "tòa nhà B", "tòa Sao Mai", "chung cư An Khang", "tòa nhà số 3")
listed("OCCUPANCY", "empty", "empty", "deserted", "unoccupied", "nearly empty")
masks("ROOM", "unit", "G9", "U-1#", "2.0#")
value("TARIFF", "es")(lambda d: f"0,{d.int(1100, 4200)} {d.any('€/kWh', 'euros/kWh')}")
