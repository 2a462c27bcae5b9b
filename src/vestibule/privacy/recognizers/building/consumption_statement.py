"""One building's consumption in SQL: `INSERT INTO readings (building, kwh) VALUES ('Northgate', 45300)`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="BUILDING_CONSUMPTION",
    pattern=re.compile(
        r"insert into [^\n(;]{1,60}\([^)\n]{0,120}(?:site|building|meter|tenant|location|zone)[^)\n]{0,80}"
        r"(?:kwh|mwh|kw|consumption|usage|energy|demand|value|reading)[^)\n]{0,40}\)\s{0,8}values\s{0,8}"
        r"\([^)\n]{1,120}?[,'\s](?P<value>\d{1,9}(?:\.\d{1,4})?)['\s]{0,2}\)",
        re.IGNORECASE,
    ),
    gate=re.compile(r"insert into ", re.IGNORECASE),
    examples=(
        ("INSERT INTO readings (building, month, kwh) VALUES ('Northgate', '2024-05', 45300);", "45300"),
        ("insert into usage(site_id, kwh) values (12, 45300.5)", "45300.5"),
        ("INSERT INTO m (meter, ts, value)\nVALUES ('M1', '2024-05-01', 812)", "812"),
    ),
    counter_examples=(
        "INSERT INTO fans (name, kw) VALUES ('EF-1', 4)",
        "insert into t values (45300)",
        "SELECT kwh FROM readings",
    ),
    score=0.85,
)
