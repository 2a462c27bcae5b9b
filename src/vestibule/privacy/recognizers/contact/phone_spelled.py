"""Telephone numbers in words: "ring me on oh seven seven double oh, nine hundred, four one two"."""

import re

from vestibule.privacy.recognizers.base import Recognizer

_DIGIT = (
    r"(?:(?:double|triple)[ -])?(?:oh|zero|nought|one|two|three|four|five|six|seven|eight|"
    r"nine)(?:[ ]hundred|[ ]thousand)?"
)
_CUE = r"(?:call|ring|phone|tel\w*|mobile|cell|number(?:['’]s| is)|reach|text|contact|dial|fax|whatsapp)"

RECOGNIZER = Recognizer(
    type="PHONE",
    pattern=re.compile(
        rf"\b{_CUE}(?![^\W_])[^\n\d]{{0,28}}?(?<!\w)(?P<value>(?:plus[ ])?{_DIGIT}(?:[ ,-]{{1,2}}{_DIGIT})"
        rf"{{6,14}})(?!\w)",
        re.IGNORECASE,
    ),
    examples=(
        (
            "text me: oh seven seven double oh, nine hundred, four one two",
            "oh seven seven double oh, nine hundred, four one two",
        ),
        ("call zero three zero five five five one two three", "zero three zero five five five one two three"),
        ("my number is oh-one-two-two-four-six-four", "oh-one-two-two-four-six-four"),
    ),
    counter_examples=(
        "call one or two people",
        "the number one two three four five six seven eight",
        "ring at seven, eight or nine",
    ),
    score=0.85,
)
