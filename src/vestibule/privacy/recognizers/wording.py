"""How people join a name to its value in English, German, French, Spanish and Vietnamese, and what follows a number.

Pieces of patterns that several recognizers share; finds nothing by itself. Every repeat is bounded.
"""

import re

# "meter id: X", "meter id is X", "**meter id** | X", `"meter_id": "X"`, "Zähler Nr. X", "số là X"
LINK = (
    r"(?:[ \t]?\.{3,40}(?=[ \t]))?"
    r"(?:[ \t]{0,3}(?:\?(?=[ ][-–:])|[:=|>#\"'`*()\[\]«»“”„→,–—-]|\b(?:(?:is|are|was|now|ist|sind|"
    r"lautet|war|est|sont|"
    r"était|es|son|era|là|of|called|named|genannt|heißt|"
    r"as|number|num|numbers|nummer|numéro|número|id|ids|kennung)\b|(?:no|nos|nr|nrn|n\.?[°ºo]|số)(?:\b|"
    r"(?<=[°º]))\.?))){0,7}(?:(?<=:)[ \t]{0,2}\r?\n[ \t]{0,8}(?:(?:[-*•]|\d{1,2}[.)])[ \t]{1,3})?[\"'`]?)?[ \t]{0,3}"
)
# the same where a sign or a verb must stand between name and value
JOINED = (
    r"[\"'`*_\])]{0,3}[ \t]{0,8}(?:(?:\b(?:is|are|was|now|ist|lautet|war|est|était|es|era|là|to|set to|thành|"
    r"bằng)\b)?[ \t]{0,2}(?::=|=>|->|[:=|→>])|"
    r"\b(?:is|are|was|becomes?|reads|remains|changed to|ist|lautet|bleibt|war|est|devient|sera|c['’]est|était|es|"
    r"era|será|là|thành)\b(?:[ \t](?:now|jetzt|still|currently|set to))?:?)[ \t]{0,8}"
)
QUOTE = r"[\"'`*«“„(<\[]{0,3}"

EXTENSION = r"(?:[ ,]{0,2}\(?(?:ext\.?|extension|x|durchwahl|dw|poste|máy lẻ)[ .:]{0,2}\d{1,5}\)?)?"
# what must not follow a number that is no quantity
NO_QUANTITY = (
    r"(?![\w-]|[.:,/]\d|[ ]?(?:[kMGT]?W(?:h|att)?\b|MJ\b|GJ\b|therms?|m²|m2|m3|m³|%|°|€|EUR|USD|\$|£|ppm|"
    r"ppb|Pa\b|kPa|bar\b|K\b|l/s|l/h|people|times|units|"
    r"hours|minutes|seconds|days|euros?|rpm|kg|mm|cm|km|lux|lx\b|V\b|A\b|Hz|BTU|sq|ft\b|cfm|gpm|tons?\b|tonnes|"
    r"litres|liters|calls|visits|cycles|degrees|steps|pairs|lines|visitors|messages|copies))"
)
# what must not follow the number of a register, a unit or an instance
NO_MEASURE = (
    r"(?![\w/]|-(?!\d{2,6}(?![\w-]))|[.:]\d|,\d{3}|[ ]?(?:[kM]Wh?\b|°|%|V\b|m?A\b|registers|coils|slaves|"
    r"units|times|devices|"
    r"points|objects|m²|people|rows|tubes|fins|passes|bit\b|wires?|"
    r"networks|ms\b|years|buildings|controllers|faults|errors|Register\b|Geräte))"
)

_QUESTION = re.compile(r"(?:^|(?<=[.!?}\n]))[^.!?{}\n]*\?(?=\s|$)")


def without_questions(text: str) -> str:
    """What is said: a question beside a value is not about that value alone."""
    return _QUESTION.sub(" ", text)
