"""Find values in what was received, however they were written. Knows no server."""

from __future__ import annotations

import binascii
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable, Iterator

_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}")


def traces(values: Iterable[str], whole: str) -> list[str]:
    """Those of the values that stand in `whole`: plainly, in another case, width or white space, percent-encoded, or
    within base64."""
    hidden = (text for run in set(_RUN.findall(whole)) for text in _decoded(run))
    everything = "\n".join(_folded(text) for text in (whole, urllib.parse.unquote(whole), *hidden))
    return [value for value in values if _folded(value) in everything]


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _decoded(run: str) -> Iterator[str]:
    """What a run of base64 letters says, wherever in it the first whole group begins."""
    plain = run.replace("-", "+").replace("_", "/")
    for start in range(4):
        part = plain[start:]
        yield binascii.a2b_base64(part[: len(part) // 4 * 4]).decode(errors="replace")
