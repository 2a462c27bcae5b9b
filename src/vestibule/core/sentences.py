"""Split prose into sentences and read the numbers in it: the two things that composing and checking must agree on."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.!?])(?:\s*\[\d+\])*\s+(?=[\"'(\[]?[A-ZÄÖÜ0-9])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|no|nr|ca|incl|max|min|vs|dr|mr|mrs|st|fig|sec|art|z\.b|bzw)|\b[A-Z])\.$", re.I
)
_NUMBER = re.compile(r"(?<![\w.,-])[-−+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|(?<![\w.,-])[-−+]?\d+(?:\.\d+)?(?!\w)")


def sentences(text: str) -> list[str]:
    """Split at sentence ends and line breaks; a marker such as `[2]` stays with the sentence before it. The pieces,
    stripped, are exact substrings of `text`."""
    pieces: list[str] = []
    start = 0
    for match in _END.finditer(text):
        head = text[start : match.start()]
        if "\n" not in match.group() and _ABBREVIATION.search(head):
            continue
        markers = match.group().rstrip()
        piece = text[start : match.start() + len(markers)].strip()
        if piece:
            pieces.append(piece)
        start = match.end()
    tail = text[start:].strip()
    return [*pieces, tail] if tail else pieces


def numbers(text: str) -> list[tuple[float, int]]:
    """Numbers with their count of decimals; "12,345.6" is one number. Parts of names (AHU-1, CH2) are none."""
    found = []
    for match in _NUMBER.finditer(text):
        digits = match.group().replace(",", "").replace("−", "-").lstrip("+")
        _, _, decimals = digits.partition(".")
        found.append((abs(float(digits)), len(decimals)))
    return found
