"""What rooms and floors are called in five languages, and how their codes are written. Pieces of patterns."""

ROOM = (
    r"(?:(?:meeting|conference|conf\.?|server|plant|switch|comms|control|hotel|guest|treatment|patient|store|boiler|"
    r"electrical|"
    r"mechanical|training|seminar|break|interview|project|lab|riser|pump|meter|cold|clean)[ ])?(?:class)?rooms?|"
    r"rms?\.?|"
    r"suite|ste\.?(?=[ ]\d)|office(?:[ ](?:no\.?|number|nr\.?))?|desk|"
    r"(?:basement |cleaner['’]?s['’]? |stationery )?(?:store|stockroom|storeroom|cupboard)(?=[ ][A-Z]{0,2}\d[\w.-]*\d)|"
    r"(?:(?<=outside )|(?<=at )|(?<=behind )|(?<=opposite )|(?<=near )|(?<=through ))door(?=[ ](?:no\.?[ ]|"
    r"number[ ])?[A-Z]?"
    r"\d{3}(?!\d))|"
    r"(?:meeting |phone |focus )?(?:pod|booth)|(?:kitchen|stairwell|kiosk|shop)(?=[ ]\d)|"
    r"apartment|apt\.?|flat|lab(?:oratory)?|ward|cubicle|workstation|locker|bay|studio|kitchenette|"
    r"parking (?:space|bay|spot)|(?:b(?:ü|ue)ro|besprechungs|konferenz|server|technik|lager|klassen|heizungs|labor|"
    r"seminar|"
    r"schulungs)?(?:r(?:aum|äume|aeume))|"
    r"zi\.|(?:hotel|kranken|gäste|besprechungs)?zimmer|b(?:ü|ue)ro|arbeitsplatz|wohnung|whg\.?|stellplatz|saal|"
    r"salle(?: de (?:réunion|classe|serveurs|conférence|formation))?|bureau|bur\.(?=[ ]\d)|chambre|"
    r"local(?: technique)?|"
    r"poste|appartement|pièce|sala(?: de (?:reuniones|juntas|servidores|máquinas|conferencias))?|"
    r"cuarto(?: de máquinas)?|"
    r"despacho|oficina|hab(?:itación|\.)|aula|puesto|"
    r"phòng(?: (?:họp|máy chủ|kỹ thuật|làm việc|số|khách|hội thảo|server|máy|điện|bơm|lab))?|căn hộ|văn phòng"
)
CODE = (
    r"(?:[a-z]{0,5}[-_.]?\d{1,5}(?:[-_./][a-z0-9]{1,6}){0,4}[a-z]?|"
    r"[a-z]{1,3}\d{0,3}[-_./][a-z]{0,3}\d{1,5}(?:[-_./][a-z0-9]{1,6}){0,3}[a-z]?)"
)
FLOOR = (
    r"(?:(?:level|floor|fl\.?|l)[ ]?-?\d{1,2}\b|(?:the )?(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|"
    r"ground|top)"
    r"[ ](?:floor|level)|(?:the )?basement|\d{1,2}\.[ ]?(?:og|ug|stock|etage|obergeschoss|untergeschoss)|(?:eg|og|"
    r"ug)[ ]?\d{0,2}"
    r"\b|erdgeschoss|keller|r[+-]\d{1,2}|rdc|(?:sous-sol|niveau|étage)(?:[ ]-?\d{1,2})?|\d{1,2}(?:er|e|ème)[ ]étage|"
    r"(?:planta|piso|sótano)[ ]-?\w{1,8}|tầng[ ](?:hầm|trệt|\d{1,2})|lầu[ ]\d{1,2})"
)
PLACE = (
    r"(?:(?:board|meeting|conference|training|server|print|waiting|changing|dining|class|staff|control|show|mail|plant|"
    r"break|reading|post|treatment|consulting|play|locker|sun|ball|bath|bed|living|switch|comms|break[ -]?out|music|"
    r"prayer|first[ -]aid|quiet)[ -]?rooms?|reception|lobby|foyer|library|gym(?:nasium)?|nursery|cr[eè]che|chapel|"
    r"canteen|cafeteria|café|cafe|auditorium|atrium|surgery|kitchen(?:ette)?|ballroom|workshop|theatre|theater|"
    r"call cent(?:er|re)|restaurant|hall|studio|laboratory|lab|day ?care|spa|mezzanine|penthouse|open[ -]plan|"
    r"data hall|archive|museum|gallery|sports hall|dance hall|squash court|hot desks?|"
    r"(?:north|south|east|west)(?:ern)?[ -](?:wing|block|side|end|building|corridor|offices?|corner|tower|half)|"
    r"corridor|stairwell|basement|office next door|offices?|suite|flat|ward|shop|unit|classroom|annexe?)"
)
"""Kinds of room that people say without a number."""
