"""What is typical of each kind of building: size, hours, plant, people and how energy is used. Knows no seed."""

from __future__ import annotations

import msgspec

from vestibule.core.evidence import Utility
from vestibule.demo.load import Performance
from vestibule.demo.model import DAYS, Day, EquipmentKind, Kind

Range = tuple[float, float]
_ALL: tuple[Utility, ...] = ("electricity", "gas", "chilled_water")
_WORKDAYS: tuple[Day, ...] = DAYS[:5]
_AIR: tuple[EquipmentKind, ...] = ("air_handling_unit", "air_handling_unit", "chiller", "boiler", "pump")
_CONTROLS: tuple[EquipmentKind, ...] = ("building_management_system",)


class Archetype(msgspec.Struct, frozen=True):
    """Ranges to draw from; `hours` are the possible (opens, closes) pairs, `name_of` (name, alias) pairs."""

    area_m2: Range
    floors: tuple[int, int]
    days: tuple[Day, ...]
    hours: tuple[tuple[int, int], ...]
    utilities: tuple[Utility, ...]
    plant: tuple[EquipmentKind, ...]
    performance: Performance
    names: tuple[tuple[str, str], ...]


ARCHETYPES: dict[Kind, Archetype] = {
    "office": Archetype(
        area_m2=(6000, 14500),
        floors=(4, 9),
        days=_WORKDAYS,
        hours=((7, 19), (7, 18), (8, 19)),
        utilities=_ALL,
        plant=_AIR + _CONTROLS,
        performance=Performance(
            base_w=4.2,
            occupied_w=13.5,
            fan_w=3.2,
            gains_w=16,
            solar_share=0.9,
            loss_w_k=1.7,
            air_m3=6.0,
            outdoor_air=0.25,
            balance_c=16,
            setback_k=5,
            hot_water_w=0.3,
            cop=2.8,
        ),
        names=(
            ("Kestrel House", "the Kestrel building"),
            ("Marlow Court", "Marlow offices"),
            ("Foundry Square", "the Foundry offices"),
            ("Granite Tower", "the Granite"),
            ("Willowbrook Plaza", "the Willowbrook"),
            ("Old Mint", "the Mint offices"),
        ),
    ),
    "school": Archetype(
        area_m2=(5000, 9500),
        floors=(2, 4),
        days=_WORKDAYS,
        hours=((7, 16), (8, 17)),
        utilities=("electricity", "gas"),
        plant=("air_handling_unit", "boiler", "boiler", "pump", *_CONTROLS),
        performance=Performance(
            base_w=1.6,
            occupied_w=10.5,
            fan_w=2.2,
            gains_w=8,
            solar_share=0.8,
            loss_w_k=1.9,
            air_m3=5.0,
            outdoor_air=0.3,
            balance_c=15.5,
            setback_k=5.5,
            hot_water_w=0.4,
            cop=2.8,
        ),
        names=(
            ("Birkenfeld Vocational College", "the college"),
            ("Lindenau Technical School", "the technical school"),
            ("Rosenhag Trade Academy", "the trade academy"),
            ("Amselgrund Training College", "the training college"),
        ),
    ),
    "hospital": Archetype(
        area_m2=(16000, 30000),
        floors=(4, 8),
        days=DAYS,
        hours=((0, 24),),
        utilities=_ALL,
        plant=(*_AIR, "chiller", "boiler", *_CONTROLS),
        performance=Performance(
            base_w=5.5,
            occupied_w=7.0,
            fan_w=3.0,
            gains_w=11,
            solar_share=0.6,
            loss_w_k=1.7,
            air_m3=6.5,
            outdoor_air=0.4,
            balance_c=17,
            setback_k=0,
            hot_water_w=9.0,
            cop=3.1,
            process_cooling_w=0.8,
        ),
        names=(
            ("Saint Brannoc Hospital", "the hospital"),
            ("Elmsreach General Hospital", "Elmsreach General"),
            ("Marienhof Clinic", "the Marienhof"),
            ("Northgate Infirmary", "the infirmary"),
        ),
    ),
    "hotel": Archetype(
        area_m2=(6500, 13000),
        floors=(5, 11),
        days=DAYS,
        hours=((0, 24),),
        utilities=_ALL,
        plant=_AIR + _CONTROLS,
        performance=Performance(
            base_w=4.5,
            occupied_w=8.0,
            fan_w=2.0,
            gains_w=9,
            solar_share=0.8,
            loss_w_k=1.4,
            air_m3=4.5,
            outdoor_air=0.3,
            balance_c=16.5,
            setback_k=0,
            hot_water_w=7.0,
            cop=2.9,
        ),
        names=(
            ("Hotel Seeblick", "the Seeblick"),
            ("Grand Meridian Hotel", "the Meridian"),
            ("Hotel Drei Kronen", "the Drei Kronen"),
            ("Lakeshore Inn", "the inn"),
        ),
    ),
    "retail": Archetype(
        area_m2=(7000, 16000),
        floors=(2, 4),
        days=DAYS[:6],
        hours=((9, 20), (10, 20), (8, 20)),
        utilities=_ALL,
        plant=_AIR + _CONTROLS,
        performance=Performance(
            base_w=5.5,
            occupied_w=18,
            fan_w=4.0,
            gains_w=21,
            solar_share=0.5,
            loss_w_k=1.7,
            air_m3=6.5,
            outdoor_air=0.25,
            balance_c=14.5,
            setback_k=4.5,
            hot_water_w=0.2,
            cop=2.9,
            night_lighting_w=3.0,
        ),
        names=(
            ("Copperfield Arcade", "the arcade"),
            ("Bellevue Market Hall", "the market hall"),
            ("Quayside Galleria", "the Galleria"),
            ("Sunderland Passage", "the passage"),
            ("Orchard Shopping Centre", "the shopping centre"),
        ),
    ),
    "laboratory": Archetype(
        area_m2=(4500, 9000),
        floors=(3, 5),
        days=_WORKDAYS,
        hours=((7, 20), (7, 19)),
        utilities=_ALL,
        plant=_AIR + _CONTROLS,
        performance=Performance(
            base_w=14,
            occupied_w=20,
            fan_w=7.0,
            gains_w=18,
            solar_share=0.6,
            loss_w_k=1.8,
            air_m3=10.0,
            outdoor_air=0.5,
            balance_c=17,
            setback_k=4,
            hot_water_w=0.8,
            cop=3.0,
            night_lighting_w=2.5,
            process_cooling_w=2.0,
        ),
        names=(
            ("Curie Research Laboratory", "the Curie lab"),
            ("Brightwater Laboratories", "the Brightwater labs"),
            ("Institute for Applied Optics", "the optics institute"),
            ("Tannenberg Biolab", "the biolab"),
        ),
    ),
    "warehouse": Archetype(
        area_m2=(9000, 21000),
        floors=(1, 1),
        days=DAYS[:6],
        hours=((6, 18), (6, 20)),
        utilities=("electricity", "gas"),
        plant=("unit_heater", "unit_heater", "boiler", "pump", *_CONTROLS),
        performance=Performance(
            base_w=1.4,
            occupied_w=6.5,
            fan_w=1.6,
            gains_w=4,
            solar_share=0.3,
            loss_w_k=2.6,
            air_m3=0.8,
            outdoor_air=0.3,
            balance_c=13.5,
            setback_k=6,
            hot_water_w=0.05,
            cop=2.8,
            night_lighting_w=1.0,
        ),
        names=(
            ("Ostkai Logistics Depot", "the depot"),
            ("Redbrick Warehouse", "the Redbrick"),
            ("Cargo Terminal West", "the cargo terminal"),
            ("Hollerfeld Distribution Hub", "the distribution hub"),
        ),
    ),
    "data_room": Archetype(
        area_m2=(350, 900),
        floors=(1, 1),
        days=DAYS,
        hours=((0, 24),),
        utilities=("electricity", "chilled_water"),
        plant=("chiller", "chiller", "room_cooler", "room_cooler", "pump", *_CONTROLS),
        performance=Performance(
            base_w=560,
            occupied_w=0,
            fan_w=32,
            gains_w=0,
            solar_share=0,
            loss_w_k=0,
            air_m3=0,
            outdoor_air=0,
            balance_c=0,
            setback_k=0,
            hot_water_w=0,
            cop=3.3,
            process_cooling_w=590,
        ),
        names=(
            ("Basalt Data Room", "the data room"),
            ("Polaris Data Centre", "Polaris"),
            ("Server Hall Nine", "the server hall"),
            ("Cobalt Computing Room", "the computing room"),
        ),
    ),
}
