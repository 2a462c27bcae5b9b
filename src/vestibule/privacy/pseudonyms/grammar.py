"""What a placeholder looks like: as we write it, as a model may hand it back, and as a text may hold it by chance.

The three belong together: what `TOLERANT` would read as a placeholder, `literals` finds in a text beforehand, so that
no number is given twice. Knows no original.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

OPEN = "⟦"
OPENING, CLOSING = "⟦[<{【［〚〖｛＜\\", "⟧]>}】］〛〗｝＞"
DOUBLED = "⟦⟦"  # a model may double our brackets; where a text itself sets some around an original, it did not
LITERAL = "TEXT"  # type of what only looks like a placeholder and is sent as one, so that it comes back as itself

_GAP = r"[ \t\u00a0\\_＿‐‑–—−-]"
_PAD = r"[ \t\u00a0]{0,3}"
_INNER = rf"(?ai:{_PAD}([A-Za-z](?:[A-Za-z]|{_GAP}){{0,38}}?\d{{1,6}}(?:{_GAP}{{1,3}}(?:FIRST|LAST))?){_PAD})"
_HELD = r"[A-Za-z0-9 \t\u00a0\\_＿‐‑–—−-]{0,64}"
_OPEN_ESCAPE, _CLOSE_ESCAPE = r"u(?:27[eE]6|301[aA])", r"u(?:27[eE]7|301[bB])"
_BARE = r"([A-Z]{1,20}(?:\\{0,2}_[A-Z]{1,20}){0,3}\\{0,2}_[0-9]{1,6}(?:\\{0,2}_(?:FIRST|LAST))?)"

# Bracketed in one of many ways; with its closing bracket forgotten; or bare, then exactly as we write it.
TOLERANT = re.compile(
    rf"(?:⟦⟦{_INNER}⟧⟧|\[\[{_INNER}\]\]|\{{\{{{_INNER}\}}\}}|<<{_INNER}>>|[⟦\[<{{【［〚〖｛＜]{_INNER}[⟧\]>}}】］〛〗｝＞]"
    rf"|(?<!\\)\\{{1,16}}{_OPEN_ESCAPE}\\{{1,2}}{_OPEN_ESCAPE}{_INNER}\\{{1,2}}{_CLOSE_ESCAPE}\\{{1,2}}{_CLOSE_ESCAPE}"
    rf"|(?<!\\)\\{{1,16}}{_OPEN_ESCAPE}{_INNER}\\{{1,2}}{_CLOSE_ESCAPE}"
    rf"|⟦{_BARE}(?![\w\\⟧]|[ \t\u00a0]{{1,3}}⟧)"
    rf"|(?:(?<![\w\-./@#\\])|(?<=\\[nrtbf])){_BARE}(?=s?(?![\w@#/\\]|[-.]\w)|\\[nrtbf\"]))"
)
# The end of a text that more text could make, or make longer, one of the above.
UNFINISHED = re.compile(
    rf"(?:[⟦\[<{{【［〚〖｛＜]{{1,2}}{_HELD}|\\{{1,16}}(?:u(?:2(?:7(?:[eE](?:6{_HELD})?)?)?|3(?:0(?:1(?:[aA]{_HELD})?)?)?)?)?"
    rf"|(?:⟦⟦|\[\[|\{{\{{|<<){_HELD}[⟧\]}}>]"
    r"|(?<![A-Z0-9_\\])[A-Z][A-Z0-9_\\]{0,64}(?:[-.]|s[-.]?)?)\Z"
)
UNFINISHED_LENGTH = 96
DELIMITED = re.compile(rf"⟦{_PAD}[A-Za-z]{_HELD}⟧?")

_SPLIT = re.compile(_GAP + "+")
_OUTER = re.compile(
    rf"(?P<open>⟦|\\+{_OPEN_ESCAPE})(?=⟦|\\+{_OPEN_ESCAPE}).*?(?:⟧|\\+{_CLOSE_ESCAPE})(?P<close>⟧|\\+{_CLOSE_ESCAPE})"
)
_NUMBERED = re.compile(r"([A-Za-z_]*?)_?(\d+)((?:_[A-Z]+)?)")


def lead(found: re.Match[str]) -> str:
    """Backslashes that stand before an escaped placeholder and are not part of its own escape."""
    text = found.group()
    backslashes = len(text) - len(text.lstrip("\\"))
    return "\\" * (backslashes - 1 if backslashes % 2 else max(0, backslashes - 2))


def outer(found: re.Match[str]) -> tuple[str, str] | None:
    """The outer brackets of a placeholder in two pairs of ours, escaped or not."""
    brackets = _OUTER.fullmatch(found.group())
    return (brackets["open"], brackets["close"]) if brackets else None


def label(found: re.Match[str]) -> str:
    """What a match of `TOLERANT` calls for, as we write it without brackets: "PERSON_1", "PERSON_1_LAST"."""
    inner = next(group for group in found.groups() if group is not None)
    joined = "_".join(part for part in _SPLIT.split(inner.strip()) if part).upper()
    numbered = _NUMBERED.fullmatch(joined)
    return f"{numbered[1]}_{int(numbered[2])}{numbered[3]}" if numbered else joined


def literals(text: str, type_: str) -> Iterator[int]:
    """Yield the number of whatever in `text` might be taken for a placeholder of `type_`, brackets aside; for a number
    of several digits also each of its beginnings, since what stands after it may be cut off."""
    for match in _literal(type_).finditer(text):
        for length in range(1, len(match[1]) + 1):
            yield int(match[1][:length])


@lru_cache(maxsize=256)
def _literal(type_: str) -> re.Pattern[str]:
    words = f"{_GAP}+".join(re.escape(word) for word in type_.split("_"))
    return re.compile(rf"(?ai:{words})(?a:{_GAP}*(\d{{1,6}}))")
