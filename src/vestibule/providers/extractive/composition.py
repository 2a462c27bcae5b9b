"""Compose an answer: first what was computed, then what the documents say about it, then what is missing.

Every sentence is a statement of a tool result or a verbatim sentence of a passage, with the number of its source.
Sentences are chosen by cosine similarity of their embedding to the question's.
"""

from __future__ import annotations

import math
import re
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from vestibule.core.evidence import Passage, ToolResult
from vestibule.core.generation import ModelRequest, Source
from vestibule.core.ports import Embedder
from vestibule.core.sentences import sentences

NOT_KNOWN = "That is not in what I know: neither the documents nor the meter data answer it."
NO_MODEL = (
    "_No language model was used: these are computed results and sentences from your documents. "
    "To have answers written by a model, see docs/models.md._"
)
ENOUGH = 0.35  # cosine of question and sentence below which a passage is not worth a paragraph of its own
QUOTED = (8, 5, 4)  # sentences quoted of the best passage, the next, the third
CORROBORATING = (3, 3)  # the same beside computed results
SHARED_WORDS = 0.3  # weight of the share of the question's words that a sentence holds
RANK_DECAY = 0.1  # what each e-fold of a passage's rank in the search costs


async def compose(request: ModelRequest, embedder: Embedder) -> AsyncIterator[str]:
    """Yield the answer paragraph by paragraph, each ready to be sent."""
    results = [s for s in request.sources if isinstance(s.origin, ToolResult)]
    passages = [s for s in request.sources if isinstance(s.origin, Passage)]
    said = False
    for source in results:
        yield _say_result(source) + "\n\n"
        said = True
    quoted = await _say_passages(request.question, results, passages, embedder)
    for paragraph in quoted:
        yield paragraph + "\n\n"
        said = True
    for gap in request.gaps:
        yield gap + "\n\n"
        said = True
    if not said:
        yield NOT_KNOWN + "\n\n"
    yield NO_MODEL


def _say_result(source: Source) -> str:
    assert isinstance(source.origin, ToolResult)
    return " ".join(cite(statement, source.index) for statement in source.origin.statements)


def cite(sentence: str, index: int) -> str:
    """Put the marker before the final stop: "It rose. " → "It rose [1]." """
    body = sentence.rstrip()
    stop = body[-1] if body[-1:] in ".!?:" else ""
    return f"{body[: len(body) - len(stop)]} [{index}]{stop or '.'}"


async def _say_passages(
    question: str, results: Sequence[Source], passages: Sequence[Source], embedder: Embedder
) -> list[str]:
    """The best passages, each told around the sentence that is nearest to the question.

    A sentence's score is the cosine of its embedding (under the passage's title) to the question's, plus the share of
    the question's words it holds; the passage's place in the search counts as well. Weights and windows were chosen on
    the demo worlds of seeds 105, 106, 110 and 111 (see docs/decisions.md).
    """
    nearest = await _nearest_sentences(question, passages, embedder)
    ranked = sorted(nearest, key=lambda n: -(n.score - RANK_DECAY * math.log1p(passages.index(n.source))))
    paragraphs = []
    for lead, (near, window) in enumerate(zip(ranked, CORROBORATING if results else QUOTED, strict=False)):
        if lead == 0 or near.score >= ENOUGH:
            paragraphs.append(_quote(near, window, results=bool(results)))
    return paragraphs


class _Nearest(NamedTuple):
    """Of a passage: its sentences, and which of them is nearest to the question."""

    source: Source
    sentences: list[str]
    at: int
    score: float


async def _nearest_sentences(question: str, passages: Sequence[Source], embedder: Embedder) -> list[_Nearest]:
    split = [(source, _quotable(source)) for source in passages]
    texts = [f"{_title(source)}. {sentence}" for source, pieces in split for sentence in pieces]
    if not texts:
        return []
    vectors = await embedder.embed([question, *texts])
    asked = _content(question)
    scores = iter(vectors[1:] @ vectors[0])
    found = []
    for source, pieces in split:
        scored = [float(next(scores)) + SHARED_WORDS * _share(asked, sentence) for sentence in pieces]
        if scored:
            at = max(range(len(scored)), key=scored.__getitem__)
            found.append(_Nearest(source, pieces, at, scored[at]))
    return found


def _content(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))


def _share(asked: set[str], sentence: str) -> float:
    return len(asked & _content(sentence)) / len(asked) if asked else 0.0


def _title(source: Source) -> str:
    assert isinstance(source.origin, Passage)
    return source.origin.title


def _quotable(source: Source) -> list[str]:
    assert isinstance(source.origin, Passage)
    return [s for s in sentences(source.origin.text) if re.search(r"\w{3}", s)]


def _quote(near: _Nearest, window: int, *, results: bool) -> str:
    """The nearest sentence with its neighbours, in the order of the document, under the document's name."""
    assert isinstance(near.source.origin, Passage)
    start = max(0, min(near.at - (window - 1) // 2, len(near.sentences) - window))
    origin = f"{near.source.origin.title}, {near.source.origin.locator}"
    lead = f"The documents add ({origin}):" if results else f"From {origin}:"
    quoted = near.sentences[start : start + window]
    return lead + " " + " ".join(cite(sentence, near.source.index) for sentence in quoted)


__all__ = ["NOT_KNOWN", "NO_MODEL", "cite", "compose"]
