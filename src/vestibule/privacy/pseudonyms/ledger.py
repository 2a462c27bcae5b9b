"""Who is called what: the placeholders of one request, numbered as a pure function of its texts in their order.

Knows texts, not requests. First every text is read, in order; only then is known all that has to be written over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from vestibule.core.errors import EgressRefused
from vestibule.core.sensitivity import Span
from vestibule.privacy.pseudonyms import grammar
from vestibule.privacy.pseudonyms.document import Document, Replacement
from vestibule.privacy.pseudonyms.mentions import Folded, Mention, Mentions, fold
from vestibule.privacy.pseudonyms.shifting import Shifting

Find = Callable[[str], Sequence[Span]]

NAME = "NAME"  # type of an identifier that holds an original; such a name is replaced whole and carries no brackets
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "m", "mme", "monsieur", "madame"))
_SEPARATORS = str.maketrans("_-./:", "     ")


class Ledger:
    """`originals` maps a label ("PERSON_1") to its original as it stood where it appeared first."""

    def __init__(self, find: Find, shifting: Shifting) -> None:
        self.shifting = shifting
        self.originals: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._find = find
        self._texts: list[_Text] = []
        self._spans: dict[Document, list[Mention]] = {}
        self._places: dict[Document | str, int] = {}
        self._labels: dict[tuple[str, str], str] = {}
        self._parts: dict[str, str] = {}
        self._looked_for: dict[str, str] = {}
        self._numberings: dict[str, _Numbering] = {}
        self._mentions: Mentions | None = None

    def read(self, document: Document) -> None:
        """Give a label to every original found in the next text. Raise `EgressRefused` for one that may not leave."""
        text = document.text
        self._place(document, text)
        self._spans[document] = [
            Mention(start, end, self._label(span.type, text[start:end]))
            for span in self._spans_of(text)
            for start, end in document.pieces(*_stripped(text, span.start, span.end))
            if not text[start:end].isspace()
        ]

    def read_name(self, name: str, *, speaker: bool = False) -> None:
        """Note an identifier; that of a speaker may be the first place where a person is named."""
        self._place(name, name)
        if speaker:
            spoken = name.translate(_SEPARATORS)
            for span in self._spans_of(spoken):
                self._label(span.type, spoken[span.start : span.end].strip())

    def write(self, document: Document) -> str:
        """Return a text that was read with a placeholder for every original and every mention of one."""
        text = document.text
        candidates = self._spans[document] + [
            Mention(start, end, label)
            for begin, finish, label in self._known.find(Folded(text))
            if _is_meant(label, text[begin])
            for start, end in document.pieces(begin, finish)
        ]
        covered = list(self._apart(document, candidates))
        lookalikes = list(self._lookalikes(document, covered))
        replaced = [Replacement(m.start, m.end, f"⟦{m.label}⟧") for m in sorted([*covered, *lookalikes])]
        shifted = list(self._shifted(document, replaced))
        return document.render(sorted([*replaced, *shifted]))

    def write_name(self, name: str, *, speaker: bool = False) -> str:
        """Return an identifier as it is, or a label in its place if it holds an original, whatever separates it."""
        spoken = name.translate(_SEPARATORS)
        held = [m for m in self._known.find(Folded(spoken)) if _is_meant(m.label, spoken[m.start])]
        if not held:
            return name
        whole = next((m.label for m in held if (m.start, m.end) == (0, len(name))), None)
        if speaker and whole:
            return whole
        written = self._exact(NAME, name, name)
        self.names[written] = name
        return written

    @property
    def held(self) -> Iterator[str]:
        """Labels that the texts hold by chance and that stand for nothing."""
        return (f"{n.type}_{number}" for n in self._numberings.values() for number in n.held - n.given)

    def _place(self, document: Document | str, text: str) -> None:
        self._places.setdefault(document, len(self._texts))
        self._texts.append(_Text(text, text.lower()))

    def _spans_of(self, text: str) -> Iterator[Span]:
        for span in sorted(self._find(text), key=lambda s: (s.start, -s.end)):
            if span.rule == "block":
                raise _refusal(span)
            if span.rule == "pseudonymise":
                yield span

    @property
    def _known(self) -> Mentions:
        if self._mentions is None:
            self._mentions = Mentions(self._looked_for)
        return self._mentions

    def _label(self, type_: str, original: str) -> str:
        key = fold(original)
        label = self._labels.get((type_, key)) or (self._parts.get(key) if type_ == "PERSON" else None)
        if label is None:
            label = self._labels[type_, key] = self._next(type_, len(self._texts))
            self.originals[label] = original
            self._look_for(original, label)
            if type_ == "PERSON":
                self._link_parts(label, original)
        return label

    def _link_parts(self, label: str, person: str) -> None:
        """A first or last name alone is sent as part of the person first found with it: `PERSON_1_LAST`."""
        words = [word for word in person.split() if word.casefold().rstrip(".") not in _TITLES]
        if len(words) < 2:
            return
        for part, word in (("FIRST", words[0]), ("LAST", words[-1])):
            name = word.strip(".,;")
            if len(name) >= 2 and not name.isdigit():
                self.originals[f"{label}_{part}"] = name
                self._parts.setdefault(fold(name), f"{label}_{part}")
                self._look_for(name, f"{label}_{part}")

    def _look_for(self, original: str, label: str) -> None:
        """Too short to be known again are single characters and numbers such as those of sources and months."""
        if len(original) >= 2 and not (original.isdigit() and len(original) < 4):
            self._looked_for.setdefault(Folded(original).text, label)

    def _exact(self, type_: str, original: str, document: Document | str) -> str:
        label = self._labels.get((type_, original))
        if label is None:
            label = self._labels[type_, original] = self._next(type_, self._places[document] + 1)
            self.originals[label] = original
        return label

    def _next(self, type_: str, texts: int) -> str:
        """The next number that none of the first `texts` texts holds by chance. A later text that holds it has it
        replaced itself (`_lookalikes`), so that a conversation keeps its numbers as it goes on."""
        numbering = self._numberings.setdefault(type_, _Numbering(type_))
        return f"{type_}_{numbering.next(self._texts, texts)}"

    def _apart(self, document: Document, candidates: Iterable[Mention]) -> Iterator[Mention]:
        """The first and longest of what overlaps; what one of them has beyond it is covered, too."""
        text = document.text
        done = 0
        for mention in sorted(candidates, key=lambda m: (m.start, -m.end)):
            if mention.start >= done:
                yield mention
            elif mention.end > done and text[done : mention.end].strip():
                yield Mention(done, mention.end, self._exact(grammar.LITERAL, text[done : mention.end], document))
            done = max(done, mention.end)

    def _lookalikes(self, document: Document, covered: Sequence[Mention]) -> Iterator[Mention]:
        """What stands between and would be restored though it is none of ours."""
        text = document.text
        lowered = self._texts[self._places[document]].lowered
        present = [n for n in self._numberings.values() if n.word in lowered]
        if not present:
            return
        for begin, finish in _between(covered, len(text)):
            gap = text[begin:finish]
            if not [numbering for numbering in present if numbering.stands_in(gap)]:
                continue
            for start, end in self._mistaken(text, begin, finish):
                for left, right in document.pieces(start, end):
                    yield Mention(left, right, self._exact(grammar.LITERAL, text[left:right], document))

    def _mistaken(self, text: str, begin: int, finish: int) -> list[tuple[int, int]]:
        """Where a restorer would see a label of ours in `text[begin:finish]`. Whatever is replaced there ends a word
        for what stands beside it, which is therefore looked at again."""
        matches = grammar.TOLERANT.finditer(text[begin:finish])
        found = [(begin + m.start(), begin + m.end()) for m in matches if grammar.label(m) in self.originals]
        if not found:
            return []
        edges = [begin, *(edge for place in found for edge in place), finish]
        beside = [self._mistaken(text, left, right) for left, right in zip(edges[::2], edges[1::2], strict=True)]
        return sorted([*found, *(place for places in beside for place in places)])

    def _shifted(self, document: Document, replaced: Sequence[Replacement]) -> Iterator[Replacement]:
        if self.shifting.numbers == "none":
            return
        for begin, finish in _between(replaced, len(document.text)):
            for number in self.shifting.replacements(document.text, begin, finish):
                if [*document.pieces(number.start, number.end)] == [(number.start, number.end)]:
                    yield number


class _Text(NamedTuple):
    text: str
    lowered: str


class _Numbering:
    def __init__(self, type_: str) -> None:
        self.type = type_
        self.word = type_.partition("_")[0].lower()
        self.given: set[int] = set()
        self.held: set[int] = set()
        self._scanned = 0
        self._last = 0

    def next(self, texts: Sequence[_Text], count: int) -> int:
        for text, lowered in texts[self._scanned : count]:
            if self.word in lowered:
                self.held.update(grammar.literals(text, self.type))
        self._scanned = max(self._scanned, count)
        self._last += 1
        while self._last in self.held:
            self._last += 1
        self.given.add(self._last)
        return self._last

    def stands_in(self, text: str) -> bool:
        """Whether a number that was given may stand in `text` by chance; note those that were not."""
        numbers = set(grammar.literals(text, self.type))
        self.held |= numbers - self.given
        return not numbers.isdisjoint(self.given)


def _refusal(span: Span) -> EgressRefused:
    return EgressRefused(
        f"What was to be sent holds {span.type}, which never leaves the house.",
        next_step="Ask a model at home: use the model `auto`.",
        param="model",
    )


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    found = text[start:end]
    return start + len(found) - len(found.lstrip()), start + len(found.rstrip())


def _is_meant(label: str, first: str) -> bool:
    """A part of a name is written with a capital; "will" and "hall" are words."""
    return not (label.endswith(("_FIRST", "_LAST")) and first.islower())


def _between(taken: Sequence[Mention] | Sequence[Replacement], length: int) -> Iterator[tuple[int, int]]:
    begin = 0
    for each in taken:
        yield begin, each.start
        begin = each.end
    yield begin, length
