"""A Central-European year of weather, hour by hour, that drives the loads.

Temperature: annual and diurnal cycles, day-to-day persistence as AR(1), hot spells. Solar: clear-sky radiation after
Haurwitz (1945), 1098 · sin h · exp(-0.057 / sin h) W/m², times cloudiness. Humidity follows from a dew point below the
night's minimum (Magnus formula). One hot spell always lies in the first half of July.
"""

from __future__ import annotations

import numpy as np

from vestibule.demo.model import Series, Weather
from vestibule.demo.streams import stream
from vestibule.demo.timeline import DAYS_IN_YEAR, Timeline

LATITUDE_DEG = 53.5
_JULY_SPELL = (183, 203)
_OTHER_SPELLS = ((152, 176), (210, 236))


def year_weather(seed: int, timeline: Timeline) -> Weather:
    """°C, % and W/m² on the horizontal, each of shape (hours,), rounded as they are written."""
    daily = daily_departure(seed)
    clearness = _clearness(seed, daily)
    solar = _clear_sky(timeline) * clearness[timeline.day]
    day = timeline.day + timeline.hour / 24
    season = 10.2 - 8.7 * np.cos(2 * np.pi * (day - 19) / DAYS_IN_YEAR)
    departure = np.interp(day, np.arange(DAYS_IN_YEAR) + 0.6, daily)
    swing = (2.0 + 1.6 * (1 - np.cos(2 * np.pi * day / DAYS_IN_YEAR)) / 2) * (0.5 + clearness[timeline.day])
    diurnal = swing * np.cos(2 * np.pi * (timeline.hour - 15) / 24)
    temperature = season + departure + diurnal + ar1(stream(seed, "weather", "hour"), len(day), 0.85, 0.5)
    return Weather(
        temperature_c=np.round(temperature, 1),
        relative_humidity=np.round(_humidity(temperature, season + departure - 1.5 * swing), 0),
        solar_w_m2=np.round(solar, 0),
    )


def daily_departure(seed: int) -> Series:
    """How far each day is from the season, in K, hot spells included; shape (365,)."""
    rng = stream(seed, "weather", "day")
    winter = np.cos(2 * np.pi * (np.arange(DAYS_IN_YEAR) - 15) / DAYS_IN_YEAR)
    departure = ar1(rng, DAYS_IN_YEAR, 0.75, 1.0) * (2.6 + 0.8 * winter)
    for first, last in _OTHER_SPELLS:
        _add_spell(departure, int(rng.integers(first, last)), int(rng.integers(5, 9)), float(rng.uniform(5.5, 8.0)))
    low, high = _JULY_SPELL
    departure[low:high] = np.clip(departure[low:high], -1.0, 3.0)
    _add_spell(departure, int(rng.integers(184, 187)), int(rng.integers(11, 14)), float(rng.uniform(3.5, 5.0)))
    return departure


def ar1(rng: np.random.Generator, count: int, persistence: float, deviation: float) -> Series:
    """A stationary AR(1) series with mean 0 and the given standard deviation."""
    shocks = rng.standard_normal(count) * deviation * np.sqrt(1 - persistence**2)
    shocks[0] = rng.standard_normal() * deviation
    values = np.empty(count)
    value = 0.0
    for i, shock in enumerate(shocks.tolist()):
        value = persistence * value + shock
        values[i] = value
    return values


def _add_spell(departure: Series, start: int, length: int, rise_k: float) -> None:
    ramp = np.minimum(1.0, np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1)) / 2)
    departure[start : start + length] += rise_k * ramp


def _clearness(seed: int, daily: Series) -> Series:
    """Share of clear-sky radiation that arrives, per day; warm summer days are clearer than cool ones."""
    summer = (1 - np.cos(2 * np.pi * (np.arange(DAYS_IN_YEAR) - 5) / DAYS_IN_YEAR)) / 2
    wanted = 0.45 + 0.17 * summer + 0.03 * summer * daily + 0.14 * ar1(stream(seed, "weather", "cloud"), 365, 0.4, 1.0)
    return np.clip(wanted, 0.1, 0.92)


def _clear_sky(timeline: Timeline) -> Series:
    """Solar time is taken as UTC + 40 minutes (10° east), at the middle of the hour."""
    utc_hour = (timeline.hours.astype("datetime64[h]").astype("int64") % 24) + 0.5 + 40 / 60
    declination = np.radians(23.44) * np.sin(2 * np.pi * (timeline.day + 1 - 81) / DAYS_IN_YEAR)
    latitude = np.radians(LATITUDE_DEG)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
        2 * np.pi * (utc_hour - 12) / 24
    )
    sine = np.maximum(sine, 0.001)
    return np.where(sine > 0.01, 1098 * sine * np.exp(-0.057 / sine), 0.0)


def _humidity(temperature: Series, dew_point: Series) -> Series:
    def vapour(celsius: Series) -> Series:
        return np.exp(17.62 * celsius / (243.12 + celsius))

    return np.clip(100 * vapour(dew_point) / vapour(temperature), 20, 100)
