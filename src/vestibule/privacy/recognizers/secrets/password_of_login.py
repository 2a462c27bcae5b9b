"""Passwords without a word for one, behind a login or a wireless network: "the wifi in the plant room is Turbine_764!",
and before their word in a question: "is qxm$8619KM%fh a strong enough password".

What stands so must look like a password: letters, digits and a sign.
"""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.password_words import PASSWORD

_CUE = (
    r"(?:wi-?fi|wlan|hotspot|ssid|log[ -]?(?:in|on)s?|sign[ -]?in|creds?|credentials|guest network|zugang|"
    r"anmeldung|accès|acceso|đăng nhập)"
)
_LEADS = r"(?:(?:is|are|was|now|still|to|use|try|with|it['’]?s|ist|lautet|est|c['’]est|es|là)[ ]|[:=,–-][ ]{1,2})"
_SIGN = r"[^\s\"'`<>,;“”«»()|\[\]/=]"
_MIXED = rf"(?={_SIGN}{{0,40}}\d)(?={_SIGN}{{0,40}}[^\W\d_])(?={_SIGN}{{0,40}}[!#$%&*+?^~@_]){_SIGN}{{6,60}}(?<![.:])"


def _is_chosen(match: re.Match[str]) -> bool:
    """A word and its number, or signs within; an address of a mailbox or a page is none."""
    value = match["value"]
    if re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?:.*", value, re.IGNORECASE) is not None:
        return False
    return re.fullmatch(r"[A-Za-z][a-z]+_\d+[!?$#]?|\S+[!#$%&*+^~@]\S*", value) is not None


RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=re.compile(
        rf"(?:(?<![^\W_]){_CUE}(?![^\W_])[^\n\"`=|]{{0,60}}?{_LEADS}|(?<![^\s\"'`(])(?={_MIXED}[\"'`]?[ ](?:an?|"
        rf"any|the|our)[ ]"
        rf"(?:[\w-]{{2,12}}[ ]){{0,3}}{PASSWORD}))"
        rf"(?P<value>{_MIXED})(?!\w)",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"(?<![^\W_]){_CUE}(?![^\W_])|[ ](?:an?|any|the|our)[ ](?:[\w-]{{2,12}}[ ]){{0,3}}{PASSWORD}", re.IGNORECASE
    ),
    examples=(
        ("the wifi in the plant room is Turbine_764!", "Turbine_764!"),
        ("the bms login hasn't changed, still L1chth0f66#", "L1chth0f66#"),
        ("Is qxm$8619KM%fh a strong enough password for the BMS?", "qxm$8619KM%fh"),
    ),
    counter_examples=(
        "the login is anna.b@example.org",
        "the login page is at https://example.org/login?x=1",
        "login is handled by auth_service_2",
        "cannot log in with readonly/Zephyr!502$",
        "our wifi is 802.11ac_wave2",
    ),
    score=0.85,
    valid=_is_chosen,
)
