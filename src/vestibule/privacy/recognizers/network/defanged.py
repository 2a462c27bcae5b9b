"""IPv4 addresses written so that no program takes them for one: `10[.]0[.]0[.]5`, `10 dot 0 dot 0 dot 5`."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.validators import ip_address

_DOT = (
    r"(?:[ ]?[\[({<][ ]?(?:\.|dot|punkt|point|punto|chấm)[ ]?[\])}>][ ]?|"
    r"[ ](?:dot|punkt|point|punto|chấm)[ ]|[ ]\.[ ]|\\\.)"
)


def _is_address(match: re.Match[str]) -> bool:
    return ip_address(".".join(re.findall(r"\d+", match["value"])))


RECOGNIZER = Recognizer(
    type="IP_ADDRESS",
    pattern=re.compile(
        rf"(?<![\w.-])(?P<value>(?=[\d.]{{1,12}}{_DOT}\d)\d{{1,3}}(?:(?:{_DOT}|"
        rf"\.)\d{{1,3}}){{3}}(?:/\d{{1,2}})?)(?![\w-])",
        re.IGNORECASE,
    ),
    examples=(
        ("ip is 10(.)49(.)22(.)31, look", "10(.)49(.)22(.)31"),
        ("172[.]18[.]239[.]32", "172[.]18[.]239[.]32"),
        ("it is 10 dot 49 dot 22 dot 31", "10 dot 49 dot 22 dot 31"),
        ("10.49.22[.]31", "10.49.22[.]31"),
    ),
    counter_examples=("10.49.22.31", "300[.]1[.]1[.]1", "2 point 5 point 7", "1 . 2"),
    valid=_is_address,
)
