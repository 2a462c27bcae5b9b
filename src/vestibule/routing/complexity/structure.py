"""What the shape of a request says of its difficulty: counts of words, numbers, clauses, code, tables, turns and tools.

Reads the question's first 1,000 characters and its last 300; of the rest of the request only sizes. Knows neither the
weights that the counts are given nor any model.
"""

from __future__ import annotations

import re
from importlib.resources import files
from math import log1p

import numpy as np
from numpy.typing import NDArray

from vestibule.core.chat import ChatRequest

_HEAD, _TAIL = 1000, 300
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NUMBER = re.compile(
    r"(\d+(?:[.,]\d+)*)(\s?(?:%|€|°|(?:kwh|kw|mwh|mw|w|wh|km|cm|mm|m|m2|m³|kg|g|mg|l|ml|s|h|hours?|minutes?|days?|years?|"
    r"miles?|feet|k?pa|bar|v|a|hz|mol|k|c|eur|usd|dollars?|stunden|tage|heures|jours|horas|días)\b))?",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?:;](?:\s|$)|\n")
_CLAUSE = re.compile(r"[,;—–(]")
_OPERATOR = re.compile(r"[=+*/^<>≤≥±×÷∑∫√∞∈∀∃$]|\\[a-z]+")
_CODE = re.compile(r"[{}\[\]`]|\(\)|;\n|=>|->|::|==|!=")
_OPTION = re.compile(r"^\s*(?:\([A-Ea-e]\)|[A-E][.):]|[1-5]\))\s", re.M)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s", re.M)
_CELL = re.compile(r"[|\t]")
_QUOTE = re.compile(r"[\"“”«»„]")
_CAPITAL = re.compile(r"[A-ZÄÖÜÉÈÀÑĐ]")


def _read_cues() -> dict[str, tuple[str, ...]]:
    lines = (files(__package__) / "cues.txt").read_text("utf-8").splitlines()
    parted = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {bucket: tuple(words.split()) for bucket, _, words in parted}


_CUES = _read_cues()
_BUCKETS = {word: at for at, words in reversed(list(enumerate(_CUES.values()))) for word in words}
_SHAPE = (
    *("words", "sentences", "sentence_words", "word_letters", "long_words", "distinct", "letters", "foreign"),
    *("numbers", "distinct_numbers", "digits", "quantities", "clauses", "operators", "code_marks", "options", "items"),
    *("cells", "quotes", "questions", "lines", "capitals"),
)
_AROUND = ("turns", "context", "instructions", "tools", "must_call", "called", "formatted", "images")
NAMES: tuple[str, ...] = (*_CUES, *_SHAPE, *_AROUND)
Features = NDArray[np.float32]


def features(request: ChatRequest) -> Features:
    """The counts named by `NAMES`, in their order, most of them as log(1 + count)."""
    question = request.question
    text = question if len(question) <= _HEAD + _TAIL else question[:_HEAD] + question[-_TAIL:]
    return np.array([*_said(text), *_around(request)], np.float32)


def _said(text: str) -> list[float]:
    words = _WORD.findall(text.lower())
    counts = [0] * len(_CUES)
    find = _BUCKETS.get
    for word in words:
        if (bucket := find(word)) is not None:
            counts[bucket] += 1
    return [*map(log1p, counts), *_shape(text, words)]


def _shape(text: str, words: list[str]) -> list[float]:
    total = max(len(words), 1)
    characters = max(len(text), 1)
    found = _NUMBER.findall(text)
    numbers = [number for number, _ in found]
    sentences = len(_SENTENCE_END.findall(text))
    return [
        log1p(len(words)),
        log1p(sentences),
        log1p(len(words) / max(sentences, 1)),
        sum(map(len, words)) / total,
        sum(len(word) > 8 for word in words) / total,
        len(set(words)) / total,
        sum(map(len, words)) / characters,
        (len(text.encode("utf-8", "replace")) - len(text)) / characters,
        log1p(len(numbers)),
        log1p(len(set(numbers))),
        log1p(max(map(len, numbers), default=0)),
        log1p(sum(bool(unit) for _, unit in found)),
        log1p(len(_CLAUSE.findall(text))),
        log1p(len(_OPERATOR.findall(text))),
        log1p(len(_CODE.findall(text))),
        log1p(len(_OPTION.findall(text))),
        log1p(len(_ITEM.findall(text))),
        log1p(len(_CELL.findall(text))),
        log1p(len(_QUOTE.findall(text))),
        log1p(text.count("?")),
        log1p(text.count("\n")),
        len(_CAPITAL.findall(text)) / characters,
    ]


def _around(request: ChatRequest) -> list[float]:
    """Sizes of what stands around the question: earlier turns, instructions, functions, the format asked for."""
    earlier = [message for message in request.messages if message.role in ("user", "assistant", "tool")]
    instructions = sum(len(m.content) for m in request.messages if m.role in ("system", "developer"))
    return [
        log1p(len(earlier)),
        log1p(sum(len(message.content) for message in earlier) / 100),
        log1p(instructions / 100),
        log1p(len(request.tools)),
        float(request.tool_choice.mode == "required"),
        log1p(sum(len(message.tool_calls) for message in earlier)),
        float(request.response_format.kind != "text" or request.options.grammar is not None),
        log1p(sum(len(message.images) for message in earlier)),
    ]
