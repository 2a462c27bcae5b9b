"""Is an answer right? Decided by what its case expects, the same each time; no model is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import jsonschema_rs
import msgspec

from vestibule.evaluation.case import Case, Figure

_NUMBER = r"\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+(?:\.\d+)?(?![\d,'])|\d+(?:\.\d+)?"
_SAID = re.compile(rf"(?<![\w.,])(?P<minus>[-−])?(?P<number>{_NUMBER})")
_SCALES: dict[str, tuple[tuple[str, float], ...]] = {
    "kWh": (("kWh", 1.0), ("kilowatt hours", 1.0), ("kilowatt-hours", 1.0), ("MWh", 1e3), ("GWh", 1e6)),
    "kW": (("kW", 1.0), ("kilowatts", 1.0), ("MW", 1e3)),
    "m³": (("m³", 1.0), ("m3", 1.0), ("cubic metres", 1.0), ("cubic meters", 1.0)),
    "EUR": (("EUR", 1.0), ("€", 1.0), ("euros", 1.0)),
    "%": (("%", 1.0), ("percent", 1.0), ("per cent", 1.0)),
}
"""A unit as it may be written, and how many of the case's unit one of it is."""
SHORTEST = 16
"""Characters of a quote below which it says too little to be the passage that was meant."""


class Answer(msgspec.Struct, frozen=True):
    """`quotes` are the passages that it cites."""

    text: str
    quotes: tuple[str, ...] = ()


def judge(case: Case, answer: Answer) -> tuple[str, ...]:
    """What is wrong with it, in a few words each; nothing where it is right."""
    wanted, text = case.expect, answer.text
    found = [f"does not say `{word}`" for word in wanted.words if word.casefold() not in text.casefold()]
    if wanted.regex and not re.search(wanted.regex, text, re.IGNORECASE | re.DOTALL):
        found.append("does not match the regular expression")
    found += [f"does not give {f.value:g} {f.unit}".rstrip() for f in wanted.figures if not says(text, f)]
    if wanted.json_schema is not None and not _follows(text, wanted.json_schema):
        found.append("is no JSON that follows the schema")
    if wanted.citation and not any(_same_passage(wanted.citation, quote) for quote in answer.quotes):
        found.append("does not cite the passage")
    return tuple(found)


def says(text: str, figure: Figure) -> bool:
    """Whether the figure is among the numbers of the text, in its unit."""
    room = abs(figure.value) * figure.tolerance
    return any(abs(value - figure.value) <= room for value in _values(text, figure.unit))


def _values(text: str, unit: str) -> Iterator[float]:
    for match in _SAID.finditer(text):
        value = float(re.sub(r"[^\d.]", "", match["number"])) * (-1 if match["minus"] else 1)
        rest = text[match.end() : match.end() + 24].lstrip(" \u00a0\u202f*_-")
        if not unit:
            yield value
        for written, scale in _SCALES.get(unit, ((unit, 1.0),)) if unit else ():
            if re.match(rf"{re.escape(written)}(?![\w/²³])", rest):
                yield value * scale


def _follows(text: str, schema: dict[str, object]) -> bool:
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return jsonschema_rs.is_valid(schema, value)


def _same_passage(wanted: str, quote: str) -> bool:
    """One holds the other, whatever their line breaks."""
    one, other = (re.sub(r"\W+", " ", text).strip().casefold() for text in (wanted, quote))
    return min(len(one), len(other)) >= SHORTEST and (one in other or other in one)
