"""What a model is thought capable of before anything is known of its answers: its family and size, as its names say.

The scale is that of the difficulty: a model of capability c answers half of the requests of difficulty c well enough.
A prior only; what comes back moves it (`expectation.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import log10

from vestibule.routing.catalogue import Catalogue

UNKNOWN = 0.5
_FAMILIES = (
    (r"vestibule-tiny|extractive", 0.05),
    (r"gpt-4o-mini|gpt-4\.1-(?:mini|nano)|gpt-3\.5|gemini.*flash|claude.*haiku|mistral-small", 0.72),
    (r"gpt-5|\bo[134]\b|gpt-4|gemini.*pro|claude|deepseek-(?:chat|reasoner|v3|r1)(?!-distill)|mistral-large", 0.9),
    (r"phi-?3(?:\.5)?-mini", 0.46),
    (r"phi-?4", 0.62),
    (r"smollm|tinyllama", 0.2),
)
_EXPERTS = re.compile(r"(?<![\w.])(\d+)x(\d+(?:\.\d+)?)b(?![a-z])")
_SIZE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(b|m)(?![a-z])")


def capability(*names: str) -> float:
    """From the id and the provider's name of a model; 0.5 where they say nothing.

    A size counts before a family, as of one family there are many sizes: .30 at a billion parameters, .25 more for each
    tenfold. Mixtures of experts count as half of what they hold.
    """
    said = " ".join(names).lower().replace("_", "-").replace(":", " ").replace("-", " ")
    if billions := _billions(said):
        return min(max(0.30 + 0.25 * log10(billions), 0.05), 0.9)
    said = " ".join(names).lower()
    return next((value for pattern, value in _FAMILIES if re.search(pattern, said)), UNKNOWN)


def capabilities(catalogue: Catalogue) -> Callable[[str], float]:
    """By a model's id: from it and from what its provider calls it."""

    def of(model_id: str) -> float:
        return capability(model_id, *(model.name for model in catalogue if model.id == model_id))

    return of


def _billions(said: str) -> float:
    if experts := _EXPERTS.search(said):
        return int(experts[1]) * float(experts[2]) / 2
    if size := _SIZE.search(said):
        return float(size[1]) / (1 if size[2] == "b" else 1000)
    return 0.0
