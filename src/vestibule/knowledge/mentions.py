"""Which buildings a text names. Knows the names it is given and nothing else about buildings."""

from __future__ import annotations

import re
from collections.abc import Mapping


class Mentions:
    """Finds names and aliases as whole words, whatever their case; a longer name wins over one inside it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._ids = {_folded(name): building for name, building in names.items() if name.strip()}
        longest_first = sorted(self._ids, key=len, reverse=True)
        pattern = "|".join(re.escape(name).replace(r"\ ", r"[\s_-]+") for name in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.I) if pattern else None

    def of(self, text: str) -> tuple[str, ...]:
        """Ids of the buildings named in `text`, sorted, each once."""
        if self._pattern is None:
            return ()
        found = (self._ids.get(_folded(match)) for match in self._pattern.findall(text))
        return tuple(sorted({building for building in found if building}))


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
