"""People, organisations, tenants, postal and e-mail addresses and telephone numbers of five languages and more."""

from __future__ import annotations

import unicodedata

from benchmarks.privacy.values_second.drawing import Draw, listed, value

FIRST = {
    "en": "Imogen Callum Rosalind Desmond Tamsin Lachlan Beatrix Winston Philippa Rhys Sunita Darnell Keisha Grant"
    " Maureen Gareth Priyanka Olu Shauna Terrence Nadia Hamish Lorraine Clive Ayesha Wesley",
    "de": "Wiebke Detlef Ingeborg Torsten Svenja Burkhard Annegret Jochen Mareike Eckhard Roswitha Holger Friederike"
    " Thilo Gudrun Malte Sieglinde Ralf Henrike Uwe",
    "fr": "Solène Thibault Maëlys Gaspard Odile Fabrice Clémence Yannick Ghislaine Loïc Capucine Régis Mathilde Bastien"
    " Sylviane Corentin",
    "es": "Inmaculada Gonzalo Rocío Íñigo Asunción Leopoldo Nuria Ramiro Milagros Joaquín Begoña Álvaro Consuelo Rubén"
    " Maite Fermín",
    "mixed": "Takumi Ngozi Arjun Zofia Mehmet Siobhán Kwame Bogdan Leilani Anneke Ruairí Dragana Hyun-woo Fatoumata"
    " Giulia Oleksandr Yusuf Ji-ho",
}
LAST = {
    "en": "Prendergast Whitlock Abernathy Okonjo Thistlewood Carmody Hargreaves Osei Blakeley Pemberton Ramaswamy"
    " Stoddard Tremaine Gallacher Ellingham Kirkbride McAllister Nwosu Lockhart Vandermeer Redfern Birtwistle",
    "de": "Kretschmar Obermaier Wüstenhagen Rademacher Schlüter Hinrichsen Zöllner Brandstätter Puttkamer Ehrlich"
    " Nüßlein Vogelsang Kaltenbach Dörflinger Rothfuß Wittkowski Steinhäuser Löffelholz",
    "fr": "Delacourt Beaumarchais Lefèvre-Roux Tavernier Quéméneur Charpentier Bonnefoy Guillemot d'Aubigny Marchetti"
    " Pelletier Rousselot Vasseur Kermarrec",
    "es": "Zubizarreta Villanueva Ocampo Santamaría Barrientos Echeverría Montalbán Carrasco Quintanilla Aldana"
    " Peñalver Larrañaga Iriarte Bustamante",
    "mixed": "Fujisawa Adeyemi Krishnamurthy Wojciechowski Yıldırım Ó_Súilleabháin Asante Petrescu Kealoha"
    " van_der_Linden Milošević Kang Traoré Bianchi Shevchenko Al-Mansour",
}
VIETNAMESE = (
    "Trần Thị Bích Ngọc",
    "Lê Quang Huy",
    "Phạm Minh Khôi",
    "Đặng Thu Thảo",
    "Vũ Hoàng Long",
    "Bùi Thị Mai Hương",
    "Đỗ Xuân Trường",
    "Ngô Gia Bảo",
    "Hồ Thị Kim Chi",
    "Dương Văn Thành",
    "Lý Thanh Tùng",
    "Huỳnh Ngọc Ánh",
    "Phan Đình Khải",
    "Nguyễn Hữu Phước",
)


def first(d: Draw, language: str) -> str:
    return d.any(*FIRST[language].split())


def last(d: Draw, language: str) -> str:
    return d.any(*LAST[language].split()).replace("_", " ")


def _register(language: str) -> None:
    value("PERSON", language)(lambda d: f"{first(d, language)} {last(d, language)}")
    value("PERSON", f"{language}_first")(lambda d: first(d, language))
    value("PERSON", f"{language}_last")(lambda d: last(d, language))
    value("PERSON", f"{language}_initial")(lambda d: f"{first(d, language)[0]}. {last(d, language)}")
    value("PERSON", f"{language}_comma")(lambda d: f"{last(d, language)}, {first(d, language)}")
    value("PERSON", f"{language}_caps")(lambda d: f"{last(d, language).upper()} {first(d, language)}")
    value("PERSON", f"{language}_lower")(lambda d: f"{first(d, language)} {last(d, language)}".lower())


for _language in FIRST:
    _register(_language)
listed("PERSON", "vi", *VIETNAMESE)
value("PERSON", "vi_last")(lambda d: d.any(*VIETNAMESE).split()[-1])
value("PERSON", "vi_caps")(lambda d: d.any(*VIETNAMESE).upper())
value("PERSON", "vi_plain")(lambda d: ascii_of(d.any(*VIETNAMESE)))


def ascii_of(text: str) -> str:
    folded = unicodedata.normalize(
        "NFKD", text.replace("ß", "ss").replace("đ", "d").replace("Đ", "D").replace("ı", "i")
    )
    return "".join(c for c in folded if c.isascii())


COMPANY = {
    "en": "Kestrel Harrowgate Northfold Bramwell Silverdale Castlereagh Meridian Larkhill Quarrington Ashdown Tidewater"
    " Pinnacle Copperfield Ironbridge Highmoor",
    "de": "Hansestrom Rheinwerk Lindenhof Möllmann Taunus Westwind Krögermann Alpspitz Elbtor Nordlicht Ackermann"
    " Drosselbart Isarwinkel",
    "fr": "Lumora Valmont Boréal Castelnau Garonne Hexatherm Mistral Orvault Bellecour Saint-Aubin",
    "es": "Cierzo Almenara Guadalix Tramontana Solvento Peñalara Alcor Nervión Besaya Azahar",
}


@value("ORGANISATION", "en")
def english(d: Draw) -> str:
    name = d.any(*COMPANY["en"].split())
    return f"{name} " + d.any(
        "Mechanical Ltd",
        "Facilities plc",
        "Controls Inc.",
        "Energy LLC",
        "Building Services Ltd",
        "Cooling Group",
        "& Sons Ltd",
    )


@value("ORGANISATION", "de")
def german(d: Draw) -> str:
    name = d.any(*COMPANY["de"].split())
    return f"{name} " + d.any(
        "Gebäudetechnik GmbH",
        "Energie AG",
        "Haustechnik GmbH & Co. KG",
        "Kältetechnik GmbH",
        "Immobilien AG",
        "Anlagenbau e.K.",
    )


@value("ORGANISATION", "fr")
def french(d: Draw) -> str:
    name = d.any(*COMPANY["fr"].split())
    return d.any(f"{name} Énergies SAS", f"Société {name}", f"{name} Climatisation SARL", f"{name} Maintenance SA")


@value("ORGANISATION", "es")
def spanish(d: Draw) -> str:
    name = d.any(*COMPANY["es"].split())
    return f"{name} " + d.any("Climatización S.L.", "Energía S.A.", "Instalaciones S.L.U.", "Mantenimientos S.A.")


@value("ORGANISATION", "vi")
def vietnamese(d: Draw) -> str:
    name = d.any("Đông Á", "Minh Phát", "Hòa Bình Xanh", "Sao Mai", "An Khang", "Trường Thịnh", "Việt Hưng")
    return (
        d.any("Công ty TNHH ", "Công ty Cổ phần ", "Công ty CP ") + d.any("Cơ điện ", "Năng lượng ", "Điều hòa ") + name
    )


@value("TENANT", "en")
def tenant(d: Draw) -> str:
    name = d.any(
        "Fernleigh", "Bluecap", "Wexcombe", "Stonegate", "Amberley", "Oakhurst", "Marlowe", "Redpoll", "Calder"
    )
    return f"{name} " + d.any(
        "Dental Practice", "Law LLP", "Fitness", "Coworking", "Bakery", "Insurance Brokers", "Pharmacy", "Architects"
    )


@value("TENANT", "de")
def german_tenant(d: Draw) -> str:
    name = d.any("Hasselbach", "Kupferkanne", "Birkholz", "Wellenreuther", "Storchennest", "Sonnleitner", "Eberhardt")
    return d.any(
        f"Kanzlei {name}",
        f"Zahnarztpraxis Dr. {name}",
        f"Bäckerei {name}",
        f"{name} Versicherungen AG",
        f"Fitnessstudio {name}",
    )


@value("TENANT", "fr")
def french_tenant(d: Draw) -> str:
    name = d.any("Montreuil", "Duplessis", "Violette", "Chambord", "Aurore", "Fontanel")
    return d.any(f"Cabinet {name}", f"Pharmacie {name}", f"Boulangerie {name}", f"{name} Conseil SARL")


@value("TENANT", "es")
def spanish_tenant(d: Draw) -> str:
    name = d.any("Robledo", "Altamira", "Marbella", "Quintero", "Olmedo", "Zarzuela")
    return d.any(f"Clínica Dental {name}", f"Gestoría {name}", f"Farmacia {name}", f"{name} Abogados S.L.P.")


@value("TENANT", "vi")
def vietnamese_tenant(d: Draw) -> str:
    name = d.any("Hoa Sen", "Bình Minh", "Thiên Long", "Phương Nam", "Tân Việt")
    return d.any(f"Nhà thuốc {name}", f"Công ty Luật {name}", f"Trung tâm Anh ngữ {name}", f"Nhà hàng {name}")


_STREET = {
    "en": "Marlpit Lane|Tollgate Road|St Botolph's Row|Wainwright Street|Cooper's Wharf|Larkspur Avenue"
    "|Gasworks Yard|Priory Close",
    "us": "Sycamore Ave|W Halsted St|Foundry Blvd|Old Mill Rd|NE Alder Dr|E 14th Street|County Line Road",
    "de": "Lindwurmgasse|Hafenstraße|Am Ziegelteich|Karl-Marx-Allee|Kupferhammerweg|Gewerbering|Oberer Mühlweg"
    "|Schillerplatz",
    "fr": "rue des Tanneurs|avenue Jean-Jaurès|boulevard de la Liberté|impasse du Moulin|quai Saint-Vincent"
    "|place Bellevue",
    "es": "Calle Alcalá Galiano|Avda. de la Constitución|Plaza del Carmen|Paseo de las Acacias|C/ San Bernardo"
    "|Ronda de Segovia",
    "vi": "Nguyễn Văn Cừ|Lê Văn Lương|Trần Duy Hưng|Điện Biên Phủ|Cách Mạng Tháng Tám|Phan Xích Long",
}


def street(d: Draw, language: str) -> str:
    return d.any(*_STREET[language].split("|"))


@value("ADDRESS", "uk")
def british(d: Draw) -> str:
    town, code = d.any(
        "Leeds|LS#1 #AB", "Bristol|BS# #QX", "Norwich|NR# #TD", "Cardiff|CF10 #BH", "Stirling|FK8 #ND"
    ).split("|")
    return f"{d.int(2, 190)} {street(d, 'en')}, {town} {d.mask(code.replace('@', '')).replace('0 ', '1 ')}"


@value("ADDRESS", "us")
def american(d: Draw) -> str:
    town = d.any("Dayton, OH 454##", "Tacoma, WA 984##", "Boise, ID 837##", "Worcester, MA 016##", "Tulsa, OK 741##")
    return f"{d.int(12, 9800)} {street(d, 'us')}, {d.any('', 'Suite 4#0, ', 'Apt 9#, ')}{town}".replace(
        "#", str(d.int(0, 9))
    )


@value("ADDRESS", "us_line")
def american_line(d: Draw) -> str:
    return f"{d.int(12, 9800)} {street(d, 'us')}"


@value("ADDRESS", "uk_line")
def british_line(d: Draw) -> str:
    return f"{d.int(2, 190)} {street(d, 'en')}"


@value("ADDRESS", "de")
def german_address(d: Draw) -> str:
    town = d.any(
        "04229 Leipzig", "76133 Karlsruhe", "48155 Münster", "8010 Graz", "3011 Bern", "90762 Fürth", "18057 Rostock"
    )
    return f"{street(d, 'de')} {d.int(1, 180)}{d.any('', '', 'a', 'b')}, {town}"


@value("ADDRESS", "de_line")
def german_line(d: Draw) -> str:
    return f"{street(d, 'de')} {d.int(1, 180)}{d.any('', '', 'a')}"


@value("ADDRESS", "fr")
def french_address(d: Draw) -> str:
    town = d.any("44000 Nantes", "69007 Lyon", "59800 Lille", "31000 Toulouse", "35000 Rennes", "67000 Strasbourg")
    return f"{d.int(1, 160)}{d.any('', '', ' bis')}{d.any(' ', ', ')}{street(d, 'fr')}, {town}"


@value("ADDRESS", "es")
def spanish_address(d: Draw) -> str:
    town = d.any("28010 Madrid", "46002 Valencia", "48001 Bilbao", "41004 Sevilla", "50001 Zaragoza")
    return f"{street(d, 'es')}, {d.int(1, 120)}, {d.any('', '3º B, ', '1º izda., ')}{town}"


@value("ADDRESS", "vi")
def vietnamese_address(d: Draw) -> str:
    quarter = d.any(
        "Phường 5, Quận 3, TP. Hồ Chí Minh",
        "Quận Cầu Giấy, Hà Nội",
        "Quận Hải Châu, Đà Nẵng",
        "Phường An Bình, TP. Cần Thơ",
    )
    return f"{d.any('Số ', '')}{d.int(2, 480)} {d.any('', 'đường ')}{street(d, 'vi')}, {quarter}"


@value("EMAIL", "plain", "any")
def email(d: Draw) -> str:
    given, family = ascii_of(first(d, "en")).lower(), ascii_of(last(d, "en")).lower()
    house = d.any(
        "harrowgate-fm.co.uk",
        "bramwell.io",
        "kestrelcontrols.com",
        "northfold.energy",
        "estates.larkhill.ac.uk",
        "gmail.com",
    )
    box = d.any(f"{given}.{family}", f"{given[0]}{family}", f"{family}_{given}", f"{given}+bms", "facilities")
    return f"{box}@{house}"


@value("EMAIL", "de")
def german_email(d: Draw) -> str:
    name = d.any("haustechnik", "leitwarte", "w.schlueter", "objektleitung-nord", "thilo.rademacher", "buchhaltung")
    return f"{name}@{d.any('rheinwerk-gt.de', 'lindenhof-immo.de', 'stadtwerke-elbtor.de', 'gmx.at')}"


@value("EMAIL", "fr")
def french_email(d: Draw) -> str:
    return (
        d.any("c.vasseur", "exploitation", "loic.kermarrec", "accueil")
        + "@"
        + d.any("hexatherm.fr", "valmont-energies.fr", "orange.fr")
    )


@value("EMAIL", "es")
def spanish_email(d: Draw) -> str:
    return (
        d.any("mantenimiento", "n.ocampo", "gonzalo.aldana", "averias")
        + "@"
        + d.any("cierzo-clima.es", "alcor.com.es", "telefonica.net")
    )


@value("EMAIL", "vi")
def vietnamese_email(d: Draw) -> str:
    return (
        f"{d.any('huy.le', 'kythuat', 'bql.toanha', 'thao.dang')}@{d.any('minhphat.vn', 'saomai.com.vn', 'gmail.com')}"
    )


def _phone(variant: str, *choices: str) -> None:
    """Only `#` is drawn: the nines of a numbering plan stay."""
    value("PHONE", variant)(lambda d: "".join(str(d.int(0, 9)) if c == "#" else c for c in d.any(*choices)))


_phone(
    "uk",
    "+44 20 7#2# ####",
    "020 79## ####",
    "07700 9#####",
    "(0161) 49# ####",
    "+44 (0)113 2## ####",
    "01224 6#####",
    "+4478########",
)
_phone("us", "(312) 55#-####", "+1 617-44#-####", "206.68#.####", "415-77#-####", "1-503-22#-####", "+12125######")
_phone("us_ext", "(312) 55#-#### ext. 4##", "617-44#-#### x2#4")
_phone(
    "de",
    "+49 30 2#######",
    "0341 / 48 ## ##3",
    "0171 29#####",
    "+49 (0) 89 12 ## ## #7",
    "040-3#4####",
    "0049 351 4#6####",
    "0151-2##4####",
)
_phone("at", "+43 1 51#-####", "0664 39####5", "+41 44 26# ## ##", "079 4## ## ##")
_phone("fr", "06 12 ## ## ##", "01.42.##.##.##", "+33 6 7# ## ## ##", "+33 (0)2 40 ## ## ##", "0478######")
_phone("es", "6## 1## ###", "91 5## ## ##", "+34 6## ## ## ##", "+34 944 1## ###", "6541#####")
_phone("vi", "0903 ### ###", "+84 91 ### ####", "024 3## ## ###", "0985######", "(028) 3829 ####", "+84 24 3### ####")
_phone(
    "world",
    "+31 6 2#######",
    "+48 60# ### ###",
    "+39 347 ### ####",
    "+61 4## ### ###",
    "+91 98### #####",
    "+65 9### ####",
    "+32 2 5## ## ##",
    "+46 70-### ## ##",
    "+353 87 ### ####",
    "+351 91# ### ###",
)
listed("ORGANISATION", "vi_bank", "Vietcombank", "Techcombank", "BIDV", "Agribank")


@value("ORGANISATION", "mixed")
def foreign(d: Draw) -> str:
    name = d.any("Vesterlund", "Tecnofrío", "Polarvik", "Zelenka", "Aquilon", "Brouwershaven", "Sakamoto")
    return f"{name} {d.any('AB', 'S.p.A.', 'B.V.', 'Sp. z o.o.', 'A/S', 'Oy', 'K.K.')}"
