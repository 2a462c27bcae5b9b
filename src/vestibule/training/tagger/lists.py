"""The word lists beside this module: names, places, streets, everyday words. Knows nothing of grammar or training."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from zlib import crc32

from vestibule.privacy.tagger.features import KINDS

_FILES = {
    "first": ("first_names",),
    "last": ("last_names",),
    "place": ("places",),
    "stem": ("organisation_stems",),
    "common": ("common_words", "english_words", "own_words"),
    "building": ("building_words",),
    "other": ("not_names", "brands"),
}
_FOREIGN = ("german_words", "german_nouns", "french_words", "spanish_words", "vietnamese_words")
HELD_OUT_SHARE = 8
HELD_OUT_KINDS = ("first", "last", "place", "stem")


@cache
def read(name: str) -> tuple[str, ...]:
    """Entries of a list in its order, without repetition; an underscore joins the words of one entry."""
    text = (files(__package__) / "lists" / f"{name}.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(dict.fromkeys(word.replace("_", " ") for line in lines for word in line.split()))


def is_held_out(entry: str) -> bool:
    """One entry in eight is never seen in training, so that what is measured is what was never seen."""
    return crc32(entry.casefold().encode()) % HELD_OUT_SHARE == 0


def kinds(*, whole: bool) -> dict[str, tuple[str, ...]]:
    """Words of each kind that the lexicon knows; without the names held out unless `whole`."""
    known = {kind: _words(names, whole=whole or kind not in HELD_OUT_KINDS) for kind, names in _FILES.items()}
    known["foreign"] = tuple(sorted({*_words(_FOREIGN, whole=True), *_markers()["foreign"]}))
    return {kind: known.get(kind) or _markers()[kind] for kind in KINDS}


def _words(names: tuple[str, ...], *, whole: bool) -> tuple[str, ...]:
    entries = [e for name in names for e in read(name) if whole or not is_held_out(e)]
    return tuple(sorted({word for entry in entries for word in entry.replace("-", " ").lower().split()}))


@cache
def _markers() -> dict[str, tuple[str, ...]]:
    text = (files(__package__) / "lists" / "markers.txt").read_text("utf-8")
    lines = (line.partition(": ") for line in text.splitlines() if not line.startswith("#"))
    return {kind: tuple(sorted(set(words.split()))) for kind, _, words in lines}
