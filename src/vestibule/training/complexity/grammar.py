"""Draw requests whose difficulty is known by how they were made: rules with one alternative a line, points where they
become harder.

    === arithmetic *3                           a kind of request, to be drawn three times as often as others
    == steps: +12 {step} | +24 {step} {step}    a rule, here in one line
    *3 +10 [What is|Tell me] {2-9} {unit}?      three times as often, ten points harder; […|…] is a choice, {2-9} a
                                                number, {step*3} a rule three times, spaces between
    @80 Which of these is {term}: {term}?       {term} is a term of a subject drawn for this request, {field} its name;
                                                80 % of the subject's points count

`\\n` ends a line, `⟨ ⟩ ⦃ ⦄ ¦` are brackets, braces and a bar of the text itself; a line that begins with # is a
comment. The difficulty is the sum of all points drawn, in hundredths. Knows no network.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from zlib import crc32

HELD_OUT_SHARE = 6
LEAST, MOST = 0.03, 0.97
_LITERAL = str.maketrans("⟨⟩⦃⦄¦", "[]{}|")
_TOKEN = re.compile(r"\{([^{}]+)\}|\[([^\[\]]+)\]|([^{}\[\]]+)")
_ALTERNATIVE = re.compile(r"(?:\*(\d+) )?(?:@(\d+) )?(?:\+(\d+) )?(.*)", re.S)
_NUMBER = re.compile(r"(\d+)-(\d+)")


class Subject(NamedTuple):
    """A field of knowledge: how hard an examination in it is, in points, and terms of it."""

    name: str
    points: int
    terms: tuple[str, ...]


class Alternative(NamedTuple):
    weight: int
    points: int
    subject_percent: int
    tokens: tuple[tuple[str, str], ...]
    template: str


class Drawn(NamedTuple):
    """`template` is the alternative it was drawn from, so that those of one may be kept apart."""

    text: str
    difficulty: float
    kind: str
    template: str


@dataclass
class _Request:
    """One request as it is drawn: points so far, the subject, and the terms of it that are left."""

    rng: random.Random
    points: float = 0.0
    percent: int = 100
    subject: Subject | None = None
    terms: list[str] = field(default_factory=list)


class Grammar:
    def __init__(self, text: str, subjects: Sequence[Subject]) -> None:
        """Raise `ValueError` where a rule asks for one that there is not."""
        self.kinds, self._rules = _parse(text)
        self._subjects = subjects
        for alternatives in self._rules.values():
            for alternative in alternatives:
                self._check(alternative)

    @classmethod
    def shipped(cls) -> Grammar:
        folder = files(__package__) / "kinds"
        rules = sorted(one.name for one in folder.iterdir() if _is_rules(one.name))
        texts = [(folder / name).read_text("utf-8") for name in rules]
        return cls("\n".join(texts), _subjects((folder / "subjects.txt").read_text("utf-8")))

    def draw(self, kind: str, rng: random.Random, *, held_out: bool | None = None) -> Drawn:
        """Of the templates held out, of the others, or, for None, of all."""
        alternatives = [a for a in self._rules[kind] if held_out is None or is_held_out(a.template) == held_out]
        request = _Request(rng)
        chosen = _choose(alternatives or self._rules[kind], rng)
        text = "".join(self._expand(chosen, request))
        text = text[:1].upper() + text[1:]
        return Drawn(text, min(max(request.points / 100, LEAST), MOST), kind, chosen.template)

    def has_held_out(self, kind: str) -> bool:
        return any(is_held_out(alternative.template) for alternative in self._rules[kind])

    def fill(self, rule: str, rng: random.Random) -> str:
        """Text of a rule, whatever its points."""
        return "".join(self._expand(_choose(self._rules[rule], rng), _Request(rng)))

    def _expand(self, alternative: Alternative, request: _Request) -> Iterator[str]:
        request.points += alternative.points
        if alternative.subject_percent:
            request.percent = alternative.subject_percent
        for sort, value in alternative.tokens:
            if sort == "text":
                yield value
            elif sort == "choice":
                yield from self._expand(_alternative(request.rng.choice(value.split("|"))), request)
            else:
                yield from self._named(value, request)

    def _named(self, name: str, request: _Request) -> Iterator[str]:
        if number := _NUMBER.fullmatch(name):
            yield str(request.rng.randint(int(number[1]), int(number[2])))
        elif name in ("term", "field"):
            yield self._of_subject(name, request)
        else:
            rule, _, times = name.partition("*")
            for time in range(int(times or 1)):
                yield " " if time else ""
                yield from self._expand(_choose(self._rules[rule], request.rng), request)

    def _of_subject(self, name: str, request: _Request) -> str:
        if request.subject is None:
            request.subject = request.rng.choice(self._subjects)
            request.points += request.subject.points * request.percent / 100
        if name == "field":
            return request.subject.name
        if not request.terms:
            request.terms = request.rng.sample(request.subject.terms, len(request.subject.terms))
        return request.terms.pop()

    def _check(self, alternative: Alternative) -> None:
        for sort, value in alternative.tokens:
            if sort == "choice":
                for one in value.split("|"):
                    self._check(_alternative(one))
            elif sort == "rule" and not self._is_known(value):
                raise ValueError(f"the grammar asks for {value!r} in {alternative.template!r}, which is no rule")

    def _is_known(self, name: str) -> bool:
        return bool(_NUMBER.fullmatch(name)) or name in ("term", "field") or name.partition("*")[0] in self._rules


def is_held_out(template: str) -> bool:
    """One template in six is never trained on, so that what is measured is what was never seen."""
    return crc32(template.encode()) % HELD_OUT_SHARE == 0


def _choose(alternatives: Sequence[Alternative], rng: random.Random) -> Alternative:
    return rng.choices(alternatives, [a.weight for a in alternatives])[0]


def _parse(text: str) -> tuple[dict[str, int], dict[str, list[Alternative]]]:
    """The kinds with how often each is drawn, and all rules."""
    rules: dict[str, list[Alternative]] = {}
    kinds: dict[str, int] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("=="):
            name, _, brief = line.lstrip("= ").partition(": ")
            if line.startswith("==="):
                name, _, times = name.partition(" *")
                kinds[name] = int(times or 1)
            rules.setdefault(name, []).extend(_alternative(one) for one in brief.split(" | ") if one)
        elif line and not line.startswith("# "):
            rules[name].append(_alternative(line))
    return kinds, rules


@cache
def _alternative(line: str) -> Alternative:
    unescaped = line.replace("\\n", "\n").replace("\\t", "\t")
    weight, percent, points, rest = _ALTERNATIVE.fullmatch(unescaped).groups()  # type: ignore[union-attr]  # always matches
    tokens = []
    for named, choice, plain in _TOKEN.findall(rest):
        sort, value = ("rule", named) if named else ("choice", choice) if choice else ("text", plain)
        tokens.append((sort, value.translate(_LITERAL) if sort == "text" else value))
    return Alternative(int(weight or 1), int(points or 0), int(percent or 0), tuple(tokens), rest)


def _subjects(text: str) -> tuple[Subject, ...]:
    lines = (line.partition(": ") for line in text.splitlines() if line and not line.startswith("# "))
    found = []
    for head, _, terms in lines:
        points, _, name = head.partition(" ")
        found.append(Subject(name, int(points), tuple(term.strip() for term in terms.split(";"))))
    return tuple(found)


def _is_rules(name: str) -> bool:
    return name.endswith(".txt") and name != "subjects.txt"
