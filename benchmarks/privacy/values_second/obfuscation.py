"""Ways to disguise a value that a reader would still understand. Knows no detector's normalisation."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import quote

from benchmarks.privacy.values.drawing import Draw

_CYRILLIC = str.maketrans("aceopxyABEKMHOPCTX", "асеорхуАВЕКМНОРСТХ")
_GREEK = str.maketrans("ovAEHIKMNOPTXYZ", "ονΑΕΗΙΚΜΝΟΡΤΧΥΖ")
_INVISIBLE = "\u200b\u200c\u2060\ufeff\u00ad"


def _sprinkle(d: Draw, text: str) -> str:
    hidden = d.any(*_INVISIBLE)
    places = set(d.rng.sample(range(1, len(text)), min(3, len(text) - 1)))
    return "".join((hidden if i in places else "") + c for i, c in enumerate(text))


def _wide(d: Draw, text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _digits(zero: int) -> Callable[[Draw, str], str]:
    return lambda d, text: "".join(chr(zero + int(c)) if c in "0123456789" else c for c in text)


def _bold(d: Draw, text: str) -> str:
    def bold(c: str) -> str:
        if c in "0123456789":
            return chr(0x1D7CE + int(c))
        if "a" <= c <= "z":
            return chr(0x1D41A + ord(c) - 97)
        return chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else c

    return "".join(bold(c) for c in text)


WAYS: dict[str, Callable[[Draw, str], str]] = {
    "invisible": _sprinkle,
    "cyrillic": lambda d, text: text.translate(_CYRILLIC),
    "greek": lambda d, text: text.translate(_GREEK),
    "wide": _wide,
    "atdot": lambda d, text: text.replace("@", d.any(" at ", " [at] ", "(at)", " AT ")).replace(
        ".", d.any(" dot ", "[dot]", "(dot)", " DOT ")
    ),
    "atdot_de": lambda d, text: text.replace("@", d.any(" (ät) ", " at ", " [at] ")).replace(
        ".", d.any(" punkt ", " (punkt) ", "[punkt]")
    ),
    "bracket": lambda d, text: text.replace(".", d.any("[.]", "(.)", "[dot]")),
    "spaced": lambda d, text: " ".join(c for c in text if c != " "),
    "percent": lambda d, text: (
        "".join(c if d.rng.random() < 0.5 and c.isalnum() else f"%{ord(c):02X}" for c in text)
        if text.isascii()
        else quote(text)
    ),
    "base64": lambda d, text: base64.b64encode(text.encode()).decode(),
    "arabic": _digits(0x0660),
    "devanagari": _digits(0x0966),
    "bold": _bold,
    "nbsp": lambda d, text: text.replace(" ", d.any("\u00a0", "\u202f", "\u2009")),
    "dash": lambda d, text: text.replace("-", d.any("\u2011", "\u2013", "\u2010")),
    "html": lambda d, text: text.replace("@", "&#64;").replace(".", "&#46;"),
}
