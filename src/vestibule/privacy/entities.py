"""The kinds of thing that privacy knows, each with the class and egress rule it has unless a policy says otherwise.

Knows no pattern and no language: recognizers, dictionaries and the tagger find these, the policy may change the rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from vestibule.core.sensitivity import EgressRule, PrivacyClass


@dataclass(frozen=True)
class Entity:
    type: str
    level: PrivacyClass
    rule: EgressRule
    title: str


def _restricted(**titles: str) -> list[Entity]:
    return [Entity(t, PrivacyClass.RESTRICTED, "block", title) for t, title in titles.items()]


def _confidential(**titles: str) -> list[Entity]:
    return [Entity(t, PrivacyClass.CONFIDENTIAL, "pseudonymise", title) for t, title in titles.items()]


ENTITIES: dict[str, Entity] = {
    entity.type: entity
    for entity in (
        *_restricted(
            API_KEY="key or token of a service",
            PASSWORD="password or other secret behind a word that names it",
            PRIVATE_KEY="private key",
            CONNECTION_STRING="address of a service with its credentials",
            ACCESS_CODE="code of a door, gate, key safe or alarm",
            NATIONAL_ID="national, social security, tax or passport number",
            BANK_ACCOUNT="IBAN, account or card number",
            IP_ADDRESS="IP address",
            MAC_ADDRESS="MAC address",
            HOST_NAME="name of a host in the house's network",
            BACNET_REFERENCE="BACnet device, object or network",
            MODBUS_REFERENCE="Modbus unit or register",
            KNX_ADDRESS="KNX individual or group address",
            MQTT_TOPIC="MQTT topic",
            METER_ID="meter or metering point id",
            ASSET_ID="asset or serial number of a piece of equipment",
            OCCUPANCY="how many people are where, or when",
            SETPOINT="setpoint of a tenant's or named room",
            BUILDING_CONSUMPTION="consumption or demand of one building",
        ),
        *_confidential(
            PERSON="name of a person",
            ORGANISATION="name of an organisation",
            TENANT="name of a tenant of the portfolio",
            EMAIL="e-mail address",
            PHONE="telephone number",
            ADDRESS="postal address",
            COORDINATES="position on earth",
            ROOM="room or place on a floor plan",
            TARIFF="tariff",
            CONTRACT_PRICE="price or value of a contract",
        ),
    )
}
