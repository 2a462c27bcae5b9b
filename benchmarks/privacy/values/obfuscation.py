"""How people and tools disguise a value: invisible characters, look-alikes, words for signs, widths, base64."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Callable

from benchmarks.privacy.values.drawing import Draw

_LOOKALIKES = str.maketrans("aeopcxyiAEOPCTHKMB", "аеорсхуіАЕОРСТНКМВ")


def invisible(d: Draw, text: str) -> str:
    places = {d.int(1, len(text) - 1), *(i for i in range(1, len(text)) if d.int(1, 4) == 1)}
    marks = ("\u200b", "\u200c", "\u2060", "\ufeff", "\u00ad")
    return "".join((d.any(*marks) if i in places else "") + c for i, c in enumerate(text))


def lookalike(d: Draw, text: str) -> str:
    changed = "".join(c.translate(_LOOKALIKES) if d.int(1, 2) == 1 else c for c in text)
    return changed if changed != text else text.translate(_LOOKALIKES)


def words(d: Draw, text: str) -> str:
    """E-mail style: "jo (at) example dot com"."""
    at, dot = d.rng.choice(
        [(" at ", " dot "), (" (at) ", " (dot) "), ("[at]", "[dot]"), (" AT ", " DOT "), (" [at] ", "."), ("(at)", ".")]
    )
    local, _, domain = text.partition("@")
    return local + at + domain.replace(".", dot)


def fullwidth(d: Draw, text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spaced(d: Draw, text: str) -> str:
    return " ".join(text.replace(" ", ""))


def dots(d: Draw, text: str) -> str:
    """ "10[.]2[.]0[.]9", as security people write addresses."""
    return text.replace(".", d.any("[.]", "(.)", "[.]"))


def dashes(d: Draw, text: str) -> str:
    return text.replace("-", d.any("\u2010", "\u2011", "\u2013", "\u2212")).replace(
        " ", d.any("\u00a0", "\u202f", "\u2009")
    )


def base(d: Draw, text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def sentence(d: Draw, text: str) -> str:
    """A whole line in base64, as mail bodies and Kubernetes secrets carry them."""
    return base64.b64encode(
        f"{d.any('please use', 'value:', 'contact', 'data=')} {text} {d.any('thanks', 'ok', '')}".encode()
    ).decode()


def percent(d: Draw, text: str) -> str:
    return urllib.parse.quote(text, safe="")


def digits(d: Draw, text: str) -> str:
    """Digits of another width or script: mathematical, full-width, Arabic-Indic."""
    start = d.rng.choice([0x1D7CE, 0x1D7F6, 0xFF10, 0x0660])
    return "".join(chr(start + int(c)) if c.isascii() and c.isdigit() else c for c in text)


WAYS: dict[str, Callable[[Draw, str], str]] = {
    way.__name__: way
    for way in (invisible, lookalike, words, fullwidth, spaced, dots, dashes, base, sentence, percent, digits)
}
