"""Draw labelled texts from a grammar: rules with one alternative a line, names marked where they stand.

    == ticket                                a rule
    == role: engineer | tenant               a rule in one line
    *3 Please call {person} on {phone}.      an alternative drawn three times as often; {…} is a rule or a list
    [P {first} {last}]                       what is in brackets is a PERSON ([A an ADDRESS, [O an ORGANISATION)

`{d}` is a digit, `\\n` ends a line, `⟨ ⟩ ⦃ ⦄` are brackets and braces of the text itself; a line that begins with # and
asks for no rule is a comment. Alternatives of the rules named in `held_out` are kept apart: one in eight is for
evaluation alone. Knows no network.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vestibule.training.tagger.lists import is_held_out

LABELS = {"P": 1, "A": 2, "O": 3}
_LITERAL = str.maketrans("⟨⟩⦃⦄", "[]{}")
_TOKENS = re.compile(r"\{(\w+)\}|\[([PAO]) |(\])|([^{}\[\]]+)")


class Labelled(NamedTuple):
    """A text and the half-open character ranges of its names: (type number, start, end)."""

    text: str
    names: tuple[tuple[int, int, int], ...]


class Token(NamedTuple):
    kind: str
    value: str


@dataclass
class Rule:
    seen: list[tuple[Token, ...]] = field(default_factory=list)
    held_out: list[tuple[Token, ...]] = field(default_factory=list)


class Grammar:
    """`lists` are further rules whose alternatives are plain entries; those held out are drawn in evaluation only."""

    def __init__(self, text: str, lists: Mapping[str, Sequence[str]], held_out: Callable[[str], bool]) -> None:
        self._rules = _parse(text, held_out)
        for name, entries in lists.items():
            rule = self._rules[name] = Rule()
            for entry in entries:
                (rule.held_out if is_held_out(entry) else rule.seen).append((Token("text", entry),))
        self._check()

    def draw(self, rule: str, rng: random.Random, *, held_out: bool = False) -> Labelled:
        """Draw one text; of alternatives and entries that are kept apart, if `held_out`, else of the others."""
        parts: list[str] = []
        names: list[tuple[int, int, int]] = []
        starts: list[tuple[int, int]] = []
        length = 0
        for token in self._expand(rule, rng, held_out):
            if token.kind == "open":
                starts.append((LABELS[token.value], length))
            elif token.kind == "close":
                label, start = starts.pop()
                names.append((label, start, length))
            else:
                parts.append(token.value)
                length += len(token.value)
        return Labelled("".join(parts), tuple(names))

    def _expand(self, name: str, rng: random.Random, held_out: bool) -> Iterator[Token]:
        if name == "d":
            yield Token("text", str(rng.randrange(10)))
            return
        rule = self._rules[name]
        alternatives = (rule.held_out if held_out else rule.seen) or rule.seen or rule.held_out
        for token in rng.choice(alternatives):
            if token.kind == "rule":
                yield from self._expand(token.value, rng, held_out)
            else:
                yield token

    def _check(self) -> None:
        for name, rule in self._rules.items():
            for token in (t for alternative in (*rule.seen, *rule.held_out) for t in alternative):
                if token.kind == "rule" and token.value not in self._rules and token.value != "d":
                    raise ValueError(f"the rule {name!r} of the grammar asks for {token.value!r}, which is no rule")


def _parse(text: str, held_out: Callable[[str], bool]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("== "):
            name, _, brief = line[3:].partition(": ")
            rules[name] = Rule(seen=[tuple(_tokens(_unescaped(one))) for one in brief.split(" | ") if one])
        elif line and ("{" in line or not line.startswith("#")):
            weight, alternative = re.fullmatch(r"(?:\*(\d+) )?(.*)", line).groups()  # type: ignore[union-attr]  # always matches
            tokens = tuple(_tokens(_unescaped(alternative)))
            apart = held_out(name) and is_held_out(alternative)
            (rules[name].held_out if apart else rules[name].seen).extend([tokens] * int(weight or 1))
    return rules


def _unescaped(alternative: str) -> str:
    return alternative.replace("\\n", "\n").replace("\\t", "\t")


def _tokens(alternative: str) -> Iterator[Token]:
    for rule, opened, closed, text in _TOKENS.findall(alternative):
        if rule:
            yield Token("rule", rule)
        elif opened:
            yield Token("open", opened)
        elif closed:
            yield Token("close", "")
        else:
            yield Token("text", text.translate(_LITERAL))
