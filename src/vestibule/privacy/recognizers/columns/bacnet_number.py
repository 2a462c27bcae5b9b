"""Columns of BACnet device instances."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.columns.column import below, cell


def _is_of_controllers(said: str) -> bool:
    return (
        re.search(
            r"bacnet|controller|\bddc|instan|\bobject|ms/?tp|\bmac\b|\bip\b|\bahu|\bvav|\bbms", said, re.IGNORECASE
        )
        is not None
    )


RECOGNIZER = Recognizer(
    type="BACNET_REFERENCE",
    pattern=cell(r"\d{1,7}", 0),
    needs="\n",
    examples=(
        ("Controller;Device ID\nCTRL-07;434064", "434064"),
        ("| Controller | Instance |\n|---|---|\n| AHU | 12001 |", "12001"),
        ("name,bacnet_id,vendor\nVAV,5001,x", "5001"),
    ),
    counter_examples=("phone,device id\nmine,12", "device,count\nVAV,14", "controller,age\nAHU,12"),
    score=0.85,
    valid=below(
        r"(?:(?:bacnet|device|object|controller)[ _-]?){0,2}(?:instance|instanz|inst\.?)(?:[ _-]?(?:id|no\.?|number|"
        r"nr\.?))?|"
        r"(?:bacnet|device)[ _-]?(?:device[ _-]?)?(?:id|no\.?|number|nr\.?)|bacnet(?:[ _-]?(?:device|address))?|"
        r"(?:bacnet[ _-]?)?(?:network|net)[ _-]?(?:no\.?|number|nr\.?)|ms/?tp[ _-]?(?:mac|address|addr)",
        _is_of_controllers,
    ),
)
