"""Whose number it is: of one building, room or tenant, or common knowledge. Reads one sentence; finds nothing itself.

A sentence belongs to somebody when it says "our", names a place, or makes a proper name the subject of the number;
benchmarks, ratings and rules of thumb belong to nobody unless it does.
"""

import re

from vestibule.privacy.recognizers.building import room, room_name_first, room_unit, room_with_floor
from vestibule.privacy.recognizers.building.places import PLACE
from vestibule.privacy.recognizers.wording import without_questions

_ROOMS = (room.RECOGNIZER, room_unit.RECOGNIZER, room_name_first.RECOGNIZER, room_with_floor.RECOGNIZER)
_CAPITAL = r"[A-ZÀ-ÝĐ][\w'’&-]{0,24}"
_KIND = (
    r"(?i:house|tower|cent(?:er|re)|building|plaza|school|hospital|campus|mall|library|hall|court|depot|"
    r"warehouse|hotel|arena|clinic|factory|museum|theat(?:er|re)|"
    r"complex|block|annexe?|wing|lodge|pavilion|works|hub|gallery|station|terminal|market|mill|yard|wharf|"
    r"quay|gardens|heights|park|place|square|point|offices?|"
    r"headquarters|hq|studios?|labs?|residence|apartments|college|university|academy|stadium|store|shop|"
    r"site|facility|plant|exchange|institute|haus|turm|halle|schule|"
    r"rathaus|zentrum|hof|klinik|werk|geb(?:ä|ae)ude)"
)
_LIST = (
    "kwh mwh gwh twh kw mw gw gj mj wh btu m3 a an the this that these those typical average most many each every "
    "all some any no new old large small big medium commercial residential public private office offices school "
    "hospital hotel retail modern efficient standard reference model sample example benchmark energy electricity "
    "gas heat heating cooling power water for in at of on by from and or if when while our their german european "
    "american british french spanish us uk eu ashrae cibse leed breeam total overall consumption demand usage use "
    "peak base note source answer question january february march april may june july august september october "
    "november december monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep "
    "sept oct nov dec germany france spain vietnam europe england america q1 q2 q3 q4 today yesterday it they he "
    "she we you i its chiller chillers boiler boilers pump pumps fan fans ahu vav lighting lights hvac motor "
    "heater compressor server servers elevator lift equipment device devices meter buildings homes houses "
    "households units sensors people passive net zero green smart star per what how why which who where then "
    "there here during between with without after before about than as is are was were be energiestar sum mean "
    "median max min maximum minimum ein eine der die das le la les un une el los las una typische typisches "
    "durchschnittlich durchschnittliche ein typical einfamilienhaus zero-energy low-energy date time value values "
    "electric natural district site solar pv wind battery monthly annual daily weekly hourly yearly last next "
    "since kwh mwh co2 iso en din vdi sia iec ieee doe epa iea eia epc table figure mr mrs ms dr january's "
    "reading readings calculate convert assume assuming suppose given consider set use used supply return flow "
    "zone temp temperature setpoint setpoints pressure valve damper primary secondary mixed discharge outdoor "
    "outside indoor default occupied unoccupied tank dhw hot cold chilled night day mode load parameter capacity "
    "output input ch ef sf rf rtu mau fcu vrf vrv hp ct cwp chwp hwp crac crah ups dx erv hru mcc vsd vfd danfoss "
    "carrier trane daikin siemens abb schneider honeywell kamstrup modbus bacnet knx mqtt außentemperatur "
    "aussentemperatur vorlauf rücklauf vorlauftemperatur rücklauftemperatur raumtemperatur heizkurve heizung "
    "heizkörper fußbodenheizung lüftung lüftungsanlage klimaanlage kälte kältemaschine kessel brenner pumpe "
    "wärmepumpe speicher pufferspeicher warmwasser trinkwasser wasser luft zuluft abluft anlage anlagen gerät "
    "geräte ventilator regler regelung ventil klappe fühler thermostat betrieb nachtbetrieb nacht winter sommer "
    "heizperiode leistung verbrauch bedarf strom gas energie grad wert sollwert norm person personen raum räume "
    "büro büros wohnung haushalt haushalte jahr monat baseline scenario option variant case retrofit measure "
    "savings led vsd residential warehouse sector lighting ventilation plug appliances fridge oven dishwasher tv "
    "car ev best worst good practice season before after existing proposed actual target benchmark category type "
    "class szenario variante vorher nachher bestand sanierung gebäudetyp wohngebäude bürogebäude "
    "verwaltungsgebäude schulen krankenhäuser hotels supermarkt supermärkte einfamilienhaus mehrfamilienhaus "
    "woche stunde stunden tage beispiel regel fall frage antwort texas california scotland ireland italy austria "
    "switzerland sweden norway denmark poland china india japan canada australia deutschland österreich schweiz "
    "frankreich espagne allemagne españa francia alemania việt nam"
)
_COMMON = frozenset(_LIST.split())
_MACHINE = re.compile(r"[A-Z]{1,4}-?\d{1,4}")
_TAG = re.compile(r"[-_.]?\d{1,4}[a-z]?$")  # the number of one of several machines
_OURS = re.compile(
    r"\b(?:our|your (?:building|site|office|premises|property|home)|votre (?:bâtiment|site|immeuble)|su edificio|"
    r"we|(?-i:us)|ours|my|mine|unser\w{0,2}|wir|mein\w{0,2}|ihr\w{0,2}|notre|(?-i:nos|nous|mon|ma|mi)|"
    r"nuestr[oa]s?|nosotros|chúng tôi|chúng ta|của tôi)\b",
    re.IGNORECASE,
)
_THE = re.compile(
    r"\b(?:"
    r"(?:this|that|the) (?:(?:north|south|east|west|main|old|new|other|second|whole|entire|rear|front)(?:ern)? "
    r"(?:wing|block|building|tower|site|campus|office|depot|annexe?|house|hall|plant|store|offices)|"
    r"gym(?:nasium)?|town hall|city hall|"
    r"canteen|shop|restaurant|caf[eé]|clubhouse|sports hall|church|swimming pool|leisure cent(?:er|re)|annexe?|"
    r"building|site|office|property|"
    r"school|house|facility|tenant|tenants|campus|"
    r"hotel|hospital|warehouse|store|plant|tower|headquarters|hq|data ?cent(?:er|re)|library|factory|"
    r"depot|mall|branch)(?:'s)?(?! (?:should|must|code|type|stock|sector|envelope))|"
    r"(?:diese[smrn]?|das|im|des|dem) (?:geb(?:ä|ae)ude|haus|hauses|geb(?:ä|ae)udes|b(?:ü|ue)ro|standort|"
    r"objekt)s?|(?:ce |cette |le |la |au |du |"
    r"l['’])(?:bâtiment|immeuble|site|locataire|gymnase|mairie|école|piscine|crèche|bibliothèque|cantine|lycée|"
    r"collège|hôpital|"
    r"hôtel|médiathèque|entrepôt|usine|siège|magasin|bureau|agence|résidence|campus|tour)|cet immeuble|(?:este|"
    r"esta|el|la|del|al) (?:edificio|inmueble|ayuntamiento|"
    r"colegio|escuela|"
    r"biblioteca|polideportivo|hospital|hotel|piscina|nave|fábrica|almacén|"
    r"inquilino)|(?:die|der|dieser?) (?:turnhalle|schule|bibliothek|mensa|kantine|sporthalle|kita|werkstatt|"
    r"lagerhalle|klinik)|"
    r"(?:der|des|unser) mieters?|tòa nhà(?: này)?|toà nhà|khách thuê)\b",
    re.IGNORECASE,
)
# advice says "the building" too: "if the building is empty, lower the setpoint"
_IF = re.compile(r"\b(?:if|when|while|whenever|once|unless|should|wenn|falls|si|quand|cuando|khi)\b", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:buildings?|bldg\.?|tower|block|site|house|campus|geb(?:ä|ae)ude|haus|standort|objekt|liegenschaft|"
    r"bâtiment|bat\.?|immeuble|tour|edificio|torre|bloque|pabellón|nave|aile|trakt|flügel|bauteil|sede|tòa nhà|"
    r"toà nhà|tòa|toà|chung cư|khách sạn|bệnh viện|trường|nhà máy|siêu thị|trung tâm|plant|facility|"
    r"property|store|depot|library|hotel|hospital|theatre|gallery|clinic|branch|filiale|hall|halle|school|warehouse|"
    r"data ?cent(?:er|re)|wing|annexe?|tenants?|"
    r"mieter(?:in)?|locataire|inquilino|arrendatario|khách thuê|customer|client|kunde|"
    r"meter|z(?:ä|ae)hler|compteur|contador|công tơ|portfolio|cơ sở|chi nhánh)[\"':=_ -]{1,4}(?:no\.?[ ]?|"
    r"nr\.?[ ]?|n°[ ]?|nº[ ]?|#|số[ ]|id[ :=]{0,2})?(?-i:[\"'“„]?"
    r"(?!(?:[Tt]he|[Uu]sed?|[Ii]n|[Ii]s|[Ww]as|[Ee]nergy|[Tt]ypes?|[Mm]anage\w*|[Cc]odes?|[Pp]erformance|"
    r"[Aa]utomation|[Oo]perat\w*|[Ss]tandard|[Dd]ata|[Ee]lectric\w*|[Ss]tock|[Cc]onsum\w*)\b)"
    r"(?:[A-ZÀ-ÝĐ][\w'’&.-]{0,24}|\d{1,14}[A-Za-z]?(?![ ]?(?:°|%|degrees|m²|[kM]Wh?\b))|[a-z]{1,4}[-_]?\d{1,4}))\b",
    re.IGNORECASE,
)
_PLACE = re.compile(rf"\b((?:{_CAPITAL}[ ]){{1,4}}){_KIND}\b")
_KIND_FIRST = re.compile(
    rf"\b(?:Villa|Quartier|Palais|Hôtel|Hotel|Residencia|Résidence|Torre|Tour|Edificio|Haus|Schloss|Château|Casa|"
    rf"Vincom|Landmark|Bitexco|HQ|Campus|Site|School|Lycée|École|Colegio)[ ]{_CAPITAL}"
)
_COMPOUND = re.compile(
    r"\b(?!Rechen|Einkaufs|Heiz|Kraft|Blockheiz|Netz|Stock|Bau|Gewächs|Treppen|Park|Kauf|Gast|Arbeits|Stell|Solar|"
    r"Wind|Turn|"
    r"Sport|Lager|Produktions|Fabrik|Werk|Grund|Hoch|Muster|Effizienz|Null|Niedrig|Fertig|Plus|Energie|Wasser|Pump|"
    r"Uhr|Einfamilien|Mehrfamilien|Büro|Kranken|Hoch|Wohn|Passiv|Reihen|"
    r"Schul)[A-ZÄÖÜ][a-zäöüß]{2,20}(?:haus|turm|halle|schule|zentrum|hof|klinik|werk|park|platz|carré|"
    r"straße|strasse)\b"
)
_ADDRESS = re.compile(
    rf"(?<![\w-])HQ(?![\w-])|\b\d{{1,4}}[a-z]?[ ](?:{_CAPITAL}[ ]){{1,3}}(?:St|Street|Rd|Road|Ave|Avenue|Lane|Ln|"
    rf"Drive|Blvd|Way|"
    rf"Place|Square)\b|\b[A-ZÄÖÜ][\wäöüß-]{{2,24}}(?:straße|strasse|str\.|weg|platz|allee)[ ]\d{{1,4}}|"
    rf"\b\d{{1,3}},? rue\b|\b(?:Calle|Avenida|đường)\b"
)
_ROOM = re.compile(
    r"\b(?:tenants?|mieter(?:in)?|locataire|inquilino|khách thuê|suite|room|board ?room|lecture (?:theat(?:er|re)|"
    r"hall)|"
    r"auditorium|seminar(?:room|raum)|(?:besprechungs|konferenz|sitzungs|klassen|server|technik)(?:raum|zimmer|saal)|"
    r"hörsaal|aula|studio|"
    r"lounge|rm\.?|office|apartment|apt\.?|"
    r"flat|shop|raum|zimmer|b(?:ü|ue)ro|etage|stockwerk|wohnung|salle|bureau|étage|appartement|"
    r"sala|oficina|despacho|planta|piso|habitación|phòng|tầng|lầu|căn hộ|văn phòng|ward|classroom|"
    r"desk)[\"':=_ -]{1,4}(?:no\.?[ ]?|nr\.?[ ]?|n°[ ]?|nº[ ]?|#|số[ ])?"
    r"(?-i:[\"'“„]?(?:[A-ZÀ-ÝĐ](?![a-z]*(?:emp|et|ir|ensor)\b)[\w'’.-]{0,24}|"
    r"[A-Za-z]{0,3}-?\d{1,5}(?:[.-]\d{1,4})?[A-Za-z]?))\b|"
    r"\b(?:zone|floor|level|storey|hall|lab|og|etage|area|bay)[\"':=_ -]{1,4}(?:no\.?[ ]?|"
    r"#)?(?-i:[A-Z]{0,3}-?\d{1,4}(?:[.-]\d{1,4})?[A-Za-z]?|[A-Z])(?![\w%°]|[.]\d|(?-i:[ ](?:Temp|Air|Hum|"
    r"CO2|Set)))|"
    r"\b(?:\d{1,2}(?:st|nd|rd|th|\.|er|e|ème|ª|º)|ground|first|second|third|fourth|fifth|sixth|seventh|"
    r"eighth|ninth|tenth|top|upper|lower|erste[nrs]?|zweite[nrs]?|dritte[nrs]?|vierte[nrs]?|premier|"
    r"deuxième|"
    r"troisième|primera|segunda|tercera)[ ](?:floor|level|storey|stock|etage|obergeschoss|og|étage|planta|"
    r"piso)\b|(?:\b(?:the|our|my|im|in der|der|la|le|el|dans la) (?:\w{1,16}[ ])?|[(])(?:lobby|canteen|cafeteria|"
    r"kantine|"
    r"auditorium|"
    r"server ?room|serverraum|boardroom|conference room|meeting room|konferenzraum|besprechungsraum|"
    r"salle de réunion|sala de reuniones|open[ -]?plan|reception|gym|ballroom|library|atrium|kitchen|"
    r"tenant(?:'s)?(?: \w{2,12})?)\b|"
    r"\b(?:erdgeschoss|rez-de-chaussée|planta baja|tầng trệt|penthouse|untergeschoss|phòng họp|"
    r"phòng máy chủ)\b|\b(?:CEO|director|boss|chef|his|her|my|their)(?:'s|s)? (?:corner )?(?:office|room|desk|floor|"
    r"b(?:ü|"
    r"ue)ro)\b",
    re.IGNORECASE,
)
_THE_PLACE = re.compile(
    rf"\b(?:the|our|my|their|your|his|her|this|that)\s(?:[\w'’-]{{2,16}}\s){{0,2}}(?!units?\b){PLACE}(?!\w)|"
    r"(?:\b(?:our|my|their|your|his|her)|['’]s) (?:floor|space|area|zone|side|corner|wing|desks?)\b",
    re.IGNORECASE,
)
_LET = re.compile(r"\b(?:unit|suite|bay|shop|flat|pod|booth) [A-Z]?\d{1,4}[A-Z]?\b(?![.,]\d)", re.IGNORECASE)
_APPLIANCE = re.compile(
    r"\b(?:fridges?|freezers?|ovens?|dishwashers?|hot water|calorifiers?|cylinders?|tanks?|samples?|kettles?|"
    r"legionella)\b",
    re.IGNORECASE,
)
_PLANT = re.compile(
    r"\b(?:modbus|slave|compressors?|condens\w+|rooftop|outdoor unit|ahu|fan coils?|register|boilers?|chillers?|"
    r"heat pumps?|"
    r"splits?)\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"\b(?:typical(?:ly)?|averages?|avg|median|benchmarks?|standards?|rated|ratings?|nominal|nameplate|"
    r"nation(?:al|ally|wide)|industry|in general|generally|usual(?:ly)?|most|worldwide|statistic\w*|"
    r"guidelines?|ashrae|"
    r"cibse|leed|breeam|energy star|epc|tm46|recommend\w{0,8}|regulations?|data ?sheet|specifications?|"
    r"specs?|examples?|e\.g|for instance|rule of thumb|assum\w{1,5}|suppose|hypothetical|"
    r"manufacturer\w{0,2}|design(?:ed)? for|capacity of|can (?:use|consume|hold)|should(?! (?:i|we)\b)|convert|equals?|"
    r"per (?:capita|household|person)|literature|studies|study|published|"
    r"typisch\w{0,3}|durchschnitt\w{0,6}|üblich\w{0,4}|kennwerte?\w{0,2}|norm(?:en)?|nennleistung|"
    r"richtwerte?\w{0,2}|beispiel\w{0,4}|empf\w{3,8}|moyennes?|typiques?|généralement|exemple|norme|"
    r"recommand\w{1,4}|"
    r"promedio|típic\w{1,3}|generalmente|ejemplo|norma|recomiend\w{1,3}|recomendad\w{1,2}|trung bình|"
    r"thông thường|tiêu chuẩn|điển hình|ví dụ|khuyến nghị)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_SUBJECT = re.compile(
    rf"(?:^|[\s\"'(])({_CAPITAL}(?:[ ](?:{_CAPITAL}|\d{{1,4}}\b|of|am|an|der|de|"
    rf"la)){{0,4}})(?:['’]s?)?[ ]{{1,2}}(?:\([^)\n]{{1,40}}\)[ ])?(?i:has |have |had |hat |a |ha |"
    rf"đã )?(?i:has|had|hosts|houses|wünscht|will|bittet|souhaite|demande|veut|quiere|desea|pide|"
    rf"muốn|yêu cầu|xin|needs|sets|wants|wanted|keeps|prefers|asked|likes|requested|hat|hatte|möchte|"
    rf"used|uses|consumed|"
    rf"consumes|drew|draws|imported|exported|"
    r"needed|burned|burnt|hit|peaked|reached|exceeded|recorded|logged|totall?ed|required|spent|purchased|"
    r"reported|posted|ran|averaged|never drops|drops|dropped|fell|falls|rose|rises|pulls|pulled|idles|sits at|annual|"
    r"elec|monthly|verbrauchte|verbraucht|benötigte|bezog|consommé|consomme|consommait|"
    r"consumió|consume|consumido|"
    r"tiêu thụ|dùng|sử dụng|pays?|paid|zahlt|paie|paga|trả|consumption|demand|usage|load|energy|"
    r"electricity|gas|bill|peak|base ?load|metered|is |was |came)\b"
)
_OBJECT = re.compile(
    rf"(?i:\b(?:of|at|for|by|from|von|für|bei|am|de|du|del|en|à|a|của|tại|cho|site|building|name|tenant|"
    rf"customer|geb(?:ä|ae)ude)\b[\"']?[ :=]{{1,3}}[\"']?)(?!(?i:the)\b)({_CAPITAL}(?:[ ]{_CAPITAL}){{0,3}})"
)
_ROW = re.compile(rf"(?:^|\n)[\W_]*\"?({_CAPITAL}(?:[ ][\w-]{{1,20}}){{0,4}})\"?[ ]{{0,2}}(?:\||:|;|,|\t|–|—|->|=| - )")


_CODE = re.compile(r"[(\[]([A-Z]{1,4}-?\d{1,4})[)\]]")
_LOWER = re.compile(
    r"\b(\w{3,20}) (?:house|tower|plaza|campus|mall|school|hospital|library|warehouse|hotel|arena|depot|"
    r"centre|center|park|court|hall)"
    r"(?:'s)? (?:has |have |had )?(?:used|uses|consumed|consumes|drew|draws|needed|needs|burned|imported|"
    r"peaked|is|was|consumption|demand|usage|load)\b",
    re.IGNORECASE,
)
# "the Foundry", "the Annexe": common nouns that became the name of one building
_ARTICLE = re.compile(
    r"(?i:\b(?:at|in|of|for|from|by|building)\b[\"']?[ :=]{1,3}|(?:^|\n)\W*(?=(?i:the )[A-Z]\w+[,;|\t:]))(?i:the )"
    r"(?!Netherlands|United|Middle|European|Philippines|Emirates|American|States|Kingdom|Nordic|Building|Office|Energy|"
    r"World|Average|Typical|National|Standard|Chiller|Boiler|Pump|Table|Figure|Summer|Winter|Monday|Passive|Standard)"
    r"([A-Z][a-zà-ÿ]{3,20})\b"
)
_ANY = re.compile(r"\b(?:an?|eine?[rmns]?|une?|una?|jede[rs]?|each|every)[ ](?:[^\W\d_]+[ ])?$", re.IGNORECASE)
_POSSESSIVE = re.compile(rf"({_CAPITAL}(?:[ ]{_CAPITAL}){{0,3}})['’]s?[ ]\w")


def general(said: str) -> bool:
    """Whether it speaks of benchmarks, ratings or rules. A question beside a number is not about that one alone."""
    if _GENERAL.search(said) is None:
        return False
    rest = without_questions(said)
    return _GENERAL.search(rest if _DIGIT.search(rest) is not None else said) is not None


def of_one_building(sentence: str) -> bool:
    """Whether a number in the sentence is said of one building, site, meter or tenant."""
    return names_a_building(sentence) or (not general(sentence) and _has_an_owner(sentence))


def names_a_building(sentence: str) -> bool:
    """Whether the sentence says "our" or names a building, beyond doubt."""
    if (
        _OURS.search(sentence) is not None
        or (_THE.search(sentence) is not None and _IF.search(sentence) is None)
        or _NUMBERED.search(sentence) is not None
        or _ADDRESS.search(sentence) is not None
    ):
        return True
    if _KIND_FIRST.search(sentence) is not None or _COMPOUND.search(sentence) is not None:
        return True
    if any(found[1].lower() not in _COMMON for found in _LOWER.finditer(sentence)):
        return True
    return any(_proper(found[1]) for found in _PLACE.finditer(sentence))


def _has_an_owner(sentence: str) -> bool:
    """A proper name that is the subject, the object, the head of the row or in the genitive."""
    return any(_proper(found[1]) for found in _ARTICLE.finditer(sentence)) or any(
        _proper(found[1]) and _ANY.search(sentence[: found.start(1)] + found[1].split()[0] + " ") is None
        for pattern in (_SUBJECT, _OBJECT, _ROW, _POSSESSIVE, _CODE)
        for found in pattern.finditer(sentence)
    )


def of_one_room(sentence: str) -> bool:
    """Whether the sentence speaks of a room, floor or tenant that is named or numbered."""
    return _ROOM.search(sentence) is not None or any(
        recognizer.valid(found) for recognizer in _ROOMS for found in recognizer.pattern.finditer(sentence)
    )


def of_one_place(sentence: str) -> bool:
    """The same, and of one that is called by its kind or let as a unit: "the archive", "our floor", "unit 7"."""
    return (
        of_one_room(sentence)
        or (_THE_PLACE.search(sentence) is not None and _APPLIANCE.search(sentence) is None and not general(sentence))
        or (_LET.search(sentence) is not None and _PLANT.search(sentence) is None)
    )


def _proper(words: str) -> bool:
    """Whether some capitalised word is a name and not a common word at the head of a sentence."""
    parts = words.split()
    return any(
        w[0].isupper()
        and not (_MACHINE.fullmatch(w) and before.lower() in _COMMON)
        and not {w.lower().strip("'’"), _TAG.sub("", w.lower().strip("'’"))} & _COMMON
        for before, w in zip(["", *parts], parts, strict=False)
    )
