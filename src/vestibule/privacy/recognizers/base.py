"""What a recognizer is: a pattern, an optional validator, and what finding it means.

Class and egress rule are those of its entity type; knows neither the gate that runs before it nor the policy after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vestibule.core.sensitivity import EgressRule, PrivacyClass, Span
from vestibule.privacy.entities import ENTITIES


def _always(match: re.Match[str]) -> bool:
    return True


@dataclass(frozen=True)
class Recognizer:
    """`examples` hold exactly one span each, marked by what must be found; `counter_examples` hold none.

    `type` is one of ENTITIES. The pattern's `value` group is the span where it has one, and never matches nothing.
    `gate` is a looser pattern that matches within every match of the exact one, which is then tried only near it. It
    is derived from `pattern` unless given, which pays where most of that is said by a look-ahead. `needs` holds signs
    of ASCII: in a text without any of them `valid` takes no match. `behind` is a recognizer without a match of whose
    pattern in the same text there is none of this one.
    """

    type: str
    pattern: re.Pattern[str]
    examples: tuple[tuple[str, str], ...]
    counter_examples: tuple[str, ...]
    score: float = 0.9
    valid: Callable[[re.Match[str]], bool] = _always
    gate: re.Pattern[str] | None = None
    needs: str = ""
    behind: Recognizer | None = None

    @property
    def level(self) -> PrivacyClass:
        return ENTITIES[self.type].level

    @property
    def rule(self) -> EgressRule:
        return ENTITIES[self.type].rule

    def find(self, text: str, start: int = 0, end: int | None = None, context: int = 0) -> Iterator[Span]:
        """Yield spans of matches that lie in text[start:end]. What stands before `start` is still seen, and so are
        `context` characters behind `end`. The group named `value` is the span where the pattern has one."""
        end = len(text) if end is None else end
        group: int | str = "value" if "value" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text, start, end + context):
            if match.end() <= end and self.valid(match):
                yield Span(self.type, match.start(group), match.end(group), self.score, self.type.lower(), self.rule)
