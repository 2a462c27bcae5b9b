"""Tell whether a text asserts a cause, denies it, or only speaks of it.

A text is read clause by clause. A clause asserts a cause if it says that the thing happened; it does not if a negation
stands before it ("no sign of a stuck damper"), if it is hypothetical ("if the setback fails, check …"), if it speaks of
another building or of days outside of the window asked about. What a sentence leaves out, the one before it in the same
paragraph has said: "Log of Old Mill, 2025-06-25: the logger had stopped. The missing hours are lost."
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.acceptance.questions.answer import days_between, sentences
from tests.acceptance.questions.periods import Period

_BROKEN = r"stuck|jam(?:med)?|stay\w* open|held open|left open|fault\w*|fail\w*|defect\w*|broken|leak\w*|loose"
_ASSERTS: dict[str, str] = {
    "stuck_damper": rf"damper\b[^.]{{0,60}}?\b(?:{_BROKEN})|\b(?:{_BROKEN})\b[^.]{{0,40}}damper"
    r"|(?:too much|more|excess\w*|unwanted) (?:outdoor|outside) air|damper (?:is|was|as) the (?:cause|reason)"
    r"|damper\b[^.]{0,40}\b(?:wide|too far|fully|permanently|remained|stayed|was|found) open",
    "failed_setback": r"set-?back\b[^.]{0,60}?\b(?:fail\w*|lost|not|off|missing|disabled|never|out of"
    r"|overrid\w+|bypassed)\b"
    r"|\b(?:fail\w*|lost|missing|disabled|overrid\w+)\b[^.]{0,25}set-?back"
    r"|\b(?:no|without)(?: a| the| any)?(?: night)? set-?back"
    r"|(?:because of|due to|caused by|explained by) (?:the |a )?(?:night )?set-?back",
    "chiller_fault": r"chiller\b[^.]{0,60}?\b(?:fault\w*|fail\w*|defect\w*|foul\w*|degrad\w*|problem|inefficien\w*"
    r"|lost|broke\w*|malfunction\w*|COP (?:fell|dropped|low))"
    r"|\b(?:fault\w*|fail\w*|defect\w*|degraded|inefficient|malfunction\w*)\b[^.]{0,30}chiller"
    r"|refrigerant\b[^.]{0,30}\b(?:los\w+|leak\w*|low|charge)|(?:los\w+|leak\w*|low)\b[^.]{0,20}refrigerant"
    r"|condenser\b[^.]{0,30}\b(?:foul\w*|dirt\w*|block\w*)|foul\w*\b[^.]{0,20}condenser|\bCOP\b[^.]{0,20}(?:fell|drop)"
    r"|(?:because of|due to|caused by|explained by|points to) (?:the |a )?chiller",
    "holiday": r"(?:because of|due to|owing to|caused by|cause:?|reason:?|explain\w*(?: by)?|was|is|fell on)"
    r" (?:\w+ ){0,3}holiday\b|holiday\b[^.]{0,40}\b(?:explain\w*|caus\w*|lower\w*|reduc\w*)"
    r"|\b(?:building|site|school|office|shop|it|plant|house) (?:was|were|is|had been) closed"
    r" (?:for|that|all|and|on (?!weekends?|sat|sun))|\bclosure\b|closed for",
    "meter_gap": r"\b(?:reading|data|value)s?\b[^.]{0,40}\bmissing|hours (?:are|were) missing"
    r"|missing (?:meter )?(?:reading|data|value|hour)"
    r"|\bgaps? in\b|(?:data|meter|reading\w*) gap|logger\b[^.]{0,40}\b(?:stop\w*|down|fail\w*|lost)",
}
_HINTS_AT = {
    "chiller_fault": r"chiller\b[^.]{0,60}\b(?:efficiency|COP|performance|more (?:electricity|power))"
    r"|\b(?:low\w*|poor\w*|worse|reduced|fall\w*|drop\w*)\b[^.]{0,30}\b(?:chiller|COP)\b",
    "holiday": r"holiday|closed|closure",
}
"""Enough to have named the planted cause, too little to have asserted one that was not planted."""
_DENIES = re.compile(
    r"\b(?:no|not|nor|neither|never|without|nothing|none|zero|0|cannot|free of|ruled? out|ruling out|exclud\w+"
    r"|absence of|rather than|instead of|unlike)\b|n't\b",
    re.IGNORECASE,
)
_DENIES_A_FAILURE = re.compile(
    r"\bno (?:\w+ )?(?:sign|evidence|indication|hint|trace)s?\b|\bnot (?:due|caused|because|a|the|point|suggest)\b"
    r"|n't (?:point|suggest|look|show)|\bneither\b|\bnor\b|\bnone\b|rul\w+ out|nothing\b|exclud\w+|cannot see",
    re.IGNORECASE,
)
_WORKED = re.compile(
    r"(?<!not )\b(?:worked|works|working normally|held|in order|intact|correctly|fine)\b"
    r"|(?<!above )(?<!than )(?<!not )\bnormal(?:ly)?\b|\bas (?:planned|intended|usual|scheduled)\b",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when(?:ever)? (?:a|an|any|one)|should|would|in case|for example|e\.g\.|typical(?:ly)? causes?"
    r"|check (?:that|whether|for)|must|to prevent|can cause)\b",
    re.IGNORECASE,
)
_CAUSAL = re.compile(
    r"\b(?:because|due to|caus\w+|reason|explain\w*|explanation|points? to|pointing to|sign\w*|suggest\w*|likely|fault"
    r"|consistent with|diagnos\w*|behind|result\w*|indicat\w*|driven by|matches)\b",
    re.IGNORECASE,
)
_NOTHING_MISSING = re.compile(r"missing (?:readings|hours|values|data)\s*[:=]?\s*(?:0|none|zero|no)\b", re.IGNORECASE)
_STRONG_BREAK = re.compile(
    r"[;:—–]|\s-\s|,?\s(?:but|however|although|whereas|because|since)\s"
    r"|\sand\s(?=(?:\w+\s){0,3}?(?:was|were|is|are|had|has|points?|shows?|suggests?|fits?|ran)\b)"
)
_FINITE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|ran|fell|rose|used|caused|did|does|came)\b|\b(?:explain|show|point)s\b"
)


@dataclass(frozen=True)
class About:
    """What a question is about: names of its buildings, of all others, and its window in time (None: any)."""

    subjects: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    window: Period | None = None

    def relevant(self, text: str) -> Iterator[str]:
        """The sentences of the text that speak of it, or do not say of what they speak."""
        for paragraph in _paragraphs(text):
            elsewhere = at_another_time = False
            for sentence in paragraph:
                if _names_any((*self.subjects, *self.strangers), sentence):
                    elsewhere = not _names_any(self.subjects, sentence)
                said = days_between(sentence, self.window.start.year) if self.window else None
                if said and self.window:
                    at_another_time = not said.overlap_days(self.window)
                if not elsewhere and not at_another_time:
                    yield sentence


ANYTHING = About()


def asserted(cause: str, text: str, about: About = ANYTHING) -> str | None:
    """The clause that asserts the cause, or None."""
    for sentence in about.relevant(text):
        for clause in clauses(sentence):
            for match in re.finditer(_ASSERTS[cause], clause, re.IGNORECASE):
                if not _denied(cause, clause, match) and not _HYPOTHETICAL.search(clause[: match.end()]):
                    return clause.strip()
    return None


def named(cause: str, words: Iterable[str], text: str, about: About = ANYTHING) -> str | None:
    """The clause that gives the cause in one of the words, or None. To use a word is not enough: the clause must say
    that the thing happened, or the sentence that it explains something ("outdoor air temperature" names no damper)."""
    pattern = "|".join(rf"\b{re.escape(word)}" for word in words)
    happened = "|".join(filter(None, [_ASSERTS[cause], _HINTS_AT.get(cause)]))
    for sentence in about.relevant(text):
        for clause in clauses(sentence):
            explains = re.search(happened, clause, re.IGNORECASE) or _CAUSAL.search(sentence)
            for match in re.finditer(pattern, clause, re.IGNORECASE):
                denied = _denied(cause, clause, match) or _HYPOTHETICAL.search(clause[: match.end()])
                if explains and not denied and not clause[match.end() :].startswith(" temperature"):
                    return clause.strip()
    return None


def said_affirmatively(pattern: str, text: str) -> str | None:
    """The clause that matches without a negation before it, or None."""
    for sentence in ANYTHING.relevant(text):
        for clause in clauses(sentence):
            for match in re.finditer(pattern, clause, re.IGNORECASE):
                if not _DENIES.search(clause[: match.start()]):
                    return clause.strip()
    return None


def clauses(sentence: str) -> Iterator[str]:
    """Parts with a statement of their own; "no sign of a stuck damper, a failed setback or a gap" stays one. What
    stands in brackets is read with what stands before it: "none of the known causes (a stuck damper, …)"."""
    for part in _STRONG_BREAK.split(re.sub(r"\s*\([^()]*\)", "", sentence)):
        pieces = part.split(", ")
        clause = pieces[0]
        for piece in pieces[1:]:
            if _FINITE.search(piece):
                yield clause
                clause = piece
            else:
                clause = f"{clause}, {piece}"
        yield clause
    for bracket in re.finditer(r"\(([^()]*)\)", sentence):
        yield f"{_STRONG_BREAK.split(sentence[: bracket.start()])[-1]} {bracket[1]}"


def _paragraphs(text: str) -> Iterator[list[str]]:
    """The sentences of each line; an item of a list is read with the line that opens the list ("Ruled out:")."""
    opening = ""
    for line in text.splitlines():
        item = re.match(r"\s*(?:[-*•]|\d+[.)])\s+", line)
        if line.strip() and not item:
            opening = line.rstrip().removesuffix(":") if line.rstrip().endswith(":") else ""
        found = sentences(_NOTHING_MISSING.sub("", line[item.end() :] if item else line))
        yield [f"{opening} {sentence}" if item else sentence for sentence in found]


def _denied(cause: str, clause: str, match: re.Match[str]) -> bool:
    before, inside = clause[: match.start()], match.group()
    if cause == "failed_setback":
        return bool(_DENIES_A_FAILURE.search(before) or _WORKED.search(clause[match.start() :]))
    if cause == "meter_gap" and re.search(r"\b(?:complete|100\s*%)", before):
        return True
    return bool(_DENIES.search(before) or re.search(r"\b(?:not|no|never|none|zero|0)\b|n't\b", inside, re.IGNORECASE))


def _names_any(names: Iterable[str], text: str) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) for name in names)
