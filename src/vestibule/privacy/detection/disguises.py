"""Stretches of text that say another text: e-mail addresses spelled out, Base64, percent-encoding.

What a disguise reveals is scanned like a text of its own; a hit in it marks the whole stretch.
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

MAX_DEPTH = 3


@dataclass(frozen=True)
class Disguise:
    """`reveal` gives the text that a match says, None if it says none."""

    pattern: re.Pattern[str]
    reveal: Callable[[str], str | None]


def _spelled_out(stretch: str) -> str:
    return _DOT.sub(".", _AT.sub("@", stretch))


def _from_base64(stretch: str) -> str | None:
    """Text in UTF-8 that is mostly to be read, else None: most runs of letters are just words and paths."""
    letters = re.sub(r"\s", "", stretch).rstrip("=").translate(_URL_SAFE)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        text = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if all(c.isprintable() or c.isspace() for c in text) else None


def _from_percent(stretch: str) -> str | None:
    revealed = urllib.parse.unquote(stretch)
    return revealed if revealed != stretch else None


_URL_SAFE = str.maketrans("-_", "+/")
_BRACKETED = r"\s{{0,3}}[\[({{<]\s?(?:{0})\s?[\])}}>]\s{{0,3}}"
_AT_SIGN = _BRACKETED.format(r"at|ät|@|arroba|chez|&#64;") + "|&#64;"
_DOT_SIGN = _BRACKETED.format(r"dot|punkt|point|punto|\.")
_AT_WORD, _DOT_WORD = r"\s{1,3}at\s{1,3}", r"\s{1,3}(?:dot|punkt|point|punto)\s{1,3}"
_AT = re.compile(rf"{_AT_SIGN}|{_AT_WORD}", re.IGNORECASE)
_DOT = re.compile(rf"{_DOT_SIGN}|{_DOT_WORD}", re.IGNORECASE)
_LABEL = r"[\w+-]{1,63}"
_ANY_DOT = rf"(?:{_DOT_SIGN}|{_DOT_WORD}|\.)"
_SPELLED_DOT = rf"(?:{_DOT_SIGN}|{_DOT_WORD})"

DISGUISES: tuple[Disguise, ...] = (
    # A bare " at " is common speech, and counts only with a dot spelled out behind it.
    Disguise(
        re.compile(
            rf"(?<![\w+-])(?:{_LABEL}{_ANY_DOT}){{0,3}}{_LABEL}(?:"
            rf"(?:{_AT_SIGN}){_LABEL}(?:{_ANY_DOT}{_LABEL}){{1,4}}"
            rf"|{_AT_WORD}(?!(?:the|an?|this|that|our|my|your|his|her|their|each|every|one)\b)(?:{_LABEL}\.){{0,3}}{_LABEL}{_SPELLED_DOT}{_LABEL}(?:{_ANY_DOT}{_LABEL}){{0,3}}"
            rf"|@{_LABEL}{_SPELLED_DOT}{_LABEL}(?:{_ANY_DOT}{_LABEL}){{0,3}})",
            re.IGNORECASE,
        ),
        _spelled_out,
    ),
    Disguise(
        re.compile(r"(?<![\w+/-])[A-Za-z0-9+/_-]{14,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*={0,2}"),
        _from_base64,
    ),
    Disguise(re.compile(r"[^\s%\"'<>]{0,64}%[0-9A-Fa-f]{2}[^\s\"'<>]{0,1024}"), _from_percent),
)
