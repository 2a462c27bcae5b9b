"""Vietnam: CCCD (12 digits), CMND (9 or 12) and tax codes behind their names; a CCCD alone is only digits."""

import re

from vestibule.privacy.recognizers.base import Recognizer
from vestibule.privacy.recognizers.wording import LINK

RECOGNIZER = Recognizer(
    type="NATIONAL_ID",
    pattern=re.compile(
        r"(?<![^\W_])(?:cccd|cmnd|cmtnd|căn cước(?: công dân)?|chứng minh (?:nhân dân|thư)|mã số thuế|mst|"
        r"mã định danh|(?:citizen|vietnamese)[ ](?:id|identity)(?:[ ]card)?|"
        rf"số định danh|bhxh|mã số bhxh)(?:\s(?:cá nhân|của\s[^\d\n:]{{1,40}}))?{LINK}(?P<value>\d{{12}}|"
        rf"\d{{3}}[ .]\d{{3}}[ .]\d{{3}}[ .]\d{{3}}|\d{{9,10}}(?:-\d{{3}})?|"
        rf"\d{{3}}[ .]\d{{3}}[ .]\d{{3}})(?![\w-]|[.,]\d)",
        re.IGNORECASE,
    ),
    examples=(
        ("CCCD: 001099012345", "001099012345"),
        ("số CCCD của anh Nam là 079 203 001 234", "079 203 001 234"),
        ("CMND số 123456789.", "123456789"),
        ("căn cước công dân 001099012345", "001099012345"),
    ),
    counter_examples=("001099012345", "CCCD is a card", "hóa đơn 123456789"),
    score=0.95,
)
