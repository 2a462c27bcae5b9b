"""Five hundred sentences of our own, the same everywhere: what building and energy people write, and odd input."""

from __future__ import annotations

import itertools

_BUILDINGS = ("Harbour Office", "Linden School", "St. Anne Hospital", "Hotel Meridian", "Quay Retail Park", "Lab 4")
_METERS = ("electricity", "gas", "chilled water", "district heat", "compressed air")
_WEEKS = (
    "last week",
    "in the second week of July",
    "between 3 and 9 March 2025",
    "over the Easter holiday",
    "at night",
)
_EQUIPMENT = ("air handling unit 3", "the chiller", "boiler B-2", "the cooling tower fan", "VAV box 2.14", "pump P07")
_FAULTS = (
    "has a stuck outside-air damper",
    "runs through the unoccupied hours",
    "short-cycles every six minutes",
    "reports no data since the gateway was replaced",
    "is simultaneously heating and cooling",
)
_QUESTIONS = (
    "Why was the {meter} use of the {building} high {week}?",
    "Compare {meter} at the {building} {week} with the same days a year ago.",
    "What was the peak {meter} demand of the {building} {week}, and when?",
    "Is the {building} using less {meter} {week} than its baseline, corrected for weather?",
)
_REPORTS = (
    "At the {building}, {equipment} {fault}.",
    "{building}: {equipment} {fault}; the technician comes on Thursday.",
    "We suspect that {equipment} {fault}, since the {building} uses {kwh} kWh more than expected.",
)
_GERMAN = (
    "Warum war der Stromverbrauch im {building} in der zweiten Juliwoche so hoch?",
    "Die Nachtabsenkung im {building} ist seit dem Umbau nicht mehr wirksam.",
    "Der Kältemaschinensatz im {building} meldet eine Störung am Verflüssiger.",
    "Bitte prüfen Sie den Gaszähler im {building}: die Werte fehlen seit Übernahme der Anlage.",
    "Spitzenlast im {building}: {kwh} kW, Außentemperatur −4 °C.",
)
_FRENCH = (
    "Pourquoi la consommation de gaz du bâtiment {building} a-t-elle augmenté cet été ?",
    "Le registre d’air neuf de la centrale est resté bloqué à {kwh} % au {building}.",
    "L’abaissement nocturne du {building} n’est plus programmé depuis la coupure de courant.",
    "Le contrat d’électricité prévoit une pénalité au-delà de {kwh} kVA au {building}.",
)
_POINTS = (
    "AHU-{n}.SAT", "AHU{n}/SupplyFan/Speed_Cmd", "CH{n}_CHWS_TEMP", "B{n}.L02.R{n}14.ZN-T", "MTR-E-{n}00 kWh",
    "bacnet://{n}2001/analog-input/{n}", "VAV_2_{n}_DMPR_POS %",
)  # fmt: skip
_SHORT = (
    "", " ", "?", "kWh", "42", "gas", "HVAC", "0.98 kW/m²", "21.5", "-3", "Why?", "no", "peak", "2025-07-14", "ok",
    "PUE", "COP 4.2", "boiler", "why so high", "CO₂", "ΔT", "17:30", "€/MWh", "setpoint", "🏢", "冷水机组", "電力量",
    "чиллер", "مبنى", "Ω", "...", "a", "A.B.C", "ASHRAE 90.1", "R-410A", "\t\n", "№ 5", "½ load", "SAT>SP", "EUI?",
)  # fmt: skip
_CLAUSES = (
    "the occupancy schedule starts at six on weekdays and at eight on Saturdays",
    "the supply air temperature is reset between 13 and 18 °C with the outside air temperature",
    "each meter is read every fifteen minutes and stored as an hourly sum in kilowatt-hours",
    "the cooling valve may open only after the economiser damper has reached its limit",
    "the tariff has a day rate, a night rate and a demand charge on the highest quarter hour of the month",
    "tenants on the third floor pay by floor area and the laboratory pays by its own sub-meter",
    "filters are changed when the pressure drop exceeds 250 pascals or after six months",
    "the boiler plant is staged by return temperature with a delay of ten minutes between stages",
)


def sentences() -> list[str]:
    """Return the 500; a change here means running `make_reference.py` again."""
    english = [
        template.format(meter=meter, building=building, week=week)
        for template, meter, building, week in _every(3, _QUESTIONS, _METERS, _BUILDINGS, _WEEKS)
    ]
    reports = [
        template.format(building=building, equipment=equipment, fault=fault, kwh=137 * (index % 91) + 5)
        for index, (template, building, equipment, fault) in enumerate(
            _every(4, _REPORTS, _BUILDINGS, _EQUIPMENT, _FAULTS)
        )
    ]
    foreign = [
        template.format(building=building, kwh=11 * index + 3)
        for index, (template, building) in enumerate(itertools.product(_GERMAN + _FRENCH, _BUILDINGS))
    ]
    points = [template.format(n=n) for template, n in itertools.product(_POINTS, range(1, 7))]
    figures = [f"{n * 1234.5:,.1f} kWh at {n % 24:02d}:00, {n * 0.7 - 9:.1f} °C" for n in range(1, 41)]
    return [*_SHORT, *points, *figures, *foreign, *_long(), *english, *reports][:500]


def _every(step: int, *parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every `step`-th combination, so that all parts vary."""
    return list(itertools.product(*parts))[::step]


def _long() -> list[str]:
    """Forty paragraphs of about 60 to 400 tokens: some beyond 128, some beyond the 256 that the model sees."""
    return [
        f"Section {n}. " + " ".join(f"{clause.capitalize()}." for clause in (_CLAUSES * 4)[n % 8 : n % 8 + 3 + n // 2])
        for n in range(1, 41)
    ]
