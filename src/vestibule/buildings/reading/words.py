"""Text into words and words forgiven their typos. Knows no building, no calendar and no intent.

Work is bounded: only the first `MAX_CHARACTERS` of a text, its white space collapsed, are read.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 2_000
_MAX_RAW = 10 * MAX_CHARACTERS

_TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})?(?!\d)|\d{1,2}/\d{1,2}(?![/\d])|\d{1,2}:\d{2}|[^\W_]+(?:['’][^\W_]+)*|[€%–—-]"
)
_ORDINAL_DOT = re.compile(r"(?<![\w.,])(\d{1,2})\.(?=\s)")
_DASH_OF_RANGE = re.compile(r"(?<=\d)(?<!\d{4}-\d\d)\s?[–—-]\s?(?=\d{1,2}(?!\d|-\d))|\s[–—-]\s|[–—]")
_POSSESSIVE = re.compile(r"['’]s?$")


def words(text: str) -> list[str]:
    """Split into lower-case words. Dates in digits stay whole, a dash of a range becomes "to", others vanish."""
    plain = " ".join(unicodedata.normalize("NFKC", text[:_MAX_RAW]).split())[:MAX_CHARACTERS].casefold()
    plain = _ORDINAL_DOT.sub(r"\1", plain)
    plain = _DASH_OF_RANGE.sub(" to ", plain)
    found = (_POSSESSIVE.sub("", token).replace("'", "").replace("’", "") for token in _TOKEN.findall(plain))
    return [word for word in found if word and word != "-"]


def is_typo_of(word: str, meant: str) -> bool:
    """Whether `word` is `meant` with one slip (two from eight letters on). Words under five letters must be exact."""
    if word == meant:
        return True
    if len(meant) < 5 or word[:1] != meant[:1] or not (word.isalpha() and meant.isalpha()):
        return False
    return is_within(word, meant, 2 if len(meant) >= 8 else 1)


def is_within(word: str, meant: str, slips: int) -> bool:
    """Whether the optimal-string-alignment distance is at most `slips`: insert, delete, replace, swap neighbours."""
    while word and meant and word[0] == meant[0]:
        word, meant = word[1:], meant[1:]
    if not word or not meant:
        return len(word) + len(meant) <= slips
    if slips == 0 or abs(len(word) - len(meant)) > slips:
        return False
    swapped = word[:2] == meant[1::-1] and len(meant) > 1
    return (
        is_within(word[1:], meant[1:], slips - 1)
        or is_within(word[1:], meant, slips - 1)
        or is_within(word, meant[1:], slips - 1)
        or (swapped and is_within(word[2:], meant[2:], slips - 1))
    )
