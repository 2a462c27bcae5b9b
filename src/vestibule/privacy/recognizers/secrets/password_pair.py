"""Passwords beside their user name: `u: operator` over `p: Walnut_579!`, `admin:Winter24` behind "login"."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_USER = (
    r"(?:u|un|usr|user(?:[ _-]?name)?|login|id|account|benutzer(?:name)?|nutzer|konto|utilisateur|"
    r"identifiant|usuario|tài khoản|tk)"
)
_PASS = r"(?:p|pw|pass|pwd|passwd|kw|mdp|mk|key|secret)"

_ACCOUNT = r"(?:admin\w{0,10}|root|user|operator|guest|service|bms|engineer|supervisor|tech)"
_LOG_IN = r"(?:log(?:ged)?[ -]?(?:in|on)|sign[ -]?in|cred\w{0,8}|zugang|anmeld\w{1,6}|connexion|acceso|đăng nhập)"

RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=re.compile(
        rf"(?:(?<![^\W_])(?:(?:{_USER})[ ]?[/&+][ ]?(?:password|passwort|kennwort|contraseña|mot de passe|mật khẩu|"
        rf"{_PASS})"
        rf"[ ]?[:=-][ ]?[\w.@\\-]{{2,40}}[ ]?[/,:|][ ]?|"
        rf"{_LOG_IN}[ :](?:\w+[ ]){{0,3}}?{_ACCOUNT}[ ]?[/:|][ ]?(?=[^\s\d]{{0,40}}\d)|"
        rf"{_ACCOUNT}[ ]?/[ ]?(?=[^\s\d]{{2,40}}\d)(?=[^\s!#$%&*+?^~@]{{2,40}}[!#$%&*+?^~@])|"
        rf"(?:wi-?fi|wlan|ssid)\b[^\n]{{0,40}}?(?:\b(?:key|schlüssel|clé|clave|pass|pw)[ ]?[ :=][ ]?|"
        rf"[\w-]{{2,24}}[ ]/[ ])(?=[^\s\d]{{2,40}}\d))|"
        rf"(?<![^\W_]){_USER}[ ]{{0,2}}[:=][ ]{{0,2}}[\"']?[\w.@\\-]{{1,48}}[\"']?(?:[ ]?[,;/|&][ ]?|[ ]{{1,3}}|"
        rf"[ ]?\r?\n[ \t]{{0,8}})"
        rf"[\"']?{_PASS}[\"']?[ ]{{0,2}}[:=][ ]{{0,2}}[\"']?)"
        r"(?P<value>(?![<{$*%\[]|x{3}|none\b|null\b|true\b)[^\s\"'`<>,;]{3,64}[^\s\"'`<>,;:.)\]}?|])",
        re.IGNORECASE,
    ),
    gate=re.compile(
        rf"(?<![^\W_])(?:{_USER}[ ]{{0,2}}[:=]|{_LOG_IN}[ :]|{_ACCOUNT}[ ]?/|{_USER}[ ]?[/&+]|(?:wi-?fi|wlan|"
        rf"ssid)(?![^\W_]))",
        re.IGNORECASE,
    ),
    examples=(
        ("u: operator\np: Walnut_579!", "Walnut_579!"),
        ("user=admin&pass=chiller9", "chiller9"),
        ("Benutzer: glt / PW: Heizung22", "Heizung22"),
        ("log in with admin/hunter22", "hunter22"),
        ("Username/Password: admin/hunter22", "hunter22"),
        ("admin / Winter#24 gets you in", "Winter#24"),
        ("Wifi: Guest, key hunter22", "hunter22"),
        ("utilisateur : supervision, mdp : chauffage", "chauffage"),
    ),
    counter_examples=(
        "u: 230 V\ni: 4 A",
        "user: admin, p: <password>",
        "id=4 p=0.05",
        "the admin/operator role",
        "login for admin: see page 2",
        "user: anna\nproject: retrofit",
    ),
    score=0.9,
    valid=lambda match: re.fullmatch(r"[\d.]{1,6}|\d+(?:\.\d+)?(?:[kM]?W|V|A|bar|Pa|kPa)", match["value"]) is None,
)
