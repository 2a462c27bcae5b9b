"""BACnet devices as arguments of the command-line tools of the BACnet stack: `bacrp 3001 0 1 85`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

RECOGNIZER = Recognizer(
    type="BACNET_REFERENCE",
    pattern=re.compile(
        r"(?<![\w/.-])bac(?:rp|rpm|wp|wpm|scov|ucov|epics|wi|whois|iam|rd|dcc|arf|awf|ts|rr|poll|wir|event)[ ]"
        r"(?:-{1,2}[a-z]+[ ](?:[a-z\d.:]+[ ](?=-|\d))?){0,4}(?P<value>\d{1,7})(?![\w.:/])"
    ),
    examples=(
        ("bacrp 3001 0 1 85", "3001"),
        ("bacwp 120045 2 17 85 16 -1 4 21.0", "120045"),
        ("bacepics -v 3001 > out", "3001"),
    ),
    counter_examples=("bacrp --help", "backup 3001", "bacwi -1"),
)
