"""Modbus units and registers as options of the command-line tools: `mbpoll -a 24 -r 3651`."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_TOOL = re.compile(r"\b(?:mbpoll|modpoll|mbtget|modbus[\w-]*|mbusd|diagslave|qmodmaster)\b", re.IGNORECASE)


def _is_of_a_tool(match: re.Match[str]) -> bool:
    start = match.string.rfind("\n", 0, match.start()) + 1
    return _TOOL.search(match.string, start, match.start()) is not None


RECOGNIZER = Recognizer(
    type="MODBUS_REFERENCE",
    pattern=re.compile(
        r"(?<=\s)(?:-[aru]|--(?:address|slave|unit|register|reference|start)(?:-?id)?)[ =]?"
        r"(?P<value>0x[0-9a-f]{1,4}|\d{1,6})(?![\w./:-])",
        re.IGNORECASE,
    ),
    examples=(
        ("mbpoll -m rtu -a 24 /dev/ttyUSB0", "24"),
        ("modpoll -r 40001 10.0.0.5", "40001"),
        ("mbtget -u 7 -n 10", "7"),
        ("modbus-cli --slave=12 read", "12"),
    ),
    counter_examples=("tail -r 40001", "ls -a 24", "mbpoll -r rtu", "mbpoll -c 12"),
    valid=_is_of_a_tool,
)
