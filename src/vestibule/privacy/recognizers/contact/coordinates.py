"""Positions on earth: decimal pairs fine enough to name a building (four places are 11 m), degrees, and named pairs."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_NEXT = re.compile(r"[ ]{0,2}[,;]?[ ]{0,2}[-−+]?\d{1,6}\.\d{3}")
_LAST = re.compile(r"\d\.\d{3,12}[ ]{0,2}[,;]?[ ]{0,2}\Z")
_OPEN_SEA = 1.5  # degrees around 0, 0, where shares and weights lie and no house stands


def _is_a_place(match: re.Match[str]) -> bool:
    """A bare pair is one on earth, on land as far as that is easily told, and not part of a longer row of figures."""
    if match["lat"] is None or match["lon"] is None:
        return True
    lat, lon = (abs(float(match[name].replace("−", "-"))) for name in ("lat", "lon"))
    if lat > 90 or lon > 180 or max(lat, lon) <= _OPEN_SEA:
        return False
    text, start, end = match.string, match.start("value"), match.end("value")
    return not _NEXT.match(text, end) and not _LAST.search(text[max(0, start - 24) : start])


_DEGREES = (
    r"\d{1,3}(?:\.\d{1,8})?[ ]?[°º][ ]?(?:\d{1,2}(?:\.\d{1,5})?[ ]?['’′][ ]?(?:\d{1,2}(?:[.,]\d{1,5})?[ "
    r"]?(?:\"|”|″|''|’’|′′)[ ]?)?)?"
)
_AXIS = r"(?:lat(?:itude)?|breite(?:ngrad)?|latitud|vĩ độ|n)"
_OTHER = r"(?:lon(?:g(?:itude)?)?|lng|länge(?:ngrad)?|longitud|kinh độ|e)"

RECOGNIZER = Recognizer(
    type="COORDINATES",
    pattern=re.compile(
        r"(?P<value>(?<![\w.,-])(?P<lat>[-−+]?\d{1,2}\.\d{4,12})[°º]?(?:[ ]?[NS])?(?:[ ]{0,2}[,;/|][ ]{0,2}|"
        r"[ ])(?P<lon>[-−+]?\d{1,3}\.\d{4,12})[°º]?(?:[ ]?[EWO]\b)?(?![\w.]\w)|"
        rf"(?<![\w.]){_DEGREES}[NS],?[ ]{{0,2}}[,;/]?[ ]{{0,2}}(?:(?:und|and)[ ])?{_DEGREES}[EWO]\b|"
        rf"\b[NS][ ]?{_DEGREES},?[ ]{{0,2}}[,;/]?[ ]{{0,2}}[EWO][ ]?{_DEGREES}(?!\w)|"
        rf"(?<=lat=)[-−]?\d{{1,2}}\.\d{{2,12}}&lon=[-−]?\d{{1,3}}\.\d{{2,12}}|"
        rf"(?<![^\W_]){_AXIS}[\"']?[ ]{{0,2}}[:=]?[ ]{{0,2}}[-−+]?\d{{1,2}}\.\d{{2,12}}[°º]?[ ]?[NS]?[\s,;|"
        rf"&/\"']{{0,6}}(?:and |und |et |y )?{_OTHER}[\"']?[ ]{{0,2}}[:=]?[ "
        rf"]{{0,2}}[-−+]?\d{{1,3}}\.\d{{2,12}}|"
        r"\bgeo:[-−]?\d{1,2}\.\d{2,12},[-−]?\d{1,3}\.\d{2,12})",
        re.IGNORECASE,
    ),
    examples=(
        ("plant at 48.85661, 2.35222.", "48.85661, 2.35222"),
        ("https://maps.example.org/@52.5200,13.4050,17z", "52.5200,13.4050"),
        ("lat: 52.52, lon: 13.40", "lat: 52.52, lon: 13.40"),
        ("48°51'24\"N 2°21'03\"E", "48°51'24\"N 2°21'03\"E"),
        ("GPS 10.762622 106.660172", "10.762622 106.660172"),
        ("geo:48.20,16.37", "geo:48.20,16.37"),
        ('{"latitude": 40.7128, "longitude": -74.0060}', 'latitude": 40.7128, "longitude": -74.0060'),
        ("40.7128° N, 74.0060° W", "40.7128° N, 74.0060° W"),
    ),
    counter_examples=(
        "21.5, 22.3 and 23.1 °C",
        "0.9713 1200.5000",
        "version 1.2.3, 4.5.6",
        "supply 16.5°C, return 22.0°C",
        "louvre at 45° and 30° in summer",
        "99.12345, 12.34567",
        "weights = [0.12345, -0.54321]",
        "row 52.1234 13.4321 48.1371 11.5754",
    ),
    valid=_is_a_place,
)
