"""Columns of asset tags and serial numbers."""

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell

RECOGNIZER = Recognizer(
    type="ASSET_ID",
    pattern=cell(
        r"(?=(?:[^\d\n|,;\t]*\d){2})(?!(?:19|20)\d\d-\d\d|"
        r"\d{1,6}[.,]\d{1,3}(?![\w.,]))(?:[A-Z]{2,4} (?=\d{3}))?[\w./-]{4,40}",
        0,
    ),
    needs="\n",
    examples=(
        ("asset_id,type\nCH-2019-0047,chiller", "CH-2019-0047"),
        ("Pump\tSerial no.\nDaikin\t067.621.414", "067.621.414"),
        ("| Serial | Model |\n|---|---|\n| 4F7K2291 | X |", "4F7K2291"),
        ("Ort;Seriennummer\nKeller;WP-778812", "WP-778812"),
    ),
    counter_examples=("asset,age\nchiller,12", "serial, parallel\nor, both", "asset,kind\nAHU,fan"),
    valid=below(
        r"(?:asset|inventory|equipment|serial)[ _-]?(?:id|tag|no\.?|number|nr\.?|num|code)|asset|serial|s/n|sn|"
        r"serien-?(?:nummer|nr\.?)|inventar-?(?:nummer|nr\.?)|anlagen-?(?:nummer|nr\.?|kennzeichen)|"
        r"n° (?:de )?série|numéro de série|n[º°] de serie|número de serie|số (?:sê-?ri|seri)|mã (?:tài sản|thiết bị)",
    ),
)
