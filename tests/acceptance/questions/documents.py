"""Draw questions whose answer stands in one passage of one document, spread over formats and documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from random import Random

import msgspec

from tests.acceptance.questions.case import Case, PassageCited
from tests.acceptance.questions.world import DocumentFact, Truth


def draw_documents(demo_folder: Path, *, seed: int, count: int) -> list[Case]:
    """Draw up to `count` document questions (all there are if fewer); a pure function of the files and `seed`."""
    truth = msgspec.json.decode((demo_folder / "truth.json").read_bytes(), type=Truth)
    paths = tuple(dict.fromkeys(fact.document for fact in truth.document_facts))
    cases = []
    for i, fact in enumerate(_spread(truth.document_facts, Random(f"documents {seed}"))[:count], 1):
        check = PassageCited(fact.document, fact.heading, fact.quote, tuple(p for p in paths if p != fact.document))
        kind = f"document {_format(fact)}"
        cases.append(Case(f"d{i:03}", fact.question, kind, "engineer", (), (), None, check))
    return cases


def _spread(facts: tuple[DocumentFact, ...], random: Random) -> list[DocumentFact]:
    """Order so that any beginning holds as many formats, and within a format as many documents, as it can."""
    shuffled = random.sample(facts, len(facts))
    by_document = _in_turns(shuffled, lambda fact: fact.document)
    return _in_turns(by_document, _format)


def _in_turns(facts: list[DocumentFact], group: Callable[[DocumentFact], str]) -> list[DocumentFact]:
    """The first of each group, then the second of each, keeping the order within a group."""
    seen: Counter[str] = Counter()
    turns = []
    for place, fact in enumerate(facts):
        turns.append((seen[group(fact)], place))
        seen[group(fact)] += 1
    return [facts[place] for _, place in sorted(turns)]


def _format(fact: DocumentFact) -> str:
    return PurePosixPath(fact.document).suffix.lstrip(".") or "text"
