"""The named plant of a building: make, model and ratings that fit its size and its loads. Makes are invented."""

from __future__ import annotations

import numpy as np

from vestibule.demo.archetypes import Archetype
from vestibule.demo.load import AIR_WH_PER_M3K, LATENT
from vestibule.demo.model import Equipment, EquipmentKind, Kind, Rating

_TAGS: dict[EquipmentKind, str] = {
    "air_handling_unit": "AHU",
    "chiller": "CH",
    "boiler": "BLR",
    "pump": "P",
    "unit_heater": "UH",
    "room_cooler": "RC",
    "building_management_system": "BMS",
}
_MAKES: dict[EquipmentKind, tuple[tuple[str, str], ...]] = {
    "air_handling_unit": (("Ventara", "VX"), ("Lufthaus", "Kompakt"), ("Brisewerk", "BW")),
    "chiller": (("Frostwerk", "FK"), ("Polarin", "PR"), ("Glacienne", "Duo")),
    "boiler": (("Kesselring", "GK"), ("Warmtal", "Condens"), ("Heizland", "HL")),
    "pump": (("Stromkreis", "E"), ("Pumpwell", "PW")),
    "unit_heater": (("Warmtal", "Air"), ("Heizland", "UH")),
    "room_cooler": (("Polarin", "Row"), ("Coldaisle", "CA")),
    "building_management_system": (("Regulon", "Station"), ("Hausleit", "HL")),
}
_SERVES: dict[EquipmentKind, tuple[str, str]] = {
    "air_handling_unit": ("lower floors", "upper floors"),
    "chiller": ("chilled-water circuit", "chilled-water circuit, standby"),
    "boiler": ("heating circuit", "heating circuit, peak load"),
    "pump": ("primary circulation", "secondary circulation"),
    "unit_heater": ("storage hall", "loading docks"),
    "room_cooler": ("cold aisle A", "cold aisle B"),
    "building_management_system": ("whole building", "whole building"),
}


def install(
    rng: np.random.Generator, kind: Kind, archetype: Archetype, area_m2: int, built: int
) -> tuple[Equipment, ...]:
    """Each piece of the archetype's plant, numbered within its kind: AHU-1, AHU-2, CH-1, …"""
    pieces: list[Equipment] = []
    for equipment in archetype.plant:
        number = 1 + sum(piece.kind == equipment for piece in pieces)
        shared_by = 1 if equipment == "chiller" else archetype.plant.count(equipment)  # a second chiller stands by
        make, series = _MAKES[equipment][int(rng.integers(len(_MAKES[equipment])))]
        serves = _SERVES[equipment][number - 1]
        if equipment == "air_handling_unit" and shared_by == 1:
            serves = "workshops and assembly hall" if kind == "school" else "whole building"
        pieces.append(
            Equipment(
                tag=f"{_TAGS[equipment]}-{number}",
                kind=equipment,
                make=make,
                model=f"{series} {int(rng.integers(12, 99)) * 10}",
                serves=serves,
                installed=int(rng.integers(max(built, 2004), 2022)),
                ratings=_ratings(rng, equipment, archetype, area_m2 / shared_by),
            )
        )
    return tuple(pieces)


def _ratings(
    rng: np.random.Generator, equipment: EquipmentKind, archetype: Archetype, area_m2: float
) -> tuple[Rating, ...]:
    """Rated values for a piece that serves `area_m2`: enough for -8 °C and 33 °C outdoors on outdoor air alone."""
    p = archetype.performance
    air = _rounded(area_m2 * p.air_m3, 500)
    ventilation = p.air_m3 * AIR_WH_PER_M3K * LATENT * 17
    cooling_w = p.gains_w + 9 * p.solar_share + 12 * p.loss_w_k + ventilation + 1.25 * p.process_cooling_w
    cooling = _rounded(1.3 * area_m2 * cooling_w / 1000, 10)
    heating_w = 24 * p.loss_w_k + p.air_m3 * AIR_WH_PER_M3K * 24 + p.hot_water_w
    heating = _rounded(1.25 * area_m2 * heating_w / 1000, 10)
    flow = _rounded(max(cooling, heating) * 0.86 / 6, 1)
    ratings: dict[EquipmentKind, tuple[Rating, ...]] = {
        "air_handling_unit": (
            Rating("supply air flow", air, "m³/h"),
            Rating("external static pressure", float(rng.integers(30, 46) * 10), "Pa"),
            Rating("fan motor power", _rounded(air / 2600, 0.5), "kW"),
            Rating("filter final pressure drop", float(rng.integers(20, 27) * 10), "Pa"),
        ),
        "chiller": (
            Rating("cooling capacity", cooling, "kW"),
            Rating("refrigerant charge", _rounded(cooling * 0.24, 1), "kg"),
            Rating("full-load COP", round(p.cop + float(rng.uniform(0.2, 0.6)), 1), ""),
            Rating("condenser approach", round(float(rng.uniform(1.5, 3.0)), 1), "K"),
        ),
        "boiler": (
            Rating("heat output", heating, "kW"),
            Rating("operating pressure", round(float(rng.uniform(1.6, 2.6)), 1), "bar"),
            Rating("flue gas temperature", float(rng.integers(55, 96)), "°C"),
        ),
        "pump": (
            Rating("flow", flow, "m³/h"),
            Rating("head", float(rng.integers(8, 19)), "m"),
            Rating("motor power", _rounded(flow / 9, 0.5), "kW"),
        ),
        "unit_heater": (
            Rating("heat output", heating, "kW"),
            Rating("air flow", _rounded(heating * 95, 500), "m³/h"),
        ),
        "room_cooler": (
            Rating("cooling capacity", cooling, "kW"),
            Rating("air flow", _rounded(cooling * 260, 500), "m³/h"),
        ),
        "building_management_system": (
            Rating("trend interval", float(rng.choice([5, 10, 15])), "min"),
            Rating("trend storage", float(rng.choice([13, 24, 36])), "months"),
        ),
    }
    return ratings[equipment]


def _rounded(value: float, step: float) -> float:
    return max(step, round(value / step) * step)
