"""The words of an event: what it was, what was seen, what was done, and the plant at fault."""

from __future__ import annotations

import msgspec

from vestibule.demo.model import Building, Cause, EquipmentKind
from vestibule.demo.plan import PUBLIC_HOLIDAYS, Planned
from vestibule.demo.timeline import HOLIDAYS

_WORDS: dict[Cause, tuple[str, ...]] = {
    "stuck_damper": ("damper", "outdoor air", "outside air"),
    "failed_setback": ("setback", "set-back", "night operation"),
    "chiller_fault": ("chiller", "COP", "refrigerant", "condenser"),
    "holiday": ("holiday", "closed", "closure"),
    "meter_gap": ("gap", "missing", "logger"),
}
_PLANT: dict[Cause, tuple[EquipmentKind, ...]] = {
    "stuck_damper": ("air_handling_unit",),
    "failed_setback": ("building_management_system",),
    "chiller_fault": ("chiller",),
    "holiday": (),
    "meter_gap": (),
}


class Story(msgspec.Struct, frozen=True):
    words: tuple[str, ...]
    equipment: str
    description: str
    observed: str
    work: str


def tell(building: Building, planned: Planned, variant: int) -> Story:
    """`variant` picks among the ways a fault comes about; any integer."""
    plant = next((e for kind in _PLANT[planned.cause] if (e := building.equipment(kind))), None)
    tag = plant.tag if plant else ""
    tellings = _TELLINGS[planned.cause]
    description, observed, work = tellings[variant % len(tellings)]
    if planned.cause == "holiday" and planned.start.date() in PUBLIC_HOLIDAYS:
        name = next(h.name for h in HOLIDAYS if h.date == planned.start.date())
        description = f"Public holiday: {name}. The building was closed and ran as on a Sunday."
        observed = f"The building was closed for {name}."
    utility = planned.carrier.replace("_", " ")
    filled = [
        text.format(tag=tag, name=building.name, utility=utility, until=building.setpoints.setback_to)
        for text in (description, observed, work)
    ]
    return Story(_WORDS[planned.cause], tag, *filled)


_NO_WORK = "No work was needed."
_TELLINGS: dict[Cause, tuple[tuple[str, str, str], ...]] = {
    "stuck_damper": (
        (
            "The outdoor air damper of {tag} stuck open: more outdoor air than needed was cooled or heated.",
            "{tag}: outdoor air damper fully open while the control signal asked for the minimum position.",
            "Replaced the seized damper actuator, freed and greased the linkage, checked the full stroke.",
        ),
        (
            "The outdoor air damper of {tag} jammed open after its linkage came loose.",
            "{tag}: mixed-air temperature equal to the outdoor temperature; outdoor air damper found jammed open.",
            "Refitted the linkage, replaced the worn coupling and set the minimum position again.",
        ),
    ),
    "failed_setback": (
        (
            "Night setback failed: the plant ran at night and at weekends as in the daytime.",
            "{tag}: time schedule left in manual override, plant running through the night without setback.",
            "Released the manual override, restored the time schedule, tested night setback until {until}.",
        ),
        (
            "Night setback was lost when the schedule was not restored after a controller restart.",
            "{tag}: plant in day operation at 02:00; the setback schedule was empty after a controller restart.",
            "Loaded the setback schedule from the backup and watched two nights on the trend log.",
        ),
    ),
    "chiller_fault": (
        (
            "{tag} lost refrigerant: its COP fell, and it used more electricity for the same cooling.",
            "{tag}: low suction pressure, long running hours, more electricity for each kWh of chilled water.",
            "Found and sealed a leak at a flare joint, evacuated the circuit and recharged the refrigerant.",
        ),
        (
            "The condenser of {tag} fouled: the chiller's COP fell and it used more electricity for the same cooling.",
            "{tag}: condensing temperature high, condenser approach far above its commissioning value.",
            "Cleaned the condenser tubes, replaced a failed condenser fan contactor, checked the approach.",
        ),
    ),
    "holiday": (
        (
            "The building was closed for the day by its owner and ran as on a Sunday.",
            "{name} was closed for the day by its owner: a bridge day agreed with all users.",
            _NO_WORK,
        ),
        (
            "The building was closed for a works meeting of all users and ran as on a Sunday.",
            "{name} was closed for the day: works meeting of all users elsewhere.",
            _NO_WORK,
        ),
    ),
    "meter_gap": (
        (
            "Readings of the {utility} meter are missing: its data logger had stopped.",
            "No readings from the {utility} meter; its data logger had stopped.",
            "Restarted the logger and replaced its power supply; the missing hours could not be recovered.",
        ),
        (
            "Readings of the {utility} meter are missing: the link to its data logger was down.",
            "No readings from the {utility} meter; the network link to the data logger was down.",
            "Replaced the network switch in the meter cabinet; the missing hours could not be recovered.",
        ),
    ),
}
