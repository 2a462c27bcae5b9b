"""MQTT topics: behind their name, in the forms that brokers' products use, or site/floor/device/… by their segments."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import words_before

_SEGMENT = r"[A-Za-zÀ-ÿ0-9_.{}:$@ -]{1,48}".replace(" ", "")
_PRODUCT = (
    r"(?:zigbee2mqtt|homeassistant|spBv1\.0|tele|stat|cmnd|shellies|shelly|tasmota|bacnet2mqtt|knx2mqtt|"
    r"\$SYS|\$share|\$aws/things|devices|sensors|iot|bms|bas|scada|ems|mqtt|energy|v1/(?:devices|gateway))"
)
_CUE = re.compile(
    r"(?:topics?|mqtt|subscri\w{1,8}|publish\w{0,4}|publi\w{1,6}|thema|tópico|tema|chủ đề|broker|"
    r"mosquitto_(?:sub|pub)|-t)[\"']?(?:[^\n/]{0,40}[\s:=\"'`(\[]|\s?)$"
)
_PLACE = re.compile(
    r"(?:site|bldg|building|campus|hq|plant|floor|fl|level|lvl|storey|zone|room|rm|wing|tower|block|house|"
    r"office|standort|gebaeude|geb(?:ä|ae)ude|etage|raum|og|eg|batiment|bâtiment|étage|salle|"
    r"edificio|planta|sala|tang|tầng|phong|toa|tòa|roof|basement|lobby|ahu|vav|chiller|boiler|meter|"
    r"hvac)[-_]?[a-z]?\d{0,4}[a-z]?",
    re.IGNORECASE,
)
_READING = re.compile(
    r"(?:temp(?:erature)?|hum(?:idity)?|co2|power|energy|kwh?|state|status|set|cmd|command|value|"
    r"telemetry|setpoint|sp|occupancy|presence|pir|flow|pressure|voltage|current|alarm|event|events|data|"
    r"raw|online|lwt|"
    r"availability|config|mode|valve|damper|fan|light|lights|relay|switch|reading|readings|consumption|"
    r"demand|attributes|zat|sat|rat)[-_]?\d{0,3}",
    re.IGNORECASE,
)


def _is_topic(match: re.Match[str]) -> bool:
    """A path in a URL, a file or a list of alternatives ("heating/cooling") is none."""
    value = match["value"]
    segments = value.strip("/").split("/")
    before = words_before(match, 72)
    if re.search(r"(?:https?:|//|www\.|\w\.\w{2,6}|[~.])/?$", before) or re.search(
        r"\.(?:py|js|json|ya?ml|md|txt|csv|html?|ttl|png|cfg|conf|config|log|sh|pdf|crt|pem|key|env|service|"
        r"ini|toml|xml)$|^[\w-]+\.[a-z]{2,6}/",
        value,
    ):
        return False
    if _CUE.search(before) is not None or (re.match(rf"{_PRODUCT}/", value) and re.search(r"\d|[#+]$", value)):
        return (
            len(segments) >= 3
            or re.search(r"[\d_#+-]", value) is not None
            or re.search(r"(?:topics?|-t)\W{1,4}$", before) is not None
        )
    if not 3 <= len(segments) <= 12 or value.startswith("/") or value.replace("/", "").isdigit():
        return False
    places = sum(_PLACE.fullmatch(s) is not None for s in segments)
    numbered = any(c.isdigit() for c in value)
    wildcard = any(s in ("+", "#") for s in segments)
    ends = _READING.fullmatch(segments[-1]) is not None
    return (
        (places >= 2 and (numbered or ends or wildcard))
        or (places == 1 and ((ends and numbered) or wildcard))
        or (wildcard and len(segments) >= 3)
    )


RECOGNIZER = Recognizer(
    type="MQTT_TOPIC",
    pattern=re.compile(
        rf"(?<![\w/.+#:@-])(?P<value>(?!\$[\d.])(?:/|\$)?{_SEGMENT}(?:/(?:{_SEGMENT}|\+|"
        rf"#)){{1,12}}(?<![.:-]))(?![\w/@])"
    ),
    examples=(
        ("topic hq/floor3/ahu1/temperature", "hq/floor3/ahu1/temperature"),
        ("subscribe to campus/+/meter/#", "campus/+/meter/#"),
        ("data on site1/floor-2/room204/co2.", "site1/floor-2/room204/co2"),
        ("mosquitto_sub -h b -t 'plant/boiler2/status'", "plant/boiler2/status"),
        ("zigbee2mqtt/office_3/set", "zigbee2mqtt/office_3/set"),
        ("MQTT topic: `energy/main`", "energy/main"),
        ("Thema gebaeude7/etage2/raum11/temp", "gebaeude7/etage2/raum11/temp"),
        ("spBv1.0/Plant1/DDATA/edge7", "spBv1.0/Plant1/DDATA/edge7"),
        ("chủ đề toa1/tang3/phong302/nhietdo", "toa1/tang3/phong302/nhietdo"),
    ),
    counter_examples=(
        "heating/cooling/ventilation",
        "https://example.com/building/floor3/room",
        "src/building/floor3.py",
        "the topic is in ghcr.io/example/openmqtt2",
        "12/05/2024",
        "and/or",
        "kWh/m2/a",
        "the building/zone/room level",
        "Europe/Berlin",
        "$0.1915/kWh",
        "MQTT is a publish/subscribe protocol",
    ),
    valid=_is_topic,
)
