"""Put the originals back into an answer, however it is cut into pieces and whatever the model made of a placeholder.

What is no placeholder of this request stays byte for byte. Knows no request and no detector.
"""

from __future__ import annotations

import json as json_format
import re
from collections.abc import Collection, Mapping

from vestibule.privacy.pseudonyms import grammar, shifting
from vestibule.privacy.pseudonyms.shifting import Numbers

_NOTHING: Mapping[str, str | None] = {}
_PATTERNS: dict[Numbers, re.Pattern[str]] = {
    "none": grammar.TOLERANT,
    **{
        kind: re.compile(f"(?P<number>(?a:{pattern.pattern}))|{grammar.TOLERANT.pattern}")
        for kind, pattern in shifting.PATTERNS.items()
    },
}
_CONTEXT = 2  # characters before a place that decide whether a bare placeholder begins there


class Restorer:
    """For one answer. `feed` holds back at most what may be one unfinished placeholder, fewer than 100 characters."""

    def __init__(
        self,
        originals: Mapping[str, str],
        own: Collection[str] = (),
        shifted: Mapping[str, str | None] = _NOTHING,
        numbers: Numbers = "none",
        *,
        json: bool = False,
    ) -> None:
        """`own` are labels and bracketed texts that the caller's texts hold themselves: they stay, nothing is amiss.
        `numbers` says which numbers `shifted` should know; with `json` originals are escaped as inside a string."""
        self._originals = originals
        self._own = own
        self._types = {label.partition("_")[0] for label in originals}
        self._shifted = shifted
        self._numbers = numbers
        self._pattern = _PATTERNS[numbers]
        self._json = json
        self._held = ""
        self._before = ""
        self._unrestored: dict[str, None] = {}

    @property
    def unrestored(self) -> tuple[str, ...]:
        """What looks like a placeholder and stands in the answer as it came: none of ours, or cut off."""
        return tuple(self._unrestored)

    def feed(self, text: str) -> str:
        """Return what is certain by now of the text so far and was not returned yet."""
        whole = self._before + self._held + text
        return self._take(whole, self._certain(whole))

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest. If the answer was `cut_off` (its length had a limit), a number it ends in may be the
        beginning of a longer one: then it is not guessed at."""
        whole = self._before + self._held
        return self._take(whole, len(whole), last=True, cut_off=cut_off)

    def _certain(self, whole: str) -> int:
        """How much of the text so far no further text can change the meaning of."""
        begin = max(len(self._before), len(whole) - grammar.UNFINISHED_LENGTH)
        unfinished = grammar.UNFINISHED.search(whole, begin)
        certain = unfinished.start() if unfinished else len(whole)
        if self._numbers != "none" and (number := shifting.UNFINISHED.search(whole, begin)):
            certain = min(certain, number.start())
        return certain

    def _take(self, whole: str, until: int, *, last: bool = False, cut_off: bool = False) -> str:
        at = len(self._before)
        parts: list[str] = []
        for match in self._pattern.finditer(whole, at):
            if match.start() >= until:
                break
            unsure = last and match.end() == len(whole) and (cut_off or match.group()[0] == grammar.OPEN)
            parts += [self._kept(whole[at : match.start()]), self._restored(match, unsure=unsure)]
            at = match.end()
        until = max(until, at)
        parts.append(self._kept(whole[at:until]))
        self._before, self._held = whole[max(0, until - _CONTEXT) : until], whole[until:]
        return "".join(parts)

    def _restored(self, match: re.Match[str], *, unsure: bool) -> str:
        if match.lastgroup == "number":
            return self._unshifted(match.group())
        label = grammar.label(match)
        original = self._originals.get(label)
        if original is None or (unsure and self._may_go_on(match, label)):
            if label not in self._own:
                self._flag(match.group(), sure=original is not None or self._is_conspicuous(match, label))
            return match.group()
        written = json_format.dumps(original, ensure_ascii=False)[1:-1] if self._json else original
        if grammar.DOUBLED in self._own and (around := grammar.outer(match)):
            return f"{around[0]}{written}{around[1]}"
        return grammar.lead(match) + written

    def _unshifted(self, number: str) -> str:
        """Quoted exactly it is what it was; a number the model made itself is not ours to translate."""
        original = self._shifted.get(number)
        if original is None:
            self._flag(number, sure=True)
        return original or number

    def _may_go_on(self, match: re.Match[str], label: str) -> bool:
        closed = match.group()[-1] in grammar.CLOSING and match.group()[0] in grammar.OPENING
        return not closed and any(
            other.startswith(label) and other[len(label)].isdigit() for other in self._originals if other != label
        )

    def _is_conspicuous(self, match: re.Match[str], label: str) -> bool:
        """Bracketed like ours; in other brackets only with a type of this request, as in `[PERSON_9]`."""
        first = match.group()[0]
        return first in "⟦\\" or (not first.isalpha() and label.partition("_")[0] in self._types)

    def _kept(self, text: str) -> str:
        if grammar.OPEN in text:
            for match in grammar.DELIMITED.finditer(text):
                self._flag(match.group(), sure=True)
        return text

    def _flag(self, text: str, *, sure: bool) -> None:
        if sure and text not in self._own:
            self._unrestored[text] = None
