"""Numbers and references of administration, networks, building automation and metering, with valid check digits."""

# ruff: noqa: E501 - pools of values read better unbroken

from __future__ import annotations

from benchmarks.privacy.values.drawing import CAPITALS, DIGITS, UPPER, Draw, listed, masks, value

# --- national, tax and passport numbers


@value("NATIONAL_ID", "ssn")
def ssn(d: Draw) -> str:
    area = d.int(1, 899)
    return f"{area if area != 666 else 667:03d}-{d.int(1, 99):02d}-{d.int(1, 9999):04d}"


@value("NATIONAL_ID", "nino")
def nino(d: Draw) -> str:
    letters = d.chars(1, "ABCEHJKLMPRSTWXY") + d.chars(1, "ABCEHJKLMPRSTWXYZ")
    while letters in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}:
        letters = d.chars(2, "ABCEHJKLM")
    a, b, c = d.chars(2), d.chars(2), d.chars(2)
    end = d.any("A", "B", "C", "D")
    return d.any(f"{letters} {a} {b} {c} {end}", f"{letters}{a}{b}{c}{end}")


@value("NATIONAL_ID", "steuer")
def german_tax_id(d: Draw) -> str:
    """11 digits: among the first ten exactly one digit twice; ISO 7064 MOD 11,10 check digit."""
    ten = d.rng.sample(DIGITS, 9)
    ten.insert(d.int(2, 9), ten[0])
    if ten[0] == "0":
        ten = ["1" if c == "0" else "0" if c == "1" else c for c in ten]
    body = "".join(ten)
    number = body + str(_mod_11_10(body))
    return d.any(number, f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}")


def _mod_11_10(digits: str) -> int:
    product = 10
    for c in digits:
        total = (int(c) + product) % 10 or 10
        product = (2 * total) % 11
    return (11 - product) % 10


@value("NATIONAL_ID", "nir")
def french_nir(d: Draw) -> str:
    body = f"{d.int(1, 2)}{d.int(50, 99):02d}{d.int(1, 12):02d}{d.int(1, 95):02d}{d.int(1, 899):03d}{d.int(1, 999):03d}"
    body = body.replace("20", "21", 1) if body[5:7] == "20" else body
    key = 97 - int(body) % 97
    spaced = f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key:02d}"
    return d.any(f"{body}{key:02d}", spaced, spaced)


@value("NATIONAL_ID", "dni")
def spanish_dni(d: Draw) -> str:
    n = d.int(10_000_000, 79_999_999)
    return f"{n}{d.any('', '-')}{'TRWAGMYFPDXBNJZSQVHLCKE'[n % 23]}"


@value("NATIONAL_ID", "nie")
def spanish_nie(d: Draw) -> str:
    first, n = d.int(0, 2), d.int(0, 9_999_999)
    return f"{'XYZ'[first]}{d.any('', '-')}{n:07d}{d.any('', '-')}{'TRWAGMYFPDXBNJZSQVHLCKE'[(first * 10_000_000 + n) % 23]}"


@value("NATIONAL_ID", "cccd")
def vietnamese_id(d: Draw) -> str:
    return f"{d.any('001', '079', '048', '031', '092', '036', '038')}{d.any('0', '1')}{d.int(60, 99)}{d.chars(6)}"


@value("NATIONAL_ID", "perso")
def german_id_card(d: Draw) -> str:
    body = d.chars(1, "LMNPRTVWXY") + d.chars(8, "0123456789CFGHJKLMNPRTVWXYZ")
    return body + _icao_check(body)


def _icao_check(body: str) -> str:
    values = (int(c) if c.isdigit() else ord(c) - 55 for c in body)
    return str(sum(v * w for v, w in zip(values, (7, 3, 1) * 4, strict=False)) % 10)


@value("NATIONAL_ID", "ahv")
def swiss_ahv(d: Draw) -> str:
    body = "756" + d.chars(9)
    check = -sum(int(c) * (1 if i % 2 == 0 else 3) for i, c in enumerate(body)) % 10
    return f"756.{body[3:7]}.{body[7:11]}.{body[11]}{check}"


masks("NATIONAL_ID", "passport_uk", "9########")
masks("NATIONAL_ID", "passport_us", "@########", "9########")
masks("NATIONAL_ID", "passport_fr", "##@@#####")
masks("NATIONAL_ID", "passport_vi", "C#######", "B#######")
masks("NATIONAL_ID", "ein", "9#-#######")
masks("NATIONAL_ID", "utr", "9#########", "9#### #####")

# --- banks

_BANK_BODY = {"DE": 18, "FR": 23, "ES": 20, "AT": 16, "CH": 17}


def iban(d: Draw, country: str) -> str:
    body = d.chars(4, UPPER) + d.chars(14) if country == "GB" else d.chars(_BANK_BODY[country])
    check = 98 - int("".join(str(int(c, 36)) for c in body + country + "00")) % 97
    compact = f"{country}{check:02d}{body}"
    spaced = " ".join(compact[i : i + 4] for i in range(0, len(compact), 4))
    return d.any(compact, spaced, spaced)


for _country in ("GB", *_BANK_BODY):
    value("BANK_ACCOUNT", f"iban_{_country.lower()}")(lambda d, country=_country: iban(d, country))  # type: ignore[misc]


@value("BANK_ACCOUNT", "card")
def card(d: Draw) -> str:
    start, length = d.rng.choice([("4", 16), ("5" + d.any("1", "2", "3", "4", "5"), 16), ("37", 15), ("4", 16)])
    body = start + d.chars(length - 1 - len(start))
    doubled = (int(c) * (2 if i % 2 == 0 else 1) for i, c in enumerate(reversed(body)))
    number = body + str(-sum(v - 9 if v > 9 else v for v in doubled) % 10)
    if length == 15:
        return d.any(number, f"{number[:4]} {number[4:10]} {number[10:]}")
    sep = d.any("", " ", " ", "-")
    return sep.join(number[i : i + 4] for i in range(0, 16, 4))


masks("BANK_ACCOUNT", "sort", "##-##-##")
masks("BANK_ACCOUNT", "uk", "########")
masks("BANK_ACCOUNT", "us", "##########", "############")
masks("BANK_ACCOUNT", "vi", "00#1000######", "19#########", "#############")

# --- networks


@value("IP_ADDRESS", "v4")
def ipv4(d: Draw) -> str:
    a, b, c = (d.int(0, 255) for _ in range(3))
    return d.any(
        f"10.{a}.{b}.{c}",
        f"192.168.{b}.{c}",
        f"172.{d.int(16, 31)}.{b}.{c}",
        f"{d.int(11, 223)}.{a}.{b}.{d.int(1, 254)}",
    )


@value("IP_ADDRESS", "cidr")
def network(d: Draw) -> str:
    return d.any(
        f"10.{d.int(0, 255)}.{d.int(0, 15) * 16}.0/20",
        f"192.168.{d.int(0, 255)}.0/24",
        f"172.16.{d.int(0, 63) * 4}.0/22",
    )


@value("IP_ADDRESS", "v6")
def ipv6(d: Draw) -> str:
    def part() -> str:
        return f"{d.int(1, 65535):x}"

    return d.any(
        f"2001:db8:{part()}::{part()}", f"fe80::{part()}:{part()}:{part()}:{part()}", f"fd{d.chars(2, '0123456789abcdef')}:{part()}:{part()}::{d.int(1, 200)}",
        ":".join(["2a02", *(f"{d.int(0, 65535):x}" for _ in range(7))]),
    )  # fmt: skip


@value("MAC_ADDRESS", "any")
def mac(d: Draw) -> str:
    pairs = [d.chars(2, "0123456789abcdef") for _ in range(6)]
    joined = d.any(":".join(pairs), "-".join(pairs), ".".join("".join(pairs[i : i + 2]) for i in (0, 2, 4)))
    return d.any(joined, joined.upper())


_ROLES = (
    "bms",
    "scada",
    "hist",
    "ahu-gw",
    "nas",
    "print",
    "dc",
    "cctv",
    "jace",
    "vpn",
    "db",
    "mqtt",
    "esxi",
    "door-ctl",
    "meter-gw",
    "backup",
)


@value("HOST_NAME", "fqdn")
def fqdn(d: Draw) -> str:
    role, zone = d.own(_ROLES), d.any("corp", "intra", "ot", "bms", "hq", "site2", "facilities", "building")
    return f"{role}{d.any('', '-srv', '-')}{d.int(1, 24):02d}.{zone}.{d.any('local', 'lan', 'internal', 'castlebrook.local', 'northgate.lan', 'home.arpa', 'wexcombe.internal')}"


@value("HOST_NAME", "short")
def short_host(d: Draw) -> str:
    role, n = d.own(_ROLES), f"{d.int(1, 24):02d}"
    return d.any(
        f"srv-{role}-{n}",
        f"{role}-gw-{n}",
        f"{role}{n}-prod",
        f"{role}-srv{n}",
        f"SRV-{role.upper()}{n}",
        f"{role}-node-{n}",
    )


# --- building automation

masks("BACNET_REFERENCE", "device", "9###", "9####", "9#####", "9######")
masks("BACNET_REFERENCE", "network", "9###", "9####", "9#")


@value("BACNET_REFERENCE", "object")
def bacnet_object(d: Draw) -> str:
    kind, n = (
        d.any(
            "analog-input",
            "analog-value",
            "binary-output",
            "multi-state-value",
            "binary-input",
            "analog-output",
            "trend-log",
        ),
        d.int(1, 4000),
    )
    camel = "".join(p.title() if i else p for i, p in enumerate(kind.split("-")))
    return d.any(f"{kind},{n}", f"{kind}:{n}", f"{kind} {n}", f"{camel}:{n}", f"{camel},{n}")


@value("BACNET_REFERENCE", "short")
def bacnet_short(d: Draw) -> str:
    return f"{d.any('AI', 'AV', 'BI', 'BO', 'MSV', 'AO', 'BV')}{d.any(':', ',', ' ', '-')}{d.int(1, 4000)}"


masks("MODBUS_REFERENCE", "register", "4####", "3####", "40####", "4x####", "30###")
masks("MODBUS_REFERENCE", "address", "9##", "9###", "0x~~~~", "0x0~~~")
masks("MODBUS_REFERENCE", "unit", "9", "9#", "1##")


@value("KNX_ADDRESS", "group")
def knx_group(d: Draw) -> str:
    return f"{d.int(0, 31)}/{d.int(0, 7)}/{d.int(0, 255)}"


@value("KNX_ADDRESS", "device")
def knx_device(d: Draw) -> str:
    return f"{d.int(1, 15)}.{d.int(0, 15)}.{d.int(0, 255)}"


@value("MQTT_TOPIC", "any")
def topic(d: Draw) -> str:
    site = d.own(
        ("castlebrook", "hq", "campus-west", "tower2", "plant7", "lakeside", "depot", "building-a", "schule-nord")
    )
    unit = d.any("ahu", "vav", "chiller", "fcu", "meter", "boiler", "lux") + d.any("", "-", "_") + str(d.int(1, 40))
    leaf = d.any(
        "temperature", "supply_temp", "status", "co2", "kwh", "cmd", "power/active", "valve/position", "occupied"
    )
    return d.any(
        f"{site}/floor{d.int(1, 30)}/{unit}/{leaf}", f"spBv1.0/{site}/DDATA/gw{d.int(1, 9)}/{unit}", f"zigbee2mqtt/{site}/{unit}/set", f"bms/{site}/{unit}/{leaf}", f"homie/{unit}/{leaf}/set",
        f"v1/{site}/telemetry/{unit}/#", f"{site}/+/{unit}/{leaf}", f"/{site}/energy/{unit}/{leaf}",
    )  # fmt: skip


# --- meters and equipment


@value("METER_ID", "mpan")
def mpan(d: Draw) -> str:
    """13 digits, the last a check over primes, modulo 11, then 10 (UK supply number core)."""
    body = f"{d.int(10, 23)}" + d.chars(10)
    check = sum(int(c) * p for c, p in zip(body, (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43), strict=True)) % 11 % 10
    core = f"{body}{check}"
    return d.any(core, f"{core[:2]} {core[2:6]} {core[6:10]} {core[10:]}")


@value("METER_ID", "melo")
def german_metering_point(d: Draw) -> str:
    return f"DE{d.chars(6)}{d.int(10115, 95999)}{d.chars(20, CAPITALS)}"


@value("METER_ID", "malo")
def german_market_location(d: Draw) -> str:
    """11 digits: odd places once, even places twice, up to the next ten (BDEW)."""
    body = f"{d.int(1, 9)}{d.chars(9)}"
    total = sum(int(c) * (1 if i % 2 == 0 else 2) for i, c in enumerate(body))
    return f"{body}{-total % 10}"


@value("METER_ID", "cups")
def spanish_supply_point(d: Draw) -> str:
    body = d.any("0021", "0031", "0022", "0026") + d.chars(12)
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    rest = int(body) % 529
    return f"ES{body}{letters[rest // 23]}{letters[rest % 23]}{d.any('', '0F', '1P')}"


masks("METER_ID", "prm", "##############")
masks("METER_ID", "evn", "PD#3000######", "PE01000######", "PB0#0#0######", "PA25##0######")
masks("METER_ID", "dso", "1EMH00########", "1ESY11########", "1ITR000#######", "6ZRI8#########")
masks("METER_ID", "us", "10443720########9", "1008901#########9", "#########9")
masks("METER_ID", "serial", "E10BG#####", "L78#####", "K1#A#####", "21E#######", "Z16N######", "M####-@#####")
masks("METER_ID", "number", "########", "#########", "##-###-###")
masks(
    "ASSET_ID",
    "tag",
    "AST-0#####",
    "FM-9####",
    "EQ-000###",
    "INV-2###-0###",
    "A####9",
    "HQ-MEC-####",
    "10-#####",
    "PPM/#####",
)
masks(
    "ASSET_ID",
    "serial",
    "4Q##9@##",
    "SN#######",
    "@@##-#####-@",
    "%%%%%%9%%%",
    "F9######",
    "20##-@@-####",
    "VX9######@",
)
masks("ASSET_ID", "de", "INV-9#####", "0815-####", "ANL-###-9##", "4711####")
listed(
    "ASSET_ID",
    "barcode",
    "FAC0012887",
    "BLDG7-EQ-4410",
    "WX-AHU-000382",
    "CB/2231/CH",
    "TAG 77120",
    "NGF-55120-B",
    "MECH.0031.22",
    "LKS-E-10093",
    "Q-88-1204",
)
