"""Columns of passwords and other secrets."""

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell

RECOGNIZER = Recognizer(
    type="PASSWORD",
    pattern=cell(
        r"(?!(?:none|null|unknown|yes|no|n/?a|set|required|expired|changed|string|text|varchar|hidden|token)\b)"
        r"(?![*x•.:-]+(?![^\s|;,]))[^\s|;,\"`]{4,64}"
    ),
    needs="\n",
    examples=(
        ("user,password\nadmin,Sommer2024!", "Sommer2024!"),
        ("| Gerät | Passwort |\n|---|---|\n| BMS | heizung99 |", "heizung99"),
        ("SSID;mot de passe\nguest;chauffage75", "chauffage75"),
    ),
    counter_examples=("user,password\nadmin,********", "password, token\nor, key", "field,password\ntype,string"),
    valid=below(
        r"[^\n|,;\t]{0,16}?(?:pass|pass ?code|secret|password|passwd|passwort|kennwort|pwd|psk|pw|"
        r"passphrase|mot de passe|mdp|contraseña|clave|mật khẩu)(?:[ _(][^\n|,;\t]{0,20})?",
    ),
)
