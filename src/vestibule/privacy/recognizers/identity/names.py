"""What the numbers of persons are called where they are issued. Pieces of patterns; finds nothing by itself."""

_EUROPE = (
    r"pesel|dowód osobisty|bsn|burgerservice-?nummer|sofi-?nummer|rijksregister(?:nummer)?|insz|niss|"
    r"(?:numéro|n°|no) (?:de )?(?:registre )?national|registre national|codice fiscale|cod\.? ?fisc\.?|"
    r"carta d['’]identità|"
    r"person-?(?:nummer|nr\.?)|personnumer|samordnings-?nummer|cpr(?:-?(?:nummer|nr\.?))?|fødselsnummer|f(?:ø|"
    r"oe?)dselsnr|"
    r"henkilötunnus|hetu|isikukood|asmens kodas|personas kods|pps(?:n| number| no\.?)|cartão de cidadão|contribuinte|"
    r"rodn[eé] číslo|jmbg|emšo|oib|egn|cnp|cod numeric personal|személyi (?:szám|igazolvány)|adóazonosító|afm|amka|"
    r"t\.?c\.? kimlik(?: no)?|снилс|snils|инн|steuer-?id(?:nr)?|steuer-?(?:nummer|nr\.?)|id-?nr\.?|"
    r"n\.?i\.?[ ](?:no\.?|number)|perso-?nr\.?|sv-?(?:nummer|nr\.?)|sozialversicherungs-?(?:nummer|nr\.?)|"
    r"ahv(?:-?(?:nummer|nr\.?))?|avs|utr|unique taxpayer reference|nhs(?:[ -]?(?:no|number))|nino|nir|insee|"
    r"n° ?s[ée]cu(?:rité sociale)?|dni(?:/nie)?|nie|nif"
)
_ASIA_AND_PACIFIC = (
    r"nric(?:/fin)?|hkid(?: card)?|mykad|nomor induk kependudukan|ktp|aadhaa?r|pan(?: card| number| no)|"
    r"(?-i:PAN)(?=[ :])|cnic|"
    r"emirates[ -]id|iqama|teudat zehut|mispar zehut|(?-i:My ?Number)|個人番号|身份证(?:号)?|rrn|주민등록번호|"
    r"tfn|tax file number|medicare(?: (?:no|number|card))?|ird(?: number)|cccd|cmnd|cmt|mã số thuế|mã định danh|"
    r"số định danh|bhxh|căn cước(?: công dân)?|mst"
)
_AMERICAS = (
    r"ssn?|sin(?=[ :#=])|social security(?: (?:no|number))?|itin|curp|rfc|cpf|rg(?=[ :]{1,2}\d)|rut|"
    r"run(?=[: ]{1,2}\d{1,2}\.\d{3}\.)|"
    r"cu[ií][tl]|cédula(?: de (?:identidad|ciudadanía))?|social insurance (?:no|number)"
)
_ANYWHERE = (
    r"tax(?:payer)?[ _-]?(?:id(?:entification)?|ref(?:erence)?)|tin(?=[ :#])|"
    r"(?:south african|israeli|thai|saudi|chinese|korean|turkish|indian|uae|greek|polish|swedish|danish|irish|"
    r"ukrainian)[ ]id|"
    r"passport|reisepass|passeport|pasaporte|hộ chiếu|paspoort|passaporto|"
    r"national[ _-]?(?:id(?:entity|entification)?|insurance|number)|citizen (?:id|number)|(?:identity|id)[ _-]card|"
    r"(?:identity|id)[ _-](?:number|doc(?:ument)?)(?:[ _-](?:no|number))?|personalausweis|"
    r"driv(?:er['’]?s?|ing)[ -]licen[cs]e|führerschein|permis de conduire|residence permit|social insurance"
)
NAMES = f"{_EUROPE}|{_ASIA_AND_PACIFIC}|{_AMERICAS}|{_ANYWHERE}"
