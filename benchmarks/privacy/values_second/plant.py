"""References of networks, building automation, meters and equipment in the notations of real tools, and positions."""

from __future__ import annotations

from benchmarks.privacy.values_second.drawing import Draw, listed, masks, number, value
from benchmarks.privacy.values_second.identifiers import gs1, weighted


@value("IP_ADDRESS", "v4")
def v4(d: Draw) -> str:
    private = d.any(f"10.{d.int(0, 254)}", f"172.{d.int(16, 31)}", "192.168", "192.168")
    return f"{private}.{d.int(0, 254)}.{d.int(2, 253)}"


@value("IP_ADDRESS", "public")
def public(d: Draw) -> str:
    return f"{d.any('81', '91', '46', '185', '62', '203', '217')}.{d.int(1, 250)}.{d.int(1, 250)}.{d.int(2, 253)}"


@value("IP_ADDRESS", "v6")
def v6(d: Draw) -> str:
    return d.mask(
        d.any(
            "fd2~:~~~~:~~~~::9#",
            "2a02:8~~:~~~~:1::2#",
            "fe80::~~~~:~~ff:fe~~:~~~~",
            "2001:db8:~~~~:~~~~:~~~~:~~~~:~~~~:~~~~",
        )
    )


masks("MAC_ADDRESS", "any", "00:1~:~~:~~:~~:~~", "b8:27:eb:~~:~~:~~", "00-0a-~~-~~-~~-~~", "d8~~.~~~~.~~~~")
masks("MAC_ADDRESS", "colon", "00:60:35:~~:~~:~~", "a4:cf:12:~~:~~:~~", "00:80:f4:~~:~~:~~")
masks("MAC_ADDRESS", "bare", "0090E8~~~~~~", "0004A3~~~~~~")


@value("HOST_NAME", "fqdn")
def fqdn(d: Draw) -> str:
    role = d.any("hist", "bmsweb", "jace", "sbc", "gw-mbus", "nvr", "chiller-hmi", "edge", "svr-ems", "pxc", "dc")
    zone = d.any("ot.lan", "plant.local", "fm.internal", "bas.corp", "gebaeude.lan", "site7.intra", "ems.home.arpa")
    return f"{role}{d.any('', '-')}{d.int(1, 24):02}.{zone}"


@value("HOST_NAME", "short")
def short(d: Draw) -> str:
    role = d.any(
        "SRVBMS", "ESXHOST", "OTJUMP", "HISTDB", "NAE-PLT", "LONGATE", "WSFM", "srv-ems-", "plc-gw-", "vm-scada-"
    )
    return f"{role}{d.int(1, 40):02}"


number("BACNET_REFERENCE", "device", 1001, 4_194_000)
number("BACNET_REFERENCE", "net", 101, 65_000)
number("BACNET_REFERENCE", "instance", 1, 4200)


@value("BACNET_REFERENCE", "object")
def bacnet_object(d: Draw) -> str:
    kind = d.any("analog-input", "analog-value", "binary-output", "multi-state-value", "analog-output", "binary-value")
    n = d.int(1, 9000)
    return d.any(f"{kind},{n}", f"{kind}:{n}", f"{kind} {n}")


@value("BACNET_REFERENCE", "camel")
def camel(d: Draw) -> str:
    kind = d.any("analogInput", "analogValue", "binaryInput", "multiStateValue", "trendLog", "schedule", "loop")
    return f"{kind}{d.any(':', ' ', ',')}{d.int(1, 9000)}"


@value("BACNET_REFERENCE", "brief")
def brief(d: Draw) -> str:
    return f"{d.any('AI', 'AV', 'BO', 'BV', 'MSV', 'AO', 'BI')}{d.any(':', '-')}{d.int(1, 9000)}"


@value("BACNET_REFERENCE", "url")
def bacnet_url(d: Draw) -> str:
    return d.any(
        f"bacnet://{d.int(1001, 99_999)}/{d.int(0, 5)},{d.int(1, 900)}",
        f"bacnet://{d.int(1001, 99_999)}/analog-value,{d.int(1, 900)}/present-value",
        f"DEV{d.int(1001, 99_999)}.{d.any('AI', 'AV', 'BV')}{d.int(1, 900)}",
    )


number("MODBUS_REFERENCE", "unit", 1, 247)
masks("MODBUS_REFERENCE", "holding", "40#9#", "4#9##", "400#9#")
masks("MODBUS_REFERENCE", "input", "30#9#", "3#9##")
masks("MODBUS_REFERENCE", "hex", "0x9~~~", "0x0~~~")
value("MODBUS_REFERENCE", "plc")(lambda d: d.any("%MW", "%IW", "%QW", "4x00", "HR40", "IR30") + str(d.int(101, 999)))
number("MODBUS_REFERENCE", "offset", 10, 4999)


@value("KNX_ADDRESS", "group")
def group(d: Draw) -> str:
    return f"{d.int(0, 31)}/{d.int(0, 7)}/{d.int(13, 255)}"


@value("KNX_ADDRESS", "individual")
def individual(d: Draw) -> str:
    return f"{d.int(1, 15)}.{d.int(0, 15)}.{d.int(1, 255)}"


@value("KNX_ADDRESS", "two")
def two_level(d: Draw) -> str:
    return f"{d.int(0, 15)}/{d.int(100, 2047)}"


@value("MQTT_TOPIC", "any")
def topic(d: Draw) -> str:
    site = d.any("hq", "werk2", "campus-n", "tower", "depot", "kita", "bldg-c")
    plant = d.any("ahu2", "boiler", "chiller1", "pv", "hp", "meters/main", "zone/4og")
    point = d.any("sat", "flow_temp", "power", "state", "cmd", "co2", "setpoint/set")
    return d.any(
        f"{site}/{plant}/{point}",
        f"bms/{site}/{plant}/{point}",
        f"spBv1.0/{site}/DDATA/edge{d.int(1, 9)}/{plant}",
        f"zigbee2mqtt/{site}-{plant.split('/')[0]}/set",
        f"tele/{site}_{plant.split('/')[0]}/SENSOR",
        f"shellies/em3-{d.chars(6, '0123456789abcdef')}/emeter/{d.int(0, 2)}/power",
    )


listed("MQTT_TOPIC", "wild", "bms/+/ahu/#", "campus/north/+/power", "meters/#", "ems/werk1/+/state", "site/b3/hvac/#")


@value("METER_ID", "mpan")
def mpan(d: Draw) -> str:
    """Thirteen digits of a British supply number, the last a check digit by primes modulo 11."""
    body = f"{d.int(10, 23)}{d.chars(10)}"
    whole = body + str(weighted(body, (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)) % 11 % 10)
    return d.any(whole, f"{whole[:2]} {whole[2:6]} {whole[6:10]} {whole[10:]}")


@value("METER_ID", "gsrn")
def gsrn(d: Draw) -> str:
    body = d.any("871687", "541448", "735999", "571313") + d.chars(11)
    return body + gs1(body)


@value("METER_ID", "prm")
def prm(d: Draw) -> str:
    whole = d.any("09", "14", "19", "22", "30") + d.chars(12)
    return d.any(whole, f"{whole[:2]} {whole[2:5]} {whole[5:8]} {whole[8:11]} {whole[11:]}")


@value("METER_ID", "cups")
def cups(d: Draw) -> str:
    """Spanish supply point: distributor, twelve digits, two control letters modulo 529."""
    body = d.any("0021", "0031", "0022") + d.chars(12)
    letters = "TRWAGMYFPDXBNJZSQVHLCKE"
    first, second = divmod(int(body) % 529, 23)
    tail = d.any("", "0F", "1P")
    if d.any("tight", "tight", "spaced") == "tight":
        return f"ES{body}{letters[first]}{letters[second]}{tail}"
    return f"ES {body[:4]} {body[4:8]} {body[8:12]} {body[12:]} {letters[first]}{letters[second]} {tail}".rstrip()


@value("METER_ID", "malo")
def malo(d: Draw) -> str:
    """German market location: ten digits and a check digit (BDEW)."""
    body = str(d.int(4, 9)) + d.chars(9)
    total = sum(int(c) * (1 if i % 2 == 0 else 2) for i, c in enumerate(body))
    return body + str(-total % 10)


value("METER_ID", "melo")(lambda d: f"DE000{d.int(110, 998)}{d.int(10_000, 99_000)}{d.chars(20)}")
masks("METER_ID", "mprn", "9#########", "9########")
masks("METER_ID", "mprn_ie", "10#########")
masks("METER_ID", "pod", "IT001E########", "IT002E########")
masks("METER_ID", "at", "AT0010000000000000001000009######", "AT0031000000000000000000009######")
masks("METER_ID", "serial_de", "1EMH00########", "1ESY11########", "1LGZ00########", "7ELS8#########")
masks(
    "METER_ID",
    "serial",
    "Z19N######",
    "E##BG######",
    "K0##############"[:14],
    "L9######",
    "MT174-9#######",
    "S98SSD11##########"[:16],
)
masks("METER_ID", "esi", "1044372000#######", "1008901#########9")
masks("METER_ID", "nmi", "6102######", "NEEE00####", "VAAA######")
masks("METER_ID", "vn", "PA09#######9##"[:13], "PE0900#######", "PB0401#######", "PC05HH#######")
masks("METER_ID", "plain", "9#######", "00#######", "48######")

masks("ASSET_ID", "tag", "AST-00####", "EQ-9####", "INV-HVAC-0####", "A#####-@@", "TAG 9####")
masks("ASSET_ID", "serial", "4A##-9#####", "@@9#####/##", "SN9#######", "0##.###.9##", "@##@######", "WZ##-####-@@")
masks("ASSET_ID", "de", "20-00###", "ANL-9###-##", "IV 9#####", "BT-##-0###")
masks("ASSET_ID", "digits", "9########", "20########")


@value("COORDINATES", "decimal")
def decimal(d: Draw) -> str:
    lat, lon = d.int(350_000, 590_000) / 10_000, d.int(-90_000, 250_000) / 10_000
    gap = d.any(", ", ",", " ")
    return f"{lat:.4f}{gap}{lon:.4f}" if gap != " " else f"{lat:.5f} {lon:.5f}"


@value("COORDINATES", "letters")
def letters(d: Draw) -> str:
    lat, lon = d.int(350_000, 590_000) / 10_000, d.int(10_000, 250_000) / 10_000
    return d.any(f"{lat:.4f}° N, {lon:.4f}° E", f"N {lat:.5f} E {lon:.5f}", f"{lat:.4f}N {lon:.4f}E")


@value("COORDINATES", "dms")
def dms(d: Draw) -> str:
    def half(low: int, high: int) -> str:
        return f"{d.int(low, high)}°{d.int(0, 59):02}'{d.int(0, 59):02}.{d.int(0, 9)}\""

    return f"{half(36, 58)}N {half(1, 24)}{d.any('E', 'W')}"


@value("COORDINATES", "lat")
def lat(d: Draw) -> str:
    return f"{d.int(350_000, 590_000) / 10_000:.4f}"


@value("COORDINATES", "lon")
def lon(d: Draw) -> str:
    return f"{d.int(10_000, 250_000) / 10_000:.4f}"


@value("COORDINATES", "vn")
def vietnam(d: Draw) -> str:
    return f"{d.int(100_000, 219_000) / 10_000:.4f}, {d.int(1_050_000, 1_092_000) / 10_000:.4f}"


@value("COORDINATES", "decimal_comma")
def decimal_comma(d: Draw) -> str:
    return f"{lat(d)},{lon(d)}"


listed("IP_ADDRESS", "mask", "255.255.255.0", "255.255.0.0", "255.255.254.0")
listed("HOST_NAME", "alias", "gateway", "historian", "jace1")
