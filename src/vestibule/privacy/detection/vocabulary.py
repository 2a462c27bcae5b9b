"""Words that are too ordinary to give anyone away: what is only made of them never becomes a dictionary's entry.

Everyday words, the calendar, and the vocabulary of buildings and of the names of points in building automation.
"""

from __future__ import annotations

import re

_SHORTEST = 3
_LONGEST_COMMON_NUMBER = 4
_NAMES = frozenset({"PERSON", "TENANT", "ORGANISATION"})
_PLACES = frozenset({"ROOM", "ADDRESS"})
_TOKEN = re.compile(r"[^\W\d_]+|\d+")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVERYDAY = _set("""
    a about above access account after again all alarm also always am an and another any area are as ask at away
    back be because been before began behind below best better between big black blue both bring brown building but
    by call can case center central centre change city clear close closed code cold come common company contact cool
    could current daily data date day days dear default department did do does done down during each early east
    empty end energy english enter entry error evening every example exit external extra false far fast feel few
    field file find fine first floor follow for free from front full gas general get give go good gray great green
    grey group guest half hall hand has have he heat heavy help her here high hill him his home hot hour hours house
    how i if in indoor info inside into is it its job just keep key kind king know lab lane large last late left
    less level life light like line list little local long look lot low main major make manager many mark may me
    mean meeting member mid middle minor minute mode month more morning most much must my name near need new next
    night no none normal north not note nothing now number of off office old on one only open or orange order other
    our out outside over own page park part pay people per phone place plan please point post power price private
    public put question quick rather read real red rest right road room rose run said same say second section see
    send service set share she shop should show side since site small so some south space spare standard start state
    station still stop store street such sure system table take team test than thank that the their them then there
    these they thing think this those though three through time to today tomorrow tonight too top total town tree
    true turn two type under unit until up upon us use used user very via view visit wait want warm was water way we
    week well went west what when where which while white who why wide will window winter with within without wood
    word work world would year yellow yes yesterday yet you young your zone ab aber alle als auch auf aus bei bis da
    das dass dem den der des die dies durch ein eine einem einen einer er es für gebäude haus heute hier hoch ich
    ihr im ist ja kann kein mehr mit nach neu nicht noch nur oben oder ohne raum sehr sein sich sie sind tag über um
    und uns unter vom von vor war wenn wer wie wir wird wo zeit zu zum zur au aux avec ce ces dans de du elle en est
    et il la le les leur mais ne nous ou par pas plus pour que qui sa sans se ses son sur un une vous con del el las
    los muy para pero por sin su sus una y january february march april june july august september october november
    december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday
    sunday mon tue wed thu fri sat sun weekday weekend spring summer autumn fall frank grace hope joy faith ivy iris
    bill rob art dean guy jack pat ray rich rusty agency association bank clinic club college council foundation
    gallery hospital hotel institute library market ministry museum partners pharmacy restaurant school services
    society studio trust university
    """)

POINT_NAMES = _set("""
    active actual ahu air alm ambient analog analogue average avg bacnet battery bld bldg block bms boiler boilers
    bypass cav chilled chiller chillers chw chwp chwr chws cmd coil command compressor condenser consumption control
    controller cooling corridor cost counter ct cw damper dat day dcv delta demand device dew dhw diff differential
    discharge dp duct eco economiser economizer ef effective efficiency electric electrical electricity elec
    emergency enable energy enthalpy erv exh exhaust fan fans fault fb fcu feedback filter fire flow freq frequency
    frost gas generator heater heating heatpump hhw hp humidity hru hvac hw hws hx hz input intake kw kwh lift
    lighting limit load loop lux main manual max maximum mau meter meters min minimum mixed motor mtr mwh occ
    occupancy occupied outdoor output outside panel plant pm pos position ppm pressure primary process pump pumps
    rad radiator raw reading reheat relative relief request reset return rh riser roof rooftop rtu run running sa
    sat sched schedule secondary sensor server setback setpoint smoke solar sp speed spt stage status sts supply
    switch sys tank temp temperature terminal therm thermostat total tower trip unocc unoccupied valve vav vent
    ventilation vfd vlv volt voltage vrf vsd zn brandmelder heizung kälte kessel klappe kühlung lüftung pumpe
    sollwert störung strom temperatur ventil wärme zähler basement canteen cellar conference elevator entrance
    garage kitchen lobby lounge mezzanine reception restroom stairs staircase storage toilet workshop
    besprechungsraum büro eingang flur keller küche lager treppenhaus
    """)

ORDINARY = EVERYDAY | POINT_NAMES


def is_ordinary(surface: str, kind: str) -> bool:
    """Whether `surface`, an entry of entity type `kind`, would be found in texts that do not mean it.

    So are short things, short numbers, and ordinary words with short numbers ("AHU-1"), but not a numbered room. A name
    of several words ("Open Market Partners") is ordinary only if all of them are vocabulary of buildings.
    """
    tokens = _TOKEN.findall(surface.lower())
    if sum(map(len, tokens)) < _SHORTEST:
        return True
    longest = max((len(token) for token in tokens if token.isdecimal()), default=0)
    if longest > _LONGEST_COMMON_NUMBER + (len(tokens) == 1):
        return False
    words = [token for token in tokens if not token.isdecimal() and len(token) > 1]
    if kind in _NAMES:
        return all(word in (POINT_NAMES if len(words) > 1 else ORDINARY) for word in words)
    if any(word not in ORDINARY for word in words):
        return False
    return not (kind in _PLACES and words and any(token.isdecimal() for token in tokens))
