"""Passages as sources: the one sentence that answers is repeated with the number of its source, or none does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from vestibule.core.evidence import Passage
from vestibule.core.generation import Source
from vestibule.training.tiny.dialogues import words
from vestibule.training.tiny.dialogues.prose import filler
from vestibule.training.tiny.dialogues.results import cited
from vestibule.training.tiny.dialogues.slots import fill

REFUSAL = "The sources do not answer this question."
_NOUNS = words.listed(
    "setpoint limit pressure temperature flow speed price budget deposit fee interval capacity area volume length "
    "power code deadline allowance share weight width height lifetime delay level rate reserve load duration "
    "warranty minimum maximum charge penalty distance tolerance"
)
_ADJECTIVES = words.listed(
    "supply return annual monthly daily night day summer winter static differential outdoor indoor total usual "
    "agreed permitted required first second final technical standing rated design measured emergency average target "
    "contract parking storage heating cooling lighting cleaning inspection notice relative"
)
_RULES = (
    ("The {0} of {1} is {amount}.", "What is the {0} of {1}?"),
    ("The {0} of {1} is {amount}.", "What is the {0} for {1}?"),
    ("The {0} of {1} must not exceed {amount}.", "How high may the {0} of {1} be?"),
    ("{1} has a {0} of {amount}.", "Which {0} does {1} have?"),
    ("The {0} of {1} was set to {amount} on {day}.", "When was the {0} of {1} set, and to what?"),
)
_EVENTS = (
    ("{1} was repaired on {day} by {person} of {firm}.", "Who repaired {1}?"),
    ("{1} was repaired on {day} by {person} of {firm}.", "When was {1} repaired?"),
    ("{1} is serviced by {firm} every {small} months.", "Who services {1}?"),
    ("{1} is serviced by {firm} every {small} months.", "How often is {1} serviced?"),
    ("The filter of {1} is changed after {amount}.", "When is the filter of {1} changed?"),
    ("If {1} fails, call {person} before {clock}.", "Whom do I call if {1} fails?"),
    ("{1} starts at {clock} and stops at {clock}.", "When does {1} start?"),
    ("{1} may run for {amount} at most.", "How long may {1} run?"),
    ("The alarm of {1} is set at {amount}.", "At what value does the alarm of {1} go off?"),
    ("The tenant of {1} pays {amount} a month.", "How much does the tenant of {1} pay?"),
)


@dataclass(frozen=True)
class Fact:
    sentence: str
    question: str


def fact(random: Random, about: str) -> Fact:
    shape, question = random.choice(_RULES if random.random() < 0.55 else _EVENTS)
    thing = f"{random.choice(_ADJECTIVES)} {random.choice(_NOUNS)}"
    article = "an" if thing[0] in "aeiou" else "a"
    said, asked = (
        s.replace("a {0}", f"{article} {thing}").replace("{0}", thing).replace("{1}", about) for s in (shape, question)
    )
    said = fill(random, said)
    return Fact(said[0].upper() + said[1:], asked)


@dataclass(frozen=True)
class Shelf:
    """Numbered passages, the facts in them by number, and facts that are in none."""

    sources: tuple[Source, ...]
    facts: tuple[tuple[int, Fact], ...]
    absent: tuple[Fact, ...]


def shelf(random: Random, *, padded: bool = True) -> Shelf:
    sources, facts = [], []
    subjects = _subjects(random)
    for number in range(1, random.choice((1, 2, 2, 3, 3, 4, 6)) + 1):
        held = [fact(random, next(subjects)) for _ in range(random.choice((1, 1, 2)))]
        pieces = [f.sentence for f in held] + [
            filler(random) for _ in range(random.choice((0, 0, 1, 1, 2, 3, 6)) if padded else 0)
        ]
        random.shuffle(pieces)
        title = f"{words.place(random)} {random.choice(_TITLES)}"
        passage = Passage("c", "d", title, random.choice(("§ ", "page ")) + _locator(random), " ".join(pieces), 0.0)
        sources.append(Source(number, passage))
        facts += [(number, f) for f in held]
    return Shelf(tuple(sources), tuple(facts), tuple(fact(random, next(subjects)) for _ in range(2)))


def answer(number: int, fact: Fact) -> str:
    return cited(fact.sentence, number)


_TITLES = (
    "Lease",
    "Manual",
    "Maintenance Log",
    "Operating Procedure",
    "Energy Policy",
    "Checklist",
    "Handbook",
    "Report",
)


def _subjects(random: Random) -> Iterator[str]:
    """Without end and each once: of one thing there is one fact."""
    told: set[str] = set()
    while True:
        subject = random.choice((words.building, words.machine, words.machine))(random)
        if subject not in told:
            told.add(subject)
            yield subject


def _locator(random: Random) -> str:
    return str(random.randint(1, 40)) if random.random() < 0.4 else f"{words.place(random)} {random.choice(_NOUNS)}"
