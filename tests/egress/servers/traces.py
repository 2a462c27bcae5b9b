"""Find values in what was received, however they were written. Knows no server."""

from __future__ import annotations

import binascii
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable, Iterator

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}")


def traces(values: Iterable[str], whole: str) -> list[str]:
    """Those of the values that stand in `whole`: plainly, in another case, width or white space, between characters
    that are not seen, percent-encoded, with JSON's escapes, or within base64."""
    everything = "\n".join(readings_of(whole))
    return [value for value in values if folded(value) in everything]


def readings_of(whole: str) -> Iterator[str]:
    """The text in each of those ways, folded."""
    hidden = (text for run in set(_RUN.findall(whole)) for text in _decoded(run))
    yield from map(folded, (whole, urllib.parse.unquote(whole), _ESCAPE.sub(lambda m: chr(int(m[1], 16)), whole)))
    yield from map(folded, hidden)


def folded(text: str) -> str:
    """Without case, width, white space and characters that are not seen."""
    seen = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return re.sub(r"\s+", "", seen).casefold()


def _decoded(run: str) -> Iterator[str]:
    """What a run of base64 letters says, wherever in it the first whole group begins."""
    plain = run.replace("-", "+").replace("_", "/")
    for start in range(4):
        part = plain[start:]
        padded = part + "=" * (-len(part) % 4) if len(part) % 4 != 1 else part[:-1]
        yield binascii.a2b_base64(padded).decode(errors="replace")
