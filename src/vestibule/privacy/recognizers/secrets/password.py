"""Passwords and other secrets behind a word that names them, in five languages."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.secrets.password_words import PASSWORD
from vestibule.privacy.recognizers.wording import JOINED, QUOTE

_NAME = (
    rf"{PASSWORD}|pass|pwd|psk|pre-?shared[ _-]?key|"
    r"(?:wi-?fi|wlan|wpa[23]?|network)[ _-]?"
    r"(?:key|pass|code|pw|schl(?:ü|ue)ssel)|clave|geheimnis|shared[ _-]secret|"
    r"(?<!client[ _-])(?<!api[ _-])(?<!app[ _-])(?<!oauth[ _-])(?<!webhook[ _-])(?<!jwt[ _-])secret|"
    r"(?:snmp[ _-]?)?community(?:[ _-]string)?|"
    r"(?:backup|recovery|rescue|scratch|one-?time)[ _-](?:code|key)s?|snmp(?:v3)?[ _-](?:auth|priv)\w*[ _-](?:key|"
    r"pass)|"
    r"pw|login|anmeldung|zugangsdaten|credentials|creds|identifiants|credenciales|thông tin đăng nhập"
)
_FOR = (
    r"(?:[ \t](?:for|of|to|on|für|fürs|vons|beim|zu[mr]?|vom|von|pour|de|du|del|para|của|cho|at|im|"
    r"am)\b[^:=\n\"]{1,40}?)?"
)
_VALUE = r"(?:(?!&\w{1,30}=)[^\s\"'`<>,;“”«»]){3,127}[^\s\"'`<>,;“”«»:.)\]}?|]"
_LIST = (
    "required optional string none null true false hidden masked redacted forgotten reset expired policy "
    "field wrong correct incorrect "
    "unknown weak strong safe secret stored needed empty invalid valid changed missing protected "
    "encrypted hashed rotated disabled enabled "
    "default manager managers here there below above sent shared text password passwort username user "
    "admin login changes protection "
    "falsch richtig erforderlich abgelaufen geändert vergessen requis expiré oublié incorrecta requerida "
    "caducada env vault file input "
    "prompt value see ask contact please somewhere getpass undefined page form screen link button failed "
    "failure successful attempt "
    "attempts error errors used reused unique compromised leaked available unavailable confidential private"
)
_WORDS = frozenset(_LIST.split())
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLACEHOLDER = re.compile(
    r"[*•.…_-]{3,}|x{3,}|[<{$%\[].*|your[_-]?\w*|os\.\w+.*|env:.*|file:.*|process\.env.*|\w+\(.*|https?:.*",
    re.IGNORECASE,
)


def _is_secret(match: re.Match[str]) -> bool:
    """A value with a digit, a sign or mixed case is one; a plain word only if it is assigned, quoted or ends there."""
    value, link = match["value"], match["link"] or "="
    if _PLACEHOLDER.fullmatch(value) or value.lower() in _WORDS or _EMAIL.fullmatch(value):
        return False
    if match["plain"] is not None:
        if value.isdigit():
            counted = re.match(
                r"[ ](?:char|time|day|attempt|user|digit|hour|min|year)", match.string[match.end() :][:12]
            )
            return 4 <= len(value) <= 8 and not re.fullmatch(r"(?:19|20)\d\d", value) and counted is None
        return any(c.isdigit() for c in value) and any(c.isalpha() for c in value) and len(value) >= 6
    if any(c.isdigit() for c in value) or re.search(r"[^\w'’./-]", value) or value.count("-") > 1:
        return True
    if "=" in link or link[-1] in "\"'`“„«>" or (value[1:] != value[1:].lower() and value != value.upper()):
        return True
    following = match.string[match.end() : match.end() + 8]
    return (
        len(value) >= 5
        and (":" in link or value[0].isupper())
        and re.match(r"[.!,;]?(?:\s*$|\s*\n|\s+-)", following) is not None
    )


RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=re.compile(
        rf"(?:(?<![^\W_])(?:{_NAME})(?:s|en|['’]s)?(?:[ ]\([\w -]{{2,16}}\)(?=[ ]?[:=]))?(?:[ ](?:wi-?fi|wlan|"
        rf"admin|root|bms|router|login|mạng|hiện tại|"
        rf"actuel|actual))?(?:(?:[ ]\w{{2,20}}){{1,4}}?(?=[ ]?:[ ]))?(?:{_FOR}(?P<link>{JOINED}{QUOTE}|"
        rf"[\"'][ ]{{1,3}}value[ ]?=[ ]?[\"']|[ ][-–][ ]|"
        rf"[ ][\"'`“„«])|"
        rf"(?P<plain>[ ](?:(?:has been |was |"
        rf"is now |wurde )?(?:changed |set |reset |updated )?(?:to |in |auf ))?(?=\S{{0,30}}\d)))|"
        rf"--(?:password|passwd|pass|secret)[ =][\"']?)"
        rf"(?:[\w.@-]{{2,40}}[ ]/[ ])?(?P<value>{_VALUE})",
        re.IGNORECASE,
    ),
    examples=(
        ("Password: Sommer2024!", "Sommer2024!"),
        ("the wifi password is blue-Kettle-77.", "blue-Kettle-77"),
        ("DB_PASSWORD=changeme", "changeme"),
        ('"password": "hunter2",', "hunter2"),
        ("<password>Tr0ub4dor</password>", "Tr0ub4dor"),
        ("mysql --password=s3cr3t99 -h db", "s3cr3t99"),
        ("Login: admin / Winter#24", "Winter#24"),
        ("Das Passwort für das BMS lautet Heizung!2023", "Heizung!2023"),
        ("mot de passe : Chauffage75", "Chauffage75"),
        ("La contraseña es Verano*2024", "Verano*2024"),
        ("mật khẩu là NhietDo@2024", "NhietDo@2024"),
        ("password for the chiller web page: CoolDown99", "CoolDown99"),
        ("SNMP community: publ1c-ro", "publ1c-ro"),
        ("pwd='swordfish'", "swordfish"),
        ("pw's Qu@rtz57! btw", "Qu@rtz57!"),
        ("pw fürs wlan ist Ventil_1907!", "Ventil_1907!"),
        ("p@ssword: Nimbus-254", "Nimbus-254"),
        ("p a s s w o r d : Marzipan!1268", "Marzipan!1268"),
        ("pwd (base64): Z2pxJDg3OTQ0OSFhZA==", "Z2pxJDg3OTQ0OSFhZA=="),
        ("log in as admin with password Niagara4!", "Niagara4!"),
        ("The password has been changed to Blue$ky7", "Blue$ky7"),
        ("Mật khẩu wifi: toanha123", "toanha123"),
        ("mật khẩu wifi phòng họp: Password-2019?!", "Password-2019?!"),
        ("backup codes: 8842-1190", "8842-1190"),
        ("password - Tr0ub4dor", "Tr0ub4dor"),
        ('<add key="DbPassword" value="s3cr3t"/>', "s3cr3t"),
        ("default password 1234 still set", "1234"),
    ),
    counter_examples=(
        "the password is required at login",
        "password: required",
        "Password: ********",
        "password: ${DB_PASSWORD}",
        "password=<your password>",
        "reset your password at the console",
        "the login page: see below",
        "El pass de aire es de 20 mm",
        "the password policy: at least twelve characters",
    ),
    score=0.9,
    valid=_is_secret,
)
