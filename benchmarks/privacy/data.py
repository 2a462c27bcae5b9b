"""Read labelled texts: our own sets, and outside data where a folder with them is there. Copies nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from benchmarks.privacy.scoring import Label

SETS = Path(__file__).parent / "sets"
OUTSIDE = Path(__file__).parents[3] / "shared" / "data" / "privacy"
_PRESIDIO_TYPES = {
    "PERSON": "PERSON",
    "LOCATION": "ADDRESS",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "BANK_ACCOUNT",
    "ORGANIZATION": "ORGANISATION",
    "US_SSN": "NATIONAL_ID",
    "US_DRIVER_LICENSE": "NATIONAL_ID",
    "IP_ADDRESS": "IP_ADDRESS",
    "EMAIL_ADDRESS": "EMAIL",
}
"""Their other kinds (titles, dates, public domain names) have no type of ours: neutral."""


@dataclass(frozen=True)
class Item:
    id: str
    language: str
    kind: str
    text: str
    labels: tuple[Label, ...]
    level: str | None

    @property
    def template(self) -> str:
        return self.id.rsplit("-", 1)[0]


class _Span(msgspec.Struct, frozen=True):
    type: str
    start: int
    end: int
    others: tuple[str, ...] = msgspec.field(default=(), name="or")
    wide: tuple[int, int] | None = None
    optional: bool = False


class _Line(msgspec.Struct, frozen=True):
    id: str
    language: str
    kind: str
    text: str
    spans: tuple[_Span, ...]
    level: str | None = msgspec.field(name="class")


def read_set(name: str, split: str) -> list[Item]:
    with (SETS / f"{name}.{split}.jsonl").open("rb") as lines:
        return [_item(msgspec.json.decode(line, type=_Line)) for line in lines]


def _item(line: _Line) -> Item:
    labels = tuple(Label(s.type, s.start, s.end, s.others, s.wide, s.optional) for s in line.spans)
    return Item(line.id, line.language, line.kind, line.text, labels, line.level)


def point_names(folder: Path = OUTSIDE) -> dict[str, list[str]]:
    """Names of real points and of the point kinds of two ontologies, by source; empty where the folder is not there."""
    names: dict[str, list[str]] = {}
    brick = folder / "brick" / "rice_brick.ttl"
    if brick.is_file():
        text = brick.read_text(encoding="utf-8")
        found = re.findall(r"^(?:rice:|<http[^>#]*#)([\w.-]+)>? a ", text, re.MULTILINE)
        names["brick"] = sorted(set(found))
    points, protos = folder / "haystack" / "oap-points.csv", folder / "haystack" / "protos.csv"
    if points.is_file():
        rows = list(_rows(points))
        names["haystack points"] = sorted({row[column] for row in rows for column in ("code", "name") if row[column]})
    if protos.is_file():
        names["haystack protos"] = sorted({row["proto"] for row in _rows(protos)})
    return names


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def presidio_research(folder: Path = OUTSIDE) -> list[Item]:
    """The small labelled set of Presidio's research repository, its labels as our types; empty where it is not there.

    A postal address is labelled there in parts (street, city, state, code): parts with nothing but white space and
    commas between them become one ADDRESS, and a lone place name is neutral.
    """
    path = folder / "presidio-research" / "generated_small.json"
    if not path.is_file():
        return []
    entries = msgspec.json.decode(path.read_bytes(), type=list[_ForeignEntry])
    return [
        Item(f"presidio-{entry.template_id}-{i}", "en", "public", entry.full_text, _foreign_labels(entry), None)
        for i, entry in enumerate(entries)
    ]


class _ForeignSpan(msgspec.Struct, frozen=True):
    entity_type: str
    start_position: int
    end_position: int


class _ForeignEntry(msgspec.Struct, frozen=True):
    full_text: str
    spans: tuple[_ForeignSpan, ...]
    template_id: int | None = None


def _foreign_labels(entry: _ForeignEntry) -> tuple[Label, ...]:
    labels: list[Label] = []
    for span in sorted(entry.spans, key=lambda s: s.start_position):
        type = _PRESIDIO_TYPES.get(span.entity_type, "")
        start, end = span.start_position, span.end_position
        gap = entry.full_text[labels[-1].end : start] if labels else "?"
        if type == "ADDRESS" and labels and labels[-1].type == "ADDRESS" and not gap.strip(" \n,"):
            labels[-1] = Label("ADDRESS", labels[-1].start, end)
        else:
            labels.append(Label(type, start, end, optional=not type))
    return tuple(_neutral_if_lone_place(label, entry.full_text) for label in labels)


def _neutral_if_lone_place(label: Label, text: str) -> Label:
    if label.type != "ADDRESS" or any(c.isdigit() for c in text[label.start : label.end]):
        return label
    return Label("ADDRESS", label.start, label.end, optional=True)
