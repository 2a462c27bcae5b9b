"""What is said of buildings (counts of people, setpoints, consumption, rooms, prices), and the fillers that are never labelled."""

# ruff: noqa: E501 - pools of values read better unbroken

from __future__ import annotations

from benchmarks.privacy.values.drawing import CAPITALS, HEX, Draw, listed, value

PEOPLE = {
    "en": ("people", "occupants", "staff", "visitors", "heads", "employees", "persons"),
    "de": ("Personen", "Mitarbeiter", "Besucher"), "fr": ("personnes", "occupants", "visiteurs"), "es": ("personas", "ocupantes", "empleados"), "vi": ("người", "nhân viên", "khách"),
}  # fmt: skip
for _language, _words in PEOPLE.items():
    value("OCCUPANCY", f"count_{_language}")(lambda d, words=_words: f"{d.int(3, 480)} {d.any(*words)}")  # type: ignore[misc]
value("OCCUPANCY", "number")(lambda d: str(d.int(0, 480)))
value("OCCUPANCY", "percent")(lambda d: f"{d.int(3, 99)}{d.any('%', ' %')}")
listed(
    "OCCUPANCY",
    "hours",
    "07:30 to 18:15",
    "06:45-19:30",
    "from 8 am until 6:30 pm",
    "between 09:10 and 15:40",
    "08:00–17:20",
    "until 21:45",
    "from 05:50",
    "9am-4pm",
    "after 19:00",
)


@value("SETPOINT", "c")
def celsius(d: Draw) -> str:
    number = f"{d.int(17, 26)}{d.any('', '', '.5')}"
    return d.any(f"{number} °C", f"{number}°C", f"{number} C", f"{number} degrees")


@value("SETPOINT", "de")
def celsius_comma(d: Draw) -> str:
    return f"{d.int(17, 26)}{d.any('', ',5')} {d.any('°C', 'Grad', '°C')}"


value("SETPOINT", "f")(lambda d: d.any(f"{d.int(64, 78)} °F", f"{d.int(64, 78)}°F", f"{d.int(64, 78)} F"))
value("SETPOINT", "number")(lambda d: f"{d.int(17, 26)}.{d.any('0', '5')}")
value("SETPOINT", "ppm")(lambda d: f"{d.int(12, 22) * 50} ppm")
value("SETPOINT", "rh")(lambda d: f"{d.int(35, 60)} % RH")


@value("BUILDING_CONSUMPTION", "energy")
def energy(d: Draw) -> str:
    n = d.int(1_200, 985_000)
    return d.any(f"{n:,} kWh", f"{n} kWh", f"{n / 1000:.1f} MWh", f"{n // 40:,} kWh", f"{n:,} kilowatt-hours")


@value("BUILDING_CONSUMPTION", "demand")
def demand(d: Draw) -> str:
    return d.any(f"{d.int(40, 2400)} kW", f"{d.int(40, 2400)}.{d.int(0, 9)} kW", f"{d.int(50, 900)} kVA")


@value("BUILDING_CONSUMPTION", "energy_eu")
def energy_eu(d: Draw) -> str:
    n = d.int(1_200, 985_000)
    return d.any(
        f"{n:,} kWh".replace(",", "."), f"{n} kWh", f"{n // 1000},{d.int(1, 9)} MWh", f"{n:,} kWh".replace(",", " ")
    )


value("BUILDING_CONSUMPTION", "gas")(
    lambda d: d.any(f"{d.int(900, 48_000):,} m³", f"{d.int(900, 48_000)} m3", f"{d.int(400, 9000):,} therms")
)
value("BUILDING_CONSUMPTION", "heat")(lambda d: d.any(f"{d.int(20, 900)}.{d.int(0, 9)} MWh", f"{d.int(80, 4000)} GJ"))
value("BUILDING_CONSUMPTION", "number")(lambda d: f"{d.int(1200, 98_000)}{d.any('', '.' + str(d.int(0, 9)))}")
value("BUILDING_CONSUMPTION", "eui")(
    lambda d: d.any(f"{d.int(60, 410)} kWh/m²", f"{d.int(60, 410)} kWh/m2", f"{d.int(30, 140)} kBtu/ft²")
)

value("ROOM", "number")(
    lambda d: d.any(
        f"room {d.int(100, 1990)}",
        f"Room {d.int(1, 12)}.{d.int(1, 40):02d}",
        f"room {d.any('A', 'B', 'C')}{d.int(100, 499)}",
        f"Rm {d.int(100, 999)}",
    )
)
value("ROOM", "suite")(
    lambda d: d.any(
        f"Suite {d.int(100, 2900)}",
        f"Unit {d.int(1, 40)}{d.any('A', 'B', '')}",
        f"Apt {d.int(1, 90)}{d.any('C', 'D', '')}",
        f"Flat {d.int(1, 60)}",
    )
)
listed(
    "ROOM",
    "named",
    "Boardroom Alder",
    "Meeting Room Kestrel",
    "the Elgar Suite",
    "Conference Room Baltic",
    "Lab 2.17",
    "Server Room B2",
    "Lecture Theatre 3",
    "Meeting Room Pelican",
    "Comms Room 4E",
    "Boardroom Sequoia",
    "Ward 7B",
    "Classroom 12",
)
value("ROOM", "place")(
    lambda d: d.any(
        f"Level {d.int(1, 30)} East",
        f"{d.int(4, 9)}th floor north wing",
        f"Zone {d.int(1, 9)}.{d.int(1, 9)}",
        f"Level B{d.int(1, 3)} plant room",
        f"Bay {d.int(1, 40)}{d.any('N', 'S')}",
    )
)
value("ROOM", "de")(
    lambda d: d.any(
        f"Raum {d.int(1, 9)}.{d.int(1, 40):02d}",
        f"Raum {d.int(100, 900)}",
        f"Zimmer {d.int(100, 900)}",
        f"Besprechungsraum {d.own(('Isar', 'Elbe', 'Spree', 'Neckar', 'Mosel', 'Havel'))}",
    )
)
value("ROOM", "fr")(
    lambda d: d.any(
        f"salle {d.int(100, 900)}",
        f"bureau {d.any('A', 'B', 'C')}{d.int(100, 400)}",
        f"salle de réunion {d.own(('Loire', 'Rhône', 'Seine', 'Garonne', 'Moselle'))}",
    )
)
value("ROOM", "es")(
    lambda d: d.any(
        f"sala {d.int(100, 900)}",
        f"despacho {d.int(1, 9)}.{d.int(1, 30):02d}",
        f"aula {d.int(1, 40)}",
        f"sala {d.own(('Ebro', 'Tajo', 'Duero', 'Júcar', 'Segura'))}",
    )
)
value("ROOM", "vi")(
    lambda d: d.any(
        f"phòng {d.int(100, 1900)}",
        f"phòng họp {d.own(('Sen', 'Mai', 'Trúc', 'Đào', 'Cúc'))}",
        f"phòng {d.any('A', 'B')}{d.int(100, 900)}",
    )
)

value("TARIFF", "pence")(
    lambda d: d.any(
        f"{d.int(14, 39)}.{d.int(10, 99)} p/kWh",
        f"{d.int(14, 39)}.{d.int(1, 9)}p per kWh",
        f"£0.{d.int(1400, 3900)}/kWh",
    )
)
value("TARIFF", "dollar")(
    lambda d: d.any(
        f"$0.{d.int(700, 2900):04d}/kWh",
        f"${d.int(8, 24)}.{d.int(10, 99)}/kW",
        f"{d.int(7, 29)}.{d.int(1, 9)} ¢/kWh",
        f"{d.int(7, 29)} cents per kWh",
    )
)
value("TARIFF", "euro")(
    lambda d: d.any(
        f"{d.int(9, 38)},{d.int(10, 99)} ct/kWh",
        f"0,{d.int(1100, 3900)} €/kWh",
        f"{d.int(60, 190)},{d.int(10, 99)} €/MWh",
        f"{d.int(9, 38)},{d.int(1, 9)} Cent/kWh",
    )
)
value("TARIFF", "dong")(
    lambda d: d.any(
        f"{d.int(1, 4)}.{d.int(100, 999)} đ/kWh",
        f"{d.int(1, 4)},{d.int(100, 999)} VND/kWh",
        f"{d.int(1, 4)}.{d.int(100, 999)} đồng/kWh",
    )
)
listed(
    "TARIFF",
    "name",
    "TOU-GS-3-D",
    "Rate Schedule B-19",
    "Economy 7",
    "LGS-TOU",
    "SC-9 Rate II",
    "Tempo Option C",
    "Tarif Vert A5",
    "E-20 Secondary",
    "Time-of-Use A-10",
    "Half-Hourly Fixed 24",
    "tarifa 6.1TD",
    "tarifa 3.0TD",
)


def _amount(d: Draw) -> tuple[int, int]:
    return d.int(4, 980) * 100 + d.int(0, 99), d.int(0, 99)


@value("CONTRACT_PRICE", "pound")
def pounds(d: Draw) -> str:
    n, cents = _amount(d)
    return d.any(f"£{n:,}", f"£{n:,}.{cents:02d}", f"GBP {n:,}", f"£{n // 1000}k", f"£{n * 10:,}")


@value("CONTRACT_PRICE", "dollar")
def dollars(d: Draw) -> str:
    n, cents = _amount(d)
    return d.any(f"${n:,}", f"${n:,}.{cents:02d}", f"USD {n:,}", f"${n / 100_000:.2f} million", f"{n:,} dollars")


@value("CONTRACT_PRICE", "euro")
def euros(d: Draw) -> str:
    n, cents = _amount(d)
    german = f"{n:,}".replace(",", ".")
    return d.any(f"{german},{cents:02d} €", f"{german} €", f"EUR {german},{cents:02d}", f"{german} Euro", f"€{n:,}")


value("CONTRACT_PRICE", "dong")(
    lambda d: d.any(
        f"{d.int(20, 980)}.000.000 đồng",
        f"{d.int(2, 90)},{d.int(1, 9)} tỷ đồng",
        f"{d.int(20, 980)}.000.000 VND",
        f"{d.int(20, 980)} triệu đồng",
    )
)

# --- fillers
listed("netmask", "x", "255.255.255.0", "255.255.254.0", "255.255.0.0")
listed("loopback", "x", "127.0.0.1", "127.0.0.1", "localhost")
value("client", "x")(lambda d: d.any(f"edge{d.int(10, 99)}", f"pi@gateway{d.int(1, 9)}"))
listed(
    "site",
    "x",
    "Tower B",
    "Kingsmead House",
    "the Riverside block",
    "Building 7",
    "the Alder Wharf site",
    "the west campus",
    "Block C",
    "Maple Court",
    "the library annex",
    "Depot 3",
    "Foundry Works",
    "the sports hall",
    "Harbour House",
)
listed(
    "site",
    "de",
    "Haus C",
    "Gebäude 12",
    "das Verwaltungsgebäude",
    "Turm Süd",
    "Halle 4",
    "die Grundschule",
    "Bauteil B",
    "Block 9",
)
listed(
    "site",
    "fr",
    "le bâtiment D",
    "la tour Nord",
    "le site de Belleroche",
    "le gymnase",
    "le bâtiment 4",
    "la résidence Valmont",
)
listed(
    "site",
    "es",
    "el edificio B",
    "la torre sur",
    "el polideportivo",
    "el bloque 3",
    "la sede central",
    "el edificio 12",
)
listed("site", "vi", "tòa nhà B", "tháp Nam", "khối văn phòng C", "tòa nhà 5", "khu A", "tháp Đông")
listed(
    "plant",
    "x",
    "AHU-3",
    "CH-2",
    "VAV-4-17",
    "FCU 12",
    "Boiler 1",
    "CWP-2",
    "RTU-5",
    "the north riser",
    "EF-07",
    "HX-1",
    "MCC-4",
    "CT-2",
    "VAV_2_031",
    "DHW-T1",
    "the main switchboard",
)
listed(
    "product",
    "x",
    "Niagara 4",
    "Desigo CC",
    "EcoStruxure",
    "Metasys",
    "Grafana 11",
    "PostgreSQL 16",
    "Home Assistant",
    "Windows Server 2022",
    "Tridium JACE 8000",
    "Wireshark 4.2.6",
    "EnergyPlus 24.1.0",
    "Node-RED",
    "OpenStudio",
    "Excel 365",
    "InfluxDB",
    "Modbus Poll",
    "YABE",
)
listed(
    "standard",
    "x",
    "ASHRAE 90.1-2022",
    "EN 15232",
    "ISO 50001:2018",
    "DIN EN 12831-1",
    "BS 7671:2018+A2:2022",
    "VDI 6022",
    "CIBSE TM54",
    "IEC 61850-7-4",
    "ASHRAE Guideline 36",
    "EN 16798-1",
    "NFPA 70E",
    "ISO 52000-1",
    "VDI 2078",
    "RFC 3339",
    "IPMVP Option C",
    "§ 71 GEG",
    "QCVN 09:2017/BXD",
    "RE 2020",
    "RITE IT 1.2.4.2",
    "EN 50160",
    "IEEE 519-2014",
    "ISO 16484-5",
)
value("uuid", "x")(
    lambda d: (
        "-".join(d.chars(n, HEX) for n in (8, 4))
        + f"-4{d.chars(3, HEX)}-{d.any('8', '9', 'a', 'b')}{d.chars(3, HEX)}-{d.chars(12, HEX)}"
    )
)
value("sha", "x")(lambda d: d.chars(40, HEX))
value("sha", "short")(lambda d: d.chars(7, HEX))
value("sha", "256")(lambda d: d.chars(64, HEX))
value("sha", "md5")(lambda d: d.chars(32, HEX))
value("date", "iso")(lambda d: f"20{d.int(19, 26)}-{d.int(1, 12):02d}-{d.int(1, 28):02d}")
value("date", "uk")(lambda d: f"{d.int(1, 28):02d}/{d.int(1, 12):02d}/20{d.int(19, 26)}")
value("date", "de")(lambda d: f"{d.int(1, 28):02d}.{d.int(1, 12):02d}.20{d.int(19, 26)}")
value("date", "words")(
    lambda d: (
        f"{d.int(1, 28)} {d.any('January', 'March', 'April', 'June', 'August', 'October', 'December')} 20{d.int(19, 26)}"
    )
)
value("date", "day")(lambda d: d.any("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))
value("date", "month")(lambda d: d.any("January", "February", "April", "June", "July", "September", "November"))
value("date", "year")(lambda d: str(d.int(2015, 2026)))
value("time", "x")(lambda d: f"{d.int(0, 23):02d}:{d.int(0, 59):02d}")
value("time", "s")(lambda d: f"{d.int(0, 23):02d}:{d.int(0, 59):02d}:{d.int(0, 59):02d}")
value("ts", "x")(
    lambda d: (
        f"20{d.int(19, 26)}-{d.int(1, 12):02d}-{d.int(1, 28):02d}T{d.int(0, 23):02d}:{d.int(0, 59):02d}:{d.int(0, 59):02d}{d.any('Z', '+00:00', '.' + d.chars(3) + 'Z', '+02:00')}"
    )
)
value("ts", "log")(
    lambda d: (
        f"20{d.int(19, 26)}-{d.int(1, 12):02d}-{d.int(1, 28):02d} {d.int(0, 23):02d}:{d.int(0, 59):02d}:{d.int(0, 59):02d},{d.chars(3)}"
    )
)
value("ts", "epoch")(lambda d: str(d.int(1_560_000_000, 1_790_000_000)))
value("ts", "ms")(lambda d: str(d.int(1_560_000_000_000, 1_790_000_000_000)))
value("ts", "compact")(
    lambda d: (
        f"20{d.int(19, 26)}{d.int(1, 12):02d}{d.int(1, 28):02d}{d.int(0, 23):02d}{d.int(0, 59):02d}{d.int(0, 59):02d}"
    )
)
value("n", "small")(lambda d: str(d.int(2, 9)))
value("n", "two")(lambda d: str(d.int(10, 99)))
value("n", "three")(lambda d: str(d.int(100, 999)))
value("n", "five")(lambda d: str(d.int(10_000, 99_999)))
value("n", "eight")(lambda d: str(d.int(10_000_000, 99_999_999)))
value("n", "ten")(lambda d: str(d.int(1_000_000_000, 9_999_999_999)))
value("n", "dec")(lambda d: f"{d.int(0, 99)}.{d.int(0, 99):02d}")
value("n", "long")(lambda d: f"0.{d.chars(9)}")
value("temp", "x")(
    lambda d: d.any(
        f"{d.int(4, 85)}.{d.int(0, 9)} °C",
        f"{d.int(4, 85)} °C",
        f"{d.int(40, 180)} °F",
        f"{d.int(4, 85)}.{d.int(0, 9)}°C",
    )
)
value("measure", "x")(
    lambda d: d.any(
        f"{d.int(10, 900)} Pa",
        f"{d.int(1, 60)}.{d.int(0, 9)} l/s",
        f"{d.int(400, 1400)} ppm",
        f"{d.int(1, 9)}.{d.int(0, 9)} bar",
        f"{d.int(300, 700)} lux",
        f"{d.int(49, 50)}.{d.chars(2)} Hz",
        f"{d.int(200, 12000)} m³/h",
        f"{d.int(220, 240)}.{d.int(0, 9)} V",
        f"{d.int(1, 400)} A",
    )
)
value("eui", "x")(
    lambda d: d.any(
        f"{d.int(60, 320)} kWh/m²",
        f"{d.int(60, 320)} kWh/m² per year",
        f"{d.int(30, 120)} kBtu/ft²",
        f"{d.int(10, 90)} W/m²",
        f"{d.int(5, 90)} kgCO2e/m²",
    )
)
value("pct", "x")(lambda d: f"{d.int(2, 98)}{d.any('%', ' %', '.' + d.chars(1) + '%')}")
value("version", "x")(
    lambda d: d.any(
        f"v{d.int(0, 9)}.{d.int(0, 20)}.{d.int(0, 30)}",
        f"{d.int(1, 14)}.{d.int(0, 20)}.{d.int(0, 300)}",
        f"{d.int(1, 9)}.{d.int(0, 9)}.{d.int(0, 9)}-rc{d.int(1, 4)}",
    )
)
value("version", "four")(lambda d: f"{d.int(1, 14)}.{d.int(0, 9)}.{d.int(300, 9000)}.{d.int(0, 3000)}")
value("order", "x")(
    lambda d: d.any(
        f"PO-{d.chars(6)}",
        f"#{d.int(1000, 99999)}",
        f"WO{d.chars(7)}",
        f"INC{d.chars(7)}",
        f"{d.int(1000000, 9999999)}",
        f"REQ-{d.int(2019, 2026)}-{d.chars(4)}",
        f"JIRA-{d.int(100, 9999)}",
        f"45000{d.chars(5)}",
    )
)
value("order", "tracking")(
    lambda d: d.any(f"1Z{d.chars(16, CAPITALS)}", f"JD{d.chars(18)}", f"{d.chars(12)}", f"RR{d.chars(9)}GB")
)
value("order", "isbn")(lambda d: f"978-{d.int(0, 9)}-{d.chars(3)}-{d.chars(5)}-{d.int(0, 9)}")
value("order", "part")(
    lambda d: d.any(
        f"VLT-{d.int(100, 999)}P{d.int(1, 90)}KT4",
        f"6ES7 {d.int(100, 999)}-1AE{d.int(10, 99)}-0XB0",
        f"QAA{d.int(1000, 9999)}",
        f"DN{d.int(2, 30) * 10}",
        f"LM{d.int(10, 99)}-24A",
        f"M8 x {d.int(20, 80)}",
    )
)
