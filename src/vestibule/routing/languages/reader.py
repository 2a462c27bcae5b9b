"""Tells the language of a text cheaply, and only where it is sure: by its script, else by its most frequent words.

Takes 4 to 13 us for a question. Names, tables, programs and a few words are of no language; so is what might be in
either of two. Knows no model.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from importlib.resources import files

from vestibule.routing.tasks.wording import BEGINNING, ends_of, normalised

LEAST, LEAD = 3, 2
"""Points that a language needs, and how many more than the next one. A stop word of it alone counts 2, one of several
languages 1, and each word once."""
SHARE = 0.15
"""Points for each different word."""
LETTERS, SYLLABLES = 8, 6
"""Of a script in which one language is written, Korean in syllables; fewer may be a name."""

_BEYOND_LATIN = re.compile("[\u0370-\u1cff\u1f00-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_FENCED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
_HIRAGANA = re.compile("[\u3041-\u309f]")
_KANA = re.compile("[\u3041-\u30fa]")
_CHINESE = re.compile("[的是了在有吗么呢这那哪个们为和与请把被嗎麼這個們為與請什多]")
_VIETNAMESE = re.compile(r"(?<!\w)(?=[^\W\d_]*[ấ-ặế-ệố-ợứ-ựơư])[^\W\d_]+")
"""With letters that no other language has."""
_SIGN = 3
"""Letters that one of Chinese, Japanese or Korean stands for."""

_PROGRAM = "-"
_SCRIPTS = (
    *((0x0370, "by words"), (0x0530, "hy"), (0x0590, "by words"), (0x0700, ""), (0x0900, "by words"), (0x0980, "bn")),
    *((0x0A00, "pa"), (0x0A80, "gu"), (0x0B00, "or"), (0x0B80, "ta"), (0x0C00, "te"), (0x0C80, "kn"), (0x0D00, "ml")),
    *((0x0D80, "si"), (0x0E00, "th"), (0x0E80, "lo"), (0x0F00, "bo"), (0x1000, "my"), (0x10A0, "ka"), (0x1100, "ko")),
    *((0x1200, ""), (0x1780, "km"), (0x1800, ""), (0x1F00, "by words"), (0x3040, "signs"), (0xAC00, "ko")),
)
_BEGINNINGS = [beginning for beginning, _ in _SCRIPTS]


def language_of(text: str) -> str:
    """Its code (ISO 639-1), "" where that is not sure."""
    if "`" in text:
        text = _FENCED.sub(" ", ends_of(text))
    read = normalised(text)
    if not read.isascii() and (runs := _BEYOND_LATIN.findall(read)):
        script, letters = _script(runs)
        dense = script in ("signs", "ko")
        if letters * (_SIGN if dense else 1) > len(read) - read.count(" ") - letters:
            if script == "signs":
                return _of_signs("".join(runs))
            if script != "by words":
                return script if letters >= (SYLLABLES if dense else LETTERS) else ""
    return _of_words(set(read.split()), len(set(_small_vietnamese(text))) if not read.isascii() else 0)


def _script(runs: list[str]) -> tuple[str, int]:
    """That in which most of it is written, and of how many letters that is."""
    letters: dict[str, int] = {}
    for run in runs:
        script = _SCRIPTS[bisect_right(_BEGINNINGS, ord(run[0])) - 1][1]
        letters[script] = letters.get(script, 0) + len(run)
    return max(letters.items(), key=lambda item: item[1])


def _of_signs(text: str) -> str:
    """Grammar is in hiragana in Japanese, and in a few signs in Chinese; names have neither."""
    if _KANA.search(text):
        return "ja" if len(_HIRAGANA.findall(text)) >= LEAST else ""
    return "zh" if len(set(_CHINESE.findall(text))) >= LEAST else ""


def _small_vietnamese(text: str) -> Iterator[str]:
    """Names are written with a capital."""
    words = _VIETNAMESE.findall(unicodedata.normalize("NFC", text[:BEGINNING]))
    return (word for word in words if word[0].islower())


def _of_words(words: set[str], vietnamese: int = 0) -> str:
    points = {"vi": vietnamese} if vietnamese else {}
    for word in words & _STOP_WORDS.keys():
        languages = _STOP_WORDS[word]
        counts = 2 if len(languages) == 1 and languages[0] != _PROGRAM else 1
        for language in languages:
            points[language] = points.get(language, 0) + counts
    if not points:
        return ""
    best = max(points, key=points.__getitem__)
    most = points.pop(best)
    next_best = max(points.values(), default=0)
    sure = best != _PROGRAM and most >= max(LEAST, next_best + LEAD, SHARE * len(words))
    return best if sure else ""


def _read_stop_words() -> dict[str, tuple[str, ...]]:
    languages: dict[str, list[str]] = {}
    for line in (files(__package__) / "stop_words.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, _, words = line.partition(": ")
        for word in normalised(words).split():
            if language not in (known := languages.setdefault(word, [])):
                known.append(language)
    return {word: tuple(known) for word, known in languages.items()}


_STOP_WORDS = _read_stop_words()
