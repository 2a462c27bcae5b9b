"""Tell whether a text asserts a cause, denies it, or only speaks of it.

A text is read clause by clause. A clause asserts a cause if it says that the thing happened; it does not if a negation
stands before it ("no sign of a stuck damper"), if it is hypothetical ("if the setback fails, check …"), if it speaks of
another building, or if it is dated to other months than those asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tests.acceptance.questions.answer import months, sentences

_BROKEN = r"stuck|jam(?:med)?|stay\w* open|held open|left open|fault\w*|fail\w*|defect\w*|broken|leak\w*|loose"
_ASSERTS: dict[str, str] = {
    "stuck_damper": rf"damper\b[^.]{{0,60}}?\b(?:{_BROKEN})|\b(?:{_BROKEN})\b[^.]{{0,40}}damper"
    r"|(?:too much|more|excess\w*|unwanted) (?:outdoor|outside) air|damper (?:is|was|as) the (?:cause|reason)",
    "failed_setback": r"set-?back\b[^.]{0,60}?\b(?:fail\w*|lost|not|off|missing|disabled|overrid\w+|bypassed|never|out of)"
    r"|\b(?:fail\w*|lost|missing|disabled|no|without|overrid\w+)\b[^.]{0,25}set-?back"
    r"|(?:because of|due to|caused by|explained by) (?:the |a )?(?:night )?set-?back",
    "chiller_fault": r"chiller\b[^.]{0,60}?\b(?:fault\w*|fail\w*|defect\w*|foul\w*|degrad\w*|problem|inefficien\w*"
    r"|lost|broke\w*|malfunction\w*|COP (?:fell|dropped|low))"
    r"|\b(?:fault\w*|fail\w*|defect\w*|degraded|inefficient|malfunction\w*)\b[^.]{0,30}chiller"
    r"|refrigerant\b[^.]{0,30}\b(?:los\w+|leak\w*|low|charge)|(?:los\w+|leak\w*|low)\b[^.]{0,20}refrigerant"
    r"|condenser\b[^.]{0,30}\b(?:foul\w*|dirt\w*|block\w*)|foul\w*\b[^.]{0,20}condenser|\bCOP\b[^.]{0,20}(?:fell|drop)"
    r"|(?:because of|due to|caused by|explained by|points to) (?:the |a )?chiller"
    r"|chiller\b[^.]{0,60}\b(?:efficiency|COP|performance|more electricity)"
    r"|\b(?:low\w*|poor\w*|worse|reduced|fall\w*|drop\w*)\b[^.]{0,30}\b(?:chiller|COP)\b",
    "holiday": r"(?:because of|due to|owing to|caused by|cause:?|reason:?|explain\w*(?: by)?|was|is|fell on)"
    r" (?:\w+ ){0,3}holiday\b|holiday\b[^.]{0,40}\b(?:explain\w*|caus\w*|lower\w*|reduc\w*)"
    r"|\b(?:building|site|school|office|shop|it|plant|house) (?:was|were|is|had been) closed|\bclosure\b|closed for",
    "meter_gap": r"\b(?:reading|data|value|hour)s?\b[^.]{0,40}\bmissing|missing (?:meter )?(?:reading|data|value|hour)"
    r"|\bgaps? in\b|(?:data|meter|reading\w*) gap|logger\b[^.]{0,40}\b(?:stop\w*|down|fail\w*|lost)",
}
_DENIES = re.compile(
    r"\b(?:no|not|nor|neither|never|without|nothing|none|zero|0|cannot|free of|ruled? out|ruling out|exclud\w+"
    r"|absence of|rather than|instead of|unlike)\b|n't\b",
    re.IGNORECASE,
)
_DENIES_A_FAILURE = re.compile(
    r"\bno (?:\w+ )?(?:sign|evidence|indication|hint|trace)s?\b|\bnot (?:due|caused|because|a|the|point|suggest)\b"
    r"|n't (?:point|suggest|look|show)|\bneither\b|\bnor\b|rul\w+ out|nothing\b|exclud\w+|cannot see",
    re.IGNORECASE,
)
_WORKED = r"\b(?:work\w*|normal\w*|correct\w*|held|as (?:planned|intended|usual|scheduled)|intact|in order|fine)\b"
_HYPOTHETICAL = re.compile(
    r"\b(?:if|when|whenever|should|would|in case|for example|e\.g\.|typical(?:ly)? causes?|check (?:that|whether|for)"
    r"|must|to prevent|can cause)\b",
    re.IGNORECASE,
)
_CAUSAL = re.compile(
    r"\b(?:because|due to|caus\w+|reason|explain\w*|explanation|points? to|pointing to|sign\w*|suggest\w*|likely|fault"
    r"|consistent with|diagnos\w*|behind|result\w*|indicat\w*|driven by|matches)\b",
    re.IGNORECASE,
)
_STRONG_BREAK = re.compile(r"[;:—–]|\s-\s|,?\s(?:but|however|although|whereas|because|since)\s")
_FINITE = re.compile(
    r"\b(?:was|were|is|are|had|has|have|ran|fell|rose|used|caused|did|does|came)\b|\b(?:explain|show|point)s\b"
)


def asserted(cause: str, text: str, strangers: Iterable[str] = (), in_months: Iterable[int] = ()) -> str | None:
    """The clause that asserts the cause, or None. `strangers` are names of buildings not asked about; `in_months`
    the months asked about (empty: any)."""
    for sentence in sentences(text):
        if _beside_the_point(sentence, strangers, in_months):
            continue
        for clause in clauses(sentence):
            for match in re.finditer(_ASSERTS[cause], clause, re.IGNORECASE):
                if not _denied(cause, clause, match) and not _HYPOTHETICAL.search(clause[: match.end()]):
                    return clause.strip()
    return None


def named(
    cause: str, words: Iterable[str], text: str, strangers: Iterable[str] = (), in_months: Iterable[int] = ()
) -> str | None:
    """The clause that gives the cause in one of the words, or None. To use a word is not enough: the clause must say
    that the thing happened, or the sentence that it explains something ("outdoor air temperature" names no damper)."""
    pattern = "|".join(rf"\b{re.escape(word)}" for word in words)
    for sentence in sentences(text):
        if _beside_the_point(sentence, strangers, in_months):
            continue
        for clause in clauses(sentence):
            explains = cause == "holiday" or re.search(_ASSERTS[cause], clause, re.IGNORECASE) or _CAUSAL.search(sentence)
            for match in re.finditer(pattern, clause, re.IGNORECASE):
                denied = _denied(cause, clause, match) or _HYPOTHETICAL.search(clause[: match.end()])
                if explains and not denied and not clause[match.end() :].startswith(" temperature"):
                    return clause.strip()
    return None


def said_affirmatively(pattern: str, text: str) -> str | None:
    """The clause that matches without a negation before it, or None."""
    for sentence in sentences(text):
        for clause in clauses(sentence):
            for match in re.finditer(pattern, clause, re.IGNORECASE):
                if not _DENIES.search(clause[: match.start()]):
                    return clause.strip()
    return None


def clauses(sentence: str) -> Iterator[str]:
    """Parts with a statement of their own; "no sign of a stuck damper, a failed setback or a gap" stays one."""
    for part in _STRONG_BREAK.split(sentence):
        pieces = part.split(", ")
        clause = pieces[0]
        for piece in pieces[1:]:
            if _FINITE.search(piece):
                yield clause
                clause = piece
            else:
                clause = f"{clause}, {piece}"
        yield clause


def _denied(cause: str, clause: str, match: re.Match[str]) -> bool:
    before, inside = clause[: match.start()], match.group()
    if cause == "failed_setback":
        return bool(_DENIES_A_FAILURE.search(before) or re.search(_WORKED, clause[match.start() :], re.IGNORECASE))
    if cause == "meter_gap" and re.search(r"\b(?:complete|100\s*%)", before):
        return True
    return bool(_DENIES.search(before) or re.search(r"\b(?:not|no|never|none|zero|0)\b|n't\b", inside, re.IGNORECASE))


def _beside_the_point(sentence: str, strangers: Iterable[str], in_months: Iterable[int]) -> bool:
    asked, said = set(in_months), months(sentence)
    if asked and said and not said & asked:
        return True
    return any(re.search(rf"\b{re.escape(name)}\b", sentence, re.IGNORECASE) for name in strangers)
