"""Marks of a text that speaks to the model in place of the reader: flagged, never obeyed, never removed.

A mark is a hint. Text without one may still be an attack: what holds is that sources are delimited and open no turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_COMMENTS = 32
LONGEST_COMMENT = 2_000

_FEW = r"(?:[^\W\d_]+\s+){0,3}?"
_ENGLISH = (
    r"\s+(?:(?:all|any|the|your|of|these|those|every|everything)\s+){0,4}"
    r"(?:(?:previous|prior|earlier|above|preceding|system)\s+(?:instruction|prompt|rule|message|direction|command)"
    r"|(?:instructions|rules|directions)\s+(?:above|before|given|you))"
)
_GERMAN = (
    rf"\w*\s+{_FEW}(?:vorherig|bisherig|obig|vorangehend|früher)\w*\s+(?:anweisung|instruktion|regel|vorgabe|befehl)"
)
_FRENCH = rf"[zr]?\s+{_FEW}(?:instructions?|consignes?|règles?)\s+(?:précédente|antérieure|ci-dessus|système)"
_SPANISH = (
    rf"\w{{0,3}}\s+{_FEW}(?:instrucciones|órdenes|reglas|indicaciones)\s+(?:anterior|previa|de\s+arriba|del\s+sist)"
)
_ITALIAN = rf"(?:te)?\s+{_FEW}(?:istruzioni|regole|indicazioni)\s+(?:precedent|anterior|di\s+sopra|del\s+sistema)"
_TOLD = r"\s*:\s*(?:you|ignore|from now|do not|never|always|du\b|sie\b|vous\b|tu\b|usted|sei\b)"

# each begins with the word before it, which is looked for first: most texts hold none of them
_MARKS = tuple(
    (stem, re.compile(re.escape(stem) + rest))
    for stems, rest in (
        (("ignore", "disregard", "forget", "override"), _ENGLISH),
        (("ignorier", "missacht", "vergiss", "vergessen sie", "übergeh"), _GERMAN),
        (("ignore", "oublie", "abstraction de"), _FRENCH),
        (("ignor", "olvid", "omit"), _SPANISH),
        (("ignora", "dimentica"), _ITALIAN),
        (("system", "system prompt", "system message", "developer message", "système", "sistema"), _TOLD),
        (("reveal ", "repeat ", "print ", "output "), r"(?:your |the )?(?:system prompt|hidden instructions)"),
        (("<|",), r"[a-z_]{2,32}\|>"),
        (("[inst]", "<<sys>>", "<start_of_turn>"), ""),
        (("###",), r"\s*(?:system|instruction)s?\b"),
    )
    for stem in stems
)
_HIDDEN = ("instruction", "ignore", "system", "assistant", "prompt")
_BETWEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_UNSEEN = re.compile("(?:[\u200b\u200c\u200d\u2060\ufeff][^\\s]?){6}|[\U000e0020-\U000e007e]{4}")


def is_suspect(text: str) -> bool:
    """Whether `text` holds a mark, in English, German, French, Spanish or Italian, or in no language."""
    if not text.isascii():
        if _UNSEEN.search(text):
            return True
        text = _BETWEEN.sub("", text)
    text = text.lower()
    if any(stem in text and mark.search(text) for stem, mark in _MARKS):
        return True
    return any(word in comment for comment in _comments(text) for word in _HIDDEN)


def _comments(text: str) -> Iterator[str]:
    """What HTML hides."""
    start = -1
    for _ in range(MOST_COMMENTS):
        start = text.find("<!--", start + 1)
        if start < 0:
            return
        end = text.find("-->", start, start + LONGEST_COMMENT)
        yield text[start : end if end >= 0 else start + LONGEST_COMMENT]
