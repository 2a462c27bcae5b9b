"""What the name of a field or a column says that it holds, by its words, however they are joined: `htg_sp`, `HtgSP`.

Reads names in records (JSON, YAML, logs, SQL) and in the heads of tables; finds nothing by itself and knows no type's
values. A word of a name that makes it something else (a limit, a default, a plant's water) is said by `_OTHERWISE`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from vestibule.privacy.recognizers.wording import without_questions

FIELD = (
    r"(?<![\w.])(?P<key>[A-Za-z][\w.-]{0,40}(?:[ ]\([^()\n]{1,8}\)|\[[\w.-]{1,16}\])?)[\"']?[ ]{0,12}(?::=|"
    r"[:=])[ ]{0,3}[\"'\[]?"
)
"""A name and what joins it to its value."""
FIELD_GATE = (
    r"(?<![\w.])[A-Za-z][\w.-]{0,40}(?:[ ]\([^()\n]{1,8}\)|\[[\w.-]{1,16}\])?[\"']?[ ]{0,12}(?::=|"
    r"[:=])[ ]{0,3}[\"'\[]?\d"
)


def word_set(said: str) -> frozenset[str]:
    return frozenset(said.split())


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|%")
_SETPOINT = word_set(
    "sp setpoint setpoints setpt stpt setp tsp hsp csp htsp clsp spt htgsp clgsp sollwert soll consigne consigna "
    "agreed wanted wants wish wished hold holds keep goal aim solltemp solltemperatur wunschtemperatur tset settemp "
    "preferred preference comfort setback target desired requested request thermostat set"
)
_WARM = word_set(
    "t temp temps temperature tmp c f k degc degf heat heating htg cool cooling clg zone zn room space rm occ unocc "
    "occupied unoccupied day night comfort eco standby value actual current new old tenant user point req to override "
    "high low min max"
)
_STATES = word_set("heat heating htg cool cooling clg occupied unoccupied occ unocc day night comfort eco")
_PLANNED = word_set("schedule schedules program programme timetable slots zeitplan horaire horario")
_OTHERWISE = word_set(
    "default defaults design max maximum min minimum limit capacity typical supply return flow water chw hw hhw dhw "
    "sat dat mat discharge duct static pressure speed valve damper id type mode sensor schedule boiler chiller pump "
    "ahu frame deadband density area m2 ppm co2 humidity rh kwh kw timeout version"
)
_PEOPLE = word_set(
    "occ occupancy occupants occupant headcount headcounts pax people ppl persons person attendees visitors visitor "
    "staff pers personnes personas nguoi "
    "guests employees footfall attendance arrivals belegung personen anwesende besucher"
)
_COUNTED = word_set("badge badges badged desk desks seat seats swipe swipes turnstile entry door checkin")
_HOW = word_set(
    "count counts in ins out outs use used taken occupied total entries exits utilisation utilization number now no "
    "present est"
)
_KINDS = word_set("room lobby canteen floor zone reception gate door library gym building hall office foyer cafeteria")
_PASSING = word_set("entries exits inside badgeins badgeouts checkins")
_PLACE = word_set(
    "room rooms rm space spaces zone zones zn location loc suite unit area raum zimmer salle sala office desk "
    "roomname roomno roomid door where place"
)
_PRICE = word_set("rate price tariff charge cost fee standing arbeitspreis grundpreis tarif unitrate")
_ENERGY = word_set(
    "kwh mwh ppkwh pkwh unit energy electricity elec gas power standing peak offpeak off day night demand capacity "
    "import export feed feedin grid network standing mid shoulder kva kw"
)
_ENERGY_UNIT = word_set("kwh mwh gwh therms therm kw mw kva gj kbtu mmbtu ccf wh eui")
_USED = word_set(
    "electric consumption usage used demand load baseload consumed verbrauch consommation consumo electricity "
    "elec gas heat "
    "energy strom"
)
_OF_USE = word_set(
    "annual yearly monthly weekly daily hourly year month week day total sum peak max base night site building grid "
    "import net value amount reading last this m3 m actual measured chilled water cooling heating power interval"
)
_RATED = word_set(
    "rated capacity nameplate nominal design limit price rate rates tariff cost fee charge factor co2 id unit units "
    "meter type precision saving savings target boiler chiller pump fan ahu pv battery ev charger generator solar "
    "contract per scale multiplier register address threshold alarm timeout heap memory cpu"
)
_FURTHER = word_set("id no nr number name code ref key label nummer")


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: `ZN-SP`, `heatSetpoint` and "Set Point (°C)" alike."""
    said = re.sub(r"[Ss]et[ _-]?[Pp](?:oin)?ts?(?![a-z])", "Setpoint", name)
    return tuple(word.lower() for word in _WORD.findall(said))


def means_setpoint(name: str) -> bool:
    """Whether a number under this name is a temperature that somebody set."""
    said = set(words(name))
    if not said & _OTHERWISE and "to" in said and said & {"heat", "cool", "heating", "cooling"}:
        return said <= _WARM | _STATES
    if said & (_OTHERWISE - {"max", "min"}) or not said & _SETPOINT:
        return False
    plain = said - _SETPOINT
    return (
        bool(
            said & (_SETPOINT - {"target", "desired", "requested", "set", "soll", "agreed", "wanted", "wants", "wish"})
        )
        or bool(plain & _WARM)
        or not plain
    )


def means_setpoint_within(key: str, above: Sequence[str]) -> bool:
    """Whether the name says it together with what encloses it: `"desired": {"temperature": 22}`, `"occupied": {"heat":
    21}` within "setpoints"."""
    if not set(words(key)) <= _WARM | _STATES:
        return False
    return any(means_setpoint(f"{name}_{key}") or set(words(name)) & _PLANNED for name in above[:1]) or (
        means_state(key)
        and all(set(words(name)) <= _WARM for name in above[:1])
        and any(map(means_setpoint, above[:2]))
    )


def means_state(name: str) -> bool:
    """Whether it names only when or how a setpoint holds, as in `"setpoint": {"heat": 21, "cool": 24}`."""
    said = set(words(name))
    return bool(said & (_STATES - {"occ"})) and said <= _STATES | _WARM


def means_people(name: str) -> bool:
    """Whether a number under this name counts people."""
    said = set(words(name))
    if said & (_OTHERWISE | _SETPOINT | {"temp", "heating", "cooling", "per"}):
        return False
    return (
        bool(said & _PEOPLE)
        or bool(said & _COUNTED and said & _HOW)
        or bool(said & _PASSING)
        or bool(said & _KINDS and "count" in said)
    )


def means_energy(name: str) -> bool:
    """Whether a number under this name is energy that was used, or a load: `annual_kwh`, `peak_kw`, "gasUsage"."""
    said = {word for word in words(name) if not word.isdigit()}
    if said & _RATED:
        return False
    return bool(said & _ENERGY_UNIT) or (bool(said & _USED) and said != {"load"} and said <= _USED | _OF_USE)


def has_energy_unit(name: str) -> bool:
    """Whether the unit is said in the name: `gas_kwh`, `peak_kw`."""
    return bool(set(words(name)) & _ENERGY_UNIT)


def means_place(name: str) -> bool:
    """Whether it names the room, zone or unit of the record."""
    said = set(words(name))
    return bool(said & _PLACE) and said <= _PLACE | _FURTHER


def means_tariff(name: str) -> bool:
    """Whether a number under this name is a price of energy: `unit_rate_p_kwh`, `standing_charge`, "Rate ($/kWh)"."""
    said = set(words(name))
    return bool(said & _PRICE) and bool(said & _ENERGY) and not said & {"max", "count", "limit", "sample", "heart"}


_SIBLING = re.compile(
    r"(?<![^\W_])(?:point|name|object|tag|variable|property|attribute|param(?:eter)?|channel|path|signal|field|metric|"
    r"measure(?:ment)?|quantity|kind|what|setting|unit|uom)(?:[ _-]?(?:name|id))?[\"']?[ ]?[:=][ ]?[\"']?"
    r"([A-Za-z][\w./: -]{0,60})",
    re.IGNORECASE,
)
_HELD = word_set("value val v new to set setting reading amount count n num current present latest pv total sum")


def siblings(text: str, key: str, start: int, end: int) -> tuple[str, ...]:
    """What another field of the same object or line says that a value is of: `{"point": "RM217.ZN-SP", "value": 22}`.

    Empty unless the key says nothing itself. Of a path, only its last step is given."""
    if not set(words(key)) <= _HELD:
        return ()
    before = re.split(r"[{}\n]", text[max(0, start - 160) : start])[-1]
    after = re.split(r"[{}\n]", text[end : end + 120])[0]
    found = (match[1] for part in (before, after) for match in _SIBLING.finditer(part))
    return tuple(re.split(r"[./:]", name.strip())[-1] for name in found)


def parents(text: str, start: int, reach: int = 240) -> tuple[str, ...]:
    """The names of what encloses the field that begins at `start`, innermost first: objects in braces, or lines of less
    indent."""
    return (*_braced(text, start, reach), *_indented(text, start, reach))


_OPENS = re.compile(r"([\w.-]{1,40})[\"']?[ ]?[:=][ ]?$")
_LINE = re.compile(r"([ ]*)(?:-[ ])?[\"']?([\w.-][\w .-]{0,40}?)[\"']?:[ ]*$")


def _braced(text: str, start: int, reach: int) -> list[str]:
    depth, names = 0, []
    for at in range(start - 1, max(0, start - reach) - 1, -1):
        if text[at] in "}]":
            depth += 1
        elif text[at] in "{[":
            if depth == 0:
                opened = _OPENS.search(text, max(0, at - 44), at)
                names += [opened[1]] if opened else []
            else:
                depth -= 1
    return names


def _indented(text: str, start: int, reach: int) -> list[str]:
    first = max(0, start - reach)
    lines = text[first:start].split("\n")
    indent = len(lines[-1]) - len(lines[-1].lstrip(" -\"'"))
    names = []
    for line in reversed(lines[:-1]):
        found = _LINE.fullmatch(line)
        if found is not None and len(found[1]) < indent:
            indent = len(found[1])
            names.append(found[2])
    return names


_FIELD_OF_PLACE = re.compile(
    r"(?<![^\W_])(?:room|rm|space|zone|zn|location|loc|suite|unit|area|floor|level|tenant|building|bldg|site|raum|"
    r"zimmer|"
    r"mieter|etage|gebäude|salle|bureau|locataire|sala|inquilino|phòng)s?(?:[ _-]?(?:id|no|nr|number|name|code|ref))?"
    r"[\"']?[ ]{0,12}[:=][ \n]{0,3}[\"'\[{]*[^\W_]",
    re.IGNORECASE,
)
_PLACE_IN_NAME = re.compile(
    r"(?<![^\W_])(?:room|zone|suite|floor|rm|zn|space)(?:[_.\[-]{1,2}\d[\w.\]-]*[ ]?[:=]|(?<=rm)\d{3,4}[.:/]|"
    r"[_ -](?:controller|ctrl|"
    r"stat)[ ]\d)",
    re.IGNORECASE,
)
_FIELD_OF_SITE = re.compile(
    r"(?<![^\W_])(?:(?:building|bldg|site|facility|property|premises?|campus|store|branch|estate|tenant|customer|depot|"
    r"school|hotel|house|gebäude|standort|liegenschaft|objekt|mieter|bâtiment|immeuble|locataire|edificio|inmueble|"
    r"inquilino|tòa nhà|toà nhà)s?(?:[ _-]?(?:id|name|code|ref|no|number|key|"
    r"uid))?[\"']?[ ]{0,4}[:=][ \n]{0,3}[\"'\[{]*"
    r"(?!null|none|any|all\b|type|true|false)[^\W_]|(?-i:name[\"']?[ ]?[:=][ ]?[\"']?[A-Z][a-z]+))",
    re.IGNORECASE,
)
_NO_SITE = re.compile(
    r"(?<![^\W_])(?:model|product|manufacturer|vendor|category|benchmark|typical|default|standard|example|scenario|"
    r"register|datatype|archetype|reference|template|schema)s?(?![^\W_])",
    re.IGNORECASE,
)


def names_a_site(record: str, *, beyond_doubt: bool = False) -> bool:
    """Whether a field of the record says which building, site or tenant it is of, and none that it is of a kind.

    A mere "name" is that of anything, and not `beyond_doubt`."""
    if _NO_SITE.search(without_questions(record)) is not None:
        return False
    return any(not (beyond_doubt and match[0].startswith("name")) for match in _FIELD_OF_SITE.finditer(record))


_PATH = re.compile(
    r"(?<![^\W_])(?:[A-Za-z][\w-]{0,20}[/.]){1,4}(?:rm?|room|zone|z)[-_]?[\w.]{0,3}\d{1,4}", re.IGNORECASE
)


def names_a_place(record: str) -> bool:
    """Whether a field or a path of the record says which room, floor, tenant or building it is of."""
    return (
        _PLACE_IN_NAME.search(record) is not None
        or _FIELD_OF_PLACE.search(record) is not None
        or _PATH.search(record) is not None
    )


def record_around(text: str, start: int, end: int, before: int = 240, after: int = 160) -> str:
    """What stands around a field within its paragraph."""
    above = text[max(0, start - before) : start].rpartition("\n\n")[2]
    return above + text[start : end + after].partition("\n\n")[0]
