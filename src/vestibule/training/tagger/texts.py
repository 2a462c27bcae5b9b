"""Generated texts: one to six pieces of the grammar, and what happens to text on its way: case, accents, cuts.

Text `n` of a seed is always the same. Those held out are drawn from sentences, names, places and firms that training
never sees.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from vestibule.training.tagger.grammar import Grammar, Labelled
from vestibule.training.tagger.lists import read

RULES = {
    "english": 34, "prose": 22, "plain": 20, "operations": 46, "mails": 34,
    "german": 9, "french": 7, "spanish": 7, "vietnamese": 7, "address": 2, "full": 2, "org": 2,
}  # fmt: skip
_OPERATIONS = ("opsenglish", "opsmachine", "opsgerman", "opsfrench", "opsspanish", "opsvietnamese")
_HELD_OUT_RULES = frozenset(
    ("english", "plain", "prose", "mails", "german", "french", "spanish", "vietnamese", *_OPERATIONS)
)
_AFTER_SENTENCE = (" ", " ", " ", "\n", "\n", "\n\n")
_AFTER_PHRASE = ("\n", "\n", "\n\n", " - ", "; ", ". ")


@cache
def grammar() -> Grammar:
    folder = files(__package__) / "grammars"
    names = (
        "names", "addresses", "organisations", "building", "wordforms",
        "sentences", "mails", "plain", "operations", "prose",
    )  # fmt: skip
    words = read("common_words")
    english = (*read("english_words"), *read("own_words"), *read("building_words"))
    lists = {
        "first": tuple(name.capitalize() for name in read("first_names")),
        "last": tuple(name.capitalize() for name in read("last_names")),
        "place": read("places"),
        "stem": read("organisation_stems"),
        "street_stem": read("street_stems"),
        "german_stem": read("german_street_stems"),
        "romance_stem": read("romance_street_stems"),
        "viet_stem": read("vietnamese_street_stems"),
        "word": words,
        "Word": tuple(word.capitalize() for word in words),
        "bword": tuple(word.capitalize() for word in read("building_words")),
        "englishword": english,
        "Englishword": tuple(word.capitalize() for word in english),
        "Upword": tuple(word.upper() for word in (*english, *words[::3])),
        "germanword": read("german_words"),
        "germannoun": read("german_nouns"),
        "frenchword": read("french_words"),
        "Frenchword": tuple(word.capitalize() for word in read("french_words")),
        "spanishword": read("spanish_words"),
        "Spanishword": tuple(word.capitalize() for word in read("spanish_words")),
        "vietword": read("vietnamese_words"),
        "Vietword": tuple(word.capitalize() for word in read("vietnamese_words")),
        "Brand": tuple("-".join(part.capitalize() for part in brand.split("-")) for brand in read("brands")),
    }
    text = "\n".join((folder / f"{name}.txt").read_text("utf-8") for name in names)
    return Grammar(text, lists, _HELD_OUT_RULES.__contains__)


def draw(seed: int, number: int, *, held_out: bool = False) -> Labelled:
    rng = random.Random(f"{seed}/{number}/{held_out}")
    count = rng.choice((1, 1, 1, 2, 2, 3, 4, 6))
    text = ""
    names: list[tuple[int, int, int]] = []
    for rule in rng.choices(tuple(RULES), tuple(RULES.values()), k=count):
        if text:
            text += rng.choice(_AFTER_SENTENCE if text[-1] in ".?!" else _AFTER_PHRASE)
        piece = grammar().draw(rule, rng, held_out=held_out)
        names.extend((label, start + len(text), end + len(text)) for label, start, end in piece.names)
        text += piece.text
    return _varied(Labelled(text, tuple(names)), rng)


def harmless(seed: int, number: int) -> str:
    """A text of operations that names nobody, from sentences and words held out."""
    return grammar().draw("operations", random.Random(f"{seed}/{number}/harmless"), held_out=True).text


def _varied(drawn: Labelled, rng: random.Random) -> Labelled:
    """Some texts are typed in lower case, some in capitals, some without accents; some are seen in part."""
    text, names = drawn
    way = rng.random()
    if way < 0.07:
        text = _kept_length(text, str.lower)
    elif way < 0.11:
        text = _kept_length(text, str.upper)
    if rng.random() < 0.12:
        text = _kept_length(text, _bare)
    if rng.random() < 0.06:
        text = text.replace("\n", " ")
    if rng.random() < 0.15 and len(text) > 40:
        return _cut(Labelled(text, names), rng)
    return Labelled(text, names)


def _kept_length(text: str, change: Callable[[str], str]) -> str:
    """Change character by character where that keeps every offset."""
    return "".join(c if len(changed := change(c)) != 1 else changed for c in text)


def _bare(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]


def _cut(drawn: Labelled, rng: random.Random) -> Labelled:
    """Begin or end at a space that lies in no name."""
    text, names = drawn
    spaces = [at for at, c in enumerate(text) if c == " " and not any(s < at < e for _, s, e in names)]
    if not spaces:
        return drawn
    at = rng.choice(spaces)
    if rng.random() < 0.5:
        return Labelled(text[:at], tuple(n for n in names if n[2] <= at))
    return Labelled(text[at + 1 :], tuple((label, s - at - 1, e - at - 1) for label, s, e in names if s > at))
