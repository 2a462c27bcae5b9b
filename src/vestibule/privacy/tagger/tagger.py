"""Find people, postal addresses and organisations: a small network over words, run by ONNX Runtime.

A text is words and what stands between them. Each word form has a vector that is remembered once computed; the network
sees seven words to either side. Knows no policy, no other recognizer and no language.

The network's artefact carries its lexicon. `docs/tagger.md` says how both are made and what was measured.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import accumulate, chain, filterfalse
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vestibule.core.sensitivity import Span
from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.tagger.decoding import Found, groups
from vestibule.privacy.tagger.features import Lexicon, separator_features

if TYPE_CHECKING:
    import onnxruntime

TYPES = ("", "PERSON", "ADDRESS", "ORGANISATION")
RULES = {kind: ENTITIES[kind].rule for kind in TYPES[1:]}
WINDOW = 2048
REACH = 8
REMEMBERED = 20_000
TITLED_SCORE = 0.6
SURE = 0.75
"""Score that a single word must reach which no list of names knows, and a firm in lower case."""

_STREETS = frozenset(["avenue", "drive", "lane", "park", "place", "road", "square", "street", "way"])
_WORDS = re.compile(r"(\w+)")
_NAMED = re.compile(r"\w")
_TITLES = frozenset(
    (
        "Mr",
        "Mrs",
        "Ms",
        "Mme",
        "Mlle",
        "Madame",
        "Monsieur",
        "Dr",
        "Prof",
        "Herr",
        "Herrn",
        "Frau",
        "Sr",
        "Sra",
        "Señor",
        "Señora",
    )
)
_TITLED = re.compile(rf"\b(?:{'|'.join(sorted(_TITLES))})\b\.? (?P<name>(?=[^\W\d_a-z])\w*[^\W\d_A-Z]\w*)")
_STANDS = ("PERSON", "ADDRESS")
Rows = NDArray[np.float32]


class Tagger:
    """Synchronous and thread-safe. Build it with `load`."""

    def __init__(self, session: onnxruntime.InferenceSession, lexicon: Lexicon) -> None:
        self._session = session
        self._lexicon = lexicon
        words, separators = session.run(["word_table", "separator_table"], {"x": np.zeros((1, _width(session)), "f")})
        self._vectors = _Vectors(lexicon, words, separators)
        self._width = _width(session)

    @classmethod
    def load(cls, path: Path | None = None) -> Tagger:
        """Read the artefact shipped with the product, or another one. Raise `ValueError` if it is not what its sha256
        says."""
        return cls.read(read_artefact(path))

    @classmethod
    def read(cls, data: bytes) -> Tagger:
        import onnxruntime  # 18 MB that only what may leave the house needs

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        known = json.loads(session.get_modelmeta().custom_metadata_map["lexicon"])
        return cls(session, Lexicon({k: v.split() for k, v in known["kinds"].items()}, known["numbered"].split()))

    def tag(self, text: str) -> tuple[Span, ...]:
        """Spans in the order of the text, none overlapping. Offsets are into the text as given."""
        pieces = _WORDS.split(text)
        if len(pieces) < 3:
            return ()
        spans = list(self._spans(pieces, self._found(pieces)))
        if _TITLES.isdisjoint(pieces):
            return tuple(spans)
        titled = [name for name in self._titled(text) if not any(_overlap(name, s) for s in spans if s.type in _STANDS)]
        kept = (s for s in spans if not any(_overlap(name, s) for name in titled))
        return tuple(sorted((*kept, *titled), key=attrgetter("start")))

    def _titled(self, text: str) -> Iterator[Span]:
        """Names behind a title, for where the network passed them over or took them for firms: a title is proof."""
        for match in _TITLED.finditer(text):
            if not self._lexicon.is_plain(match["name"]):
                yield Span("PERSON", *match.span("name"), TITLED_SCORE, "tagger", RULES["PERSON"])

    def _found(self, pieces: list[str]) -> list[Found]:
        """Run the network; in windows that see beyond their edges as far as it does, so that windows change nothing."""
        self._vectors.learn(pieces[1::2])
        found: list[Found] = []
        count = len(pieces) // 2
        for start in range(0, count, WINDOW):
            end = min(start + WINDOW, count)
            low, high = max(0, start - REACH), min(count, end + REACH)
            joined = b"".join(map(self._vectors.__getitem__, pieces[2 * low : 2 * high]))
            x = np.frombuffer(joined, np.float32).reshape(-1, self._width)
            columns = [c[start - low : end - low] for c in self._session.run(["types", "begins", "scores"], {"x": x})]
            (at,) = columns[0].nonzero()
            if at.size:
                types, begins, scores = (column[at].tolist() for column in columns)
                found += zip((at + start).tolist(), types, begins, scores, strict=True)
        return found

    def _spans(self, pieces: list[str], found: list[Found]) -> Iterator[Span]:
        if not found:
            return
        ends = list(accumulate(map(len, pieces)))
        for type_, first, last, score in groups(found, pieces):
            kind = TYPES[type_]
            if kind != "ADDRESS":
                first, last = self._trimmed(kind, pieces, first, last)
                kind = "PERSON" if self._is_full_name(pieces[2 * first + 1 : 2 * last + 2]) else kind
            if self._is_believable(kind, pieces[2 * first + 1 : 2 * last + 2 : 2], score):
                yield Span(kind, ends[2 * first], ends[2 * last + 1], round(score, 3), "tagger", RULES[kind])

    def _trimmed(self, kind: str, pieces: list[str], first: int, last: int) -> tuple[int, int]:
        """Without everyday words in lower case: no name ends with them, and no person's begins with them."""
        while first <= last and self._is_everyday(pieces[2 * last + 1]):
            last -= 1
        while kind == "PERSON" and first <= last and self._is_everyday(pieces[2 * first + 1]):
            if self._lexicon.is_particle(pieces[2 * first + 1]):
                break
            first += 1
        return first, last

    def _is_full_name(self, pieces: list[str]) -> bool:
        """Whether words and what stands between them are a given name and family names that lists know: no firm."""
        known, words = self._lexicon, pieces[::2]
        return (
            1 < len(words) < 4
            and set(pieces[1::2]) == {" "}
            and known.is_given(words[0])
            and all(map(known.is_name, words))
        )

    def _is_believable(self, kind: str, words: list[str], score: float) -> bool:
        """The veto: what is all numbers, points, codes, units, everyday and building words names nobody; a single word
        that no list of names knows must be sure."""
        if kind == "ADDRESS":
            return self._is_address(words)
        known = self._lexicon
        named = [word for word in words if len(word) > 1 and not self._is_ordinary(word)]
        if kind == "PERSON" or len(words) == 1:
            named = [word for word in named if not known.is_everyday(word)]
        if not named or (len(words) == 1 and not self._stands_alone(kind, words[0], score)):
            return False
        if any(word != word.lower() for word in words):
            return True
        return any(map(known.is_name, words)) or (kind == "ORGANISATION" and score >= SURE)

    def _stands_alone(self, kind: str, word: str, score: float) -> bool:
        """Whether a single word may be a name: no town is a person, and what is on no list of names must be sure."""
        known = self._lexicon
        if _is_abbreviation(word) or (kind == "PERSON" and known.is_town(word)):
            return False
        return score >= SURE or known.is_name(word)

    def _is_address(self, words: list[str]) -> bool:
        """Two words, of which one names a street or a place; and a number or the kind of street."""
        named = [word for word in words if not word.isdecimal()]
        if len(words) < 2 or not named or (len(named) == 1 and named[0].lower() in _STREETS):
            return False
        return any(map(self._lexicon.is_place, named)) and (
            any(c.isdecimal() for word in words for c in word) or any(map(self._lexicon.is_street, named))
        )

    def _is_everyday(self, word: str) -> bool:
        return word == word.lower() and (self._is_ordinary(word) or self._lexicon.is_everyday(word))

    def _is_ordinary(self, word: str) -> bool:
        return self._lexicon.is_plain(word) or self._lexicon.is_code(word) or word.lower() in _ordinary_words()


def read_artefact(path: Path | None = None) -> bytes:
    """The artefact shipped with the product, or another one. Raise `ValueError` if it is not what its sha256 says."""
    folder = files("vestibule.privacy.tagger")
    data = path.read_bytes() if path else (folder / "tagger.onnx").read_bytes()
    digest = (path.with_suffix(".sha256") if path else folder / "tagger.sha256").read_text("utf-8").split()[0]
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("tagger.onnx differs from its sha256: install vestibule again, or build the tagger anew.")
    return data


@functools.cache
def _ordinary_words() -> frozenset[str]:
    lines = (files("vestibule.privacy.tagger") / "ordinary_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _is_abbreviation(word: str) -> bool:
    return len(word) < 4 and word.isupper()


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _width(session: onnxruntime.InferenceSession) -> int:
    return int(session.get_inputs()[0].shape[1])


class _Vectors(dict[str, bytes]):
    """The vector of each word and separator met, as bytes ready to be joined. They lie in memory only."""

    def __init__(self, lexicon: Lexicon, words: Rows, separators: Rows) -> None:
        super().__init__()
        self._lexicon, self._words, self._separators = lexicon, words, separators

    def learn(self, words: Sequence[str]) -> None:
        """Add up the rows of all new words at once: a quarter of the time that one by one takes."""
        if len(self) > REMEMBERED:
            self.clear()
        new = list(filterfalse(self.__contains__, set(words)))
        if not new:
            return
        rows = [self._lexicon.features(word) for word in new]
        starts = list(accumulate(map(len, rows), initial=0))[:-1]
        sums = np.add.reduceat(self._words.take(list(chain.from_iterable(rows)), 0), starts, axis=0)
        size = sums.itemsize * sums.shape[1]
        self.update(zip(new, np.frombuffer(sums.tobytes(), f"V{size}").tolist(), strict=True))

    def __missing__(self, piece: str) -> bytes:
        """A separator, or a word that another thread's `learn` has just made room for."""
        if _NAMED.match(piece):
            rows = self._words[self._lexicon.features(piece)]
        else:
            rows = self._separators[separator_features(piece)]
        row: bytes = rows.sum(axis=0).tobytes()
        self[piece] = row
        return row
