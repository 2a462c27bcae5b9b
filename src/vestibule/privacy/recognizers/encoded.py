"""Values in Base64 behind their cue: "meter RTk1QkcyNjY1NjQ=".

Knows no type: what is decoded is read again by the recognizer of the plain form, as if it stood behind the cue.
"""

from __future__ import annotations

import base64
import binascii
import re

from vestibule.privacy.recognizers.base import Recognizer


def encoded(
    first: Recognizer, examples: tuple[tuple[str, str], ...], counter_examples: tuple[str, ...], *, cue: str
) -> Recognizer:
    """A recognizer of what `first` would find if it were decoded. `cue` holds no groups with names."""

    def says_the_same(match: re.Match[str]) -> bool:
        plain = _decoded(match["value"])
        if plain is None:
            return False
        start = len(match["cue"])
        said = f"{match['cue']}{plain}"
        return any(span.end > start and 2 * (span.end - span.start) >= len(plain) for span in first.find(said))

    return Recognizer(
        type=first.type,
        pattern=re.compile(
            rf"(?<![^\W_])(?P<cue>(?i:{cue})(?![^\W_])[^\n\w]{{0,3}}(?i:(?:no\.?|number|id|is|name)[ :]{{1,2}}){{0,2}})"
            r"(?P<value>[A-Za-z0-9+/]{8,120}={0,2})(?![\w+/=])"
        ),
        examples=examples,
        counter_examples=counter_examples,
        score=first.score,
        valid=says_the_same,
    )


def _decoded(value: str) -> str | None:
    """The text that it says, None if none; without padding or mixed letters it is a word."""
    if len(value) % 4 or re.search(r"[a-z]", value) is None or re.search(r"[A-Z]", value) is None:
        return None
    try:
        text = base64.b64decode(value, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return text if text.isprintable() else None
