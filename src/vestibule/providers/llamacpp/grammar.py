"""A caller's grammar (GBNF), checked before llama.cpp follows it: it must not be able to stop the model for everybody.

llama.cpp follows all ways at once that a grammar leaves open. Where many parts in a row may be left out these are so
many that a token takes minutes, and meanwhile the child answers nobody: `((("a"?){50}){50}){50}` came to no end. So it
is counted what may be left out in a row. Whether a grammar is well formed is for llama.cpp to say.

Source: llama.cpp, `grammars/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vestibule.core.errors import InvalidRequest

LONGEST = 16_384  # characters
DEEPEST = 32
MOST_OPEN = 64
"""Ways at once. A part that may be left out is two. 64 in a row cost 10 ms a token of a small model, 256 of them a
tenth of a second and more, 1,000 come to no end."""
RECURRING = 4  # what may be left out after a rule that names itself comes again with each time it does

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+|\#[^\r\n]*)"
    r"|(?P<define>::=)"
    r"|(?P<name>[A-Za-z0-9-]+)"
    r'|(?P<one>"(?:[^"\\]|\\.)+"|\[(?:[^\]\\]|\\.)*\]|\.)'
    r'|(?P<none>"")'
    r"|(?P<mark>[()|*+?])"
    r"|\{\s*(?P<least>\d{1,6})\s*(?P<comma>,\s*(?P<most>\d{1,6})?\s*)?\}",
    re.DOTALL,
)
_UNTIL: Mapping[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class TooOpen(InvalidRequest):
    """It could stop the model for everybody."""


@dataclass(frozen=True)
class _Open:
    """What may be left out of a part: all of it (`whole`); in a row before what must be said (`head`), after it
    (`tail`), and at most anywhere. `recurs`: it is the rule that is being looked at."""

    whole: bool
    head: int
    tail: int
    peak: int
    recurs: bool = False


_SAID, _NOTHING, _ITSELF = _Open(False, 1, 0, 1), _Open(True, 0, 0, 0), _Open(False, 1, 0, 1, recurs=True)


def require_followable(grammar: str) -> None:
    """Raise `InvalidRequest` for a grammar that cannot be read or has no `root`, as `TooOpen` for one that is too long,
    too deep, or leaves too much open."""
    if len(grammar) > LONGEST:
        raise _refused(f"has more than {LONGEST:,} characters", TooOpen)
    rules = _rules(list(_tokens(grammar)))
    if "root" not in rules:
        raise _refused("has no rule `root`")
    known: dict[str, _Open] = {}
    for name in rules:
        if _Look(rules, known).rule(name, 0).peak > MOST_OPEN:
            raise _refused("leaves too many ways open at once: too many parts in a row may be left out", TooOpen)


Token = tuple[str, str, int, int | None]  # kind, text, and of a count the least and the most


def _tokens(grammar: str) -> Iterator[Token]:
    at = 0
    while at < len(grammar):
        match = _TOKEN.match(grammar, at)
        if match is None:
            raise _refused(f"cannot be read from its character {at + 1:,} on")
        at, kind = match.end(), match.lastgroup or ""
        if match["least"] is not None:
            least = int(match["least"])
            most = int(match["most"]) if match["most"] else None if match["comma"] else least
            yield "count", match[0], least, most
        elif kind == "mark" and match[0] in _UNTIL:
            yield "count", match[0], *_UNTIL[match[0]]
        elif kind != "space":
            yield kind, match[0], 0, 0


def _rules(tokens: list[Token]) -> Mapping[str, list[Token]]:
    """Each rule by its name: what stands between it and the next one."""
    begins = [at for at, (kind, *_) in enumerate(tokens) if kind == "define"]
    if not begins or begins[0] != 1 or any(tokens[at - 1][0] != "name" for at in begins):
        raise _refused("does not consist of rules: `name ::= …`")
    ends = [*(at - 1 for at in begins[1:]), len(tokens)]
    return {tokens[at - 1][1]: tokens[at + 1 : end] for at, end in zip(begins, ends, strict=True)}


class _Look:
    """Reads rules, and through the names in them others."""

    def __init__(self, rules: Mapping[str, list[Token]], known: dict[str, _Open]) -> None:
        self._rules = rules
        self._known = known
        self._inside: set[str] = set()

    def rule(self, name: str, depth: int) -> _Open:
        """A name that no rule has is for llama.cpp to refuse."""
        if name in self._inside or name not in self._rules:
            return _ITSELF if name in self._inside else _SAID
        if name not in self._known:
            if depth > 8 * DEEPEST:
                raise _refused(f"leads through more than {8 * DEEPEST} rules", TooOpen)
            self._inside.add(name)
            found, at = self._alternatives(self._rules[name], 0, depth + 1, 0)
            self._inside.discard(name)
            if at != len(self._rules[name]):
                raise _refused("closes more brackets than it opens")
            self._known[name] = found
        return self._known[name]

    def _alternatives(self, tokens: list[Token], at: int, depth: int, brackets: int) -> tuple[_Open, int]:
        found, at = self._sequence(tokens, at, depth, brackets)
        while at < len(tokens) and tokens[at][1] == "|":
            other, at = self._sequence(tokens, at + 1, depth, brackets)
            head = found.head + other.head
            found = _Open(
                found.whole or other.whole,
                head,
                max(found.tail, other.tail),
                max(head, found.peak, other.peak),
                found.recurs or other.recurs,
            )
        return found, at

    def _sequence(self, tokens: list[Token], at: int, depth: int, brackets: int) -> tuple[_Open, int]:
        parts: list[_Open] = []
        while at < len(tokens) and tokens[at][1] not in ("|", ")"):
            kind, text, least, most = tokens[at]
            at += 1
            if kind == "count":
                if not parts:
                    raise _refused("repeats nothing")
                parts[-1] = _repeated(parts[-1], least, most)
            elif text == "(":
                if brackets == DEEPEST:
                    raise _refused(f"opens more than {DEEPEST} brackets in each other", TooOpen)
                inner, at = self._alternatives(tokens, at, depth, brackets + 1)
                if at == len(tokens):
                    raise _refused("opens more brackets than it closes")
                parts.append(inner)
                at += 1
            else:
                parts.append(_NOTHING if kind == "none" else _SAID if kind == "one" else self.rule(text, depth))
        return _joined(parts), at


def _joined(parts: list[_Open]) -> _Open:
    """One after the other: what may be left out adds up until something must be said."""
    run, head, peak, recurs = 0, None, 0, False
    for part in parts:
        if part.whole:
            run = max(run + part.head * (RECURRING if recurs else 1), part.tail)
            peak, recurs = max(peak, part.peak), recurs or part.recurs
        else:
            peak = max(peak, run + part.head, part.peak)
            head = run + part.head if head is None else head
            run, recurs = part.tail, part.recurs
    return _Open(head is None, run if head is None else head, run, max(peak, run), recurs)


def _repeated(part: _Open, least: int, most: int | None) -> _Open:
    whole = least == 0 or part.whole
    if most == 1:
        return _Open(whole, part.head + 1, part.tail, max(part.peak, part.head + 1), part.recurs)
    if part.whole and most is not None:
        row = max(part.head, part.tail) * most
        return _Open(True, row, row, row, part.recurs)
    again = part.tail + part.head + 1
    return _Open(whole, part.head + 1, again, max(part.peak, again), part.recurs)


def _refused(how: str, kind: type[InvalidRequest] = InvalidRequest) -> InvalidRequest:
    return kind(
        f"The grammar {how}.",
        next_step="Mend `vestibule.grammar`: GBNF, as llama.cpp's grammars/README.md describes it.",
        param="vestibule.grammar",
    )
