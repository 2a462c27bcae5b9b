"""Which HTML tags do nothing. What is not certain to be one of those is not."""

from __future__ import annotations

import re

from vestibule.generation.sanitising.addresses import is_forbidden

_ELEMENTS = (
    "a applet area audio base bgsound body button canvas details dialog embed fencedframe form frame frameset head "
    "html iframe image img input keygen link listing map marquee math menuitem meta noembed noframes noscript "
    "object optgroup option output param picture plaintext portal pre script select slot source style svg template "
    "textarea title track video xml xmp"
)
ACTIVE = frozenset(_ELEMENTS.split())
"""Elements that fetch, run, submit, or change how what follows is read."""

_ATTRIBUTES = (
    "action archive background cite classid codebase data dynsrc formaction formtarget href http-equiv icon is "
    "longdesc lowsrc manifest ping poster profile src srcdoc srcset style target usemap"
)
ACTING = frozenset(_ATTRIBUTES.split())
"""Attributes that fetch or run on any element, beside all that begin with `on`."""

_TAG = re.compile(r'</?([A-Za-z][\w.-]*)((?:\s+[A-Za-z_][\w.-]*(?:\s*=\s*"[^"<>=]*")?)*)\s*/?>', re.ASCII)
_ATTRIBUTE = re.compile(r'([A-Za-z_][\w.-]*)(?:\s*=\s*"[^"]*")?', re.ASCII)
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\"'`]*|[\w.+-]+@[\w.-]+)>", re.ASCII)


def is_inert(tag: str) -> bool:
    """Whether `tag`, from `<` to the first `>`, does nothing wherever it is read: neither as Markdown nor as HTML."""
    link = _AUTOLINK.fullmatch(tag)
    if link:  # read as HTML, what is between two strokes is an attribute
        names = [piece.partition("=")[0] for piece in link[1].split("/") if "=" in piece]
        return not is_forbidden(link[1]) and not any(map(_acts, names))
    found = _TAG.fullmatch(tag)
    if found is None or found[1].lower() in ACTIVE:
        return False
    return not any(_acts(attribute[1]) for attribute in _ATTRIBUTE.finditer(found[2]))


def _acts(attribute: str) -> bool:
    return attribute.lower() in ACTING or attribute.lower().startswith("on")
