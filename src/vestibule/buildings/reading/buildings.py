"""Find the buildings a question names, and the names in it that the portfolio does not have.

A building is known by its name, its aliases, a word that is in no other building's name ("Kepler"), and its kind where
that is unique ("the hospital"). Words of five letters or more may carry a typo. Knows no period and no intent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from vestibule.buildings.portfolio import Building, Portfolio
from vestibule.buildings.reading.vocabulary import KNOWN
from vestibule.buildings.reading.vocabulary.ordinary import KINDS, NOT_A_BUILDING_BEFORE, PLACES, PLURALS
from vestibule.buildings.reading.words import is_typo_of, words

PLACE = "§"


@dataclass
class BuildingsRead:
    """Ids in the order named; the words with `§` for each building; `stray` is an unknown word where a name is due."""

    ids: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    stray: str | None = None

    def take(self, ids: Sequence[str]) -> None:
        self.ids += [each for each in ids if each not in self.ids]
        self.words.append(PLACE)


@dataclass(frozen=True)
class Names:
    """What the buildings of one portfolio are called: whole phrases, single telling words, kinds."""

    phrases: dict[tuple[str, ...], frozenset[str]]
    telling: dict[str, frozenset[str]]
    kinds: dict[tuple[str, ...], frozenset[str]]
    shown: dict[str, str]
    tenants: frozenset[tuple[str, ...]] = frozenset()

    def listed(self, ids: Sequence[str] = ()) -> str:
        return ", ".join(self.shown[each] for each in self.shown if not ids or each in ids)


def find_buildings(asked: Sequence[str], names: Names) -> BuildingsRead:
    """Read names from left to right, the longest first: a whole name, a part of one, a kind, an unknown place."""
    read = BuildingsRead()
    at = 0
    while at < len(asked):
        at += (
            _whole_name(asked, at, names, read)
            or _part_of_name(asked, at, names, read)
            or _unknown_place(asked, at, names, read)
            or _plain(asked[at], read)
        )
    if not read.ids:
        read.stray = _stray_name(read.words)
    return read


def without_tenants(asked: Sequence[str], names: Names) -> list[str]:
    """Leave out the names of tenants, which meters know nothing of."""
    kept = list(asked)
    for tenant in names.tenants:
        for at in range(len(kept) - len(tenant), -1, -1):
            if tenant and tuple(kept[at : at + len(tenant)]) == tenant:
                del kept[at : at + len(tenant)]
    return kept


def names_of(portfolio: Portfolio) -> Names:
    """Index a portfolio's names. Some 100 µs for eight buildings."""
    phrases: dict[tuple[str, ...], set[str]] = {}
    telling: dict[str, set[str]] = {}
    kinds: dict[tuple[str, ...], set[str]] = {}
    kind_words = {word for spoken in KINDS.values() for phrase in spoken for word in phrase.split()}
    for building in portfolio.buildings:
        for phrase in _said(building):
            phrases.setdefault(phrase, set()).add(building.id)
            for word in phrase:
                if word not in kind_words and (len(word) >= 3 or word.isdigit()) and word not in _FILLERS:
                    telling.setdefault(word, set()).add(building.id)
    for kind, spoken in KINDS.items():
        for said in spoken:
            of_kind = kinds.setdefault(tuple(said.split()), set())
            of_kind |= {building.id for building in portfolio.buildings if building.kind == kind}
    return Names(
        {phrase: frozenset(ids) for phrase, ids in phrases.items()},
        {word: frozenset(ids) for word, ids in telling.items()},
        {phrase: frozenset(ids) for phrase, ids in kinds.items()},
        {building.id: building.name for building in portfolio.buildings},
        frozenset(tuple(words(tenant.name)) for building in portfolio.buildings for tenant in building.tenants),
    )


_ARTICLES = frozenset(
    {"the", "our", "my", "this", "that", "your", "their", "a", "an", "das", "die", "der", "dem", "den"}
)
_POINTING = (_ARTICLES - {"a", "an"}) | {"at", "in", "of", "for", "by", "im", "beim", "vom"}
_FILLERS = _ARTICLES | {"of", "at", "and", "in", "on", "for", "building", "site", "buildings"}


def _said(building: Building) -> list[tuple[str, ...]]:
    spoken = [words(text) for text in (building.name, *building.aliases, building.id.replace("-", " "))]
    bare = (phrase[1:] if phrase[:1] and phrase[0] in _ARTICLES else phrase for phrase in spoken)
    return list(dict.fromkeys(tuple(phrase) for phrase in bare if phrase))


def _whole_name(asked: Sequence[str], at: int, names: Names, read: BuildingsRead) -> int:
    best: tuple[str, ...] = ()
    for phrase in names.phrases:
        if len(phrase) > len(best) and _matches(asked[at : at + len(phrase)], phrase):
            best = phrase
    if not best or (len(best) == 1 and best[0] in KNOWN):
        return 0
    if best in names.kinds and (_is_name(asked[at - 1] if at else "") or len(names.phrases[best]) > 1):
        return 0  # "riverside hotel" is not the one that goes by "the hotel"
    return _settle(names.phrases[best], " ".join(asked[at : at + len(best)]), len(best), names, read)


def _matches(said: Sequence[str], phrase: tuple[str, ...]) -> bool:
    if len(said) != len(phrase):
        return False
    return all(
        word == meant or (word not in KNOWN and is_typo_of(word, meant))
        for word, meant in zip(said, phrase, strict=True)
    )


def _part_of_name(asked: Sequence[str], at: int, names: Names, read: BuildingsRead) -> int:
    """Words that each point to some buildings, as long as they agree: "Harbour" and "office"."""
    ids: frozenset[str] = frozenset(names.shown)
    end, named, kind = at, False, ""
    while end < len(asked):
        length, pointed, by_name = _pointed(asked, end, names)
        if not length and named and asked[end] in ("building", "site", "s"):
            end += 1
            continue
        if not length or (not ids & pointed and (named or kind)):
            break
        ids, end = ids & pointed, end + length
        named, kind = named or by_name, kind if by_name else " ".join(asked[end - length : end])
    said = asked[at:end]
    if named and not (len(said) == 1 and said[0] in KNOWN):
        return _settle(ids, " ".join(said), end - at, names, read)
    return _kind(asked, at, kind, ids, names, read) if kind and not named else 0


def _pointed(asked: Sequence[str], at: int, names: Names) -> tuple[int, frozenset[str], bool]:
    """How many words here point to which buildings, and whether by name."""
    for length in (2, 1):
        phrase = tuple(asked[at : at + length])
        if len(phrase) == length and phrase in names.kinds:
            return length, names.kinds[phrase], False
    word = asked[at]
    if word in names.telling:
        return 1, names.telling[word], True
    if word not in KNOWN:
        near: frozenset[str] = frozenset()
        for meant, ids in names.telling.items():
            if is_typo_of(word, meant):
                near |= ids
        return (1, near, True) if near else (0, near, False)
    return 0, frozenset(), False


def _kind(asked: Sequence[str], at: int, kind: str, ids: frozenset[str], names: Names, read: BuildingsRead) -> int:
    length = len(kind.split())
    before = asked[at - 1] if at else ""
    after = asked[at + length] if at + length < len(asked) else ""
    if after in NOT_A_BUILDING_BEFORE:
        return 0
    if _is_name(before) and before not in _ARTICLES:
        read.gaps.append(_unknown(f"{before.capitalize()} {kind.capitalize()}", names))
        read.words.append(PLACE)
        return length
    if kind in PLURALS and ids:
        read.take([each for each in names.shown if each in ids])
        return length
    if len(ids) == 1 or (before in _POINTING and not kind.endswith("room")):
        return _settle(ids, kind, length, names, read)
    return 0


def _settle(ids: frozenset[str], said: str, length: int, names: Names, read: BuildingsRead) -> int:
    """Take the one building meant, or say why it is not one."""
    if len(ids) == 1:
        read.take(tuple(ids))
        return length
    if ids:
        read.gaps.append(f"“{said}” can be {_either(names.listed(tuple(ids)))}; name the one you mean.")
    else:
        read.gaps.append(_unknown(said, names))
    read.words.append(PLACE)
    return length


def _unknown_place(asked: Sequence[str], at: int, names: Names, read: BuildingsRead) -> int:
    """ "riverside tower", "building 7": a noun of places with a word before it that is plain speech nowhere."""
    word, after = asked[at], asked[at + 1] if at + 1 < len(asked) else ""
    if _is_name(word) and after in PLACES:
        read.gaps.append(_unknown(f"{word.capitalize()} {after.capitalize()}", names))
    elif word == "building" and after.isdigit():
        read.gaps.append(_unknown(f"building {after}", names))
    else:
        return 0
    read.words.append(PLACE)
    return 2


def _plain(word: str, read: BuildingsRead) -> int:
    read.words.append(word)
    return 1


def _stray_name(asked: Sequence[str]) -> str | None:
    """An unknown word where a building's name is due: "did Zenith use", "at Zenith"."""
    for before, word in pairwise(asked):
        if before in ("at", "did", "does", "bei") and _is_name(word):
            return word
    return None


def _is_name(word: str) -> bool:
    return len(word) >= 3 and word.isalpha() and word not in KNOWN


def _unknown(name: str, names: Names) -> str:
    return f"“{name}” is not a building in this portfolio; it has: {names.listed()}."


def _either(listed: str) -> str:
    head, _, tail = listed.rpartition(", ")
    return f"{head} or {tail}" if head else tail
