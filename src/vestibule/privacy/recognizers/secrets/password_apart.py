"""Passwords with other words between their name and them, or before their name: "the password of the panel, which hangs
there, got changed to Y", "Y is the root password".

What stands so far off must look like a password (digits among letters, with signs or mixed case), or be digits behind
a verb that says so.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.password_words import PASSWORD

_MIXED = (
    r"(?=\S{0,40}\d)(?=\S{0,40}[^\W\d_])(?:(?=\S{0,40}[!#$%&*+?^~@])|(?-i:(?=\S{0,40}[a-z])(?=\S{0,40}[A-Z])))"
    r"[^\s\"'`<>,;“”«»()|\[\]]{5,60}(?<![.:!?])[!?]?"
)
_DIGITS = (
    r"(?:(?<=[ ]to[ ])|(?<=[ ]is[ ])|(?<=[ ]be[ ])|(?<=thành[ ])|(?<=[ ]là[ ])|(?<=[ ]auf[ ])|(?<=lautet[ ])|"
    r"(?<=[ ]ist[ ])|"
    r"(?<=[ ]est[ ])|(?<=[ ]es[ ])|(?<=:[ ]))(?:\d{4,10}(?![-./:]\d)|[a-z]{3,16}\d{2,6})"
)
_PLAIN = r"[a-z]{3,16}\d{2,6}"
_NOT_OF = (
    r"(?<!for )(?<!of )(?<!on )(?<!the )(?<!at )(?<!in )(?<!của )(?<!von )(?<!vom )(?<!am )(?<!der )(?<!du )(?<!del )"
)
_THE = (
    r"(?:the|our|your|my|its|das|unser|le|notre|la|el|nuestra|su|một)?[ ]?(?:(?:new|old|root|admin|wi-?fi|current|"
    r"default|neue|"
    r"nouveau|nueva|\w{2,12})[ ]){0,2}"
)
_ORDINARY = re.compile(
    r"(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?:.*|(?:\d{1,2}(?:st|nd|rd|th|am|pm))|[\d.,:/-]+(?:[A-Za-z]{1,3}|[%°].*)|"
    r"your.*|os\..*|env:.*|\w+\(.*|[<{$%\[].*|(?:19|20)\d\d(?:[-./]\d\d){0,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\b(?:polic\w+|characters|length|hash|expire\w*|example|rules?|richtlinie|version)\b", re.IGNORECASE
)


def _is_chosen(match: re.Match[str]) -> bool:
    return _ORDINARY.fullmatch(match["value"]) is None and _RULE.search(match[0].replace(match["value"], "")) is None


RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=re.compile(
        rf"(?:(?<![^\W_])(?:{PASSWORD})(?![^\W_])[^\n\"`=|]{{1,110}}?{_NOT_OF}(?<=[\s(])|"
        rf"(?<![^\s\"'`(])(?={_MIXED}[\"'`]?(?:[ ](?:is|was|ist|war|est|es|là)[ ]|[ ]?\n?\^[ ]?(?:that|this|das|ça|"
        rf"eso)?"
        rf"[ ]?(?:is|was|ist|war)?[ ]?|[ ]\((?!\w+\s\d)){_THE}(?:{PASSWORD}|pw|pwd)(?![^\W_]))|"
        rf"(?<![^\s\"'`(])(?=(?:{_MIXED}|{_PLAIN})[\"'`]?[ ](?:as[ ](?:the |a |your |"
        rf"its )?(?:\w{{2,10}} )?(?:{PASSWORD}|pw|pwd)"
        rf"(?![^\W_])|(?:to|zum)[ ](?:log|sign|ein)[ -]?(?:in|on|loggen)\b)))"
        rf"(?P<value>{_MIXED}|{_DIGITS}|(?<!for )(?<!of ){_PLAIN}(?=[ ](?:as|to|zum)[ ]))(?!\w)",
        re.IGNORECASE,
    ),
    examples=(
        (
            "the password for the laptop, which hangs in the workshop, has been Pelikan-813! since May",
            "Pelikan-813!",
        ),
        ("dst*4228FY?oc is the password, same user", "dst*4228FY?oc"),
        ("pik%825PX3?ky\n^ that was the root password", "pik%825PX3?ky"),
        ("Passsword of the touch panel got changed to 815437, note it", "815437"),
        ("password as of today Marzipan-362 (to be moved)", "Marzipan-362"),
        ("log in as bms_admin with hunter22 as password", "hunter22"),
        ("use hunter22 to log in as admin", "hunter22"),
        ("Mật khẩu màn hình tủ điện đã đổi thành 572283.", "572283"),
        ("le mot de passe de la supervision, c'est Chauffage#75", "Chauffage#75"),
        ("La contraseña del panel de la azotea ahora es Verano*24", "Verano*24"),
    ),
    counter_examples=(
        "the password of Chiller-12 was changed",
        "the password must have at least 12 characters",
        "password reset on 2025-07-08 by mail",
        "password policy of ISO-27001:2022 applies",
        "reset the password at admin@example.org",
        "the password expires in 90 days",
        "Passwort für AHU-12 vergessen",
    ),
    score=0.85,
    valid=_is_chosen,
)
