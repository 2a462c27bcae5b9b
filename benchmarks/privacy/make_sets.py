"""Draw the labelled sets from templates: `python -m benchmarks.privacy.make_sets [--seed N]`.

A template is a block of templates/SET.txt: a line `=== split language kind [class=…]`, then the text. In the text
`{TYPE.variant}` draws a value and labels it, `{TYPE|OTHER.variant}` also accepts the other type, `{?TYPE.variant}` is
neutral (found or not, both are right), `{lower.variant}` draws a filler without a label, and ⟨…⟩ around a label is its
widest acceptable boundary. `{~way TYPE.variant}` obfuscates the value, `{TYPE=value}` is one as it is written. Knows no
detector.

`--set second` draws a set of other templates and other values (templates_second, values_second) as split `second`,
`--set third` one of many short templates (templates_third), most with their values written out, as split `third`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.privacy import values_second
from benchmarks.privacy.values import buildings, credentials, identifiers, people
from benchmarks.privacy.values.drawing import VALUES, Draw, Generator
from benchmarks.privacy.values.obfuscation import WAYS

from vestibule.core.sensitivity import PrivacyClass
from vestibule.privacy.entities import ENTITIES

HERE = Path(__file__).parent
DRAWS = dict.fromkeys(("structured", "secrets", "names", "building", "negatives", "obfuscated"), 10)
GENERATORS = (buildings, credentials, identifiers, people)
_SLOT = re.compile(
    r"\{(?:~(?P<way>\w+) )?(?P<neutral>\?)?(?P<types>[A-Za-z_|]+)"
    r"(?:\.(?P<variant>\w+)|=(?P<written>[^{}]+))\}|[⟨⟩]"
)
_HEADER = re.compile(r"^=== (dev|judge|second|third) (\w+) (\w+)(?: class=(\w+))?$")


@dataclass(frozen=True)
class Origin:
    """Where the templates of some splits lie, and what their slots draw from."""

    folder: str
    splits: tuple[str, ...]
    values: dict[str, dict[str, Generator]]
    ways: dict[str, Callable[[Draw, str], str]]


FIRST = Origin("templates", ("dev", "judge"), VALUES, WAYS)
SECOND = Origin("templates_second", ("second",), values_second.VALUES, values_second.WAYS)
THIRD = Origin("templates_third", ("third",), values_second.VALUES, values_second.WAYS)
ORIGINS = {"first": FIRST, "second": SECOND, "third": THIRD}


@dataclass(frozen=True)
class Template:
    id: str
    split: str
    language: str
    kind: str
    level: str | None
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--set", choices=sorted(ORIGINS), default="first")
    arguments = parser.parse_args()
    origin = ORIGINS[arguments.set]
    (HERE / "sets").mkdir(exist_ok=True)
    for name, draws in DRAWS.items():
        templates = list(read_templates(name, origin))
        for split in origin.splits:
            mine = [t for t in templates if t.split == split]
            items = [item for t in mine for item in draw_items(t, draws, arguments.seed, origin)]
            lines = (json.dumps(item, ensure_ascii=False) + "\n" for item in items)
            (HERE / "sets" / f"{name}.{split}.jsonl").write_text("".join(lines), encoding="utf-8")
            print(f"{name}.{split}: {len(mine)} templates, {len(items)} items")


def read_templates(name: str, origin: Origin = FIRST) -> Iterator[Template]:
    """The templates of a set; an id is set, split and number: appending one moves no other."""
    header: tuple[str, str, str, str | None] | None = None
    body: list[str] = []
    counts = dict.fromkeys(origin.splits, 0)
    for line in [*(HERE / origin.folder / f"{name}.txt").read_text(encoding="utf-8").splitlines(), "=== dev end end"]:
        match = _HEADER.match(line)
        if match is None:
            body.append(line)
            continue
        if header is not None:
            split, language, kind, level = header
            yield Template(
                f"{name}-{split}-{counts[split]:03d}", split, language, kind, level, "\n".join(body).strip("\n")
            )
            counts[split] += 1
        header, body = (match[1], match[2], match[3], match[4]), []


def draw_items(template: Template, draws: int, seed: int, origin: Origin = FIRST) -> Iterator[dict[str, object]]:
    """Distinct draws of one template: a template that has nothing to draw gives one item."""
    seen = set()
    for i in range(draws):
        text, spans = fill(template, Draw(random.Random(f"{seed}/{template.id}/{i}"), template.split), origin)
        if text not in seen:
            seen.add(text)
            level = template.level or _level(spans)
            yield {
                "id": f"{template.id}-{i}",
                "language": template.language,
                "kind": template.kind,
                "text": text,
                "spans": spans,
                "class": level,
            }


def fill(template: Template, draw: Draw, origin: Origin = FIRST) -> tuple[str, list[dict[str, object]]]:
    """The text of one draw and its spans as half-open character offsets."""
    text, at, opened = "", 0, -1
    spans: list[dict[str, object]] = []
    inside: list[dict[str, object]] = []
    for slot in _SLOT.finditer(template.text):
        text += template.text[at : slot.start()]
        at = slot.end()
        if slot[0] == "⟨":
            opened, inside = len(text), []
        elif slot[0] == "⟩":
            for span in inside:
                span["wide"] = [opened, len(text)]
            inside = []
        else:
            first, *others = slot["types"].split("|")
            drawn = _value(draw, first, slot, origin)
            if first.isupper() or slot["neutral"]:
                span = {"type": first, "start": len(text), "end": len(text) + len(drawn)}
                span |= {"or": others} if others else {}
                span |= {"optional": True} if slot["neutral"] else {}
                spans.append(span)
                inside.append(span)
            text += drawn
    return text + template.text[at:], spans


def _value(draw: Draw, type: str, slot: re.Match[str], origin: Origin) -> str:
    drawn = slot["written"] or origin.values[type][slot["variant"]](draw)
    return origin.ways[slot["way"]](draw, drawn) if slot["way"] else drawn


def _level(spans: list[dict[str, object]]) -> str | None:
    """The highest class of the labelled types; none where a neutral span or an accepted other type leaves it open."""
    must = [min(ENTITIES[t].level for t in (str(s["type"]), *_others(s))) for s in spans if not s.get("optional")]
    if any(level is PrivacyClass.RESTRICTED for level in must):
        return PrivacyClass.RESTRICTED.label
    if any(
        s.get("optional") and str(s["type"]).isupper() and ENTITIES[str(s["type"])].level is PrivacyClass.RESTRICTED
        for s in spans
    ):
        return None
    return max(must, default=PrivacyClass.INTERNAL).label


def _others(span: dict[str, object]) -> list[str]:
    others = span.get("or", [])
    return [str(o) for o in others] if isinstance(others, list) else []


if __name__ == "__main__":
    main()
