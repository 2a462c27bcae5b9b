"""How every type of thing that privacy knows is written down by people, and in fields of JSON.

Written from the list of entities and the judge's value generators alone: no recognizer was read. A value whose form
does not tell what it is stands beside words that do, as nobody could know it otherwise.
"""

# ruff: noqa: E501 - tables read better unbroken

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.privacy.values import buildings, credentials, identifiers, people
from benchmarks.privacy.values.drawing import VALUES, Draw

LOADED = (buildings, credentials, identifiers, people)  # importing them fills VALUES

FIRMS = ("Kestrel Marine Insurance", "Ostrava Bioprint", "Halcyon Tax Advisers", "Quillfeather Studios")
PORTFOLIO_ADDRESS = "17 Lanternfish Quay, Bremerhaven"
PORTFOLIO_TARIFF = "Nordlicht Gewerbe Plus 24"
PORTFOLIO_METERS = ("pierhouse.electricity", "pierhouse.gas", "tidemill.electricity", "saltworks.electricity")


@dataclass(frozen=True)
class Sort:
    """How a type is written: `values` draw one, `sentences` hold it at `{}`, `fields` name it in JSON.

    `bare`: its form alone tells what it is. `cased`: in another case it would be another thing.
    """

    values: tuple[Callable[[Draw], str], ...]
    sentences: tuple[str, ...]
    fields: tuple[str, ...]
    bare: bool = False
    cased: bool = False


def _of(type: str, *variants: str) -> tuple[Callable[[Draw], str], ...]:
    return tuple(VALUES[type][variant] for variant in variants)


def _digits(low: int, high: int) -> Callable[[Draw], str]:
    return lambda d: d.chars(d.int(low, high), "123456789")


def _amount(unit: str) -> Callable[[Draw], str]:
    return lambda d: f"{d.int(10, 989)},{d.int(101, 998)}.{d.int(1, 9)} {unit}"


# fmt: off
SORTS: Mapping[str, Sort] = {
    "API_KEY": Sort(
        _of("API_KEY", "openai", "anthropic", "github", "gitlab", "google", "stripe", "slack", "sendgrid", "jwt", "grafana", "hf", "npm", "github_fine"),
        ("The collector logs in with {} every hour.", "Use the API key {} for the weather service.", "401 although I send Authorization: Bearer {}"),
        ("api_key", "token"), bare=True, cased=True),
    "PASSWORD": Sort(
        _of("PASSWORD", "word", "random", "phrase"),
        ("The BMS password is {}", "Log in as operator with password: {}", "password={}", "Das Passwort lautet {}"),
        ("password", "wifi_password"), cased=True),
    "PRIVATE_KEY": Sort(_of("PRIVATE_KEY", "pem", "pgp"), ("Is this key still valid?\n{}",), ("private_key",), bare=True, cased=True),
    "CONNECTION_STRING": Sort(
        _of("CONNECTION_STRING", "url", "web", "ado", "azure", "jdbc"),
        ("The historian is at {}", "Why does this fail: {}"), ("connection_string", "dsn"), bare=True, cased=True),
    "ACCESS_CODE": Sort(
        (_digits(6, 8),),
        ("The door code is {}.", "Alarm code {} for the north gate.", "The code of the key safe is {}.", "Gate code: {}", "Der Türcode ist {}."),
        ("door_code", "alarm_code", "access_code")),
    "NATIONAL_ID": Sort(
        _of("NATIONAL_ID", "ssn", "nino", "ahv", "dni", "nir"),
        ("The caretaker's social security number is {}.", "His national insurance number: {}", "national ID {} of the contractor"),
        ("social_security_number", "national_id")),
    "BANK_ACCOUNT": Sort(
        _of("BANK_ACCOUNT", "iban_de", "iban_gb", "iban_fr", "iban_es", "iban_at", "iban_ch", "card"),
        ("Please pay the service charge to {}.", "The account for the deposit is {}"), ("iban", "account"), bare=True),
    "IP_ADDRESS": Sort(
        _of("IP_ADDRESS", "v4", "v6"), ("The controller answers at {}.", "ping {} times out since the move", "IP: {}"), ("ip", "host"), bare=True),
    "MAC_ADDRESS": Sort(_of("MAC_ADDRESS", "any"), ("Its MAC address is {}.", "Which device has {}?"), ("mac", "mac_address"), bare=True),
    "HOST_NAME": Sort(
        _of("HOST_NAME", "fqdn"), ("The trend data come from {}.", "ssh {} hangs", "Host {} is down again."), ("host", "hostname"), bare=True),
    "BACNET_REFERENCE": Sort(
        (lambda d: f"{d.int(100000, 4000000)}",),
        ("BACnet device {} does not answer.", "Read the present value of device instance {} over BACnet.", "BACnet device ID {}"),
        ("bacnet_device", "device_instance")),
    "MODBUS_REFERENCE": Sort(
        (lambda d: f"4{d.chars(5, '123456789')}", lambda d: f"3{d.chars(5, '123456789')}"),
        ("Modbus register {} reads zero.", "Holding register {} on the Modbus gateway is stuck."), ("modbus_register",)),
    "KNX_ADDRESS": Sort(
        (lambda d: f"{d.int(11, 31)}/{d.int(1, 7)}/{d.int(101, 255)}", lambda d: f"{d.int(11, 15)}.{d.int(11, 15)}.{d.int(101, 255)}"),
        ("KNX address {} does not switch.", "The blinds are on the KNX group address {}."), ("knx_address", "knx_group_address")),
    "MQTT_TOPIC": Sort(
        _of("MQTT_TOPIC", "any"), ("Subscribe to the MQTT topic {}.", "mosquitto_sub -t {}", "The MQTT topic is {}"), ("mqtt_topic",), cased=True),
    "METER_ID": Sort(
        (*_of("METER_ID", "mpan", "melo", "malo", "cups"), lambda d: f"1EMH00{d.chars(8)}"),
        ("The meter number is {}.", "Meter ID {} stopped counting.", "Zählernummer {} bitte prüfen."), ("meter_id", "meter_number")),
    "ASSET_ID": Sort(
        (lambda d: f"AST-{d.chars(6)}", lambda d: f"SN{d.chars(8)}", lambda d: f"FM-9{d.chars(5)}"),
        ("The asset number of the chiller is {}.", "Serial number {} is out of warranty.", "Asset tag {}"), ("asset_id", "serial_number")),
    "OCCUPANCY": Sort(
        (lambda d: f"{d.int(113, 987)} people",),
        ("On the second floor there were {} yesterday.", "There are {} in the building at noon.", "Occupancy: {}"), ("occupancy",)),
    "SETPOINT": Sort(
        (lambda d: f"{d.int(17, 26)}.{d.int(1, 9)}{d.int(1, 9)} °C",),
        ("The setpoint of room 4.17 is {}.", "Set the temperature setpoint in room 2.08 to {}", "The cooling setpoint in the boardroom is {}."), ("room_setpoint",)),
    "BUILDING_CONSUMPTION": Sort(
        (_amount("kWh"), _amount("MWh")),
        ("The Pier House used {} in March.", "Pier House consumed {} of electricity last year.", "The annual consumption of our building is {}."),
        ("building_consumption", "annual_consumption")),
    "PERSON": Sort(
        _of("PERSON", "en", "de", "fr", "es", "vi"),
        ("Please ask {} about it.", "{} reported it this morning.", "Kind regards, {}", "The caretaker, {}, has the keys.", "Frag bitte {}."),
        ("contact", "name", "reported_by")),
    "ORGANISATION": Sort(
        _of("ORGANISATION", "en", "us", "de", "fr", "es", "vi"),
        ("{} does the maintenance.", "The contract with {} ends soon.", "An engineer of {} was here."), ("contractor", "company")),
    "TENANT": Sort(
        (lambda d: d.any(*FIRMS),), ("{} complain about the heat.", "Move {} to another floor.", "The lease of {} ends soon."), ("tenant", "company"), bare=True),
    "EMAIL": Sort(
        _of("EMAIL", "work", "free", "role") if "work" in VALUES["EMAIL"] else tuple(VALUES["EMAIL"].values()),
        ("Write to {}.", "Send the report to {} please", "Kontakt: {}"), ("email", "reply_to"), bare=True),
    "PHONE": Sort(
        (lambda d: f"+44 20 7{d.chars(3)} {d.chars(4)}", lambda d: f"+49 176 {d.chars(4, '123456789')} {d.chars(4)}",
         lambda d: f"+33 1 {' '.join(d.chars(2) for _ in range(4))}", lambda d: f"({d.any('212', '312', '617')}) {d.int(2, 9)}{d.int(20, 99)}-{d.chars(4)}"),
        ("Call {} before you come.", "The phone number of the porter is {}.", "Tel. {}"), ("phone", "mobile")),
    "ADDRESS": Sort(
        (*_of("ADDRESS", "en", "us", "de", "fr", "es"), lambda d: PORTFOLIO_ADDRESS),
        ("Send the engineer to {}.", "The office at {} is cold.", "Deliver the filters to {}"), ("address",)),
    "COORDINATES": Sort(
        _of("COORDINATES", "decimal", "letters", "dms"), ("The weather station stands at {}.", "GPS: {}"), ("coordinates", "gps")),
    "ROOM": Sort(
        (lambda d: f"room {d.int(1101, 9899)}", lambda d: f"Room {d.int(11, 39)}.{d.int(101, 499)}"),
        ("It is too cold in {}.", "The light in {} flickers."), ("room",), bare=True),
    "TARIFF": Sort(
        (lambda d: f"0.{d.int(1111, 4999)} EUR/kWh", lambda d: f"{d.int(11, 39)}.{d.int(101, 989)} ct/kWh", lambda d: PORTFOLIO_TARIFF),
        ("Our tariff is {}.", "We pay {} for electricity."), ("tariff",)),
    "CONTRACT_PRICE": Sort(
        (lambda d: f"€{d.int(11, 989)},{d.int(101, 989)}", lambda d: f"EUR {d.int(11, 989)},{d.int(101, 989)}", lambda d: f"${d.int(11, 989)},{d.int(101, 989)}"),
        ("The maintenance contract costs {} a year.", "The value of the service contract is {}."), ("contract_price", "contract_value")),
}
# fmt: on
