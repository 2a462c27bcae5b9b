"""Names of people, organisations, streets; e-mail addresses, telephone numbers, postal addresses, positions."""

# ruff: noqa: E501 - pools of values read better unbroken

from __future__ import annotations

import unicodedata

from benchmarks.privacy.values.drawing import ALNUM, Draw, value

FIRST = {
    "en": "Margaret Colin Priya Dwayne Siobhan Trevor Latoya Gareth Imogen Kwame Deborah Hamish Yasmin Clifford Rosalind Tyrone Beatrix Nigel Aisha Duncan Philippa "
    "Marcus Shirley Owen Fiona Raj Tamsin Leroy Bridget Alistair Naomi Jerome Gillian Spencer Harriet Desmond",
    "de": "Jürgen Anneliese Torsten Katharina Günther Heike Matthias Ulrike Dieter Sabine Lothar Brigitte Henning Silke Wolfgang Annika Detlef Mareike Rüdiger Petra Falk",
    "fr": "Élodie Thierry Maëlle Gérard Océane Bertrand Aurélie Fabrice Solène Pascal Mireille Laurent Corinne Yannick Chantal Rémi Noémie Gilles",
    "es": "Rocío Javier Begoña Ignacio Maribel Gonzalo Inmaculada Andrés Nuria Joaquín Pilar Rubén Encarnación Íñigo Leticia Álvaro Consuelo Germán",
    "vi": "Thị~Hồng Văn~Tuấn Minh~Khôi Thanh~Hà Đức~Thắng Ngọc~Ánh Quang~Huy Bích~Ngọc Hoàng~Long Thị~Lan Hữu~Phước Mỹ~Duyên Anh~Dũng Thu~Trang Gia~Bảo",
}
LAST = {
    "en": "Hargreaves Okafor Whitcombe Patel Sinclair Abernathy Delgado Fairweather Nakamura Pemberton O'Donnell Kaczmarek Blackwood Achebe Thistlewood Ramanathan "
    "Llewellyn Castellano MacGregor Osei Winterbourne Fitzgerald Johansson Greenhalgh Adeyemi Stockdale Vanderbilt Cartwright Mukherjee Ashworth Beauregard Dunmore Petrov "
    "Smith-Jones Holloway",
    "de": "Brandstätter Köhler Niedermeier Schönfeld Wiegand Petersen Lindenthal Krüger Oberhauser Stolz Dreyer Füssl Harms Weißgerber Zöllner Kowalczyk Ritter Vogelsang Thoma Achterberg",
    "fr": "Delacroix Lemoine Bérenger Vasseur Chevallier Marchetti Fournier Guilbert Rousselot Pelletier Tessier Gauvin Lacombe Morvan D'Amboise Boisseau",
    "es": "Etxeberria Villanueva~Prado Cabrera Montesinos Iglesias~Roldán Quintana Zubizarreta Peñalver Sotomayor Barrios Aguirre~Leal Carrasco Ferrándiz Olmedo Valdivia",
    "vi": "Nguyễn Trần Phạm Lê Hoàng Vũ Đặng Bùi Đỗ Hồ Ngô Dương",
}


def names(d: Draw, language: str) -> tuple[str, str]:
    first, last = d.own(FIRST[language].split()), d.own(LAST[language].split())
    return first.replace("~", " "), last.replace("~", " ")


def ascii_name(name: str) -> str:
    folded = name.lower().replace("ß", "ss").replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("đ", "d")
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return "".join(c for c in plain if c.isalnum() or c == "-")


def _person(language: str) -> None:
    def full(d: Draw) -> str:
        first, last = names(d, language)
        return f"{last} {first}" if language == "vi" else f"{first} {last}"

    value("PERSON", language)(full)
    value("PERSON", f"{language}_last")(lambda d: names(d, language)[1])
    value("PERSON", f"{language}_first")(lambda d: names(d, language)[0])
    value("PERSON", f"{language}_comma")(lambda d: ", ".join(reversed(names(d, language))))
    value("PERSON", f"{language}_initial")(lambda d: ". ".join((names(d, language)[0][0], names(d, language)[1])))
    value("PERSON", f"{language}_upper")(lambda d: full(d).upper())
    value("PERSON", f"{language}_lower")(lambda d: full(d).lower())


for _language in FIRST:
    _person(_language)

DOMAINS = [
    "northgate-fm.co.uk",
    "harborpointproperties.com",
    "energie-lindau.de",
    "clearspan.energy",
    "stadtwerke-eschweg.de",
    "facilities.wexcombe.ac.uk",
    "immobilier-valmont.fr",
    "cityhall.brookfen.gov.uk",
    "gestionedificios.es",
    "toanhaxanh.vn",
    "hvac-masters.net",
    "ridgewaycapital.com",
    "gebaeudeservice-haller.de",
    "greenleaf-consulting.org",
    "kythuatlanh.com.vn",
    "climatisation-dubreuil.fr",
    "mieterverein-suedhang.de",
    "summitcontrols.io",
    "administracionesvega.es",
    "lakeside.tenants.org",
    "pm.castlebrook.com",
    "meteringpartners.eu",
    "quanlytoanha.vn",
    "services.chu-belleroche.fr",
    "westbridge-re.com",
]


@value("EMAIL", "plain")
def email(d: Draw) -> str:
    first, last = names(d, d.any("en", "en", "de", "fr", "es", "vi"))
    first, last = ascii_name(first), ascii_name(last)
    local = d.any(
        f"{first}.{last}",
        f"{first[0]}.{last}",
        f"{last}{first[0]}",
        f"{first}_{last}",
        f"{first}{d.int(2, 89)}",
        f"{last}.{first}",
        f"{first}.{last}+bms",
    )
    return f"{local}@{d.own(DOMAINS)}"


@value("EMAIL", "role")
def role_email(d: Draw) -> str:
    return f"{d.any('helpdesk', 'reception', 'bms-alarms', 'noreply', 'facility.management', 'accounts-payable', 'hausverwaltung', 'gardien', 'energy')}@{d.own(DOMAINS)}"


@value("EMAIL", "free")
def free_email(d: Draw) -> str:
    first, last = (ascii_name(n) for n in names(d, "en"))
    return f"{first}{d.any('', '.', '_')}{last}{d.chars(d.int(0, 3))}@{d.any('gmail.com', 'outlook.com', 'hotmail.co.uk', 'gmx.de', 'orange.fr', 'yahoo.com', 'protonmail.com')}"


@value("EMAIL", "upper")
def upper_email(d: Draw) -> str:
    return email(d).upper()


@value("PHONE", "uk")
def phone_uk(d: Draw) -> str:
    n = f"{d.int(2, 9)}{d.chars(2)}"
    return d.any(
        f"020 7{n} {d.chars(4)}", f"+44 20 7{n} {d.chars(4)}", f"0161 {n} {d.chars(4)}", f"(0121) {n} {d.chars(4)}", f"07{d.any('4', '5', '7', '8', '9')}{d.chars(2)} {d.chars(6)}",
        f"+44 7{d.any('4', '7', '8')}{d.chars(2)} {d.chars(6)}", f"01865 {d.int(2, 8)}{d.chars(5)}", f"+44 (0)113 {n} {d.chars(4)}", f"07{d.any('5', '7', '9')}{d.chars(8)}",
    )  # fmt: skip


@value("PHONE", "us")
def phone_us(d: Draw) -> str:
    area = d.any("212", "312", "415", "617", "713", "206", "305", "404", "503", "720", "602", "919")
    mid, end = f"{d.int(2, 9)}{d.int(2, 9)}{d.int(0, 9)}", d.chars(4)
    return d.any(
        f"({area}) {mid}-{end}",
        f"{area}-{mid}-{end}",
        f"+1 {area} {mid} {end}",
        f"{area}.{mid}.{end}",
        f"+1-{area}-{mid}-{end}",
        f"1-{area}-{mid}-{end}",
        f"+1{area}{mid}{end}",
    )


@value("PHONE", "ext")
def phone_extension(d: Draw) -> str:
    return f"{phone_us(d)} {d.any('x', 'ext. ', 'ext ')}{d.int(100, 9999)}"


@value("PHONE", "de")
def phone_de(d: Draw) -> str:
    n = f"{d.int(2, 9)}{d.chars(6)}"
    return d.any(
        f"030 {n}",
        f"030/{n}",
        f"+49 89 {n}",
        f"+49 (0)221 {n}",
        f"0711 {n[:3]} {n[3:]}-{d.int(0, 99)}",
        f"0151 {n}{d.chars(1)}",
        f"0171-{n}",
        f"+49 176 {n[:4]} {n[3:]}",
        f"0049 40 {n}",
        f"(069) {n}",
    )


@value("PHONE", "fr")
def phone_fr(d: Draw) -> str:
    first, pairs = d.any("1", "2", "3", "4", "5", "6", "7"), [d.chars(2) for _ in range(4)]
    return d.any(
        f"0{first} {' '.join(pairs)}",
        f"+33 {first} {' '.join(pairs)}",
        f"0{first}.{'.'.join(pairs)}",
        f"0{first}{''.join(pairs)}",
        f"+33 (0){first} {' '.join(pairs)}",
    )


@value("PHONE", "es")
def phone_es(d: Draw) -> str:
    start = d.any("91", "93", "95", "61", "65", "68")
    n = f"{d.int(1, 9)}{d.chars(6)}"
    return d.any(
        f"{start}{n[0]} {n[1:4]} {n[4:]}",
        f"+34 {start}{n[0]} {n[1:4]} {n[4:]}",
        f"{start} {n[:3]} {n[3:5]} {n[5:]}",
        f"{start}{n}",
        f"+34{start}{n}",
    )


@value("PHONE", "vi")
def phone_vi(d: Draw) -> str:
    a, b = f"{d.int(2, 9)}{d.chars(2)}", d.chars(3)
    mobile = d.any("90", "91", "93", "98", "97", "35", "70")
    return d.any(
        f"0{mobile}{d.int(1, 9)} {a} {b}",
        f"+84 {mobile} {a} {b}{d.chars(1)}",
        f"028 3{a} {d.chars(4)}",
        f"+84 24 3{a} {d.chars(4)}",
        f"0{mobile}.{a}.{b}{d.chars(1)}",
        f"0{mobile}{d.chars(7)}",
    )


STREETS = {
    "en": ("Alder Wharf Road", "Tanner Street", "Kingsmead Avenue", "Old Foundry Lane", "Wetherby Crescent", "Mill Brow", "Saffron Hill Close", "Granary Square", "St Oswald's Terrace", "Quayside", "Beaumont Way", "Church View"),
    "us": ("Lexington Ave", "Peachtree Industrial Blvd", "N Halsted St", "Commerce Drive", "Oak Hollow Lane", "W 47th Street", "Harbor Point Road", "Sycamore Court", "Route 9 South", "Elm Ridge Pkwy", "E Camelback Rd", "Old Mill Turnpike"),
    "de": ("Lindenallee", "Hafenstraße", "Am Kupfergraben", "Goethestr.", "Unter den Eichen", "Gutenbergring", "Mühlenweg", "Kaiser-Wilhelm-Platz", "Bergmannstraße"),
    "fr": ("rue de la Verrerie", "avenue Jean-Jaurès", "boulevard Voltaire", "quai des Chartrons", "rue du Faubourg Saint-Denis", "place Bellecour", "allée des Tilleuls", "impasse du Moulin", "chemin des Vignes"),
    "es": ("Calle de Alcalá", "Avenida de la Constitución", "C/ Mayor", "Paseo de Gracia", "Plaza del Ayuntamiento", "Calle Sierpes", "Ronda de Valencia", "Carrer de Balmes"),
    "vi": ("Nguyễn Trãi", "Lê Lợi", "Võ Văn Tần", "Trần Duy Hưng", "Điện Biên Phủ", "Phan Đình Phùng", "Lý Thường Kiệt", "Nguyễn Thị Minh Khai"),
}  # fmt: skip
CITIES = {
    "en": ("Leeds", "Bristol", "Manchester", "Sheffield", "Reading", "Nottingham", "Cardiff", "Glasgow", "Norwich"),
    "us": (
        "Chicago, IL",
        "Portland, OR",
        "Tempe, AZ",
        "Hoboken, NJ",
        "Atlanta, GA",
        "Boulder, CO",
        "Austin, TX",
        "Rochester, NY",
        "Durham, NC",
    ),
    "de": ("Köln", "Leipzig", "Stuttgart", "Hamburg", "Dresden", "Freiburg im Breisgau", "Kassel"),
    "fr": ("Lyon", "Nantes", "Bordeaux", "Lille", "Strasbourg", "Aix-en-Provence", "Rennes"),
    "es": ("Madrid", "Sevilla", "Valencia", "Bilbao", "Málaga", "Zaragoza"),
    "vi": ("Hà Nội", "TP. Hồ Chí Minh", "Đà Nẵng", "Hải Phòng", "Cần Thơ"),
}


def _street(d: Draw, place: str) -> str:
    road = d.own(STREETS[place])
    number = str(d.int(1, 289))
    match place:
        case "de":
            return f"{road} {number}{d.any('', '', 'a', 'b')}"
        case "fr":
            return f"{number}{d.any('', '', ' bis')}{d.any(' ', ', ')}{road}"
        case "es":
            return f"{road}{d.any(', ', ' ', ' nº ')}{number}"
        case "vi":
            return f"{d.any('', 'Số ', 'số ')}{number} {d.any('', 'đường ')}{road}"
        case "us":
            return (
                f"{d.int(100, 9899)} {road}{d.any('', '', ', Suite ' + str(d.int(100, 900)), ' #' + str(d.int(2, 40)))}"
            )
    return f"{number}{d.any('', '', 'A', '-' + str(int(number) + 4))} {road}"


def _city(d: Draw, place: str) -> str:
    city = d.own(CITIES[place])
    match place:
        case "en":
            area = {
                "Leeds": "LS",
                "Bristol": "BS",
                "Manchester": "M",
                "Sheffield": "S",
                "Reading": "RG",
                "Nottingham": "NG",
                "Cardiff": "CF",
                "Glasgow": "G",
                "Norwich": "NR",
            }[city]
            return f"{city} {area}{d.int(1, 18)} {d.int(1, 9)}{d.chars(2, 'ABDEFGHJLNPQRSTUWXYZ')}"
        case "us":
            return f"{city} {d.int(10001, 98999)}"
        case "vi":
            return f"{d.any('Quận ' + str(d.int(1, 12)), 'P. Bến Nghé', 'Q. Thanh Xuân')}, {city}"
    low, high = (1001, 52999) if place == "es" else (10115, 95999)
    return f"{d.int(low, high):05d} {city}"


for _place in STREETS:
    value("ADDRESS", _place)(lambda d, place=_place: f"{_street(d, place)}, {_city(d, place)}")  # type: ignore[misc]
    value("ADDRESS", f"{_place}_street")(lambda d, place=_place: _street(d, place))  # type: ignore[misc]
    value("ADDRESS", f"{_place}_lines")(lambda d, place=_place: f"{_street(d, place)}\n{_city(d, place)}")  # type: ignore[misc]

ORGANISATIONS = {
    "en": ("Bramble & Finch LLP", "Northgate Facilities Ltd", "Meridian Dental Group", "Oakhurst Property Management", "Sterling Vale Insurance plc", "Wexcombe University", "Harrow & Lyle Architects", "Brightwater Utilities",
        "Castlebrook Partners", "Pinnacle Lift Services Ltd", "Tideway Logistics", "St Brannock's Hospital Trust", "Redfern Controls Limited", "Lumen Row Coworking", "Ashgrove Borough Council", "Copperfield Analytics"),
    "us": ("Harborpoint Properties LLC", "Cascade Mechanical Inc.", "Blue Heron Credit Union", "Ridgeway Capital Partners", "Delmarva Chiller Services, Inc.", "Summit Controls Corp.", "Larkspur Pediatrics", "Tri-County School District",
        "Ironwood Data Centers", "Yellowbrick Realty Group", "Prairie Light & Power Co.", "Kessler Brothers Roofing"),
    "de": ("Haller Gebäudeservice GmbH", "Stadtwerke Eschweg AG", "Kanzlei Wiegand & Partner", "Lindauer Energie eG", "Südhang Wohnbau GmbH & Co. KG", "Autohaus Dreyer e.K.", "Klinikum Nordfeld gGmbH", "Ritter Aufzugstechnik GmbH"),
    "fr": ("Climatisation Dubreuil SARL", "Immobilière Valmont SAS", "Cabinet Rousselot et Associés", "Régie Énergie du Verdon", "Syndic Belleroche", "Ascenseurs Morvan SA", "Boulangerie Tessier"),
    "es": ("Administraciones Vega S.L.", "Climatizaciones Olmedo S.A.", "Clínica Dental Sotomayor", "Ayuntamiento de Villarrobles", "Grupo Inmobiliario Zafra", "Mantenimientos Quintana S.L.U."),
    "vi": ("Công ty TNHH Kỹ Thuật Lạnh Đông Á", "Công ty CP Quản Lý Tòa Nhà Xanh", "Ngân hàng TMCP Phương Đông Việt", "Công ty Cổ phần Năng Lượng Sao Mai", "Tập đoàn Bất Động Sản Hưng Phát", "Trường Đại học Bách Việt"),
}  # fmt: skip
for _place, _pool in ORGANISATIONS.items():
    value("ORGANISATION", _place)(lambda d, pool=_pool: d.own(pool))  # type: ignore[misc]
    value("TENANT", _place)(lambda d, pool=_pool: d.own(pool))  # type: ignore[misc]


@value("COORDINATES", "decimal")
def decimal_position(d: Draw) -> str:
    north, east = d.rng.uniform(-55, 62), d.rng.uniform(-125, 140)
    places = d.int(4, 6)
    return f"{north:.{places}f}{d.any(', ', ',', ' ')}{east:.{places}f}"


@value("COORDINATES", "letters")
def lettered_position(d: Draw) -> str:
    north, east = d.rng.uniform(8, 62), d.rng.uniform(1, 120)
    return d.any(
        f"{north:.4f}° N, {east:.4f}° W",
        f"{north:.5f}N {east:.5f}E",
        f"N {north:.4f}° E {east:.4f}°",
        f"{north:.4f}°N, {east:.4f}°E",
    )


@value("COORDINATES", "dms")
def degree_position(d: Draw) -> str:
    def part(top: int, letters: tuple[str, str]) -> str:
        return f"{d.int(2, top)}°{d.int(0, 59):02d}'{d.int(0, 59):02d}{d.any('', '.' + d.chars(1))}\"{d.any(*letters)}"

    return part(62, ("N", "S")) + " " + part(150, ("E", "W"))


@value("COORDINATES", "geo")
def geo_uri(d: Draw) -> str:
    return f"{d.rng.uniform(30, 60):.5f},{d.rng.uniform(-9, 25):.5f}"


@value("opaque", "id")
def opaque(d: Draw) -> str:
    return d.chars(d.int(8, 16), ALNUM)
