"""Hourly loads of one building: what its people, plant and the weather make of each hour, with and without faults.

Electricity = base + plugs and lighting by occupancy + fans and pumps while the plant runs + chilled water / COP(T).
Chilled water = internal and solar gains + transmission + outdoor air cooled to supply temperature. Gas = transmission
above a balance point that falls in setback + outdoor air heated to supply temperature + hot water, through boilers.
The same noise multiplies the load whether or not a fault is there, so that a fault's effect is exact.
Sensible heat of air 0.34 Wh/(m³·K); latent share of cooling outdoor air 30 %; 10.5 kWh/m³ of gas.
"""

from __future__ import annotations

from datetime import date

import msgspec
import numpy as np

from vestibule.core.evidence import Utility
from vestibule.demo.model import DAYS, Building, Cause, Mask, Series, Weather
from vestibule.demo.streams import stream
from vestibule.demo.timeline import Timeline
from vestibule.demo.weather import ar1

AIR_WH_PER_M3K = 0.34
LATENT = 1.3
GAS_KWH_PER_M3 = 10.5
BOILER_EFFICIENCY = 0.9


class Performance(msgspec.Struct, frozen=True):
    """How a building uses energy, per m² of floor. Powers in W/m², air in m³/(h·m²), loss in W/(m²·K)."""

    base_w: float
    occupied_w: float
    fan_w: float
    gains_w: float
    solar_share: float
    loss_w_k: float
    air_m3: float
    outdoor_air: float
    balance_c: float
    setback_k: float
    hot_water_w: float
    cop: float
    night_lighting_w: float = 1.5
    process_cooling_w: float = 0.0


class Fault(msgspec.Struct, frozen=True):
    """A cause acting in `hours`. `severity`: the added share of outdoor air, or the share of COP lost."""

    cause: Cause
    hours: slice
    severity: float


class LoadModel(msgspec.Struct, frozen=True):
    """One building in one year's weather; `noise` is a factor per utility and hour."""

    building: Building
    performance: Performance
    timeline: Timeline
    weather: Weather
    noise: dict[Utility, Series]

    def simulate(self, faults: tuple[Fault, ...], closed: frozenset[date]) -> dict[Utility, Series]:
        """Hourly use per utility in the meter's unit, rounded as written. On `closed` days it is run as on a Sunday."""
        powers = self._powers(faults, closed)
        area = self.building.floor_area_m2
        return {u: np.round(powers[u] / 1000 * area * self.noise[u], 2) for u in self.building.utilities}

    def _powers(self, faults: tuple[Fault, ...], closed: frozenset[date]) -> dict[Utility, Series]:
        """W/m² of electricity and chilled water, and l/(h·m²) of gas."""
        p, weather, timeline = self.performance, self.weather, self.timeline
        occupancy = _occupancy(self.building, timeline, closed)
        running = _running(self.building, timeline, closed)
        conditioned = np.where(_acting(faults, "failed_setback", timeline) > 0, 1.0, running)
        outdoor_air = p.outdoor_air + _acting(faults, "stuck_damper", timeline) * (running > 0)
        cop_lost = _acting(faults, "chiller_fault", timeline)
        heating = _heating(p, weather, occupancy, conditioned, outdoor_air)
        cooling = _cooling(p, weather, occupancy, conditioned, outdoor_air) * (1 - 0.1 * cop_lost)
        chiller = cooling / (_cop(p, weather) * (1 - cop_lost)) if "chilled_water" in self.building.utilities else 0.0
        lighting = 1 - 0.08 * np.minimum(1.0, weather.solar_w_m2 / 400)
        left_on = p.night_lighting_w * np.maximum(0.0, conditioned - running)
        used = p.base_w + p.occupied_w * occupancy * lighting + p.fan_w * conditioned
        return {
            "electricity": used + left_on + chiller,
            "gas": heating / (GAS_KWH_PER_M3 * BOILER_EFFICIENCY),
            "chilled_water": cooling,
        }


def load_model(
    seed: int, building: Building, performance: Performance, timeline: Timeline, weather: Weather
) -> LoadModel:
    """The model of a building under `seed`, its noise drawn."""
    noise = {utility: _noise(seed, building.id, utility, timeline) for utility in building.utilities}
    return LoadModel(building, performance, timeline, weather, noise)


def _cooling(p: Performance, weather: Weather, occupancy: Series, conditioned: Series, outdoor_air: Series) -> Series:
    """W/m² of chilled water. Below about 14 °C outdoors, free cooling carries the gains."""
    outdoors = weather.temperature_c
    needed = 1 / (1 + np.exp(-(outdoors - 15.0) / 1.2))
    gains = p.gains_w * (0.25 + 0.75 * occupancy) + p.solar_share * weather.solar_w_m2 / 100
    transmission = p.loss_w_k * np.maximum(0.0, outdoors - 22)
    ventilation = p.air_m3 * outdoor_air * AIR_WH_PER_M3K * LATENT * np.maximum(0.0, outdoors - 16)
    process = p.process_cooling_w * (1 + 0.004 * (outdoors - 10))
    return np.maximum(0.0, (gains * needed + transmission + ventilation) * conditioned + process)


def _heating(p: Performance, weather: Weather, occupancy: Series, conditioned: Series, outdoor_air: Series) -> Series:
    """W/m² of heat, with a 12 h memory of the building's mass for the weather."""
    outdoors = weather.temperature_c
    felt = np.convolve(np.concatenate([np.full(11, outdoors[0]), outdoors]), np.full(12, 1 / 12), mode="valid")
    balance = p.balance_c - p.setback_k * (1 - conditioned)
    transmission = p.loss_w_k * np.maximum(0.0, balance - felt - 0.004 * weather.solar_w_m2)
    ventilation = p.air_m3 * outdoor_air * AIR_WH_PER_M3K * np.maximum(0.0, 16 - outdoors) * conditioned
    return np.asarray(transmission + ventilation + p.hot_water_w * (0.4 + 0.6 * occupancy))


def _cop(p: Performance, weather: Weather) -> Series:
    """Of the whole plant, tower and pumps included: 1.3 % less for each K warmer outdoors."""
    return np.asarray(p.cop * np.clip(1 - 0.013 * (weather.temperature_c - 20), 0.7, 1.6))


def _occupancy(building: Building, timeline: Timeline, closed: frozenset[date]) -> Series:
    """Share of people present, 0 to 1, filling and emptying over two hours."""
    if building.kind == "data_room":
        return np.ones(len(timeline.hour))
    if building.always_open:
        return np.asarray(0.75 + 0.25 * np.cos(2 * np.pi * (timeline.hour - 14) / 24))
    opens, closes = open_hours(building)
    hour = timeline.hour + 0.5
    shape = np.clip(np.minimum(hour - opens + 0.5, closes + 0.5 - hour) / 2, 0.0, 1.0)
    lunch = 1 - 0.12 * np.exp(-(((hour - 12.5) / 0.8) ** 2))
    return np.asarray(shape * lunch * _open_day(building, timeline, closed))


def _running(building: Building, timeline: Timeline, closed: frozenset[date]) -> Series:
    """1 while the plant runs for people: from an hour before opening until closing."""
    if not building.setpoints.has_setback:
        return np.ones(len(timeline.hour))
    opens, closes = open_hours(building)
    inside = (timeline.hour >= opens - 1) & (timeline.hour < closes)
    return (inside & _open_day(building, timeline, closed)).astype(np.float64)


def _open_day(building: Building, timeline: Timeline, closed: frozenset[date]) -> Mask:
    weekdays = [i for i, name in enumerate(DAYS) if name in building.schedule.days]
    return np.isin(timeline.weekday, weekdays) & ~timeline.days_mask(closed)


def open_hours(building: Building) -> tuple[int, int]:
    """Local hours of opening and closing."""
    return int(building.schedule.opens[:2]), int(building.schedule.closes[:2])


def _acting(faults: tuple[Fault, ...], cause: Cause, timeline: Timeline) -> Series:
    """The severity of that cause in each hour, 0 where it does not act."""
    acting = np.zeros(len(timeline.hour))
    for fault in faults:
        if fault.cause == cause:
            acting[fault.hours] = fault.severity
    return acting


def _noise(seed: int, building_id: str, utility: Utility, timeline: Timeline) -> Series:
    """A factor around 1 with the wander of hours and of days."""
    rng = stream(seed, "noise", building_id, utility)
    hourly, daily = (0.02, 0.012) if utility == "electricity" else (0.035, 0.02)
    days = ar1(rng, int(timeline.day[-1]) + 1, 0.5, daily)[timeline.day]
    return np.maximum(0.5, 1 + days + ar1(rng, len(timeline.hour), 0.6, hourly))
