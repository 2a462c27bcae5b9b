"""The map of one request: which label stands for which original. Lives as long as the request, unless a vault keeps it.

Knows how to restore whole texts; `restorer()` is for streams.
"""

from __future__ import annotations

import msgspec

from vestibule.privacy.pseudonyms.grammar import LITERAL
from vestibule.privacy.pseudonyms.ledger import NAME
from vestibule.privacy.pseudonyms.restorer import Restorer
from vestibule.privacy.pseudonyms.shifting import Numbers


class Pseudonyms(msgspec.Struct, frozen=True):
    """`originals` by label ("PERSON_1", "PERSON_1_LAST"); `names` of functions by what was sent in their place;
    `shifted` dates and quantities by what was sent, None where that stands for several; `own` is what the texts hold by
    chance that looks like a placeholder."""

    originals: dict[str, str] = {}
    names: dict[str, str] = {}
    shifted: dict[str, str | None] = {}
    numbers: Numbers = "none"
    own: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many different originals were replaced."""
        kinds = (label.rpartition("_") for label in self.originals)
        return sum(number.isdigit() and kind not in (LITERAL, NAME) for kind, _, number in kinds)

    def restorer(self, *, json: bool = False) -> Restorer:
        """A restorer for one answer; with `json` originals are escaped as inside a JSON string."""
        return Restorer(self.originals, self.own, self.shifted, self.numbers, json=json)

    def restore(self, text: str) -> str:
        restorer = self.restorer()
        return restorer.feed(text) + restorer.finish()

    def restore_json(self, arguments: str) -> str:
        """Restore JSON as it is written: arguments of a call, an answer in JSON. Valid JSON stays valid."""
        restorer = self.restorer(json=True)
        return restorer.feed(arguments) + restorer.finish()

    def restore_name(self, name: str) -> str:
        """The name of a function as its caller gave it."""
        return self.names.get(name, name)

    def __repr__(self) -> str:
        return f"Pseudonyms({self.count} originals)"
