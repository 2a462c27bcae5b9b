"""Several values behind one cue: "codes 4711, 4712 and 4713", a list of lines, a JSON array.

Knows no type: what counts as an item, a recognizer says. Every item but the first is found by what joins it to the one
before, and the cue looked up from there.
"""

from __future__ import annotations

import re

from vestibule.privacy.recognizers.base import Recognizer

_REACH = 240
_NUMBERED = re.compile(r"\d[^\s\d]{0,8}$")  # so is the item before, whatever it is
_REPLACED = (
    r"[ ]?(?:->|=>|→)[ ]?|[ ](?:(?:was |wurde |now |by )?(?:replaced|swapped|exchanged|changed)[ ](?:by|with|for|to)|"
    r"(?:wurde )?(?:ersetzt|getauscht|ausgetauscht) (?:durch|gegen)|remplacée? par|sustituid[oa] por|thay bằng|"
    r"bằng|cho)[ ]"
)
_JOIN = (
    r"[\"'`)\]#*]{0,2}[ \t]{0,3}(?:(?:[,;/&+|]|\r?\n[ \t]{0,8}(?:[-*•]|\d{1,2}[.)])[ \t])[ \t\n]{0,4}"
    r"(?:(?:and|or|und|oder|sowie|et|ou|y|o|và|hoặc)[ \t]{1,2})?|"
    r"[ \t](?:and|or|und|oder|sowie|et|ou|y|o|và|hoặc)[ \t]{1,2})"
    r"(?:no\.?[ ]|nr\.?[ ]|n°[ ]?|#)?[\"'`(\[]{0,2}"
)


def listed(
    first: Recognizer,
    item: str,
    examples: tuple[tuple[str, str], ...],
    counter_examples: tuple[str, ...],
    *,
    cue: str,
    flags: int = 0,
    replaced: bool = False,
) -> Recognizer:
    """A recognizer of the items behind one that `first` finds. `item` holds no groups with names; some word
    of `cue` stands in every cue, which spares most lists the full look. `replaced` takes "X replaced by Y" too."""
    join = f"(?:{_JOIN}|{_REPLACED})" if replaced else _JOIN
    between = re.compile(rf"(?:{join}(?:{item}))*{join}", re.IGNORECASE)

    word = re.compile(cue, re.IGNORECASE)

    def follows(match: re.Match[str]) -> bool:
        start = max(0, match.start() - _REACH)
        if _NUMBERED.search(match.string[max(0, match.start() - 24) : match.start()]) is None:
            return False
        return word.search(match.string, start, match.start()) is not None and any(
            cue.end("value") <= match.start("value")
            and between.fullmatch(match.string, cue.end("value"), match.start("value")) is not None
            and first.valid(cue)
            for cue in first.pattern.finditer(match.string, start, match.end())
        )

    return Recognizer(
        type=first.type,
        pattern=re.compile(rf"(?<=[\w#*\"'`)\]]){join}(?P<value>{item})(?![\w:°%])", flags),
        examples=examples,
        counter_examples=counter_examples,
        score=first.score,
        valid=follows,
        behind=first,
    )
