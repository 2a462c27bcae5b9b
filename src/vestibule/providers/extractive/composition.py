"""Compose an answer: first what was computed, then what the documents say about it, then what is missing.

Every sentence is a statement of a tool result or a verbatim sentence of a passage, with the number of its source.
Sentences are chosen by cosine similarity of their embedding to the question's.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

from vestibule.core.evidence import Passage, ToolResult
from vestibule.core.generation import ModelRequest, Source
from vestibule.core.ports import Embedder
from vestibule.core.sentences import sentences

NOT_KNOWN = "That is not in what I know: neither the documents nor the meter data answer it."
NO_MODEL = (
    "_No language model was used: these are computed results and sentences from your documents. "
    "To have answers written by a model, see docs/models.md._"
)
ENOUGH = 0.35  # cosine of question and sentence below which a sentence is not about the question
WINDOW = 3  # sentences quoted around the best one of a passage


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
    if not passages:
        return []
    split = {source.index: _quotable(source) for source in passages}
    flat = [(source, n) for source in passages for n in range(len(split[source.index]))]
    if not flat:
        return []
    vectors = await embedder.embed([question, *(split[source.index][n] for source, n in flat)])
    similarity = vectors[1:] @ vectors[0]
    best: dict[int, tuple[float, int]] = {}
    for (source, n), value in zip(flat, similarity, strict=True):
        if value > best.get(source.index, (-1.0, 0))[0]:
            best[source.index] = (float(value), n)
    paragraphs = []
    for source in passages[: 2 if results else 3]:
        value, n = best.get(source.index, (-1.0, 0))
        leads = source is passages[0]
        if not leads and value < ENOUGH:
            continue
        paragraphs.append(_quote(source, split[source.index], n, results=bool(results)))
    return paragraphs


def _quotable(source: Source) -> list[str]:
    assert isinstance(source.origin, Passage)
    return [s for s in sentences(source.origin.text) if re.search(r"\w{3}", s)]


def _quote(source: Source, pieces: list[str], n: int, *, results: bool) -> str:
    """The best sentence with its neighbours, in the order of the document, under the document's name."""
    assert isinstance(source.origin, Passage)
    start = max(0, min(n - 1, len(pieces) - WINDOW))
    window = pieces[start : start + WINDOW]
    origin = f"{source.origin.title}, {source.origin.locator}"
    lead = f"The documents add ({origin}):" if results else f"From {origin}:"
    return lead + " " + " ".join(cite(piece, source.index) for piece in window)


__all__ = ["NOT_KNOWN", "NO_MODEL", "cite", "compose"]
