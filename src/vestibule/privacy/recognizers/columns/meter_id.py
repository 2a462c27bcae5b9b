"""Columns of meter numbers and metering points."""

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell

RECOGNIZER = Recognizer(
    type="METER_ID",
    pattern=cell(
        r"(?=(?:[^\d\n|,;\t]*\d){3})(?!(?:19|20)\d\d-\d\d|\d{1,6}[.,]\d{1,3}(?![\w.,]))[\w./-]{4,40}|"
        r"\d{2}(?: \d{2,6}){2,6}"
    ),
    needs="\n",
    examples=(
        ("site,meter_id,kind\nHQ,MTR-00452,main", "MTR-00452"),
        ("| meter | MPAN |\n|---|---|\n| landlord | 12 0123 4567 890 |", "12 0123 4567 890"),
        ("Zählernummer;Ort\n1EMH0012345678;Keller", "1EMH0012345678"),
        ("Ort\tZähler-Nr.\nKeller\t44871203", "44871203"),
    ),
    counter_examples=("meter,kWh\nmain,45300", "the meter, code and site\nare here, as is all", "MPAN, a number"),
    valid=below(
        r"(?:smart |main |electricity |gas |water |heat |strom|gas|wasser|wärme|sub-?)?(?:meter|zähler|zaehler|"
        r"compteur|contador|công tơ)(?:[ _-]?(?:id|identifier|no\.?|number|nr\.?|nummer|serial(?: no\.?| number)?|ref|"
        r"code|kennung|point|n°|nº|num))?s?|(?:n°|nº|no\.?|id|num(?:é|e)ro|número)[ _]?(?:(?:de|du|del) )?(?:compteur|"
        r"contador|meter|zähler)|mpan|mprn|mpr|mpxn|"
        r"prm|pdl|pce|pod|cups|ean|gsrn|esi[ _-]?id|nmi|icp|malo(?:-?id)?|melo(?:-?id)?|marktlokation|messlokation|"
        r"zählpunkt(?:bezeichnung|nummer)?|metering[ _-]?point(?:[ _-]?id)?|point de livraison|"
        r"(?:mã|số)(?: số| seri| hiệu)? ?(?:khách hàng|kh|điểm đo|công tơ|đồng hồ|danh bộ)(?: \w{3,5})?|"
        r"(?:old|new|alter|neuer|ancien|nouveau|serial|no\.?|nr\.?) (?:meter|zähler|compteur)|(?:meter|zähler|"
        r"compteur|contador) "
        r"(?:old|new|alt|neu|serial)|(?:công tơ|đồng hồ)(?: (?:điện|nước|gas|số|no|cũ|mới|tổng)){0,2}|supply (?:point|"
        r"number)",
    ),
)
