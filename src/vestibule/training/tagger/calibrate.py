"""Choose how sure the network must be of each type, on harmless texts that training never saw. Knows no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from vestibule.privacy.tagger import Tagger
from vestibule.privacy.tagger.tagger import TYPES

RATE = 0.005
"""Share of harmless texts that may hold a false alarm of one type."""
STEPS = tuple(step / 4 for step in range(7))


def thresholds(read: Callable[[Sequence[float]], Tagger], texts: Sequence[str]) -> tuple[float, ...]:
    """For PERSON, ADDRESS and ORGANISATION the least step at which no more than `RATE` of the texts have a span of that
    type; the last step where none does. `read` gives the tagger with thresholds."""
    chosen: dict[str, float] = {}
    for step in STEPS:
        if len(chosen) == len(TYPES) - 1:
            break
        tagger = read((step,) * (len(TYPES) - 1))
        alarms = Counter(kind for text in texts for kind in {span.type for span in tagger.tag(text)})
        for kind in TYPES[1:]:
            if alarms[kind] <= RATE * len(texts):
                chosen.setdefault(kind, step)
    return tuple(chosen.get(kind, STEPS[-1]) for kind in TYPES[1:])
