"""What passwords are called, with their typos, in five languages. Pieces of patterns; finds nothing by itself."""

PASSWORD = (
    r"(?:pg|db|my|redis|mqtt|root|user|admin|ldap|smtp|bind|sudo|snmp|app|bms|wifi|wlan)?"
    r"(?:p[aä@4][s$]{1,3}(?:[ -]?w(?:o|0|oe)?r[dt]e?s?|wd|[ -]?phrase|code)|passwörter)|kennwort|kennwörter|psswd|"
    r"p[ ._-]a[ ._-]s[ ._-]s[ ._-]w[ ._-]o[ ._-]r[ ._-]d|passw(?=[ ]?[:=])|paswd|p/w|"
    r"mots?[ _-]de[ _-]passe|mdp|contrase(?:ñ|n)as?|mật khẩu|mat khau|mk(?=[ ](?:wifi|admin|là|mới)|[ ]?:)"
)
