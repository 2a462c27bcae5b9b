"""What surrounds labelled values and what must not be flagged: times, tickets, versions, hashes, measurements."""

from __future__ import annotations

from benchmarks.privacy.values.drawing import HEX
from benchmarks.privacy.values_second.drawing import Draw, listed, masks, value


@value("ts", "iso")
def iso(d: Draw) -> str:
    day = f"202{d.int(3, 6)}-{d.int(1, 12):02}-{d.int(1, 28):02}"
    clock = f"{d.int(0, 23):02}:{d.int(0, 59):02}:{d.int(0, 59):02}"
    return d.any(f"{day}T{clock}Z", f"{day} {clock}", f"{day}T{clock}+02:00", f"{day} {clock}.{d.int(100, 999)}")


value("ts", "clock")(lambda d: f"{d.int(0, 23):02}:{d.int(0, 59):02}")
value("ts", "epoch")(lambda d: f"17{d.chars(8)}")
value("ts", "epoch_ms")(lambda d: f"17{d.chars(11)}")
value("ts", "apache")(
    lambda d: (
        f"[{d.int(1, 28):02}/{d.any('Jan', 'Apr', 'Sep')}/2026:{d.int(10, 23)}:{d.int(10, 59)}:{d.int(10, 59)} +0200]"
    )
)

value("date", "iso")(lambda d: f"202{d.int(3, 6)}-{d.int(1, 12):02}-{d.int(1, 28):02}")
value("date", "uk")(lambda d: f"{d.int(1, 28):02}/{d.int(1, 12):02}/202{d.int(3, 6)}")
value("date", "us")(lambda d: f"{d.int(1, 12)}/{d.int(13, 28)}/2{d.int(3, 6)}")
value("date", "de")(lambda d: f"{d.int(1, 28):02}.{d.int(1, 12):02}.202{d.int(3, 6)}")
value("date", "long")(lambda d: f"{d.int(2, 28)} {d.any('March', 'June', 'October', 'January')} 202{d.int(3, 6)}")
listed("date", "month", "January", "March", "April", "August", "October", "December")
listed("date", "month_de", "Januar", "März", "Mai", "August", "Oktober", "Dezember")
listed("date", "month_fr", "janvier", "mars", "avril", "août", "octobre")
listed("date", "month_es", "enero", "marzo", "abril", "agosto", "octubre")
listed("date", "day", "Monday", "Tuesday", "Thursday", "Friday", "Saturday")
listed("date", "day_de", "Montag", "Dienstag", "Donnerstag", "Freitag")
listed("date", "day_fr", "lundi", "mardi", "jeudi", "vendredi")
listed("date", "day_es", "lunes", "martes", "jueves", "viernes")


@value("uuid", "x")
def uuid(d: Draw) -> str:
    return f"{d.chars(8, HEX)}-{d.chars(4, HEX)}-4{d.chars(3, HEX)}-a{d.chars(3, HEX)}-{d.chars(12, HEX)}"


value("hash", "sha1")(lambda d: d.chars(40, HEX))
value("hash", "short")(lambda d: d.chars(7, HEX))
value("hash", "sha256")(lambda d: d.chars(64, HEX))
value("hash", "md5")(lambda d: d.chars(32, HEX))
value("ver", "x")(lambda d: f"{d.int(1, 12)}.{d.int(0, 24)}.{d.int(0, 19)}")
value("ver", "four")(lambda d: f"{d.int(1, 6)}.{d.int(1, 24)}.{d.int(0, 19)}.{d.int(1000, 9000)}")
masks("ticket", "x", "INC00#####", "WO-2026-0####", "TCK-9####", "T9####", "REQ009####")
masks("order", "x", "PO-45000#####", "SO 9######", "4500######", "RE-2026-0####", "INV-2026-0####")
listed(
    "equip",
    "x",
    "AHU-3",
    "FCU 12",
    "CH-02",
    "Boiler 2",
    "RTU-7",
    "P-104",
    "VAV 3-11",
    "CT-1",
    "HRU 5",
    "the north chiller",
)
listed("equip", "de", "RLT 3", "Kessel 2", "Kältemaschine 1", "Pumpe P4", "die Wärmepumpe", "BHKW 1")
listed(
    "model",
    "x",
    "Grundfos MAGNA3 40-120",
    "Belimo LMV-D3-MP",
    "Daikin EWAT-B",
    "Siemens PXC4.E16",
    "Danfoss FC 102",
    "Kamstrup MULTICAL 603",
    "Wilo Stratos MAXO",
    "Honeywell T775",
    "Carrier 30XA",
    "ABB ACH580",
    "Schneider PM5560",
    "Vaisala HMT330",
    "Trane RTAF",
    "Sauter EQJW146",
)
listed(
    "standard",
    "x",
    "ISO 50001",
    "EN 15232-1",
    "ASHRAE 90.1-2022",
    "DIN EN 16798-1",
    "VDI 2078",
    "ASHRAE Guideline 36",
    "BS 7671",
    "IEC 62443-3-3",
    "EN 12831",
    "ISO 16484-5",
    "NFPA 70",
    "RE2020",
    "NF C 15-100",
    "QCVN 09:2017",
    "UNE-EN 12464-1",
)
listed(
    "topic",
    "x",
    "free cooling",
    "demand-controlled ventilation",
    "night purge",
    "heat recovery",
    "peak shaving",
    "chilled beams",
    "thermal storage",
)
listed("unit", "x", "kW", "kWh", "Pa", "l/s", "m³/h", "W/m²", "ppm", "bar", "lux")
listed("city", "x", "Copenhagen", "Rotterdam", "Singapore", "Hamburg", "Lyon", "Seattle", "Hanoi", "Bilbao")
listed("lib", "x", "pandas", "numpy", "httpx", "polars", "scikit-learn", "asyncpg", "matplotlib")
listed("user", "x", "admin", "svc-bms", "operator", "readonly", "tech", "ems_user")
listed("bacnet", "type", "0", "2", "5", "19")
