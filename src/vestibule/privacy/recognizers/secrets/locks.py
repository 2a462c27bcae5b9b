"""What is locked and how its codes are written, in five languages. Pieces of patterns; finds nothing by itself."""

import re

_WORDS = (
    r"access|door|gate|alarm|entry|entrance|entrace|key(?:pad|[ -]?safe|[ -]?box|less)?|lock(?:[ -]?box|er)?|safe|"
    r"vault|"
    r"(?:dis)?arm(?:ing|ed|s)?|unlock|master|plant[ -]?room|security|duress|panic|intruder|burglar|(?:tief)?garagen?|"
    r"barrier|"
    r"turnstile|lift|elevator|front|back|rear|side|loading|dock|server[ -]?room|room|roof|basement|parking|car park|"
    r"installer|engineer|cleaner|night|guest|visitor|staff|enter|open|punch in|key in|"
    r"(?:haupt|haus|keller|neben|hinter|seiten|stahl|labor)?(?:tür|tuer)(?:en)?|zugangs?|eingangs?|zutritts?|"
    r"alarm(?:anlagen?)?|ersatz|tor|schl(?:ü|ue)ssel(?:safe|tresor|kasten|"
    r"box)|tresor|schranken?|einbruch|porte|portail|accès|entrée|alarme|coffre(?:[ -]à[ -]clés)?|digicode|immeuble|"
    r"taper|"
    r"composer|saisir|puerta|acceso|entrada|portón|alarma|caja(?: de llaves| fuerte)?|garaje|marcar|marque|teclear|"
    r"cửa|cổng|ra vào|báo động|két|hộp chìa khóa|thang máy|tòa nhà|nhập|bấm"
)
# German joins the two: "Türcode", "Zugangscode"
LOCK = re.compile(rf"(?<![^\W_])(?:{_WORDS}|building|main)(?:s|e?n|'s|’s)?(?![^\W_])|(?:{_WORDS})s?$", re.IGNORECASE)
DIGITS = (
    r"(?<![\w.,-])[*#]{0,2}(?:\d{3,10}|\d{1,3}(?:-\d{1,3}){1,4}|\d(?:[ ]\d){3,7}|\d{2,4}[ ]\d{2,4}|"
    r"(?=[a-f]{0,4}\d)[a-f\d]{4,8})[*#]{0,2}"
)
NO_CODE_UNIT = (
    r"(?![\w-]|[.,:]\d|[ ]?(?:kWh|MWh|kW|m²|m2|m3|m³|%|°|€|EUR|USD|\$|ppm|Pa|K\b|l/s|times|hours|minutes|seconds|days|"
    r"people|doors|visits|events|alarms|years?|mm|cm|m\b|W\b|V\b|A\b|Stunden|Minuten))"
)
