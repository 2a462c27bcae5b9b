"""How many people are in a building or room, or when it is in use or empty."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.building.belonging import general, of_one_building, of_one_place
from vestibule.privacy.validators import sentence_around, words_around, words_before

PEOPLE = (
    r"(?:people|of us|persons?|occupants?|employees?|staff(?: members)?|visitors?|guests?|students?|pupils?|"
    r"workers?|colleagues|contractors|cleaners|kids|delegates|tenants|patrons|diners|members|attendees|residents?|"
    r"heads|patients|customers|shoppers|children|"
    r"arrivals|departures|badge[ -]?(?:ins|swipes|events)|check-?ins|entries|visits|"
    r"personen|kolleg(?:en|innen)|angestellte|teilnehmer(?:innen)?|studierende|kinder|patienten|leute|"
    r"mitarbeiter(?:innen)?|besucher|beschäftigte|menschen|gäste|schüler|bewohner|"
    r"personnes?|gens|collègues|élèves|étudiants|collaborateurs|agents|clients|résidents|participants|occupants|"
    r"employés|visiteurs|salariés|personas?|ocupantes|empleados|trabajadores|alumnos|clientes|asistentes|residentes|"
    r"huéspedes|visitantes|người|"
    r"nhân viên|khách|sinh viên|học sinh|cư dân|bệnh nhân)"
)
_SEATS = (
    r"(?:desks|seats|workstations|rooms|beds|spaces|parking spaces|arbeitsplätze|plätze|postes|places|"
    r"puestos|chỗ)(?: (?:are|were|sind|sont|están))? (?:occupied|in use|taken|booked|used|empty|free|"
    r"belegt|occupés|ocupados|trống)"
)
_SOME = (
    r"(?:(?:half|(?:a|one) (?:third|quarter|dozen)|two thirds|"
    r"three quarters|two dozen|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|a hundred)(?: of)?(?: (?:the|our|"
    r"their|all))?|"
    r"die hälfte der|ein drittel der|la moitié des|la mitad de los|một nửa)"
)
_STATE = (
    r"(?:un|half-?|fully |partly |partially |mostly |normally |usually |heavily |lightly )?occupied|empty|"
    r"vacant|deserted|unmanned|unstaffed|vacated|leer(?:stehend)?|(?:un)?besetzt|belegt|unbelegt|"
    r"leersteht|vide|inoccupé\w?|occupé\w?|vací[oa]|desocupad[oa]|"
    r"ocupad[oa]|trống|bỏ trống|không có (?:ai|người)|có người|in use|occupies|occupy|no (?:staff|people|employees|"
    r"occupants|persons?|tenants?)|(?:nobody|no one|no-one)(?! (?:else|can|could|knows?|seems?|told|wants?|has|"
    r"will|would|"
    r"noticed|answers?|likes?))|niemand|nadie|personne ne|"
    r"dead(?: quiet)?(?= on| at| after)|heaving|(?:jam-?)?packed|rammed|sold out|full|fully booked|"
    r"closed(?! for)|geschlossen|away on holiday|on holiday|away|absent|abwesend"
)
CLOCK = (
    r"(?:\d{1,2}(?::\d\d|h\d{0,2}|[ ]?(?:am|pm|uhr|giờ))|\d{1,2}(?=[ ]?(?:to|until|till|-|–|bis|and|und|à|"
    r"a)[ ]?\d{1,2}))"
)
WHEN = (
    r"(?:from|between|after|before|until|till|since|by|at|von|ab|nach|vor|zwischen|bis|seit|um|de|entre|"
    r"après|avant|à partir|jusqu|desde|hasta|después|a las|từ|sau|trước|lúc|on|am|le|los|vào|every|during|"
    r"all|this|over|next|im|en|pendant|durante)\b[^.\n]{0,24}?"
    rf"(?:{CLOCK}|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bweekends?\b|\bnights?\b|\bweek\b|"
    rf"\bmonth\b|\bsummer\b|\bholidays?\b|\bnoon\b|\bmidnight\b|\bevenings?\b|\bmornings?\b|\b(?:mon|diens|"
    rf"donners|frei|sams|sonn)tags?\b|\bmittwochs?\b|\bwochenende\b|\bnachts?\b|"
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b|\bla nuit\b|\bweek-end\b|\b(?:lunes|"
    r"martes|miércoles|jueves|viernes|sábados?|domingos?)\b|\bnoche\b|\bfin de semana\b|\bthứ (?:hai|ba|"
    r"tư|năm|sáu|bảy)\b|\bchủ nhật\b|\bcuối tuần\b|\bban đêm\b|"
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december)\b|\b(?:19|20)\d\d\b)"
)
MEASURE = (
    r"occ(?:upancy|upants|upied[ _]seats)?[ _](?:count|number|total|now|rate|level|pct|percent)|occupancy(?: (?:rate|"
    r"level|count|ratio|factor))?|occupant (?:count|number)|head-?count|"
    r"people[ _-]?(?:count(?:er)?|present|inside)|(?:person|visitor|seat|desk|head)[ _-]?count|"
    r"persons?[ _](?:present|inside)|footfall|attendance|utili[sz]ation|presence|vacancy(?: rate)?|"
    r"anwesende?|effectif|présents|presentes|belegung(?:sgrad|squote|srate)?|auslastung|anwesenheit|personenzahl|"
    r"besucherzahl|badge[ _-]?counts?|(?:building|floor|site) population|belegte plätze|anzahl (?:der )?personen|"
    r"personen im "
    r"(?:raum|haus|gebäude)|nombre d['’](?:occupants|employés)|nombre de personnes|número de (?:personas|ocupantes)|"
    r"số (?:khách|nhân viên)|"
    r"leerstand(?:squote)?|"
    r"taux d['’]occupation|occupation|fréquentation|(?:tasa|nivel|porcentaje) de ocupación|ocupación|"
    r"aforo|tỷ lệ lấp đầy|công suất (?:phòng|sử dụng)|số người|mật độ người"
)
HERE = re.compile(
    r"\b(?:in|inside|on|at|within|im|in der|dans|en|trong|tại) (?:the |der |dem |le |la |"
    r"el )?(?:\w{1,14} )?(?:building|office|floor|room|lobby|hall|canteen|campus|site|house|school|hotel|wing|tower|"
    r"block|"
    r"library|store|warehouse|geb(?:ä|ae)ude|b(?:ü|ue)ro|haus|raum|etage|stock|halle|bâtiment|bureau|bureaux|immeuble|"
    r"étage|salle|plateau|"
    r"edificio|oficina|planta|sala|nave|tòa nhà|văn phòng|phòng)\b|\b(?:nobody|no one|no-one|niemand|"
    r"nadie)\b.{0,24}\b(?:there|here|"
    r"in|on \d{1,2}|on level|upstairs|downstairs|dort|da|allí)\b|\b(?:badge|turnstile|swipe|door counter|"
    r"people counter)|"
    r"^\W*(?:building|office|floor) |\b(?:the|this|die|das|der|le|la|l['’]|el) ?(?:\w{1,14} )?(?:building|"
    r"office|floor|etage|gebäude|büro|bureau|étage|immeuble|planta|oficina|edificio|site|school|wing|"
    r"store)\b(?= (?:is|was|has|had|at|ist|war|est|está|stands)\b)|\b(?:come|comes|came|works?|worked|"
    r"turn(?:ed)? up|"
    r"stay(?:ed|s)?|arrived?|show(?:ed)? up|kamen|kommen|arbeiten|travaillent|viennent|trabajan|vienen|"
    r"làm việc)\b|\b(?:currently|right now|at the moment|today|yesterday|last night|this morning|tonight|"
    r"present|on[ -]?site|inside|headcount|derzeit|aktuell|heute|gestern|anwesend|actuellement|aujourd|"
    r"présent|actualmente|hoy|ahora|presentes|hiện (?:tại|có)|hôm nay|đang)\b",
    re.IGNORECASE,
)
_AWAY = re.compile(r"full|fully booked|closed|geschlossen|(?:away )?on holiday|away|absent|abwesend", re.IGNORECASE)
_ARE = re.compile(r"\b(?:is|are|was|were|ist|sind|est|sont|está|están)(?: \w{1,12})? $")
_IF = re.compile(
    r"\b(?:if|when|while|whenever|once|unless|should|wenn|falls|si|quand|cuando|khi|during)\b", re.IGNORECASE
)
# "a classroom of 30 students" is any classroom
ANY = re.compile(
    r"\b(?:an?|any|each|every|eine?[mnrs]?|une?|una?|một)\s(?:\w+\s){0,2}?(?:\w*room|office|building|hall|space|"
    r"school|hotel|"
    r"gym|theatre|raum|büro|gebäude|klasse|salle|bureau|immeuble|sala|oficina|edificio|phòng|văn phòng|tòa nhà)\s"
    r"(?:\w+\s){0,2}?(?:of|for|with|holding|mit|für|von|de|pour|avec|para|con|cho|có)\s$",
    re.IGNORECASE,
)
_IS = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|stands?|stood|remains?|sits?|lies|stays?|currently|ist|sind|war|"
    r"steht|stehen|est|sont|reste|está|están|queda|đang|bị|bỏ|hiện)(?: \w{1,12})?|[:=|\"']) ?$"
)
NO_PLACE = re.compile(
    r"per (?:person|\d|m²|m2|100)|/\s?(?:person|m²|100)|\bl/s\b|sensor|density|design(?:ed)? for|capacity|"
    r"fire|mode|setpoint|set point|command|schedule (?:object|point|type)|course|webinar|training|team of|"
    r"survey|\bconference(?! room)|exhibition|trade fair|congress|respondents|training|algorithm|\bpo(?:i)?nt\b",
    re.IGNORECASE,
)


def _is_of_one_place(match: re.Match[str]) -> bool:
    sentence = sentence_around(match)
    owned = of_one_building(sentence) or of_one_place(sentence)
    if (general(sentence) and not owned) or (
        NO_PLACE.search(sentence) is not None and not (owned and match["people"] is not None)
    ):
        return False
    if match["people"] is not None and ANY.search(words_before(match, 60)) is not None:
        return False
    if match["inside"] is not None or match["were"] is not None:
        return owned
    if match["share"] is not None:
        return owned or not general(sentence)
    if match["state"] is not None and match["when"] is None and _IF.search(sentence) is not None:
        return False
    if match["people"] is not None:
        return (
            owned
            or re.search(r" (?:the|our|their)$", match["people"]) is not None
            or HERE.search(sentence) is not None
            or re.search(MEASURE, words_around(match, 60), re.IGNORECASE) is not None
        )
    if match["when"] is None and _AWAY.fullmatch(match["state"]) and _ARE.search(words_before(match, 24)) is None:
        return False
    if (
        match["when"] is None
        and not re.match("no|niemand|nadie|không", match["state"].lower())
        and _IS.search(words_before(match, 24)) is None
    ):
        return False
    return owned or HERE.search(sentence) is not None


RECOGNIZER = Recognizer(
    type="OCCUPANCY",
    pattern=re.compile(
        rf"(?P<value>(?<![\w.,:=-])(?P<people>\d{{1,3}}(?:[,.]\d{{3}})?|\d{{1,5}}|{_SOME})(?:[ ](?:to|of|out of|"
        rf"von|bis|"
        rf"sur|de|-)[ ]\d{{1,5}})?[ ](?:\w{{2,12}}[ ])?(?:{PEOPLE}|{_SEATS})(?![\w-])|"
        rf"(?<=\bthere are )(?P<inside>\d{{1,4}}(?= (?:of us )?(?:in|on|inside|at) ))|"
        rf"(?:(?<=\bthere were )|(?<=\bwe had )|(?<=\bwe have )|(?<=\bwe are )|(?<=\bwe['’]re )|"
        rf"(?<=\bwe were ))(?P<were>\d{{1,4}}(?= (?:of us )?(?:in|on|inside|at) ))|"
        rf"(?<![\w.,-])(?P<share>\d{{1,3}}(?:[.,]\d)?[ ]?(?:%|percent|prozent|"
        rf"por ciento)[ ](?:of [^.\n]{{1,30}} )?(?:occupancy|occupied|full|belegt|ausgelastet|occupés?|"
        rf"ocupad[oa]|vacant|utili[sz]ed|in use|leased|let)\b)|"
        rf"(?<![\w])(?P<state>{_STATE})(?![\w-])(?P<when>[^.\n]{{0,30}}?{WHEN}(?:[^.\n]{{0,12}}?(?:to|until|"
        rf"till|-|–|bis|and|und|à|a|đến)[ ]?{CLOCK})?)?)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"[ ](?:{PEOPLE}|{_SEATS})(?![\w-])|there (?:are|were) \d|we(?: had| have| were| are|['’]re) \d|"
        r"(?:%|percent|prozent|por ciento)[ ](?:of [^.\n]{1,30} )?(?:occup|full|bele|ausg|ocup|vaca|util|in use|"
        r"leas|let)|"
        rf"(?<![\w])(?:{_STATE})(?![\w-])",
        re.IGNORECASE,
    ),
    examples=(
        ("There are 42 people on the third floor.", "42 people"),
        ("Building 7 has 120 occupants", "120 occupants"),
        ("The office is empty on Fridays", "empty on Fridays"),
        ("Suite 400 is vacant", "vacant"),
        ("nobody is there after 6 pm", "nobody is there after 6 pm"),
        ("half the desks are taken on Mondays in our office", "half the desks are taken"),
        ("there were 34 in the boardroom at ten", "34"),
        ("nobody is in the building after 19:00.", "nobody is in the building after 19:00"),
        ("Our floor is occupied from 7:30 to 18:00", "occupied from 7:30 to 18:00"),
        ("Im Gebäude sind derzeit 35 Personen", "35 Personen"),
        ("Il y a 20 personnes dans le bâtiment", "20 personnes"),
        ("hay 15 personas en la oficina", "15 personas"),
        ("Am Dienstag waren 185 Kollegen im Gebäude", "185 Kollegen"),
        ("Había 141 empleados en la planta segunda", "141 empleados"),
        ("có 30 người trong văn phòng", "30 người"),
    ),
    counter_examples=(
        "call 12 people",
        "Occupied Cooling Air Flow Min Setpoint",
        "Occupancy Sensor",
        "typical offices have an occupancy of 60 %",
        "10 l/s per person for 20 people",
        "the tank is empty",
        "Occupancy 1",
        "a fully occupied bus",
        "the filter is full",
        "Nobody else bid for our contract",
        "two people asked",
        "a classroom of 30 students",
    ),
    score=0.85,
    valid=_is_of_one_place,
)
