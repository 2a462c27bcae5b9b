"""The template bank: ways of asking, by kind, read from `templates.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec
import yaml

from tests.acceptance.questions.world import Utility

_WORDS: dict[Utility, tuple[str, ...]] = {
    "electricity": ("electricity", "electricity", "power"),
    "gas": ("gas",),
    "chilled_water": ("chilled water", "chilled water", "cooling energy"),
}


@dataclass(frozen=True)
class Template:
    persona: str
    text: str


def read_templates() -> dict[str, tuple[Template, ...]]:
    """All templates by kind; a kind with a dot is for one utility of one cause."""
    text = (Path(__file__).parent / "templates.yaml").read_text("utf-8")
    raw = msgspec.convert(yaml.safe_load(text), dict[str, list[dict[str, str]]])
    return {
        kind: tuple(Template(persona, text) for entry in entries for persona, text in entry.items())
        for kind, entries in raw.items()
    }


def fill(template: Template, **values: str) -> str:
    """The question with its first letter in upper case."""
    text = template.text.format(**values)
    return text[0].upper() + text[1:]


def name_utility(utility: Utility, random: Random) -> str:
    return random.choice(_WORDS[utility])
