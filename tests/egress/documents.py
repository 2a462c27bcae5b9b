"""Documents of the house with planted values in them, each found by a subject of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.egress.planting import BLOCKED, PSEUDONYMISED, Plant, plant

# fmt: off
SUBJECTS = (
    "brass bellows", "copper lantern", "walnut shutter", "velvet damper", "marble sluice", "amber turbine",
    "cedar louvre", "linen duct", "granite sump", "ivory actuator", "slate condenser", "maple trunking",
)
# fmt: on


@dataclass(frozen=True)
class Document:
    """A document of the house; `subject` is what to ask for to have it found."""

    subject: str
    text: str
    plants: tuple[Plant, ...]


def documents(rng: random.Random) -> list[Document]:
    """A third without anything, a third with names, a third with what is blocked."""
    made = []
    for at, subject in enumerate(SUBJECTS):
        types = ((), PSEUDONYMISED, BLOCKED)[at % 3]
        plants = tuple(plant(rng, rng.choice(types)) for _ in range(2)) if types else ()
        said = "\n\n".join(p.text for p in plants)
        text = f"# The {subject}\n\nThe {subject} is serviced in spring.\n\n## Service\n\nTo service the {subject}, "
        made.append(Document(subject, f"{text}close both valves and wait.\n\n{said}\n\nThen open them.\n", plants))
    return made


def write(made: Sequence[Document], folder: Path) -> None:
    folder.mkdir()
    for document in made:
        (folder / f"{document.subject.replace(' ', '-')}.md").write_text(document.text)
