"""What is locked and how its codes are written, in five languages. Pieces of patterns; finds nothing by itself."""

import re

_WORDS = (
    r"access|hatch|intercom|buzzer|(?:loading )?bay|override|compound|shed|store|depot|kiosk|bike|bicycle|cage|"
    r"cabinet|padlock|shutter|duress|hold[ -]?up|bin|lodge|stairs?|"
    r"access|door|gate|alarm|entry|entrance|entrace|key(?:pad|[ -]?safe|[ -]?box|less)?|lock(?:[ -]?box|er)?|safe|"
    r"vault|"
    r"(?:dis)?arm(?:ing|ed|s)?|unlock|master|plant[ -]?room|security|duress|panic|intruder|burglar|(?:tief)?garagen?|"
    r"barrier|"
    r"turnstile|lift|elevator|front|back|rear|side|loading|dock|server[ -]?room|room|roof|basement|parking|car park|"
    r"installer|engineer|cleaner|guard|contractor|deliver(?:y|ie)|postman|night|guest|visitor|staff|enter|open|"
    r"punch in|key in|"
    r"(?:haupt|haus|keller|neben|hinter|seiten|stahl|labor)?(?:tür|tuer|eingang)(?:en)?|zugangs?|eingangs?|zutritts?|"
    r"alarm(?:anlagen?)?|ersatz|tor|schl(?:ü|ue)ssel(?:safe|tresor|kasten|"
    r"box)|tresor|schranken?|einbruch|porte|portail|accès|entrée|alarme|coffre(?:[ -]à[ -]clés)?|"
    r"bo[iî]te[ -]à[ -]clés|bo[iî]tier|portillon|barrière|clavier|interphone|ascenseur|local|cave|hall|chaufferie|"
    r"vélos|digicode|immeuble|"
    r"taper|"
    r"composer|saisir|puerta|portal|acceso|entrada|portón|alarma|caja(?: de llaves| fuerte)?|candado|ascensor|verja|"
    r"barrera|azotea|garaje|marcar|marque|teclear|"
    r"cửa|cổng|ra vào|báo động|két|(?:hộp|tủ)(?: chìa)? khóa|chìa khóa|ổ khóa|hầm xe|thang máy|tòa nhà|nhập|bấm"
)
LETTERED = r"(?-i:(?=[A-Z]{0,4}\d)(?=(?:[A-Z]{0,4}\d){2})[A-Z\d]{4,8})[*#]?"
# joined to the word for a code: "doorcode", "Türcode", "Zugangscode"
_JOINED = (
    r"door|gate|key|alarm(?:anlagen?)?|entry|access|safe|lock|tür|tuer|zugangs?|zutritts?|eingangs?|tor|garagen?|"
    r"tresor|"
    r"schranken?|schl(?:ü|ue)ssel(?:safe|tresor|kasten|box)?|haus|keller"
)
LOCK = re.compile(rf"(?<![^\W_])(?:{_WORDS}|building|main)(?:s|e?n|'s|’s)?(?![^\W_])|(?:{_JOINED})s?$", re.IGNORECASE)
DIGITS = (
    r"(?<![\w.,-])[*#]{0,2}(?:\d{3,10}|\d{1,3}(?:-\d{1,3}){1,4}|\d(?:[ ]\d){3,7}|\d{2,4}[ ]\d{2,4}|"
    r"(?=[a-f]{0,4}\d)[a-f\d]{4,8}|(?-i:[A-Z]?\d{4,5}[A-Z]))[*#]{0,2}"
)
NO_CODE_UNIT = (
    r"(?![\w-]|[.,:]\d|[ ]?(?:kWh|MWh|kW|m²|m2|m3|m³|%|°|€|EUR|USD|\$|ppm|Pa|K\b|l/s|times|hours|minutes|seconds|days|"
    r"people|doors|visits|events|alarms|years?|mm|cm|m\b|W\b|V\b|A\b|Stunden|Minuten))"
)
