"""Where a link may lead. Reads an address as a browser does that was given it by a Markdown renderer."""

from __future__ import annotations

import html
import re

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.ASCII)
_SETTLED = re.compile(r"[:/?#]")
_IGNORED = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff\\<]")
_PLAIN = re.compile(r"[\w:/.%~+,@&=;-]*", re.ASCII)


def is_forbidden(address: str, *, whole: bool = True) -> bool:
    """Whether it has a scheme that is none of `SCHEMES`, under whatever escapes; or, where it is not `whole`, may."""
    said = _IGNORED.sub("", html.unescape(address)).lower()
    scheme = _SCHEME.match(said)
    if scheme:
        return scheme[1] not in SCHEMES
    return not whole and not _SETTLED.search(said)


def without_query(address: str) -> tuple[str, int]:
    """The address without what is behind `?` or `#`, and how much of the text is replaced by that."""
    end = min((at for at in (address.find(")"), len(address)) if at >= 0), default=0)
    kept = _PLAIN.match(address, 0, end)
    assert kept is not None
    return kept[0], end
